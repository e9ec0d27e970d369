"""How accounts get on with the firm: mood, tickets, payments, the person who wanted it, and answers given.

Everything that makes an account touchy leaves a trace that the firm can see; most such traces mean it, some do not.
"""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.firm.accounts import Accounts
from pairwell.simulate.firm.months import stack_months
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.streams import Purpose, open_stream

_TICKET = 0.05  # chance of one in a month, at a usual mood
_CLOSED = 0.65  # chance in a month that it is closed
_GRAVE = 0.85  # share of tickets that are no mere questions
_LATE, _PAYS_AGAIN = 0.006, 0.12  # chances in a month to begin to pay late, and to stop
_GONE, _REPLACED = 0.008, 0.16  # of the person who wanted it
_TALK = 0.012  # chance of a talk in a month that ends in "later"
LATER = 3  # whole months after the one in which "later" was said, for which it holds
_MATTERS = 0.85  # share of late payers, and of those whose champion left, that are touchy
_UNHAPPY, _AT_EASE = -2.1, -0.8  # moods where a grievance begins, and where it ends
_AFTER_TICKET, _OTHERWISE, _NPS = 0.5, 0.04, 0.12  # chances to answer a survey in a month
_NORMALS, _UNIFORMS = 3, 10


class Temper(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Arrays are [month, account], or of one month: as it is at its end, where nothing else is said."""

    mood: Floats  # 0 is usual, 1 a deviation
    ticket: Bools  # open
    question: Bools  # the ticket is a mere question
    grievance: Bools
    late: Bools  # pays late
    gone: Bools  # the champion left, and nobody took over
    said_later: Bools  # in this month
    parked: Bools  # said "later" not long ago
    onboarding: Bools
    csat: Ints  # 1 to 5, of a survey in this month; 0: none
    nps: Ints  # 0 to 10, of a survey in this month; -1: none
    touchy: Bools  # to pitch them does harm


class _Months(msgspec.Struct, kw_only=True):
    """What one month knows of the one before."""

    mood: Floats
    ticket: Bools
    question: Bools
    grievance: Bools
    late: Bools
    gone: Bools
    later: Ints  # months since a "later"


def live_temper(accounts: Accounts, size: FirmSize, fading: Bools, seed: int) -> Temper:
    """How they get on, month by month; losing interest lowers the mood."""
    streams = [open_stream(seed, Purpose.TEMPER, account) for account in range(size.accounts)]
    traits = np.stack([stream.random(2) for stream in streams])
    normal = np.stack([stream.standard_normal((size.months, _NORMALS)) for stream in streams], axis=1)
    uniform = np.stack([stream.random((size.months, _UNIFORMS)) for stream in streams], axis=1)
    now = _first(normal[0, :, 0])
    rows = []
    for month in range(size.months):
        before = msgspec.structs.replace(now)
        there = accounts.joined <= month
        _go_on(now, normal[month], uniform[month], (fading[month], there))
        onboarding = there & (month - accounts.joined < accounts.onboarding)
        rows.append(_row(now, before, (normal[month], uniform[month]), (traits, onboarding, there)))
    return stack_months(rows)


def _first(normal: Floats) -> _Months:
    no = np.zeros(len(normal), dtype=np.bool_)
    return _Months(mood=normal, ticket=no, question=no, grievance=no, late=no, gone=no,
                   later=np.full(len(normal), 99))  # fmt: skip


def _go_on(now: _Months, normal: Floats, uniform: Floats, whose: tuple[Bools, Bools]) -> None:
    fading, there = whose
    now.mood = 0.8 * now.mood + 0.6 * normal[:, 0] - 0.15 * fading
    opens = there & ~now.ticket & (uniform[:, 0] < _TICKET * np.exp(-0.5 * np.clip(now.mood, -2, 2)))
    now.question = np.where(opens, uniform[:, 1] >= _GRAVE, now.question)
    now.ticket = opens | (now.ticket & (uniform[:, 2] >= _CLOSED))
    now.grievance = there & ((now.mood < _UNHAPPY) | (now.grievance & (now.mood < _AT_EASE)))
    now.late = there & np.where(now.late, uniform[:, 3] >= _PAYS_AGAIN, uniform[:, 4] < _LATE)
    now.gone = there & np.where(now.gone, uniform[:, 5] >= _REPLACED, uniform[:, 6] < _GONE)
    now.later = np.where(there & (uniform[:, 7] < _TALK), 0, now.later + 1)


def _row(now: _Months, before: _Months, drawn: tuple[Floats, Floats], whose: tuple[Floats, Bools, Bools]) -> Temper:
    traits, onboarding, there = whose
    parked = now.later < LATER
    matters = (now.late & (traits[:, 0] < _MATTERS)) | (now.gone & (traits[:, 1] < _MATTERS))
    csat, nps = _surveys(now, before, drawn, there)
    return Temper(
        mood=now.mood, ticket=now.ticket, question=now.question, grievance=now.grievance, late=now.late,
        gone=now.gone, said_later=now.later == 0, parked=parked, onboarding=onboarding, csat=csat, nps=nps,
        touchy=onboarding | (now.ticket & ~now.question) | now.grievance | parked | matters,
    )  # fmt: skip


def _surveys(now: _Months, before: _Months, drawn: tuple[Floats, Floats], there: Bools) -> tuple[Ints, Ints]:
    """Closed tickets are followed by a survey now and then; a grievance says so, and so does its end."""
    normal, uniform = drawn
    score = np.clip(np.round(3.9 + 0.8 * now.mood + 0.5 * normal[:, 1]), 1, 5).astype(np.int64)
    begins, ends = now.grievance & ~before.grievance, before.grievance & ~now.grievance
    asked = there & (uniform[:, 8] < np.where(before.ticket & ~now.ticket, _AFTER_TICKET, _OTHERWISE))
    csat = np.where(begins, np.minimum(score, 2), np.where(ends, np.maximum(score, 4), np.where(asked, score, 0)))
    # While a grievance lasts nobody says that all is well.
    csat = np.where(now.grievance, np.minimum(csat, 2), csat)
    points = np.clip(np.round(7.8 + 1.2 * now.mood + 0.8 * normal[:, 2]), 0, 10).astype(np.int64)
    points = np.where(now.grievance, np.minimum(points, 6), points)
    return csat, np.where(there & (uniform[:, 9] < _NPS), points, -1)
