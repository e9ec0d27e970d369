"""Add-ons worth a talk: what similar accounts hold, and what this one itself asked for, tried or said it needs."""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from typing import Final

import msgspec

from pairwell.advise.advice import Evidence, Move, Signal
from pairwell.advise.billing.case import fits
from pairwell.advise.billing.days import MONTHS_OF_A_YEAR
from pairwell.advise.billing.wording import money, titled
from pairwell.advise.moves.benefits import benefits_of
from pairwell.advise.moves.chances import Yeses
from pairwell.advise.moves.contract import Contract, cost_of, monthly_fee
from pairwell.advise.moves.make import Offer, Telling, make_move
from pairwell.advise.moves.objections import object_to_add_on
from pairwell.advise.moves.satisfaction import tie_odds
from pairwell.advise.notes import normal
from pairwell.advise.whitespace.gaps import Gap
from pairwell.plans import Plan
from pairwell.said import Said, day, joined, phrase

SHOWN: Final = 1.5  # log odds where it was asked for or tried
NEEDED: Final = 1.0  # where its purpose was said to be needed
SAME_AIM: Final = 0.8  # where something held serves the same aim
WORKS_SO: Final = 0.7  # where the way of working calls for it
ALIKE: Final = 0.4  # for each log odds by which similar accounts hold it more often than all do
_LEAST_CHANCE: Final = 0.01


class Ground(msgspec.Struct, frozen=True):
    """Why an add-on would do this account good, as it said itself or the business vouches for."""

    text: str  # said
    minor: int = 0  # a month, where it is money
    is_need: bool = False


def add_on_moves(contract: Contract, yeses: Yeses) -> Iterator[Move]:
    """Those that cost no more than the share of the contract allows, and that something of this account speaks for."""
    gaps = {gap.plan_id: gap for gap in contract.prospect.gaps}
    for plan in contract.terms.prices.plans:
        grounds = list(_grounds(contract, plan)) if _can_be_had(contract, plan) else []
        if grounds:
            yield _move(contract, yeses, plan, (gaps.get(plan.plan_id), grounds))


def may_cost(contract: Contract) -> float:
    """The most that an add-on may cost a month, in minor units."""
    return contract.terms.add_on_price_share * contract.bill_minor


def _can_be_had(contract: Contract, plan: Plan) -> bool:
    if plan.kind != "add_on" or plan.plan_id in contract.ids or plan.meters:
        return False  # packages of units are weighed with the plans
    beside = any(fits(plan, one) for one in contract.held) if plan.requires else bool(contract.held)
    has = {feature for one in contract.held for feature in one.features}
    gives_more = not plan.features or not set(plan.features) <= has
    return beside and gives_more and monthly_fee(plan) <= may_cost(contract)


def _grounds(contract: Contract, plan: Plan) -> Iterator[Ground]:
    """A benefit that pays for it, time it saves, a need that the account told of or works by, interest it showed."""
    worths = list(benefits_of(contract, plan))
    paid = sum(minor for _, minor in worths)
    if paid == 0 or paid >= monthly_fee(plan):
        yield from (Ground(text, minor) for text, minor in worths)
    for need in contract.prospect.account.needs:
        if plan.purpose and need.how == "said" and normal(need.need) == normal(plan.purpose):
            since = day(need.since.date())
            yield Ground(
                phrase("It serves {need}, which they said they need on {day}", need=need.need, day=since), 0, True
            )
            break
    for signal in (*_shown(contract, plan), *_works_so(contract, plan)):
        yield Ground(signal.text)


def _shown(contract: Contract, plan: Plan) -> list[Signal]:
    """What the account asked for, looked at or tried of it."""
    about = {plan.plan_id, *plan.features}
    codes = ("feature_asked", "feature_tried")
    return [one for one in contract.prospect.signals if one.code in codes and one.about in about]


def _works_so(contract: Contract, plan: Plan) -> list[Signal]:
    """That the account works in the way which the add-on serves, without having what serves it."""
    ways = [one for one in contract.prospect.signals if one.code == "way_of_working"]
    return [one for one in ways if plan.purpose and one.about and normal(one.about) == normal(plan.purpose)]


def _move(contract: Contract, yeses: Yeses, plan: Plan, why: tuple[Gap | None, list[Ground]]) -> Move:
    gap, grounds = why
    shown, margin = _shown(contract, plan), _yearly(contract, plan)
    chance = yeses.chance("add_on", _odds(contract, plan, gap, grounds))
    paid, fee = sum(one.minor for one in grounds), monthly_fee(plan)
    objection, answer = object_to_add_on(plan, yeses)
    telling = Telling(
        benefit=grounds[0].text,
        why=(*(one.text for one in grounds[1:]), _price(contract, plan), *(gap.reasons if gap else ())),
        signals=tuple(shown),
        objection=objection,
        answer=answer,
        evidence=tuple(evidence for signal in shown for evidence in signal.evidence) or _rows(contract, plan),
    )
    gain = paid - fee if paid else None
    return make_move(contract, Offer(kind="add_on", plan=plan, chance=chance, margin=margin, gain_minor=gain), telling)


def _odds(contract: Contract, plan: Plan, gap: Gap | None, grounds: list[Ground]) -> float:
    odds = tie_odds(contract.prospect)
    if gap is not None:
        odds += ALIKE * (_log_odds(gap.chance) - _log_odds(gap.share))
        odds += SAME_AIM if _same_aim(contract, plan) else 0.0
    odds += NEEDED if any(one.is_need for one in grounds) else 0.0
    odds += SHOWN if _shown(contract, plan) else 0.0
    return odds + (WORKS_SO if _works_so(contract, plan) else 0.0)


def _same_aim(contract: Contract, plan: Plan) -> bool:
    return plan.purpose is not None and any(one.purpose == plan.purpose for one in contract.held)


def _log_odds(chance: float) -> float:
    kept = min(max(chance, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
    return log(kept / (1 - kept))


def _yearly(contract: Contract, plan: Plan) -> float:
    """With the chance that the account leaves before."""
    return contract.year_minor(plan.fee_minor / _months(plan) - cost_of(plan, contract.terms))


def _months(plan: Plan) -> int:
    return MONTHS_OF_A_YEAR if plan.period == "year" else 1


def _price(contract: Contract, plan: Plan) -> Said:
    fee, whole = monthly_fee(plan), contract.bill_minor
    return phrase(
        "It costs {fee} a month, beside {bill} now",
        fee=money(fee, contract.terms.prices.currency),
        bill=money(whole, contract.terms.prices.currency),
    )


def _rows(contract: Contract, plan: Plan) -> tuple[Evidence, ...]:
    """The need that was told, or the benefit that the business vouches for."""
    needs = [
        one for one in contract.prospect.account.needs if plan.purpose and normal(one.need) == normal(plan.purpose)
    ]
    if needs:
        rows = joined(needs[0].need, day(needs[0].since.date()), between=", ")
        return (Evidence(table="needs", rows=rows, said=needs[0].how),)
    return (Evidence(table="benefits", rows=", ".join(plan.features) or plan.plan_id, said=titled(plan)),)
