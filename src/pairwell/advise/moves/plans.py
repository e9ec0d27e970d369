"""Moves to another plan: what the bills say, as something to talk about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pairwell.advise.advice import Evidence, Move, MoveKind, Signal
from pairwell.advise.billing.recommend import Action, Advice
from pairwell.advise.billing.wording import titled
from pairwell.advise.moves.benefits import hours_of
from pairwell.advise.moves.chances import Yeses, gain_odds
from pairwell.advise.moves.contract import Contract, cost_of, gain_of
from pairwell.advise.moves.make import Offer, Telling, make_move
from pairwell.advise.moves.objections import object_to_plan
from pairwell.advise.moves.satisfaction import tie_odds
from pairwell.plans import Plan
from pairwell.said import joined, phrase, phrase_count

_KINDS: Final[dict[Action, MoveKind]] = {"upgrade": "upgrade", "downgrade": "downgrade", "heads_up": "heads_up"}


def plan_moves(contract: Contract, yeses: Yeses) -> Iterator[Move]:
    """One for each family in which another plan is right, or a word about the present one."""
    for family, advice in sorted(contract.prospect.advices.items()):
        now = next((plan for plan in contract.held if plan.kind == "plan" and plan.family == family), None)
        then = contract.terms.prices.plan(advice.plan_id) if advice.plan_id else now
        if advice.action in _KINDS and now is not None and then is not None:
            yield _move(contract, yeses, advice, (now, then))


def _move(contract: Contract, yeses: Yeses, advice: Advice, plans: tuple[Plan, Plan]) -> Move:
    now, then = plans
    kind, prospect, gain = _KINDS[advice.action], contract.prospect, gain_of(advice)
    paid = contract.bills.get(now.family, 0)
    chance = yeses.chance(kind, gain_odds(gain or 0, paid) + tie_odds(prospect))
    margin, signals = _margin(contract, advice, plans, gain or 0), tuple(_about(contract, now, then))
    objection, answer = object_to_plan(advice, then, yeses)
    telling = Telling(
        benefit=joined(advice.benefit, *hours_of(contract, advice.gains), between=", "),
        why=(*advice.also, *(signal.text for signal in signals)),
        signals=signals,
        objection=objection,
        answer=answer,
        evidence=(_bills_seen(advice, now),),
    )
    return make_move(contract, Offer(kind=kind, plan=then, chance=chance, margin=margin, gain_minor=gain), telling)


def _margin(contract: Contract, advice: Advice, plans: tuple[Plan, Plan], gain: int) -> float:
    """What the bill brings more or less, and what it brings that an account without a better plan to find stays."""
    if advice.expected_then_minor is None or advice.expected_now_minor is None:
        return 0.0
    now, then = plans
    dearer = advice.expected_then_minor - advice.expected_now_minor
    more = dearer - cost_of(then, contract.terms) + cost_of(now, contract.terms)
    brings = contract.brings_minor
    return contract.year_minor(brings + more, max(gain, 0)) - contract.year_minor(brings)


def _about(contract: Contract, now: Plan, then: Plan) -> Iterator[Signal]:
    wanted = {now.plan_id, then.plan_id, *then.features, *(meter.meter for meter in (*now.meters, *then.meters))}
    yield from (signal for signal in contract.prospect.signals if signal.about in wanted)


def _bills_seen(advice: Advice, now: Plan) -> Evidence:
    rows = phrase_count("the last {count} whole month", "the last {count} whole months", advice.months_seen)
    return Evidence(table="usage", rows=rows, said=phrase("Bills reckoned from use on {plan}", plan=titled(now)))
