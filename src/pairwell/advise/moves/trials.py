"""Trials of a higher plan: for whom one is better than a pitch, for how long, and what to look at in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pairwell.advise.advice import Move
from pairwell.advise.billing.days import days_of, first_of, local_day, months_on
from pairwell.advise.billing.recommend import Advice
from pairwell.advise.billing.wording import metered, money, titled
from pairwell.advise.moves.chances import Yeses
from pairwell.advise.moves.contract import Contract, cost_of, monthly_fee
from pairwell.advise.moves.make import Offer, Telling, make_move
from pairwell.advise.moves.satisfaction import tie_odds
from pairwell.plans import Plan
from pairwell.said import Said, listed, phrase, phrase_count

DAYS: Final = 14  # to see what a feature does
KEPT: Final = 0.35  # share of trials after which the plan is held; stated, not learned
_CODES: Final = frozenset({"feature_asked", "feature_tried"})


def trial_moves(contract: Contract, yeses: Yeses) -> Iterator[Move]:
    """Where the bills do not settle it: more is wanted and nobody knows how much, or a feature was asked for."""
    for family, advice in sorted(contract.prospect.advices.items()):
        now = next((plan for plan in contract.held if plan.kind == "plan" and plan.family == family), None)
        higher = _next_up(contract, now) if now is not None else None
        if now is None or higher is None or advice.action not in ("stay", "heads_up"):
            continue
        meters = _full(now, advice)
        features = [] if meters else _asked(contract, now, higher)
        if meters or features:
            yield _move(contract, yeses, (now, higher), (meters, features))


def _next_up(contract: Contract, now: Plan) -> Plan | None:
    higher = [
        plan
        for plan in contract.terms.prices.plans
        if plan.kind == "plan"
        and plan.family == now.family
        and plan.tier > now.tier
        and plan.plan_id not in contract.ids
    ]
    return min(higher, key=lambda plan: (plan.tier, plan.plan_id), default=None)


def _full(now: Plan, advice: Advice) -> list[str]:
    """Meters of which no more can be had, and all is taken."""
    if advice.action != "heads_up" or advice.plan_id is not None:
        return []
    limited = {limit.meter for limit in advice.limits if not limit.is_sold}
    return [meter.meter for meter in now.meters if not meter.tiers and meter.meter in limited]


def _asked(contract: Contract, now: Plan, higher: Plan) -> list[str]:
    gained = set(higher.features) - set(now.features)
    wanted = {one.about for one in contract.prospect.signals if one.code in _CODES}
    return sorted(gained & wanted | ({higher.plan_id} & wanted))


def _move(contract: Contract, yeses: Yeses, plans: tuple[Plan, Plan], of: tuple[list[str], list[str]]) -> Move:
    (now, higher), (meters, features) = plans, of
    prices = contract.terms.prices
    first = months_on(first_of(local_day(contract.prospect.account.as_of, prices.zone)), 1)
    days = days_of(first) if meters else DAYS
    costs = round(cost_of(higher, contract.terms) * days / days_of(first))
    more = monthly_fee(higher) - monthly_fee(now) - cost_of(higher, contract.terms) + cost_of(now, contract.terms)
    chance = yeses.chance("trial", tie_odds(contract.prospect))
    margin = KEPT * contract.year_minor(max(more, 0)) - costs
    telling = Telling(
        benefit=_benefit(higher, days, meters, features),
        why=(
            _measure(meters, features),
            phrase("It costs us {money}", money=money(costs, prices.currency)),
            phrase("A trial rather than a pitch: what they would get of it is not known yet, and a trial shows it"),
        ),
        signals=tuple(one for one in contract.prospect.signals if one.about in {*meters, *features}),
        objection=phrase("And then we forget to stop it?"),
        answer=phrase("It ends by itself, and nothing is billed unless they say yes."),
    )
    return make_move(contract, Offer(kind="trial", plan=higher, chance=chance, margin=margin), telling)


def _benefit(plan: Plan, days: int, meters: list[str], features: list[str]) -> Said:
    if meters:
        return phrase_count(
            "{count} day of {plan} without a limit on {what}, to see how much they need",
            "{count} days of {plan} without a limit on {what}, to see how much they need",
            days,
            plan=titled(plan),
            what=listed([metered(one) for one in meters]),
        )
    what = listed([titled(plan) if one == plan.plan_id else metered(one) for one in features])
    return phrase_count(
        "{count} day to try {what}, which they asked about",
        "{count} days to try {what}, which they asked about",
        days,
        what=what,
    )


def _measure(meters: list[str], features: list[str]) -> Said:
    if meters:
        return phrase("Look at how much of {what} they use in it", what=listed([metered(one) for one in meters]))
    return phrase("Look at how many of them use {what}, and how often", what=listed([metered(one) for one in features]))
