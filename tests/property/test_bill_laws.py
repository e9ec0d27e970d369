"""The laws of bills, on random price lists and accounts."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.slow_bills import slow_total
from tests.unit.advise.billing.accounts import case, held, meter, plan

from pairwell.advise.billing.case import Benefit
from pairwell.advise.billing.ledger import Bill, Held, Ledger, Prices, Use
from pairwell.advise.billing.price import price
from pairwell.advise.billing.reckon import reckon
from pairwell.advise.billing.recommend import Advice, recommend
from pairwell.plans import Meter, Plan

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
SEEDS = range(80)
MONTHS = [dt.date(2023 + number // 12, number % 12 + 1, 1) for number in range(26)]


def random_meter(rng: random.Random) -> Meter:
    ends = sorted(rng.sample(range(1, 60), rng.randint(0, 2)))
    steps = [(f"{rng.randint(0, 500)}.{rng.randint(0, 9)}", str(end)) for end in ends]
    return meter(
        "calls",
        str(rng.randint(0, 30)),
        *steps,
        (f"{rng.randint(0, 300)}.{rng.choice('05')}", None),
        block=Decimal(rng.choice([1, 1, 7])),
        volume=rng.random() < 0.3,
        per_seat=rng.random() < 0.3,
        cap_minor=rng.choice([None, None, rng.randint(100, 5000)]),
    )


def random_plan(rng: random.Random, tier: int) -> Plan:
    return plan(
        f"p{tier}",
        rng.randint(0, 20000),
        tier=tier,
        period=rng.choice(["month", "month", "year"]),
        seats_included=rng.choice([None, 0, 2]),
        seat_minor=rng.randint(0, 999),
        meters=(random_meter(rng),),
    )


def random_ledger(rng: random.Random, plans: list[Plan]) -> Ledger:
    """Plans one after the other with changes of seats, a trial in between and packages beside them."""
    moment = dt.datetime(2023, rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23), tzinfo=dt.UTC)
    held: list[Held] = []
    for _ in range(rng.randint(1, 4)):
        until = moment + dt.timedelta(hours=rng.randint(1, 8000))
        held.append(
            Held(plan_id=rng.choice(plans).plan_id, since=moment, until=until, seats=rng.choice([None, 1, 3, 6]))
        )
        moment = until + dt.timedelta(days=rng.choice([0, 0, 9]))
    held.append(msgspec.structs.replace(held[-1], since=moment, until=None))
    first = held[0].since
    if rng.random() < 0.4:
        tried = first + dt.timedelta(days=rng.randint(1, 200))
        held.append(Held(plan_id="p2", since=tried, until=tried + dt.timedelta(days=14), is_trial=True))
    held += [Held(plan_id="pack", since=first + dt.timedelta(days=40))] * rng.randint(0, 2)
    days = [first.date() + dt.timedelta(days=rng.randint(-5, 700)) for _ in range(60)]
    return Ledger(tuple(held), tuple(Use("calls", day, Decimal(rng.randint(1, 25))) for day in dict.fromkeys(days)))


def random_account(seed: int) -> tuple[Ledger, Prices]:
    rng = random.Random(seed)
    plans = [random_plan(rng, tier) for tier in range(3)]
    pack = plan("pack", rng.randint(1, 900), kind="add_on", meters=(meter("calls", str(rng.randint(1, 30))),))
    return random_ledger(rng, plans), Prices(plans=(*plans, pack), currency="EUR", zone=rng.choice(ZONES))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bill_is_exactly_what_counting_day_by_day_and_unit_by_unit_gives(seed: int) -> None:
    ledger, prices = random_account(seed)
    rng = random.Random(seed)
    for month in rng.sample(MONTHS, 2):
        found = reckon(ledger, prices, month)
        assert isinstance(found, Bill)
        assert found.total_minor == slow_total(ledger, prices, month), month
        assert found.total_minor == sum(line.amount_minor for line in found.lines)


@given(st.randoms(use_true_random=False), st.integers(0, 300), st.integers(0, 50))
def test_more_use_never_lowers_the_price_of_graduated_tiers_nor_passes_a_cap(
    rng: random.Random, units: int, more: int
) -> None:
    priced = msgspec.structs.replace(random_meter(rng), volume=False)
    less, all_of_it = price(priced, Decimal(units)), price(priced, Decimal(units + more))
    assert less <= all_of_it
    assert priced.cap_minor is None or all_of_it <= priced.cap_minor


def random_advice(seed: int) -> Advice:
    """Advice for an account with a year of use, some features and benefits."""
    rng = random.Random(seed)
    features = ("reports", "api", "sso")
    plans = [
        msgspec.structs.replace(
            random_plan(rng, tier),
            features=features[: rng.randint(0, 3)],
            fee_minor=rng.randint(0, 6000),
            min_term_months=rng.choice([0, 0, 12]),
        )
        for tier in range(3)
    ]
    if rng.random() < 0.5:
        own = msgspec.structs.replace(plans[0].meters[0], tiers=())
        plans[0] = msgspec.structs.replace(plans[0], meters=(own,))
    pack = plan("pack", rng.randint(1, 900), kind="add_on", meters=(meter("calls", str(rng.randint(1, 30))),))
    level, growth = rng.randint(0, 60), rng.randint(0, 5)
    calls = [max(level + growth * month + rng.randint(-3, 3), 0) for month in range(10)]
    worths = [Benefit(feature=one, money_minor=Decimal(rng.randint(0, 4000))) for one in features[:2]]
    worths.append(Benefit(meter="calls", money_minor=Decimal(rng.randint(0, 300))))
    holding = [held(rng.choice(plans).plan_id, "2026-01-01", seats=rng.choice([1, 3]))]
    return recommend(
        case(
            [*plans, pack],
            holding,
            {"calls": calls},
            benefits=tuple(worths),
            in_use=frozenset(rng.sample(features, 1)),
            needed=frozenset(rng.sample(features, rng.randint(0, 2))),
        )
    )


def test_no_advice_raises_the_bill_but_for_a_benefit_that_is_named_and_worth_it() -> None:
    seen = dict.fromkeys(("upgrade", "downgrade", "heads_up", "stay"), 0)
    raised = 0
    for seed in range(40):
        advice = random_advice(seed)
        seen[advice.action] += 1
        if advice.plan_id is not None:
            assert advice.expected_now_minor is not None
            assert advice.expected_then_minor is not None
            more = advice.expected_then_minor - advice.expected_now_minor
            assert more <= advice.worth_minor
            raised += more > 0
            assert more <= 0 or ": worth" in advice.benefit
        assert advice.benefit
    assert min(seen[action] for action in ("upgrade", "downgrade", "stay")) > 0, seen
    assert raised > 0
