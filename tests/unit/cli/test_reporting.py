"""The command `report` in a simulated shop."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec
import pytest

from pairwell import open as open_workspace
from pairwell.errors import NotFoundError, RequestError, StorageError
from pairwell.report.record import Report
from pairwell.report.reports import REPORTS
from pairwell.report.shown.json import render_json

from .conftest import Command


@pytest.mark.parametrize("name", ["overview", "pairs", "categories", "sellers"])
def test_every_format_tells_the_same_report(pairwell: Command, learned_once: Path, tmp_path: Path, name: str) -> None:
    with open_workspace(learned_once) as shop:
        expected = shop.report(name)
    words = ("report", name, "--workspace", learned_once)
    told = pairwell(*words, "--json")
    assert msgspec.json.decode(told.stdout, type=Report) == msgspec.json.decode(render_json(expected), type=Report)
    text, page = pairwell(*words).stdout, pairwell(*words, "--format", "html").stdout
    assert text.startswith(expected.title)
    assert page.startswith("<!doctype html>")
    assert all(table.title in text for table in expected.tables)
    assert pairwell(*words, "--format", "csv", "--out", tmp_path / "out").exit_code == 0
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {"figures", *(one.key for one in expected.tables)}


def test_one_table_of_csv_goes_to_stdout(pairwell: Command, learned_once: Path) -> None:
    words = ("report", "overview", "--by", "month", "--format", "csv", "--workspace", learned_once)
    rows = list(csv.DictReader(io.StringIO(pairwell(*words, "--table", "over_time").stdout)))
    assert list(rows[0]) == ["month", "orders", "revenue", "aov", "attach_rate", "partial"]
    several = pairwell(*words)
    assert isinstance(several.exception, RequestError)
    assert "--table KEY" in str(several.exception.hint)
    assert isinstance(pairwell(*words, "--table", "x").exception, NotFoundError)


def test_a_page_is_written_where_it_is_wanted(pairwell: Command, learned_once: Path, tmp_path: Path) -> None:
    words = ("report", "overview", "--format", "html", "--workspace", learned_once, "--out")
    result = pairwell(*words, tmp_path / "new" / "overview.html")
    assert result.stdout == f"Wrote {tmp_path / 'new' / 'overview.html'}.\n"
    assert "<svg" in (tmp_path / "new" / "overview.html").read_text(encoding="utf-8")
    assert isinstance(pairwell(*words, tmp_path).exception, StorageError)


def test_people_read_it_in_their_language_and_programs_in_english(pairwell: Command, learned_once: Path) -> None:
    words = ("report", "sellers", "--workspace", learned_once, "--language", "ru")
    assert "в сравнении с периодом" in pairwell(*words).stdout
    page = pairwell(*words, "--format", "html").stdout
    assert page.startswith('<!doctype html>\n<html lang="ru">')
    wrong = pairwell(*words, "--json")
    assert isinstance(wrong.exception, RequestError)
    assert wrong.exception.field == "language"


def test_days_are_those_of_the_command(pairwell: Command, learned_once: Path) -> None:
    result = pairwell(
        "report", "overview", "--since", "2024-01-01", "--until", "2024-01-08", "--json", "--workspace", learned_once
    )
    period = msgspec.json.decode(result.stdout)["period"]
    assert period == {"since": "2024-01-01T00:00:00Z", "until": "2024-01-08T00:00:00Z"}


def test_a_table_is_only_of_csv_and_a_name_must_be_known(pairwell: Command, learned_once: Path) -> None:
    wrong = pairwell("report", "overview", "--table", "kinds", "--workspace", learned_once)
    assert isinstance(wrong.exception, RequestError)
    unknown = pairwell("report", "nope", "--workspace", learned_once)
    assert isinstance(unknown.exception, NotFoundError)
    assert all(name in str(unknown.exception.hint) for name in REPORTS)
