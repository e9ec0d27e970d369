"""Holds by what was answered and agreed: later, no, hesitation, late payment, no consent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from pairwell.advise.account import Consent
from pairwell.advise.advice import Evidence, Hold, HoldCode
from pairwell.advise.newest import Known, find_attribute, newest_note
from pairwell.advise.notes import normal
from pairwell.advise.readiness.helping import get_more
from pairwell.advise.signals.evidence import agreed, heard, told
from pairwell.advise.signals.view import View
from pairwell.said import Said, day, joined, phrase

_PAYMENT: Final = ("payment", "payment_status", "payments", "pays")
_LATE: Final = frozenset({"late", "overdue", "unpaid", "past due", "просрочено", "просрочка", "поздно", "po terminie"})
_ANSWER: Final = ("last_answer",)
_UNTIL: Final = ("later_until", "ask_again")
_LATER: Final = frozenset({"later", "not now", "позже", "не сейчас", "później", "nie teraz"})
_NO: Final = frozenset({"no", "declined", "нет", "отказ", "nie", "odmowa"})


def hold_by_answers(view: View) -> Iterator[Hold]:
    """What they answered, else what was noted of it; then payment and consent."""
    if late := _pays_late(view):
        yield late
    if answer := _by_answer(view) or _by_attribute(view) or _hesitated(view):
        yield answer
    if refused := _no_consent(view):
        yield refused


def _pays_late(view: View) -> Hold | None:
    """By the attribute, or by a note that is newer than it."""
    known = find_attribute(view.account, _PAYMENT)
    note = newest_note(view.account, ("pays_late", "paid"), dt.timedelta(days=view.settings.note_days))
    helps = phrase("Settle the open invoices first; offer a plan of payments, not more to pay.")
    if known is not None and (note is None or note[1].at <= known.until):
        if normal(known.value) not in _LATE:
            return None
        rows = (told(known.name, known.value, known.until),)
        return Hold(code="pays_late", text=phrase("They pay late."), helps=helps, since=known.since, evidence=rows)
    if note is None or note[0] != "pays_late":
        return None
    return Hold(
        code="pays_late",
        text=phrase("A note says that they pay late."),
        helps=helps,
        since=note[1].at,
        until=note[1].at + dt.timedelta(days=view.settings.note_days),
        evidence=(heard(note[1]),),
    )


def _by_answer(view: View) -> Hold | None:
    """The newest answer to a move, where it was later or no."""
    answer = view.account.answers[-1] if view.account.answers else None
    if answer is None or answer.answer == "accept":
        return None
    until = answer.until or answer.at + dt.timedelta(days=view.settings.pause_days)
    rows = (Evidence(table="outcomes", rows=answer.move, said=answer.words or answer.reason or answer.answer),)
    return _put_off(
        view, "asked_for_later" if answer.answer == "later" else "declined_lately", (answer.at, until), rows
    )


def _by_attribute(view: View) -> Hold | None:
    """The same, where another system keeps answers as attributes."""
    known = find_attribute(view.account, _ANSWER)
    value = "" if known is None else normal(known.value)
    if known is None or value not in _LATER | _NO:
        return None
    code: HoldCode = "asked_for_later" if value in _LATER else "declined_lately"
    until = _until(find_attribute(view.account, _UNTIL)) if value in _LATER else None
    pause = dt.timedelta(days=view.settings.pause_days)
    rows = (told(known.name, known.value, known.until),)
    return _put_off(view, code, (known.since, until or known.since + pause), rows)


def _until(known: Known | None) -> dt.datetime | None:
    try:
        return None if known is None else dt.datetime.fromisoformat(known.value[:10]).replace(tzinfo=dt.UTC)
    except ValueError:
        return None


def _put_off(
    view: View, code: HoldCode, when: tuple[dt.datetime, dt.datetime], rows: tuple[Evidence, ...]
) -> Hold | None:
    since, until = when
    if until <= view.account.as_of:
        return None
    text = {
        "asked_for_later": phrase("They asked to be asked again on {day}.", day=day(until.date())),
        "declined_lately": phrase("They said no on {day}.", day=day(since.date())),
    }[code]
    return Hold(code=code, text=text, helps=_wait(view, until), since=since, until=until, evidence=rows)


def _wait(view: View, until: dt.datetime) -> Said:
    said = phrase("Keep to it: nothing to buy before {day}.", day=day(until.date()))
    return joined(said, get_more(view))


def _hesitated(view: View) -> Hold | None:
    """By a note, unless an attribute that was told after it says otherwise."""
    note = newest_note(view.account, ("hesitates",), dt.timedelta(days=view.settings.pause_days))
    known = find_attribute(view.account, _ANSWER)
    if note is None or (known is not None and known.until >= note[1].at):
        return None
    until = note[1].at + dt.timedelta(days=view.settings.pause_days)
    return Hold(
        code="hesitated",
        text=phrase("A note of {day} says that they hesitate.", day=day(note[1].at.date())),
        helps=joined(phrase("Ask what they are unsure of, and send what answers it."), get_more(view)),
        since=note[1].at,
        until=until,
        evidence=(heard(note[1]),),
    )


def _no_consent(view: View) -> Hold | None:
    """Where nobody of them agreed to the channel: refused it, or said nothing where a yes is asked for."""
    channel = view.settings.channel.lower()  # as consents are kept
    newest: dict[str, Consent] = {one.who: one for one in view.account.consents if one.channel == channel}
    if any(one.given for one in newest.values()) or (not newest and view.settings.consent == "unless_refused"):
        return None
    last = max(newest.values(), key=lambda one: one.at, default=None)
    return Hold(
        code="no_consent",
        text=phrase("Nobody there agreed to be reached by {channel}.", channel=channel),
        helps=phrase("Wait until they write or call, or ask for consent where they log in; do not reach out."),
        since=view.account.as_of if last is None else last.at,
        evidence=() if last is None else (agreed(last),),
    )
