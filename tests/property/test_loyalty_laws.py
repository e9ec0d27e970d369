"""Coming back and complaining by lot and by offers seen, against a slow path; planted worlds with a known answer."""

from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.test_offer_laws import _DAY, _END, _START
from tests.property.test_offer_laws import _Shop as Shop
from tests.property.test_slice_laws import _read, _told_shop

from pairwell.measure.customers.visits import Visits, make_visits
from pairwell.measure.offers.acceptors import Alike, Seen, compare_acceptors
from pairwell.measure.offers.estimates import Estimate, NotEstimable
from pairwell.measure.offers.loyalty import came_back
from pairwell.measure.offers.moods import LEAST, WEEK, Said, by_exposure, moods_by_lot
from pairwell.measure.offers.reading import Read
from pairwell.measure.offers.rows import Lines
from pairwell.measure.offers.trials import Trial

_BEFORE = 28 * _DAY


@settings(max_examples=5, derandomize=True, deadline=None, database=None)
@given(seed=st.integers(0, 10_000))
def test_who_came_back_is_counted_as_a_slow_path_does(seed: int) -> None:
    shop = _told_shop(seed)
    read = _read(shop)
    start: dict[str, int] = {}
    for decision in shop.decisions:
        if decision.offers:
            start.setdefault(str(decision.whose), decision.at)
    found = came_back(read.trial, read.lines, since=_START, until=_END)
    assert {(one.asked, one.number) for one in found} >= {("within", 30), ("repeat", 90), ("month", 1)}
    for one in found:
        first, last, fewest = {
            "within": (0, one.number, 1),
            "repeat": (0, one.number, 2),
            "month": (30 * one.number - 30, 30 * one.number, 1),
        }[one.asked]
        for held, side in ((False, one.pair.ones), (True, one.pair.others)):
            units = [
                name
                for name, at in start.items()
                if at > _START and at + last * _DAY <= _END and shop.held[name] == held
            ]
            assert side.units == len(units)
            bought = [_orders(shop, name, start[name] + first * _DAY, start[name] + last * _DAY) for name in units]
            if units:
                assert side.mean is not None
                assert side.mean.value == pytest.approx(np.mean([n >= fewest for n in bought]))


def _orders(shop: Shop, unit: str, first: int, last: int) -> int:
    return len({line.order for line in shop.lines if line.unit == unit and line.kept and first <= line.at < last})


def _said(rng: random.Random, read: Read) -> Said:
    unit = [rng.randrange(len(read.units)) for _ in range(300)]
    return Said(
        unit=np.array(unit),
        at=np.array([rng.randrange(_START // 1_000_000, _END // 1_000_000) * 1_000_000 for _ in unit]),
        score=np.array([rng.choice([0.0, 0.25, 1.0, float("nan")]) for _ in unit]),
        complaint=np.array([rng.random() < 0.3 for _ in unit]),
    )


@settings(max_examples=5, derandomize=True, deadline=None, database=None)
@given(seed=st.integers(0, 10_000))
def test_what_is_said_by_offers_seen_is_counted_as_a_slow_path_does(seed: int) -> None:
    shop = _told_shop(seed)
    read = _read(shop)
    rng = random.Random(seed)
    said = _said(rng, read)
    met = np.array([_START + rng.randrange(20) * _DAY for _ in read.units])
    exposed = [
        (str(one.whose), offer.exposed) for one in shop.decisions for offer in one.offers if offer.exposed is not None
    ]
    seen = {name: sorted(at for whose, at in exposed if whose == name and at < _END) for name in read.units}

    def row(unit: int, at: int) -> int:
        many = sum(at - _BEFORE <= one < at for one in seen[read.units[unit]])
        return max(place for place, least in enumerate(LEAST) if many >= least)

    scores: list[list[float]] = [[] for _ in LEAST]
    complaints, weeks = [0] * len(LEAST), [0] * len(LEAST)
    for unit, at, score in zip(said.unit.tolist(), said.at.tolist(), said.score.tolist(), strict=True):
        if not np.isnan(score):
            scores[row(unit, at)].append(score)
    bad = [(unit, at) for unit, at, one in zip(said.unit, said.at, said.complaint, strict=True) if one]
    for unit in range(len(read.units)):
        for begin in range(int(met[unit]), _END - WEEK + 1, WEEK):
            weeks[row(unit, begin)] += 1
            complaints[row(unit, begin)] += any(one == unit and begin <= at < begin + WEEK for one, at in bad)
    # The journal here begins before the period, so that the period of `told` is put to where that of the law begins.
    told = msgspec.structs.replace(read.told, since=_START)
    for place, one in enumerate(by_exposure(told, said, met)):
        assert (one.scores, one.complaints, one.weeks) == (len(scores[place]), complaints[place], weeks[place])
        if scores[place]:
            assert one.satisfaction is not None
            assert one.satisfaction.value == pytest.approx(np.mean(scores[place]))


@settings(max_examples=5, derandomize=True, deadline=None, database=None)
@given(seed=st.integers(0, 10_000))
def test_who_complained_by_lot_is_counted_as_a_slow_path_does(seed: int) -> None:
    shop = _told_shop(seed)
    read = _read(shop)
    said = _said(random.Random(seed), read)
    found = moods_by_lot(read.trial, said)
    start = dict(zip(read.trial.unit.tolist(), read.trial.start.tolist(), strict=True))
    rows = list(zip(said.unit.tolist(), said.at.tolist(), said.score.tolist(), said.complaint.tolist(), strict=True))
    triggered = set(read.trial.unit[read.trial.triggered].tolist())
    for held, side, scored in (
        (False, found.complained.ones, found.satisfaction.ones),
        (True, found.complained.others, found.satisfaction.others),
    ):
        arm = [unit for unit in triggered if shop.held[read.units[unit]] == held]
        bad = {unit for unit, at, _, one in rows if unit in arm and one and at >= start[unit]}
        assert side.units == len(arm)
        assert side.mean is not None
        assert side.mean.value == pytest.approx(len(bad) / len(arm))
        of_each: dict[int, list[float]] = {}
        for unit, at, score, _ in rows:
            if unit in arm and not np.isnan(score) and at >= start[unit]:
                of_each.setdefault(unit, []).append(score)
        assert scored.units == len(of_each)
        assert scored.mean is not None
        assert scored.mean.value == pytest.approx(np.mean([np.mean(one) for one in of_each.values()]))


def _world(seed: int, *, effect: float = 0.0, customers: int = 6_000) -> tuple[Seen, Visits]:
    """Half are loyal: they buy six times as often, before and after. Who had bought more accepts more.

    All see an offer on day 200; `effect`: the share of acceptors whom it brings back once more, from day 207 on.
    """
    rng = np.random.default_rng(seed)
    loyal = rng.random(customers) < 0.5
    who = np.repeat(np.arange(customers), rng.poisson(np.where(loyal, 12.0, 2.0)))
    days = rng.integers(0, 400, who.size)
    before = np.bincount(who[days < 200], minlength=customers)
    accepted = rng.random(customers) < 0.05 + 0.08 * np.minimum(before, 6)
    back = np.flatnonzero(accepted & (rng.random(customers) < effect))
    who, days = np.concatenate([who, back]), np.concatenate([days, rng.integers(207, 237, back.size)])
    names = [f"c{one:05}" for one in range(customers)]
    found = make_visits([names[one] for one in who], days, np.full(who.size, 100.0))
    place = {name: number for number, name in enumerate(found.customer_ids)}
    customer = np.array([place.get(name, -1) for name in names])
    visits = msgspec.structs.replace(found, last_day=400)  # as read, where orders without a name may be the last
    return Seen(customer=customer, day=np.full(customers, 200), accepted=accepted), visits


def _difference(found: Alike | NotEstimable, days: int = 30) -> Estimate:
    assert isinstance(found, Alike)
    one = next(one for one in found.compared if one.number == days).pair.difference
    assert isinstance(one, Estimate)
    return one


def _bought(visits: Visits, who: list[int]) -> float:
    inside = (visits.days >= 207) & (visits.days < 237)
    return len(set(visits.customers[inside].tolist()) & set(who)) / len(who)


def test_acceptors_who_were_loyal_before_are_no_more_so_than_others_alike() -> None:
    found = []
    for seed in range(12):
        seen, visits = _world(seed)
        plain = [_bought(visits, seen.customer[rows].tolist()) for rows in (seen.accepted, ~seen.accepted)]
        assert plain[0] - plain[1] > 0.1  # what offers would seem to bring
        alike = compare_acceptors(seen, visits)
        assert isinstance(alike, Alike)
        assert max(one.before for one in alike.balance) > 0.4
        assert all(abs(one.after) < 0.15 for one in alike.balance)
        found.append(_difference(alike))
    assert abs(np.mean([one.value for one in found])) < 0.02
    assert sum(not one.low <= 0 <= one.high for one in found) <= 3


def test_what_acceptance_brings_is_found() -> None:
    seen, visits = _world(3, effect=0.5)
    assert _difference(compare_acceptors(seen, visits)).low > 0.1


@pytest.mark.parametrize("lift", [0.0, 0.1])
def test_the_line_by_lot_tells_what_offers_do_however_loyal_acceptors_are(lift: float) -> None:
    """Half are loyal, whom no purchase before tells apart, and they alone accept."""
    rng = np.random.default_rng(7)
    n = 20_000
    loyal, held = rng.random(n) < 0.5, rng.random(n) < 0.2
    bought = np.flatnonzero(rng.random(n) < np.where(loyal, 0.6, 0.1) + lift * ~held)
    trial = Trial(
        unit=np.arange(n),
        start=np.full(n, 1),
        held=held,
        share=np.full(n, 0.2),
        triggered=np.ones(n, dtype=np.bool_),
        placement=np.zeros(n, dtype=np.int64),
        placements=["cart"],
        left_out={},
    )
    ones = np.ones(len(bought))
    lines = Lines(
        order=bought, unit=bought, at=np.full(len(bought), 5 * _DAY), item=np.zeros(len(bought), dtype=np.int64),
        items=["a"], quantity=ones, kept=ones, gross=ones, revenue=ones, margin=ones, cost_known=ones > 0,
        priced=ones > 0,
    )  # fmt: skip
    found = came_back(trial, lines, since=0, until=40 * _DAY)[0].pair.difference
    assert isinstance(found, Estimate)
    assert found.low <= lift <= found.high
    assert (found.low > 0) == (lift > 0)


def test_customers_without_a_purchase_before_are_compared_among_themselves() -> None:
    rng = np.random.default_rng(5)
    names = [f"c{one:04}" for one in range(3_000)]
    found = make_visits(names, rng.integers(101, 301, 3_000), np.full(3_000, 100.0))
    seen = Seen(customer=np.arange(3_000), day=np.full(3_000, 100), accepted=rng.random(3_000) < 0.3)
    difference = _difference(compare_acceptors(seen, found))
    assert difference.low <= 0 <= difference.high


def test_those_who_have_nobody_like_them_are_refused() -> None:
    names = [f"c{one:04}" for one in range(400)]
    who = [*names, *(name for name in names[:200] for _ in range(19)), "last"]  # acceptors bought 20 times, others once
    days = np.concatenate([np.full(400, 5), np.tile(np.arange(10, 29), 200), [300]])
    seen = Seen(customer=np.arange(400), day=np.full(400, 100), accepted=np.arange(400) < 200)
    found = compare_acceptors(seen, make_visits(who, days, np.ones(days.size)))
    assert isinstance(found, NotEstimable)
    assert (found.reason, found.found) == ("too_few", 0)


def test_nobody_who_saw_an_offer_is_a_refusal() -> None:
    nobody = np.empty(0, dtype=np.int64)
    visits = make_visits(["a"], np.array([5]), np.ones(1))
    found = compare_acceptors(Seen(customer=nobody, day=nobody, accepted=nobody > 0), visits)
    assert isinstance(found, NotEstimable)
