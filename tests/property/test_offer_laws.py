"""What is put down to offers and what they added, against a slow path over raw rows."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.clock import from_micros
from pairwell.events import name_offer
from pairwell.journal.codes import Codes
from pairwell.journal.offers_told import DecisionTold, FirstMet, OfferTold
from pairwell.measure.offers.attribution import attribute
from pairwell.measure.offers.effects import FOLLOWING_DAYS, Effects, bought_of, effects_of
from pairwell.measure.offers.estimates import Estimate
from pairwell.measure.offers.gather import gather
from pairwell.measure.offers.rows import Lines
from pairwell.measure.offers.shares import put_down
from pairwell.measure.offers.stages import way_of
from pairwell.measure.offers.trials import Holdout, gather_trial
from pairwell.measure.period import Period

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_WINDOW = _DAY
_START, _END = 40 * _DAY, 80 * _DAY
_ITEMS = "abcde"
_HELD = 0.4


class _Line(NamedTuple):
    order: int
    unit: str
    at: int
    item: str
    quantity: int
    kept: int
    revenue: float  # after returns


class _Shop(NamedTuple):
    decisions: list[DecisionTold]
    lines: list[_Line]
    held: dict[str, bool]


def _shop(seed: int) -> _Shop:
    """Two hundred customers with slates and orders at few different moments, so that many coincide."""
    rng = random.Random(seed)
    held = {f"c:{number:03}": rng.random() < _HELD for number in range(200)}
    decisions = [_decision(rng, number, held) for number in range(900)]
    lines = [line for number in range(600) for line in _order(rng, number, list(held))]
    return _Shop(sorted(decisions, key=lambda one: one.at), lines, held)


def _decision(rng: random.Random, number: int, held: dict[str, bool]) -> DecisionTold:
    unit = rng.choice(list(held))
    at = 5 * _DAY + rng.randrange(150) * 12 * _HOUR
    bundles = [name_offer(rng.sample(_ITEMS, 2)) for _ in range(2)]
    names = rng.sample([*_ITEMS, *bundles], rng.randrange(4))
    shown = bool(names) and not held[unit]
    offers = [_offer(rng, place, name, at if shown else None) for place, name in enumerate(names)]
    return DecisionTold(
        f"d{number}", at, unit, "holdout" if held[unit] else "treated", shown, "cart", None, None, offers
    )


def _offer(rng: random.Random, place: int, name: str, at: int | None) -> OfferTold:
    seen = None if at is None or rng.random() < 0.2 else at + rng.randrange(3) * _HOUR
    last = None if seen is None else seen + rng.choice([0, 0, 6 * _HOUR])
    return OfferTold(place, "cross_sell", name, seen, last, None, None, None, None)


def _order(rng: random.Random, number: int, units: list[str]) -> list[_Line]:
    unit, at = rng.choice(units), _START + rng.randrange(160) * 6 * _HOUR
    lines = []
    for item in rng.choices(_ITEMS, k=rng.randint(1, 4)):
        quantity = rng.randint(1, 3)
        kept = rng.randint(0, quantity)
        lines.append(_Line(number, unit, at, item, quantity, kept, float(rng.randint(50, 100) * kept)))
    return lines


def _columns(lines: list[_Line], units: Codes) -> Lines:
    revenue = np.array([line.revenue for line in lines])
    yes = np.ones(len(lines), dtype=np.bool_)
    return Lines(
        order=np.array([line.order for line in lines]),
        unit=np.array([units[line.unit] for line in lines]),
        at=np.array([line.at for line in lines]),
        item=np.array([_ITEMS.index(line.item) for line in lines]),
        items=list(_ITEMS),
        quantity=np.array([float(line.quantity) for line in lines]),
        kept=np.array([float(line.kept) for line in lines]),
        gross=revenue,
        revenue=revenue,
        margin=revenue / 2,
        cost_known=yes,
        priced=yes,
    )


def _put_down(shop: _Shop, line: _Line) -> tuple[str, int] | None:
    """The decision and offer that a line is put down to, looked for one by one."""
    inside = {other.item for other in shop.lines if other.order == line.order}
    best: tuple[int, int, int] | None = None
    for place, decision in enumerate(shop.decisions):
        if decision.whose != line.unit:
            continue
        for offer in decision.offers:
            parts = set(offer.name.split("\x1f"))
            if line.item not in parts or not parts <= inside:
                continue
            for seen in (offer.exposed, offer.exposed_last):
                if seen is not None and 0 <= line.at - seen <= _WINDOW:
                    best = max(best or (-1, -1, -1), (seen, place, offer.offer_no))
    return None if best is None else (shop.decisions[best[1]].decision_id, best[2])


def _age(shop: _Shop, line: _Line) -> int | None:
    """How long ago a slate, real or ghost, last named the item to this customer."""
    named = [
        line.at - decision.at
        for decision in shop.decisions
        if decision.whose == line.unit and decision.at <= line.at
        for offer in decision.offers
        if line.item in offer.name.split("\x1f")
    ]
    return min(named, default=None)


def _part(age: int | None) -> str:
    if age is None or age > _WINDOW + FOLLOWING_DAYS * _DAY:
        return "others"
    return "offered" if age <= _WINDOW else "following"


def _added(shop: _Shop, start: dict[str, int], values: dict[str, float]) -> float:
    """What the treated have more, by plain means."""
    sides: dict[bool, list[float]] = {True: [], False: []}
    for unit in start:
        sides[shop.held[unit]].append(values.get(unit, 0.0))
    treated, held = sides[False], sides[True]
    return len(treated) * (sum(treated) / len(treated) - sum(held) / len(held))


@settings(max_examples=10, derandomize=True, deadline=None, database=None)
@given(st.integers(0, 10_000))
def test_purchases_are_put_down_and_compared_as_a_slow_path_does(seed: int) -> None:
    shop = _shop(seed)
    # Slates before the period count as far as purchases look back to them: here as far as there are any.
    period = Period(since=from_micros(0), until=from_micros(_END))
    told = gather([shop.decisions[:100], shop.decisions[100:]], period)
    units = Codes()
    for name in told.names.units:
        units[name]
    met = [
        FirstMet(one.whose, bool(one.offers), shop.held[one.whose], "cart", "s", one.at, other_lot=False, lot=one.whose)
        for one in sorted(shop.decisions, key=lambda one: str(one.whose))
        if one.whose is not None
    ]
    trial = gather_trial(met, units, since=_START, holdout_of=lambda _: Holdout("s", _HELD))
    lines = _columns(shop.lines, units)
    attributed = attribute(told, lines, window=_WINDOW)
    named = [(decision.decision_id, offer.offer_no) for decision in shop.decisions for offer in decision.offers]
    found = [None if row < 0 else named[row] for row in attributed.offer.tolist()]
    assert found == [_put_down(shop, line) for line in shop.lines]
    ours = [line for line, offer in zip(shop.lines, found, strict=True) if offer is not None]
    sums = len({line.order for line in ours}), sum(line.quantity for line in ours), sum(line.revenue for line in ours)
    whole = put_down(lines, attributed)
    assert (whole.orders, whole.units, whole.revenue) == sums
    way = way_of(told, lines, attributed)
    assert way.count()[5] == len(set(found) - {None})
    _compare(shop, effects_of(trial, bought_of(told, lines, attributed, window=_WINDOW)), found)


def _compare(shop: _Shop, effects: Effects, found: list[tuple[str, int] | None]) -> None:
    start: dict[str, int] = {}
    for decision in shop.decisions:
        if decision.offers and decision.whose is not None:
            start.setdefault(decision.whose, max(decision.at, _START))
    sums: dict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    orders: dict[str, set[int]] = defaultdict(set)
    attributed = 0.0
    for line, offer in zip(shop.lines, found, strict=True):
        if line.unit not in start or line.at < start[line.unit]:
            continue
        sums["revenue"][line.unit] += line.revenue
        sums["margin"][line.unit] += line.revenue / 2
        sums[_part(_age(shop, line))][line.unit] += line.revenue / 2
        orders[line.unit].add(line.order)
        attributed += line.revenue if offer is not None else 0.0
    sums["orders"] = defaultdict(float, {unit: float(len(some)) for unit, some in orders.items()})
    assert effects.attributed_revenue == pytest.approx(attributed, abs=1e-6)
    for name in ("revenue", "margin", "orders", "offered", "following", "others"):
        one = getattr(effects, name)
        if isinstance(one, Estimate):
            assert one.value == pytest.approx(_added(shop, start, sums[name]), abs=1e-6), name
            assert one.low <= one.value <= one.high
