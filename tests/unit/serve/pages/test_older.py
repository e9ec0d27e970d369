"""A page of figures of before says so, and leads to the newer ones; programs only ever get those of now."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from tests.unit.serve.pages.conftest import NOW, REPORT, Ask, MadeUp
from tests.unit.serve.pages.test_routes import BROWSER, Elements

from pairwell.errors import EvidenceError
from pairwell.report.shown.json import render_json
from pairwell.serve.pages.asked import Question
from pairwell.serve.pages.desk import Made, Shown
from pairwell.serve.pages.frame import Around, render_report

SAID = re.compile(r'<p class="older"[^>]*>(.*?)</p>')


@pytest.fixture
def go(maker: MadeUp, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Reports are made when this is set; at first it is."""
    made, go = maker.make, threading.Event()
    go.set()

    def make(question: Question) -> Made:
        go.wait()
        return made(question)

    monkeypatch.setattr(maker, "make", make)
    yield go
    go.set()


def changed(maker: MadeUp) -> None:
    maker.state = 2
    maker.report = msgspec.structs.replace(REPORT, title="Newer")


@pytest.mark.parametrize("path", ["/", "/reports/overview", "/reports/pairs"])
def test_older_figures_are_shown_and_the_page_asks_for_the_newer_ones(
    ask: Ask, maker: MadeUp, go: threading.Event, path: str
) -> None:
    address = f"{path}?since=2026-11-01&by=channel"
    assert 'id="newer"' not in ask("GET", address, headers=BROWSER).text
    changed(maker)
    go.clear()
    older = ask("GET", address, headers=BROWSER)
    assert older.status_code == 200
    (told,) = [one for _, one in Elements(older.text).found if one.get("id") == "newer"]
    name = path.rpartition("/")[2] or "overview"
    newer = f"/reports/{name}?since=2026-11-01&by=channel&fresh=1"
    assert (told["hx-get"], told["hx-trigger"], told["hx-select"]) == (newer, "load", "#report")
    assert newer in [one.get("href") for tag, one in Elements(older.text).found if tag == "a"]
    go.set()
    shown = ask("GET", newer, headers=BROWSER)
    assert "<h1>Newer</h1>" in shown.text
    assert 'id="newer"' not in shown.text
    assert 'id="report"' in shown.text


def test_programs_never_get_older_figures(ask: Ask, maker: MadeUp, go: threading.Event) -> None:
    ask("GET", "/reports/overview", headers=BROWSER)
    changed(maker)
    go.clear()
    threading.Timer(0.5, go.set).start()
    assert ask("GET", "/api/v1/reports/overview").text == render_json(maker.report)
    assert ask("GET", "/api/v1/reports/overview?fresh=1").status_code == 400


def test_a_refusal_takes_the_place_of_older_figures(ask: Ask, maker: MadeUp, go: threading.Event) -> None:
    ask("GET", "/reports/overview", headers=BROWSER)
    maker.state, maker.error = 2, EvidenceError("Too few.")
    assert ask("GET", "/reports/overview", headers=BROWSER).status_code == 409
    go.clear()
    assert 'id="newer"' in ask("GET", "/reports/overview", headers=BROWSER).text
    go.set()
    refused = ask("GET", "/reports/overview?fresh=1", headers=BROWSER)
    assert refused.status_code == 409
    assert "Too few." in refused.text


@pytest.mark.parametrize(
    ("language", "hours", "said"),
    [
        ("en", 1, "Figures of 07:30; newer ones are being made."),
        ("en", 30, "Figures of 2026-11-20 02:30; newer ones are being made."),
        ("en", 9, "Figures of 2026-11-20 23:30; newer ones are being made."),
        ("pl", 1, "Liczby z 07:30; nowsze są właśnie obliczane."),
        ("ru", 30, "Числа на 20 нояб. 2026\u202fг., 02:30; новые уже вычисляются."),
    ],
)
def test_of_when_figures_are_is_told_in_the_shops_time_with_the_day_where_that_is_over(
    language: str, hours: int, said: str
) -> None:
    report = msgspec.structs.replace(REPORT, timezone="America/St_Johns")
    now = NOW + timedelta(hours=12)
    found = Shown(report, now - timedelta(hours=hours))
    page = render_report(found, Question(name="overview"), Around(language=language), now)
    (told,) = SAID.findall(page)
    assert told.partition(" <a")[0] == said
    assert SAID.findall(render_report(Shown(report, None), Question(name="overview"), Around(), now)) == []
