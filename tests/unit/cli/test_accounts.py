"""The commands of accounts print what the shop tells."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pairwell.cli.main import app
from pairwell.errors import RequestError

Run = Callable[..., str]


@pytest.fixture(scope="module")
def run(small_firm: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = str(shutil.copytree(small_firm, tmp_path_factory.mktemp("cli") / "firm"))

    def call(*words: str) -> str:
        result = CliRunner().invoke(app, ["accounts", *words, "--workspace", place], catch_exceptions=False)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    return call


def test_a_bill_is_told_line_by_line(run: Run) -> None:
    told = run("bill", "acme", "--sources")
    assert "Move up: Scale saves 50 a month [1]" in told
    assert told.count("3 assessments used, 2 beyond the 1 of Pay as you go") == 8
    assert json.loads(run("bill", "acme", "--json"))["families"][0]["comparison"]["paid_minor"] == 140_000


def test_a_brief_is_written_as_a_page_that_prints(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "acme.html"
    run("brief", "acme", "--format", "html", "--language", "ru", "--out", str(page))
    text = page.read_text("utf-8")
    assert '<html lang="ru">' in text
    assert "size: A4" in text
    assert "Следующие шаги" in text
    assert run("brief", "acme", "--format", "markdown", "--sources").startswith("# Review with ")


def test_the_work_list_is_a_table_or_tasks(run: Run) -> None:
    assert "Leave 1 account alone" in run("worklist")
    assert run("worklist", "--format", "csv", "--for", "salesforce").startswith("Subject,Description,ActivityDate")
    assert json.loads(run("worklist", "--json"))["work"]["talks"][0]["account_id"] == "acme"
    (task,) = json.loads(run("worklist", "--format", "json", "--for", "amocrm"))
    assert task["entity_id"] == "acme"
    with pytest.raises(RequestError, match="CSV or JSON"):
        run("worklist", "--for", "hubspot")


def test_whitespace_is_shown_and_checked(run: Run) -> None:
    assert "Too few accounts hold more than one product" in run("whitespace", "--check")


def test_an_outcome_is_noted_once(run: Run) -> None:
    words = ("outcome", "zen", "no", "--move", "payg", "--reason", "too_dear", "--words", "no budget", "--by", "bob")
    told = run(*words)
    assert "Noted: zen said no to payg." in told
    assert "payg is offered to them nowhere until" in told
    assert "counts once" in run(*words)
    assert json.loads(run(*words, "--json"))["is_new"] is False
