"""What offers came to and earned in each slice, against a slow path over raw rows."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.test_offer_laws import _END, _HELD, _START, _WINDOW, _added, _columns, _put_down, _shop
from tests.property.test_offer_laws import _Line as Line
from tests.property.test_offer_laws import _Shop as Shop

from pairwell.clock import from_micros
from pairwell.config.settings import Settings
from pairwell.journal.codes import Codes
from pairwell.journal.offers_told import DecisionTold, FirstMet, OfferTold
from pairwell.measure.offers.attribution import attribute
from pairwell.measure.offers.effects import bought_of
from pairwell.measure.offers.estimates import Estimate
from pairwell.measure.offers.gather import gather
from pairwell.measure.offers.reading import UNMET, Read
from pairwell.measure.offers.rows import Lines
from pairwell.measure.offers.sliced import Earned, Part, earned_by, parts_of
from pairwell.measure.offers.slicing import Sliced, Slices, find_slices, slice_customers
from pairwell.measure.offers.stages import STAGES, way_of
from pairwell.measure.offers.trials import Holdout, gather_trial
from pairwell.measure.period import Period

_REASONS = (("guarded", "share"), ("nothing_worth_it", ""), ("capped", "week"))
_PLACES, _SELLERS, _KINDS = ("cart", "page"), (None, "ann", "bob"), ("cross_sell", "upgrade")
_Of = Callable[[DecisionTold], str]


def _told_shop(seed: int) -> Shop:
    """The shop of `test_offer_laws`, with places, sellers, reasons of silences, kinds of offers, and some accepted."""
    rng, shop = random.Random(seed), _shop(seed)
    return shop._replace(decisions=[_told(rng, one) for one in shop.decisions])


def _told(rng: random.Random, one: DecisionTold) -> DecisionTold:
    reason, detail = rng.choice(_REASONS)
    return one._replace(
        placement=rng.choice(_PLACES),
        seller=rng.choice(_SELLERS),
        silence=None if one.offers else reason,
        detail=None if one.offers else detail,
        offers=[_offered(rng, offer) for offer in one.offers],
    )


def _offered(rng: random.Random, offer: OfferTold) -> OfferTold:
    taken = offer.exposed is not None and rng.random() < 0.4
    return offer._replace(kind=rng.choice(_KINDS), accepted=offer.exposed if taken else None)


def _read(shop: Shop) -> Read:
    period = Period(since=from_micros(0), until=from_micros(_END))
    told = gather([shop.decisions[:300], shop.decisions[300:]], period)
    units = Codes()
    for name in told.names.units:
        units[name]
    met = [
        FirstMet(
            str(one.whose), bool(one.offers), shop.held[str(one.whose)], one.placement, "s", one.at, False, one.whose
        )
        for one in sorted(shop.decisions, key=lambda one: str(one.whose))
    ]
    trial = gather_trial(met, units, since=_START, holdout_of=lambda _: Holdout("s", _HELD))
    lines: Lines = _columns(shop.lines, units)
    attributed = attribute(told, lines, window=_WINDOW)
    return Read(
        told=told,
        lines=lines,
        attributed=attributed,
        bought=bought_of(told, lines, attributed, window=_WINDOW),
        trial=trial,
        units=units.names,
        met=np.full(len(units.names), UNMET),  # nothing here asks for it
    )


def _group(unit: str) -> str:
    """A made attribute: who it is decides, and nothing that happened."""
    return "odd" if int(unit[2:]) % 3 else "even"


def _slices(read: Read, by: str) -> Slices:
    if by == "group":
        return slice_customers(read, by, [_group(name) for name in read.units])
    cut = Sliced(read=read, dataset=None, settings=Settings())  # type: ignore[arg-type]
    return find_slices(cut, by)


_OF: dict[str, _Of] = {
    "group": lambda one: _group(str(one.whose)),
    "placement": lambda one: one.placement,
    "seller": lambda one: one.seller or "(unknown)",
}


@pytest.mark.parametrize("by", ["group", "placement", "seller"])
@settings(max_examples=4, derandomize=True, deadline=None, database=None)
@given(seed=st.integers(0, 10_000))
def test_offers_and_silences_of_a_slice_are_those_of_a_slow_path(by: str, seed: int) -> None:
    shop = _told_shop(seed)
    read, of = _read(shop), _OF[by]
    put = [_put_down(shop, line) for line in shop.lines]
    told, many = parts_of(way_of(read.told, read.lines, read.attributed), _slices(read, by))
    parts = {one.name: one for one in told}
    assert len(parts) == many
    assert set(parts) == {of(one) for one in shop.decisions}
    for name, part in parts.items():
        mine = [one for one in shop.decisions if of(one) == name]
        assert dict(zip(STAGES, part.way.count(), strict=True)) == _stages(shop, mine, put)
        _compare_silences(part, mine)


def _stages(shop: Shop, mine: list[DecisionTold], put: list[tuple[str, int] | None]) -> dict[str, int]:
    lines: defaultdict[tuple[str, int], list[Line]] = defaultdict(list)
    for line, offer in zip(shop.lines, put, strict=True):
        if offer is not None:
            lines[offer].append(line)
    offers = [(one, offer, lines[one.decision_id, offer.offer_no]) for one in mine for offer in one.offers]
    return {
        "eligible": len(offers),
        "shown": sum(one.shown for one, _, _ in offers),
        "exposed": sum(offer.exposed is not None and offer.exposed < _END for _, offer, _ in offers),
        "clicked": 0,
        "accepted": sum(offer.accepted is not None and offer.accepted < _END for _, offer, _ in offers),
        "bought": sum(bool(bought) for _, _, bought in offers),
        "kept": sum(bool(bought) and all(line.kept > 0 for line in bought) for _, _, bought in offers),
    }


def _compare_silences(part: Part, mine: list[DecisionTold]) -> None:
    left = part.left
    assert left is not None
    assert (left.asked, left.silent) == (len(mine), sum(not one.offers for one in mine))
    assert {(silence.reason, silence.detail): count for silence, count in left.reasons} == Counter(
        (one.silence, one.detail) for one in mine if not one.offers
    )
    everybody, got = {one.whose for one in mine}, {one.whose for one in mine if one.offers}
    assert (left.customers, left.never) == (len(everybody), len(everybody - got))
    assert left.share is not None
    assert left.share.value == left.silent / left.asked
    assert left.share.low <= left.share.value <= left.share.high


@pytest.mark.parametrize("by", ["group", "placement", "seller", "kind", "item"])
@settings(max_examples=3, derandomize=True, deadline=None, database=None)
@given(seed=st.integers(0, 10_000))
def test_money_of_a_slice_is_that_of_a_slow_path_to_the_last_minor_unit(by: str, seed: int) -> None:
    shop = _told_shop(seed)
    read = _read(shop)
    named = {(one.decision_id, offer.offer_no): (one, offer) for one in shop.decisions for offer in one.offers}
    sums: Counter[str] = Counter()
    for line in shop.lines:
        put = _put_down(shop, line)
        if put is not None:
            sums[_name(by, line, *named[put])] += round(line.revenue)
    found = {one.name: one for one in earned_by(read, _slices(read, by))[0]}
    assert {name: one.revenue for name, one in found.items() if one.revenue} == {n: s for n, s in sums.items() if s}
    assert sum(one.revenue for one in found.values()) == read.lines.revenue[read.attributed.offer >= 0].sum()
    if by in ("group", "item"):
        _compare_added(by, shop, found)


def _name(by: str, line: Line, decision: DecisionTold, offer: OfferTold) -> str:
    return {"kind": offer.kind, "item": line.item}.get(by) or _OF[by](decision)


def _compare_added(by: str, shop: Shop, found: dict[str, Earned]) -> None:
    start: dict[str, int] = {}
    for decision in shop.decisions:
        if decision.offers:
            start.setdefault(str(decision.whose), max(decision.at, _START))
    for name, one in found.items():
        mine = {unit: at for unit, at in start.items() if by == "item" or _group(unit) == name}
        values: defaultdict[str, float] = defaultdict(float)
        for line in shop.lines:
            if line.unit in mine and line.at >= mine[line.unit] and (by == "group" or line.item == name):
                values[line.unit] += line.revenue
        added = one.added_revenue
        if isinstance(added, Estimate):  # else too few for values that skewed
            assert added.value == pytest.approx(_added(shop, mine, values), abs=1e-6)
