"""What counts as the outcome of an offer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.learn.responses.offered import LATER, START, Told

from pairwell.clock import to_micros
from pairwell.config.published import load_settings
from pairwell.config.settings import Persuasion
from pairwell.journal.opportunities import read_opportunities
from pairwell.learn.responses.gathering import Gathered, Window, gather
from pairwell.learn.responses.purchases import Span, read_purchases

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_END = _DAY + 15 * _MINUTE  # a slate is valid for a quarter of an hour


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    opened = Told(tmp_path)
    yield opened
    opened.shop.close()


def outcomes(told: Told, *, until: datetime = LATER, most: int = 1_000) -> Gathered:
    shop = told.shop
    found = read_opportunities(shop._database, until=until, most=most)
    window = Window(_DAY // timedelta(microseconds=1), to_micros(LATER))
    gathering = gather(found, lambda name: load_settings(shop.workspace, name).settings.choice, window, Persuasion())
    span = Span(gathering.oldest, LATER)
    bought = read_purchases(shop.dataset, shop._database, gathering.units, span)
    return gathering.close(bought)


def bought(told: Told, kind: str = "cross_sell") -> list[bool]:
    """Of each offer, newest decision first."""
    return [bool(yes) for yes in outcomes(told).offers[kind].bought]


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize(
    ("after", "counts"),
    [(timedelta(0), False), (timedelta(microseconds=1), True), (_END, True), (_END + timedelta(microseconds=1), False)],
)
def test_a_purchase_counts_within_the_window(told: Told, after: timedelta, counts: bool, carried: bool) -> None:
    told.decide()
    told.buy(after=after)
    if carried:
        told.shop.keeping.compact()
    assert bought(told) == [counts]


def test_only_the_item_that_was_offered_counts(told: Told) -> None:
    told.decide(items=["mat", "lamp"])
    told.buy("c-1", "lamp", "tent")
    assert bought(told) == [False, True]
    assert outcomes(told).carts.ordered.tolist() == [True]


def test_what_somebody_else_bought_does_not_count(told: Told) -> None:
    told.decide()
    told.buy("c-2")
    assert bought(told) == [False]
    assert outcomes(told).carts.ordered.tolist() == [False]


def test_of_an_upgrade_the_target_counts(told: Told) -> None:
    told.decide(items=["big tent"], kind="upgrade")
    told.decide("c-2", items=["big tent"], kind="upgrade", at=START - _MINUTE)
    told.buy("c-1", "big tent")
    told.buy("c-2", "tent")
    assert bought(told, "upgrade") == [True, False]


@pytest.mark.parametrize("carried", ["never", "before", "after"])
def test_a_cancelled_order_is_none(told: Told, carried: str) -> None:
    told.decide()
    order = told.buy()
    if carried == "before":
        told.shop.keeping.compact()
    told.cancel(order)
    if carried == "after":
        told.shop.keeping.compact()
    assert bought(told) == [False]
    assert outcomes(told).carts.ordered.tolist() == [False]


def test_of_an_order_told_anew_the_newest_word_counts(told: Told) -> None:
    told.decide(items=["mat", "lamp"])
    order = told.buy("c-1", "mat")
    told.shop.keeping.compact()
    told.buy("c-1", "lamp", order_id=order, after=2 * _MINUTE)
    assert bought(told) == [False, True]
    told.shop.keeping.compact()
    assert bought(told) == [False, True]


def test_orders_of_files_count_as_those_of_events(told: Told, tmp_path: Path) -> None:
    told.decide("c-1")
    told.decide("c-2", at=START - _MINUTE)
    told.buy("c-1")
    path = tmp_path / "orders.csv"
    moment = (START + _MINUTE).isoformat()
    path.write_text(f"order_id,customer_id,placed_at,item_id,quantity,unit_price\nf-1,c-2,{moment},mat,1,7.00\n")
    told.shop.ingest("orders", path)
    assert bought(told) == [True, True]


def test_a_visitor_buys_as_a_visitor_or_as_the_customer_that_it_turns_out_to_be(told: Told) -> None:
    told.decide("v-1", visitor=True)
    told.decide("v-2", visitor=True, at=START - _MINUTE)
    told.decide("v-3", visitor=True, at=START - 2 * _MINUTE)
    told.buy(None, visitor="v-1")
    told.be_one("v-2", "c-2")
    told.buy("c-2")
    assert bought(told) == [True, True, False]
    told.shop.keeping.compact()
    assert bought(told) == [True, True, False]


def test_an_order_of_nobody_is_met_with_nobody(told: Told) -> None:
    told.decide("v-1", visitor=True)
    told.buy(None)
    assert bought(told) == [False]


def test_what_was_seen_is_what_was_told_of(told: Told) -> None:
    seen = told.decide("c-1", items=["mat", "lamp"])
    told.decide("c-2", at=START - _MINUTE)
    told.see(seen, 0)
    offers = outcomes(told).offers["cross_sell"]
    assert offers.seen.tolist() == [True, False, False]


def test_what_was_not_shown_stands_for_all(told: Told) -> None:
    told.decide("c-1", arm="holdout")
    told.decide("c-2", arm="withheld", at=START - _MINUTE)
    told.decide("c-3", at=START - 2 * _MINUTE)
    gathered = outcomes(told)
    missed = 0.3 + 0.7 * 0.1  # in the holdout, or else withheld
    assert gathered.carts.weight == pytest.approx([1 / missed, 1 / missed, 1 / (1 - missed)])
    assert gathered.slates.shown.tolist() == [False, False, True]


def test_of_one_item_the_first_slate_within_a_window_counts(told: Told) -> None:
    told.decide(items=["mat", "lamp"])
    told.decide(items=["lamp", "rope"], at=START + _MINUTE)
    told.decide("c-2", items=["mat"], arm="withheld")
    told.decide("c-2", items=["mat"], at=START + _MINUTE)
    gathered = outcomes(told)
    offers = gathered.offers["cross_sell"]
    assert sorted(offers.items[code] for code in offers.item) == ["lamp", "mat", "rope"]
    assert gathered.carts.offers.tolist() == [4]
    assert len(gathered.slates.shown) == 4


def test_the_window_begins_when_a_slate_is_no_longer_valid(told: Told) -> None:
    told.decide(valid=timedelta(days=7))
    told.decide("c-2", valid=timedelta(days=7), arm="holdout", at=START - _MINUTE)
    for customer in ("c-1", "c-2"):
        told.buy(customer, after=timedelta(days=5))
    assert bought(told) == [True, True]


def test_weights_are_those_of_the_settings_of_that_time(told: Told) -> None:
    told.decide("c-1", arm="holdout")
    file = told.shop.workspace.settings_file
    file.write_text(file.read_text().replace("holdout = 0.3", "holdout = 0.5"))
    told.shop.publish()
    told.shop.__dict__.pop("published", None)
    told.decide("c-2", arm="holdout", at=START + _MINUTE)
    assert outcomes(told).carts.weight == pytest.approx([1 / (0.5 + 0.5 * 0.1), 1 / (0.3 + 0.7 * 0.1)])


def test_decisions_under_settings_that_are_gone_are_counted_and_left_out(told: Told) -> None:
    told.decide("c-1")
    told.decide("c-2", settings="0" * 12)
    gathered = outcomes(told)
    assert len(gathered.slates.shown) == 1
    assert gathered.left_out == 1


def test_requests_that_name_nobody_and_the_forgotten_are_left_out(told: Told) -> None:
    told.decide("c-1")
    told.decide("c-2", at=START - _MINUTE)
    told.decide("c-3", arm="none")
    told.shop.keeping.forget("c-2")
    assert len(outcomes(told).slates.shown) == 1


def test_the_newest_are_read_in_parts_and_no_more_than_asked(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pairwell.journal.opportunities._AT_A_TIME", 3)
    names = [told.decide(f"c-{n}", at=START + (n // 2) * _MINUTE) for n in range(10)]
    database = told.shop._database
    found = [one.decision_id for one in read_opportunities(database, until=LATER, most=8)]
    assert found == names[:1:-1]
    until = START + 2 * _MINUTE
    assert [one.decision_id for one in read_opportunities(database, until=until, most=100)] == names[5::-1]
