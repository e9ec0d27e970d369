"""What to ask in a talk, and the phrases to listen for: about the account's work, before any product is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pairwell.advise.advice import Move, Signal, SignalCode
from pairwell.advise.billing.wording import metered
from pairwell.plans import Plan
from pairwell.said import listed, phrase, unfilled

_MOST: Final = 3
_ASKED: Final[dict[SignalCode, tuple[str, str]]] = {
    "limit_near": (
        unfilled("What would happen at your side if {about} ran out before the end of the month?"),
        unfilled("we wait until the first; we ration {about}"),
    ),
    "overage_paid": (
        unfilled("Did the last invoices come out as you had planned?"),
        unfilled("why is it different every month; I have to explain this"),
    ),
    "growth": (
        unfilled("What is behind the growth in {about}, and will it go on?"),
        unfilled("a new campaign; we cannot keep up; we do it by hand"),
    ),
    "way_of_working": (
        unfilled("How does a usual day with {about} look, step by step?"),
        unfilled("then somebody copies it; we forget to follow up"),
    ),
    "new_team": (
        unfilled("How does the new team work, and what does it do differently?"),
        unfilled("they have their own list; they ask us for access"),
    ),
    "feature_asked": (
        unfilled("You asked about {about}: what would it let you do that you cannot do now?"),
        unfilled("every week; before the next audit; my boss wants"),
    ),
    "feature_tried": (
        unfilled("You looked at {about}: what were you hoping to find?"),
        unfilled("it nearly did it; we did not have time to set it up"),
    ),
    "seats_full": (
        unfilled("Who works with this and has no seat of their own?"),
        unfilled("we share a login; they send it to me"),
    ),
    "contact_left": (
        unfilled("Who decides about this now, and what matters to them?"),
        unfilled("we are looking at everything anew"),
    ),
    "use_drops": (
        unfilled("What changed in your work since {about} is used less?"),
        unfilled("we do it elsewhere now; nobody had time"),
    ),
    "renewal_near": (
        unfilled("What would have to be true for you to renew without a second thought?"),
        unfilled("budget; we compare; who signs"),
    ),
}
_BY_PURPOSE: Final = (
    unfilled("How do you handle {about} today, and how long does it take?"),
    unfilled("by hand; in a spreadsheet; it takes a day"),
)
_BY_KIND: Final = {
    "upgrade": (
        unfilled("What do you plan for the coming quarter that the last one did not have?"),
        unfilled("twice as many; another country; a hiring round"),
    ),
    "downgrade": (
        unfilled("Which parts of what you pay for did nobody use in the last months?"),
        unfilled("we only use; we have to save"),
    ),
    "heads_up": (
        unfilled("Do you see your use going on as in the last months?"),
        unfilled("it will be more; the season begins"),
    ),
    "add_on": (
        unfilled("Where do you lose the most time around what you do with us?"),
        unfilled("every time we have to; I wish it would"),
    ),
    "trial": (
        unfilled("If you could try it for some weeks, what would show you that it is worth it?"),
        unfilled("if it saves; if the team uses it"),
    ),
    "renewal": (
        unfilled("What should be different in the coming year?"),
        unfilled("we expected more of; it would help if"),
    ),
}


def questions_for(move: Move, plan: Plan | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What to ask and what to listen for, of the move's own signals first."""
    asked = dict(_pairs(move, plan))
    return tuple(asked)[:_MOST], tuple(asked.values())[:_MOST]


def _pairs(move: Move, plan: Plan | None) -> Iterator[tuple[str, str]]:
    about: dict[SignalCode, list[str]] = {}  # growth in two meters is one question
    for signal in move.signals:
        about.setdefault(signal.code, []).append(_about(signal, plan))
    for code, named in about.items():
        yield _filled(_ASKED[code], listed(list(dict.fromkeys(named))))
    if move.kind == "add_on" and plan is not None and plan.purpose:
        yield _filled(_BY_PURPOSE, metered(plan.purpose))
        return
    yield _filled(_BY_KIND[move.kind], "")


def _about(signal: Signal, plan: Plan | None) -> str:
    if signal.about:
        return metered(signal.about)
    return "" if plan is None else plan.title or plan.plan_id


def _filled(pair: tuple[str, str], about: str) -> tuple[str, str]:
    question, phrases = pair
    return phrase(question, about=about), phrase(phrases, about=about)
