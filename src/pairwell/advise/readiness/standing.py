"""Holds by where an account stands: too new, too little known, its contact gone, its use falling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from pairwell.advise.advice import Hold, Signal
from pairwell.advise.billing.days import noon
from pairwell.advise.billing.wording import titled
from pairwell.advise.newest import find_attribute
from pairwell.advise.notes import normal
from pairwell.advise.readiness.helping import get_more, get_more_of, use_more
from pairwell.advise.signals.evidence import told
from pairwell.advise.signals.view import View
from pairwell.said import day, joined, phrase

_STAGE: Final = ("stage", "lifecycle", "phase")
_EARLY: Final = frozenset(
    {
        "onboarding",
        "new",
        "implementation",
        "pilot",
        "trial",
        "внедрение",
        "новый",
        "пилот",
        "wdrożenie",
        "nowy",
        "pilotaż",
    }
)


def hold_by_standing(view: View, signals: Sequence[Signal]) -> Iterator[Hold]:
    """What signals say against selling; then an early stage, or too little known."""
    yield from (_contact_left(view, signal) for signal in signals if signal.code == "contact_left")
    yield from (_use_drops(view, signal) for signal in signals if signal.code == "use_drops")
    if early := _early(view):
        yield early
    if little := _little_known(view):
        yield little


def _contact_left(view: View, signal: Signal) -> Hold:
    helps = phrase(
        "Find out who at {name} decides now, and show them what they have before anything new.", name=view.account.name
    )
    return Hold(
        code="contact_left",
        text=signal.text,
        helps=joined(helps, get_more(view)),
        since=signal.at,
        until=None,
        evidence=signal.evidence,
    )


def _use_drops(view: View, signal: Signal) -> Hold:
    helps = get_more_of(view, signal.about or "")
    return Hold(code="use_drops", text=signal.text, helps=helps, since=signal.at, evidence=signal.evidence)


def _early(view: View) -> Hold | None:
    """By the stage that is told, or else by the days since they began and whether they have come to use it."""
    known, first = find_attribute(view.account, _STAGE), min((stay.since for stay in view.stays), default=None)
    if first is None or not view.now:
        return None
    if known is not None and normal(known.value) not in _EARLY:
        return None
    end = noon(first, view.prices.zone) + dt.timedelta(days=view.settings.onboarding_days)
    if known is None and end <= view.account.as_of and _has_come_to_use(view, first):
        return None
    plan = max((stay for stay in view.now), key=lambda stay: (stay.plan.kind == "plan", stay.since)).plan
    helps = phrase("An onboarding session on {plan}, until they get out of it what they came for.", plan=titled(plan))
    return Hold(
        code="early_stage",
        text=phrase("They began on {day} and are still settling in.", day=day(first)),
        helps=joined(helps, use_more(view)),
        since=noon(first, view.prices.zone),
        until=end if end > view.account.as_of else None,
        evidence=() if known is None else (told(known.name, known.value, known.until),),
    )


def _has_come_to_use(view: View, first: dt.date) -> bool:
    """True too where they have been there for twice as long, or where use is not known of anybody."""
    late = view.today >= first + dt.timedelta(days=2 * view.settings.onboarding_days)
    return late or bool(view.account.ledger.used) or view.account.used_until is None


def _little_known(view: View) -> Hold | None:
    account = view.account
    if view.held and (account.ledger.used or account.voices or account.needs):
        return None
    text = phrase("It is not known what they use, need or think.")
    if not view.held:
        text = phrase("They hold nothing that they pay for.")
    return Hold(
        code="too_little_known",
        text=text,
        helps=phrase("Ask what they want to get done, and note it as their needs."),
        since=account.as_of,
    )
