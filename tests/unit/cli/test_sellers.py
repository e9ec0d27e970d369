"""The commands of sellers print what the shop tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.unit.advise.stores.counters import make_counter
from typer.testing import CliRunner

from pairwell.cli.main import app
from pairwell.errors import RequestError

Run = Callable[..., str]


@pytest.fixture(scope="module")
def workspace_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with make_counter(tmp_path_factory.mktemp("counter")) as shop:
        yield str(shop.workspace.root)


@pytest.fixture(scope="module")
def run(workspace_of: str) -> Run:
    def call(*words: str) -> str:
        result = CliRunner().invoke(app, ["sellers", *words, "--workspace", workspace_of], catch_exceptions=False)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    return call


def test_the_scoreboard_is_a_table_a_record_or_a_table_of_csv(run: Run) -> None:
    assert "too few sales to tell" in run() or "as expected" in run()
    told = json.loads(run("--json", "--since", "2026-03-01"))
    assert [one["seller_id"] for one in told["sellers"]] == list("ABCDEF")
    lines = run("--format", "csv", "--table", "sales").splitlines()
    assert lines[0].startswith("seller,")
    assert len(lines) == 7


def test_a_card_a_sheet_and_bonuses_are_printed(run: Run, tmp_path: Path) -> None:
    assert "What goes with it" in run("card", "tent")
    assert "Что к этому подходит" in run("card", "tent", "--language", "ru")
    assert "Why the better is better" in run("training", "Tents")
    assert 'bonus.rule` is "none"' in run("bonus")
    page = tmp_path / "card.html"
    assert str(page) in run("card", "tent", "--format", "html", "--out", str(page))
    assert page.read_text("utf-8").startswith("<!doctype html>")
    record = tmp_path / "card.json"
    run("card", "tent", "--json", "--out", str(record))
    assert json.loads(record.read_text("utf-8"))["item_id"] == "tent"


def test_programs_are_spoken_to_in_english(run: Run) -> None:
    with pytest.raises(RequestError, match="English"):
        run("--json", "--language", "pl")
    with pytest.raises(RequestError, match="--table"):
        run("--table", "sales")
