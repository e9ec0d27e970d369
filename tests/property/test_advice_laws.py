"""What no account manager is ever told, whatever the accounts."""

from __future__ import annotations

import random

import pytest
from tests.unit.advise.moves.firms import benefit, hold, prospect, signal, terms

from pairwell.advise.moves.contract import Contract, monthly_fee
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.advise.worklist import make_worklist

SEEDS = range(12)


def drawn_terms(rng: random.Random) -> Terms:
    worth = rng.choice([None, 500, 4000, 9000])
    benefits = () if worth is None else (benefit(feature=rng.choice(["chat", "audit"]), money_minor=worth),)
    return terms(
        add_on_price_share=rng.choice([0.05, 0.15, 0.3]), benefits=benefits, minute_minor=rng.choice([0, 0, 80])
    )


def drawn(rng: random.Random, name: str, of: Terms) -> Prospect:
    signals = [signal(code, rng.choice(["chat", "audit"])) for code in ("feature_asked", "feature_tried")]
    return prospect(
        name,
        bought=rng.randrange(6),
        needs=tuple(rng.sample(["inbound", "security", "other"], rng.randrange(3))),
        signals=tuple(rng.sample(signals, rng.randrange(3))),
        holds=(hold(),) if rng.random() < 0.3 else (),
        of=of,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_no_move_breaks_a_guard_and_no_held_account_is_talked_to(seed: int) -> None:
    rng = random.Random(seed)
    of = drawn_terms(rng)
    firms = {name: drawn(rng, name, of) for name in (f"a{number}" for number in range(12))}
    found = make_worklist(firms.values(), of, capacity_minutes=rng.choice([None, 90]))
    named = [one.account_id for one in found.left_alone]
    named += [one.account_id for one in (*found.nothing_to_say, *found.not_known)]
    talks = (*found.talks, *found.waiting)
    assert sorted([*named, *(talk.account_id for talk in talks)]) == sorted(firms)  # each once
    for talk in talks:
        one = firms[talk.account_id]
        assert one.readiness.is_ready
        paid = Contract(one, of).bill_minor
        for move in (talk.move, *talk.further):
            plan = of.prices.plan(move.plan_id)
            assert plan is not None
            if move.kind == "add_on":
                assert monthly_fee(plan) <= of.add_on_price_share * paid
                assert move.gain_minor is None or move.gain_minor >= 0
            elif move.kind in ("upgrade", "downgrade"):
                assert (move.gain_minor or 0) >= 0  # what it costs more is paid for by a benefit
            assert move.benefit
            assert 0 <= move.chance_low <= move.chance <= move.chance_high <= 1
    assert found.capacity_minutes is None or found.minutes <= found.capacity_minutes


@pytest.mark.parametrize("seed", SEEDS)
def test_the_list_is_blind_to_the_order_of_accounts(seed: int) -> None:
    rng = random.Random(seed)
    of = drawn_terms(rng)
    firms = [drawn(rng, f"a{number}", of) for number in range(8)]
    whole = make_worklist(firms, of, capacity_minutes=120)
    rng.shuffle(firms)
    assert make_worklist(firms, of, capacity_minutes=120) == whole
