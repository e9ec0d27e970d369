"""Holds by what was said: open tickets, complaints, low satisfaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from pairwell.advise.account import Voice
from pairwell.advise.advice import Hold
from pairwell.advise.readiness.helping import get_more
from pairwell.advise.readiness.satisfaction import content_again, forgotten, satisfaction, scores_of, unanswered
from pairwell.advise.signals.evidence import heard
from pairwell.advise.signals.view import View
from pairwell.said import day, joined, percent, phrase

_FORGOTTEN_DAYS: Final = 365  # its end was not told
_LAST_SCORES: Final = 3  # that are shown
_CONTENT: Final = 0.75  # who says so after a complaint has none any more
_DAY: Final = dt.timedelta(days=1)


def hold_by_voices(view: View) -> Iterator[Hold]:
    """Each at most once."""
    for make in (_complaint, _ticket, _dissatisfied):
        if (hold := make(view)) is not None:
            yield hold


def _complaint(view: View) -> Hold | None:
    voices = view.account.voices
    last = next((voice for voice in reversed(voices) if voice.kind == "complaint"), None)
    if last is None:
        return None
    until = last.at + dt.timedelta(days=view.settings.pause_days)
    if until <= view.account.as_of or any(voice.at > last.at and (voice.score or 0.0) >= _CONTENT for voice in voices):
        return None
    return Hold(
        code="complaint",
        text=phrase("They complained on {day}.", day=day(last.at.date())),
        helps=phrase("Answer the complaint of {day}, say what was done about it, and ask whether it is well now.",
                     day=day(last.at.date())),
        since=last.at,
        until=until,
        evidence=(heard(last),),
    )  # fmt: skip


def _ticket(view: View) -> Hold | None:
    """The oldest ticket that waits; a mere question holds only where it waits for long."""
    oldest = next((ticket for ticket in open_tickets(view.account.voices) if _holds(view, ticket)), None)
    if oldest is None:
        return None
    opened = day(oldest.at.date())
    return Hold(
        code="open_ticket",
        text=phrase("A ticket of {day} is open.", day=opened),
        helps=phrase("Leave them to support until the ticket of {day} is closed, and tell them what came of it.",
                     day=opened),
        since=oldest.at,
        evidence=(heard(oldest),),
    )  # fmt: skip


def open_tickets(voices: Sequence[Voice]) -> list[Voice]:
    """Those not closed, the oldest first; each that is closed is the one with the same text, or else the oldest."""
    waiting: list[Voice] = []
    for voice in voices:
        if voice.kind == "ticket_opened":
            waiting.append(voice)
        elif voice.kind == "ticket_closed" and waiting:
            same = [ticket for ticket in waiting if voice.text and ticket.text == voice.text]
            waiting.remove((same or waiting)[0])
    return waiting


def _holds(view: View, ticket: Voice) -> bool:
    age = view.account.as_of - ticket.at
    least = view.settings.question_days if (ticket.text or "").rstrip().endswith("?") else 0
    return least * _DAY <= age < _FORGOTTEN_DAYS * _DAY


def _dissatisfied(view: View) -> Hold | None:
    scores, now = scores_of(view.account.voices), view.account.as_of
    level, least = satisfaction(scores, now), view.settings.dissatisfied_below
    bad = unanswered(scores, now, least)
    if not scores or (level >= least and bad is None):
        return None
    until = content_again(level, now, least) if level < least else now
    return Hold(
        code="dissatisfied",
        text=phrase(
            "They are not satisfied: {share}, by what they said until {day}.",
            share=percent(level, 0),
            day=day(scores[-1].at.date()),
        )
        if level < least or bad is None
        else phrase("They were not satisfied on {day}, and nothing better was heard since.", day=day(bad.at.date())),
        helps=joined(phrase("Ask what would have to be better, and come back with it."), get_more(view)),
        since=scores[-1].at,
        until=until if until is None or bad is None else max(until, forgotten(bad)),
        evidence=tuple(heard(voice) for voice in reversed(scores[-_LAST_SCORES:])),
    )
