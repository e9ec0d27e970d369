"""What an overview opens with: figures in their order, what changed, and whether the data is well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pairwell
from pairwell.measure.offers.effects import Effects
from pairwell.measure.offers.estimates import NotEstimable
from pairwell.measure.sales.changes import Change
from pairwell.report.changed import changed_table
from pairwell.report.leading import LEAD, holdout_figure
from pairwell.report.record import Figure, Report, Table
from pairwell.report.shown.page import render_page
from pairwell.report.shown.text import render_text
from pairwell.said import spoken
from pairwell.shop.face import Shop

_NOBODY = NotEstimable(reason="nobody")
_SURE, _CHANCE = Change(50.0, 150.0, 0.0001), Change(-50.0, 60.0, 0.8)


def _figure(key: str, *, unit: str = "count", value: float | None = 1_100, previous: float | None = 1_000) -> Figure:
    return Figure(key=key, title=key.upper(), unit=unit, value=value, previous=previous)  # type: ignore[arg-type]


def _effects(treated: int, held: int) -> Effects:
    names = ("revenue", "margin", "orders", "offered", "following", "others")
    none = dict.fromkeys(names, _NOBODY)
    return Effects(treated=treated, held=held, attributed_revenue=0.0, attributed_margin=0.0, **none)


def test_only_what_stands_out_among_all_is_told_to_have_changed() -> None:
    looked_at = [_figure("orders"), _figure("revenue", unit="money"), _figure("aov", unit="money")]
    table = changed_table(looked_at, {"orders": _CHANCE, "revenue": _SURE, "aov": _CHANCE}, "EUR")
    assert table is not None
    (row,) = table.rows
    assert (row["figure"], row["before"], row["now"]) == ("REVENUE", "€10.00", "€11.00")
    assert [row[f"change{end}"] for end in ("", "_low", "_high")] == pytest.approx([0.1, 0.05, 0.15])
    assert "looked at 3 figures" in str(table.note)


def test_what_is_sure_alone_may_not_be_sure_among_many() -> None:
    alone = {"orders": Change(1.0, 90.0, 0.03)}
    others = ("buyers", "revenue", "aov", "items_per_order", "attach_rate")
    figures = [_figure(key) for key in ("orders", *others)]
    assert changed_table(figures[:1], alone, "EUR").rows  # type: ignore[union-attr]
    table = changed_table(figures, alone | dict.fromkeys(others, _CHANCE), "EUR")
    assert table is not None
    assert (table.rows, str(table.note).startswith("Nothing is shown to have changed")) == ([], True)


@pytest.mark.parametrize("figure", [_figure("orders", previous=None), _figure("orders", value=None)])
def test_without_a_period_before_nothing_is_said_of_changes(figure: Figure) -> None:
    assert changed_table([figure], {"orders": _SURE}, "EUR") is None


def test_the_surest_change_comes_first_and_shares_are_told_as_such() -> None:
    figures = [_figure("orders"), _figure("attach_rate", unit="share", value=0.6, previous=0.5)]
    table = changed_table(figures, {"orders": Change(1, 199, 0.01), "attach_rate": Change(0.08, 0.12, 1e-9)}, "EUR")
    assert table is not None
    assert [row["figure"] for row in table.rows] == ["ATTACH_RATE", "ORDERS"]
    assert table.rows[0]["now"] == "60.0%"
    assert spoken(str(table.rows[0]["now"]), "en") == "60.0%"


def test_the_holdout_is_told_as_it_fell_and_as_it_is_set() -> None:
    figure = holdout_figure(_effects(95, 5), 0.05)
    assert (figure.value, str(figure.note)) == (0.05, "5 customers of 100 were kept without offers by lot.")
    assert "Nobody is kept without offers now" in str(holdout_figure(_effects(95, 5), 0.0).note)
    nobody = holdout_figure(_effects(0, 0), 0.0)
    assert nobody.value is None
    assert "set `holdout = 0.05`" in str(nobody.refusal)


def _led() -> Report:
    table = Table(key="t", title="A TABLE", columns=[], rows=[], note="Its note.")
    figures = [_figure("orders"), _figure("margin"), _figure("aov")]
    return Report(
        name="overview",
        title="T",
        currency="EUR",
        timezone="UTC",
        period=None,
        figures=figures,
        lead=["aov", "gone", "orders"],
        tables=[table],
    )


def test_figures_that_lead_stand_first_and_the_others_below_the_tables() -> None:
    text = "\n".join(render_text(_led()))
    places = [text.index(word) for word in ("AOV", "ORDERS", "A TABLE", "All metrics", "MARGIN")]
    assert places == sorted(places)
    page = render_page(_led())
    places = [page.index(word) for word in ("lead", "AOV", "ORDERS", "A TABLE", "All metrics", "MARGIN")]
    assert places == sorted(places)
    assert "<details" in page[page.index("A TABLE") :]


def test_without_a_lead_all_figures_stand_first() -> None:
    page = render_page(Report(name="x", title="T", currency="EUR", timezone="UTC", period=None, figures=_led().figures))
    assert "All metrics" not in page
    assert [page.index(word) for word in ("ORDERS", "MARGIN", "AOV")] == sorted(
        page.index(word) for word in ("ORDERS", "MARGIN", "AOV")
    )


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """One order of long ago, one row that says nothing, and events of which one lies in the future."""
    at = datetime.now(UTC) + timedelta(days=300)
    orders, events = tmp_path / "orders.csv", tmp_path / "events.csv"
    orders.write_text("order_id,placed_at,item_id,quantity,unit_price\n1,2026-01-05 10:00,tent,1,235.00\n,,,,\n")
    head = "event_id,at,type,customer_id,item_id"
    events.write_text(f"{head}\ne1,2026-01-05 09:50,view,c1,tent\ne2,{at:%Y-%m-%d} 10:00,view,c1,tent\n")
    made = pairwell.create(tmp_path / "shop")
    made.ingest("orders", orders)
    made.ingest("events", events)
    return made


def test_an_overview_tells_how_well_its_data_is(shop: Shop) -> None:
    with shop:
        report = shop.report("overview")
        refused = shop.status().refused
    rows = {str(row["what"]): row for row in next(one for one in report.tables if one.key == "health").rows}
    assert rows["Newest order"]["found"] == "2026-01-05 10:00"
    assert rows["Newest event"]["found"] == "2026-01-05 09:50"
    assert rows["Newest answer in the journal"]["found"] == "none yet"
    assert rows["Rows refused"]["found"] == str(refused)
    assert "mend the file" in str(rows["Rows refused"]["do"]) or refused == 0
    assert (rows["Model"]["found"], rows["Model"]["do"]) == ("none yet", "Run `pairwell learn`.")
    assert report.lead == [key for key in LEAD if key in {figure.key for figure in report.figures}]
    assert report.lead[:2] == ["incremental_margin_minor", "attributed_revenue_minor"]
