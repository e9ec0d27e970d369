"""Every sentence of a report can be said in another language; the shop's own words stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import unescape
from pathlib import Path

import msgspec
import pytest
from tests.unit.journal.test_store import NOW
from tests.unit.measure.customers.shops import Bought, open_shop
from tests.unit.report.test_loyal import _open

from pairwell.catalogues import LANGUAGES
from pairwell.config.settings import Settings
from pairwell.config.workspace import create_workspace
from pairwell.dataset.store import Dataset
from pairwell.operations.database import open_database
from pairwell.report.asking import Asked
from pairwell.report.record import Report
from pairwell.report.reports import REPORTS
from pairwell.report.shown.page import render_page
from pairwell.report.shown.text import render_text
from pairwell.said import Said

_DAY = timedelta(days=1)
_HOLDOUT = msgspec.convert({"choice": {"holdout": 0.3}}, Settings)
_SLICED = {"profit": "kind", "placements": "channel"}
# What these shops call their own things, and the names of placements, channels, settings and methods.
_OWN = {"tent", "mat", "lamp", "web", "site", "cart", "region", "North", "South", "customer", "c"}
_TERMS = {"EUR", "UTC", "RFM", "BG", "NBD", "Gamma", "Id"}
_CODE = re.compile(r"`[^`]*`|\[choice\]|pairwell\.toml|shop\.margin_rate|POST /v1/events|\(role\)|[cio]-?\d+|j\d+")
_METHODS = {"r", "alpha", "a", "b", "p", "q", "v", "BG/NBD", "Gamma-Gamma"}


def _asked(dataset: Dataset, name: str, place: Path, **more: object) -> Asked:
    database = open_database(f"sqlite:///{place}/{name}.db", durability="process")
    return Asked(dataset=dataset, database=database, settings=Settings(), now=NOW + 60 * _DAY, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    """All reports of a shop with offers and a holdout, of one that knows its customers well, and of an empty one."""
    place = tmp_path_factory.mktemp("spoken")
    empty = _asked(Dataset(create_workspace(place / "empty")), "empty", place)
    return [build(empty) for build in REPORTS.values()] + [*_offered(place), *_known(place)]


def _offered(place: Path) -> Iterator[Report]:
    workspace = create_workspace(place / "offered")
    database = open_database(f"sqlite:///{place}/offered.db", durability="process")
    dataset = _open(workspace, database)
    asked = Asked(dataset=dataset, database=database, settings=_HOLDOUT, now=NOW + 60 * _DAY, since=NOW - 30 * _DAY)
    yield from (build(asked) for build in REPORTS.values())
    yield from (REPORTS[name](msgspec.structs.replace(asked, by=by)) for name, by in _SLICED.items())


def _known(place: Path) -> Iterator[Report]:
    bought = [
        Bought(who=f"c{who:03}", day=float(day), items=("tent", "lamp") if who % 2 else ("mat",), price=100 + who * 7)
        for who in range(60)
        for day in range(who % 9, 200, 20 + who)
    ]
    said = {f"c{who:03}": {"region": "South" if who % 2 else "North"} for who in range(40)}
    asked = _asked(open_shop(create_workspace(place / "known"), bought, customers=said), "known", place)
    yield from (REPORTS[name](asked) for name in ("customers", "segments"))


def _texts(report: Report) -> Iterator[tuple[str, str]]:
    """What a report says by itself, with where."""
    yield "title", report.title
    yield from (("note", note) for note in report.notes)
    for figure in report.figures:
        yield from ((f"{figure.key}", text) for text in (figure.title, figure.refusal, figure.note) if text)
    for table in report.tables:
        yield from ((table.key, text) for text in (table.title, table.note) if text)


def _cells(report: Report) -> Iterator[tuple[str, str]]:
    yield from ((one.key, one.value) for one in report.figures if isinstance(one.value, str))
    for table in report.tables:
        yield from ((f"{table.key}.{column.key}", column.title) for column in table.columns)
        for row in table.rows:
            yield from _of_row(table.key, row)


def _of_row(key: str, row: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield from ((f"{key}.{name}", value) for name, value in row.items() if isinstance(value, str))


def _foreign(text: str) -> list[str]:
    """Words in Latin letters that are neither the shop's own nor terms."""
    words = re.findall(r"[A-Za-z]+", _CODE.sub(" ", text))
    return [word for word in words if word.lower() not in _LOWER]


_LOWER = {word.lower() for word in _OWN | _TERMS}


def test_every_sentence_of_a_report_is_said(reports: list[Report]) -> None:
    plain = {(one.name, where, text) for one in reports for where, text in _texts(one) if not isinstance(text, Said)}
    assert plain == set()


def test_cells_are_said_or_the_shop_s_own(reports: list[Report]) -> None:
    plain = {
        (one.name, where, text)
        for one in reports
        for where, text in _cells(one)
        if not isinstance(text, Said) and text not in _METHODS and _foreign(text)
    }
    assert plain == set()


@pytest.mark.parametrize("language", LANGUAGES[1:2])
def test_a_russian_page_holds_no_english(reports: list[Report], language: str) -> None:
    for report in reports:
        page = unescape(
            re.sub(r"<style>.*?</style>|data-chart=\"[^\"]*\"", "", render_page(report, language), flags=re.DOTALL)
        )
        told = re.sub(r"<[^>]*>", " ", page)
        methods = re.sub(r"\b(alpha|[abpqrv])\b|Kaplan-Meier", " ", told)
        assert _foreign(methods) == [], report.name


def test_english_is_what_the_record_holds(reports: list[Report]) -> None:
    for report in reports:
        lines = render_text(report)
        assert all(f"* {note}" in lines for note in report.notes)
        assert lines[0] == report.title
