"""What to do next: the dearest findings, each with the page where it is done."""

from __future__ import annotations

import re
from importlib.resources import files

import msgspec
from tests.unit.serve.pages.conftest import EVIL, REPORT, Ask, MadeUp

from pairwell.report.record import Column, Table
from pairwell.serve.pages.next_steps import PLACES, first_steps
from pairwell.serve.pages.views.all import VIEWS

BROWSER = {"accept": "text/html"}
_TITLES = ("1. The holdout is small", "2. Declined", f"3. {EVIL}", "4. One too many")
_KEYS = ("small_holdout", "declined_offers", "never_offered", "limits")
_ROWS = [
    {"finding": title, "money": 120_000 if place == 0 else None, "money_low": 100_000, "money_high": 140_000}
    for place, title in enumerate(_TITLES)
]
_COLUMNS = [
    Column(key="finding", title="Finding", unit="text"),
    Column(key="money", title="Costs", unit="money", interval=True),
]
FINDINGS = msgspec.structs.replace(
    REPORT,
    name="findings",
    tables=[
        Table(key="findings", title="Findings", columns=_COLUMNS, rows=_ROWS),
        *(Table(key=key, title=title, columns=[], rows=[]) for key, title in zip(_KEYS, _TITLES, strict=True)),
    ],
)


def test_every_finding_leads_to_a_page_that_there_is() -> None:
    sources = [
        one.read_text(encoding="utf-8") for one in (files("pairwell.report") / "found").iterdir() if one.is_file()
    ]
    found = {key for text in sources for key in re.findall(r"Found\(\s+key=\"(\w+)\"", text)}
    assert found == set(PLACES)
    assert set(PLACES.values()) <= {view.path for view in VIEWS}


def test_the_three_dearest_are_told_with_what_they_cost() -> None:
    steps = first_steps(FINDINGS, "en")
    assert [one.title for one in steps] == [*_TITLES[:3]]
    assert [one.path for one in steps] == ["/settings", "/limits", "/pairs"]
    assert [(one.costs, one.interval) for one in steps][:2] == [
        ("1,200.00 EUR", "1,000.00 to 1,400.00"),
        ("", "1,000.00 to 1,400.00"),
    ]
    assert first_steps(msgspec.structs.replace(FINDINGS, tables=[]), "en") == []
    assert first_steps(REPORT, "en") == []


def test_the_page_of_findings_opens_with_them(ask: Ask, maker: MadeUp) -> None:
    maker.report = FINDINGS
    page = ask("GET", "/reports/findings?since=2026-11-01", headers=BROWSER).text
    section = page[page.index('<section class="next" id="next">') :].partition("</section>")[0]
    assert "Costs 1,200.00 EUR in this period." in section
    assert 'href="/settings"' in section
    assert 'href="/reports/findings?since=2026-11-01#evidence"' in section  # which follows on this very page
    assert page.count('id="evidence"') == 1
    assert page.index("</section>", page.index(section)) < page.index('id="evidence"')
    assert EVIL not in page
    assert "hx-get" not in page


def test_an_overview_asks_for_them_once_it_is_shown_and_links_there_without_scripts(ask: Ask, maker: MadeUp) -> None:
    maker.report = msgspec.structs.replace(REPORT, lead=["orders"])
    page = ask("GET", "/?since=2026-11-01", headers=BROWSER).text
    assert 'hx-get="/reports/findings?since=2026-11-01&amp;fresh=1"' in page
    assert '<a href="/reports/findings?since=2026-11-01">' in page
    assert "htmx.min" in page
    sliced = ask("GET", "/?by=channel", headers=BROWSER).text
    assert ("hx-get" in sliced, "htmx.min" in sliced) == (False, False)
    maker.state, maker.report = 2, REPORT
    assert "hx-get" not in ask("GET", "/", headers=BROWSER).text


def _one(key: str, setting: str, row: dict[str, str | float]) -> str:
    first = {"finding": "1. One", "money": None, "setting": setting}
    tables = [
        Table(key="findings", title="Findings", columns=_COLUMNS, rows=[first]),
        Table(key=key, title="1. One", columns=[], rows=[row]),
    ]
    return first_steps(msgspec.structs.replace(FINDINGS, tables=tables), "en")[0].address


def test_a_step_leads_to_the_very_thing_with_the_value_filled_in() -> None:
    pair: dict[str, str | float] = {"item_id": "A&B", "with_id": "tag"}
    assert _one("never_offered", "", pair) == "/item?id=A%26B&other=tag"
    assert _one("hardly_taken", "a rule", {"items": "mat, lamp"}) == "/item?id=mat"
    assert _one("declined_placements", "", {"placement": "cart"}) == "/playground?placement=cart"
    assert _one("limits", "[[caps]] no mats", {}) == "/playground?cap_off=no+mats"
    assert _one("limits", "[[rules]] no lamps", {}) == "/playground?rule_off=no+lamps"
    wider = _one("limits", "[guards] add_on_price_share", {"looser": 0.75})
    assert wider == "/playground?guards.add_on_price_share=0.75"
    assert _one("limits", "[guards] min_stock", {}) == "/limits"
    assert _one("unknown_costs", "costs of items", {"item_id": "mat"}) == "/data"


def test_that_nobody_can_tell_the_costs_is_not_said_of_every_step(ask: Ask, maker: MadeUp) -> None:
    rows = [{**row, "money": None} for row in _ROWS]
    first = msgspec.structs.replace(FINDINGS.tables[0], rows=rows)
    maker.report = msgspec.structs.replace(FINDINGS, tables=[first, *FINDINGS.tables[1:]])
    page = ask("GET", "/reports/findings?since=2026-11-01", headers=BROWSER).text
    assert "nobody can tell" not in page[page.index('id="next"') :].partition("</section>")[0]
