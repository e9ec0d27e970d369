"""Which customer's story is told to an account: industry, need and use decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pairwell.advise.advice import Story
from pairwell.advise.billing.wording import titled
from pairwell.advise.moves.contract import Contract
from pairwell.advise.moves.terms import Told
from pairwell.advise.notes import normal
from pairwell.plans import Plan
from pairwell.said import ENGLISH, joined, phrase

_INDUSTRY: Final = 2
_NEED: Final = 2
_USE: Final = 3  # it is about the very thing


def find_story(contract: Contract, plan: Plan) -> Story | None:
    """The one that matches best, of equals the first by id; None where none is about what this is about."""
    fitting = [(score, told) for told in _told(contract) if (score := _score(contract, plan, told)) >= _USE]
    if not fitting:
        return None
    best = min(fitting, key=lambda one: (-one[0], one[1].story_id))[1]
    return Story(story_id=best.story_id, text=best.text, because=joined(*_because(contract, plan, best), between=", "))


def _told(contract: Contract) -> Iterator[Told]:
    """Each story once: in the language asked for, else in English, else as it is there."""
    order = {contract.terms.locale: 0, ENGLISH: 1}
    by_id: dict[str, Told] = {}
    for told in sorted(contract.terms.stories, key=lambda one: (one.story_id, order.get(one.locale, 2), one.locale)):
        by_id.setdefault(told.story_id, told)
    yield from by_id.values()


def _score(contract: Contract, plan: Plan, told: Told) -> int:
    """Below `_USE` where neither the thing nor both the industry and the need are the same."""
    return _INDUSTRY * _same_industry(contract, told) + _NEED * _same_need(plan, told) + _USE * _same_use(plan, told)


def _same_industry(contract: Contract, told: Told) -> bool:
    industry = contract.prospect.account.industry
    return bool(told.industry and industry) and normal(told.industry or "") == normal(industry or "")


def _same_need(plan: Plan, told: Told) -> bool:
    """The purpose of what this is about: a story of another need is no help here, though the account may have that."""
    return bool(told.need and plan.purpose) and normal(told.need or "") == normal(plan.purpose or "")


def _same_use(plan: Plan, told: Told) -> bool:
    return bool(told.use) and normal(told.use or "") in {normal(plan.plan_id), normal(titled(plan))}


def _because(contract: Contract, plan: Plan, told: Told) -> Iterator[str]:
    if _same_industry(contract, told):
        yield phrase("the same industry")
    if _same_need(plan, told):
        yield phrase("the same need: {need}", need=told.need)
    if _same_use(plan, told):
        yield phrase("about {plan}", plan=titled(plan))
