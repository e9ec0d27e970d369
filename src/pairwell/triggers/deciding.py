"""What was triggered, decided: each event once, as if it had been asked for over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec

from pairwell.config.published import Published
from pairwell.config.rules.trigger import Trigger
from pairwell.decide.decider import plain_answer
from pairwell.decide.unsent import why_unsent
from pairwell.records import Answer, Decision, DecisionInputs, DecisionRequest
from pairwell.triggers.bodies import request_of
from pairwell.triggers.conditions import condition_of
from pairwell.triggers.records import Task


class Deciding(Protocol):
    """Who decides, under the live settings; customers go by the names that the journal knows them by."""

    @property
    def published(self) -> Published: ...

    def decide_known(self, request: DecisionRequest, now: datetime, *, dry_run: bool = False) -> Decision: ...

    def look_again(self, request: DecisionRequest, answer: Answer, now: datetime) -> str | None: ...


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with offers and when it was made, or why there is none."""

    at: datetime
    beside: list[str] = []  # what was bought last, where the event names nothing
    answer: Answer | None = None
    silence: str | None = None


def decide_task(task: Task, trigger: Trigger, shop: Deciding, now: datetime) -> Decided:
    """Decide on an event. The journal knows the request by the task's id: asked again, it says the same again."""
    settings, event = shop.published.settings, task.held.event
    assert event is not None
    request = request_of(trigger, task.trigger_id, task.held, settings)
    condition, beside_nothing, beside = condition_of(trigger), not (request.cart or request.viewed), list[str]()
    against = condition.objection(event, now)
    if against is None and (condition.asks_of_customer or beside_nothing):
        known = _known_now(request, shop, now)
        against = condition.objection_to(event, known, settings)
        if beside_nothing:  # what was bought last, as far as that may be used
            beside = [*known.bought_at][:1]
            request = msgspec.structs.replace(request, viewed=beside)
    if against is not None:
        return Decided(at=now, silence=against)
    decision = shop.decide_known(request, now)
    answer = plain_answer(decision.answer)
    if not answer.offers:
        silence = "no_offer" if answer.silence is None else answer.silence.reason
        return Decided(at=now, silence=why_unsent(answer, decision.inputs, settings) or silence)
    return Decided(at=decision.inputs.now, answer=answer, beside=beside)


def why_not_now(task: Task, trigger: Trigger, shop: Deciding, now: datetime) -> str | None:
    """Why an offer decided a while ago must not go out; None: it may. "kill_switch" may pass, others do not."""
    assert task.held.answer is not None
    request = request_of(trigger, task.trigger_id, task.held, shop.published.settings)
    return shop.look_again(msgspec.structs.replace(request, request_id=None), task.held.answer, now)


def _known_now(request: DecisionRequest, shop: Deciding, now: datetime) -> DecisionInputs:
    return shop.decide_known(msgspec.structs.replace(request, request_id=None), now, dry_run=True).inputs
