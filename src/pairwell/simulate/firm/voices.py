"""What accounts said, and what was noted of them: feedback, needs, and looks at add-ons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from pairwell.simulate.arrays import Bools
from pairwell.simulate.firm.contracts import signed_up
from pairwell.simulate.firm.price_list import ADD_ONS, AIMS
from pairwell.simulate.firm.temper import LATER, Temper
from pairwell.simulate.firm.world import Firm
from pairwell.simulate.streams import Purpose, open_stream

_DAYS = 28  # of every month, on which something is said
_SAYS_AIM = 0.5  # share of the aims worth something that an account tells of
_SAYS_ANY = 0.04  # share of the others that it tells of all the same
_BEFOREHAND = 3  # months before something big begins that they tell of it
_LOW = 2  # of satisfaction: who says so says why
_WRITES = 0.5  # share of those interested in an add-on that ask; the others only look at it


class Feedback(NamedTuple):
    """One row of feedback."""

    account_id: str
    kind: str
    at: datetime
    score: int | None
    text: str


class Need(NamedTuple):
    """One thing that an account said it wants to get done."""

    account_id: str
    need: str
    since: datetime


class Look(NamedTuple):
    """One look at the page of an add-on."""

    at: datetime
    account_id: str
    plan_id: str


class _Day:
    """Days of months, drawn for one account."""

    def __init__(self, firm: Firm, account: int, table: int) -> None:
        self.rng = open_stream(firm.seed, Purpose.FIRM_FILES, account, table)
        self._firm, self._first = firm, signed_up(firm, account)

    def draw(self, month: int) -> datetime:
        """A moment of the month in which the account was there already."""
        seconds = int(self.rng.integers(8 * 3_600, 17 * 3_600))
        at = self._firm.size.month_start(month) + timedelta(days=int(self.rng.integers(_DAYS)), seconds=seconds)
        if at >= self._first:
            return at
        left = self._firm.size.month_start(month + 1) - self._first
        return (self._first + left * float(self.rng.random())).replace(microsecond=0)


def feedback(firm: Firm) -> Iterator[Feedback]:
    """All of the history, by account and month."""
    for account in range(firm.size.accounts):
        day = _Day(firm, account, 1)
        for month in np.flatnonzero(firm.holding.there[:, account]).tolist():
            for kind, score, text in (*_heard(firm.temper, month, account), *_noted(firm, month, account)):
                yield Feedback(firm.accounts.ids[account], kind, day.draw(month), score, text)
            for place in _asked(firm, month, account, written=True):
                text = f"Asked what {ADD_ONS[place].title} would do for them"
                yield Feedback(firm.accounts.ids[account], "note", day.draw(month), None, text)


def needs(firm: Firm) -> Iterator[Need]:
    """Aims that accounts told of, by account: most of these are worth something to them."""
    worth = firm.accounts.add_on_worth
    for account in range(firm.size.accounts):
        day, there = _Day(firm, account, 2), np.flatnonzero(firm.holding.there[:, account])
        for aim in AIMS:
            served = [place for place, plan in enumerate(ADD_ONS) if plan.purpose == aim]
            says = _SAYS_AIM if worth[account, served].mean() > 0 else _SAYS_ANY
            if there.size and day.rng.random() < says:
                yield Need(firm.accounts.ids[account], aim, day.draw(int(day.rng.choice(there))))


def looks(firm: Firm) -> Iterator[Look]:
    """Looks at the pages of add-ons that nobody asked about, by account."""
    for account in range(firm.size.accounts):
        day = _Day(firm, account, 3)
        for month in np.flatnonzero(firm.holding.there[:, account]).tolist():
            for place in _asked(firm, month, account, written=False):
                yield Look(day.draw(month), firm.accounts.ids[account], ADD_ONS[place].plan_id)


def _asked(firm: Firm, month: int, account: int, *, written: bool) -> list[int]:
    """Add-ons in which an account took an interest that month: some write, the others look."""
    places: list[int] = np.flatnonzero(firm.holding.asked[month, account]).tolist()
    writes = open_stream(firm.seed, Purpose.FIRM_FILES, account, 4, month).random(len(ADD_ONS)) < _WRITES
    return [place for place in places if bool(writes[place]) == written]


def _heard(temper: Temper, month: int, account: int) -> Iterator[tuple[str, int | None, str]]:
    """Tickets and surveys."""
    open_now = bool(temper.ticket[month, account])
    open_before = month > 0 and bool(temper.ticket[month - 1, account])
    if open_now and not open_before:
        question = bool(temper.question[month, account])
        yield "ticket_opened", None, "How do we add a colleague?" if question else "Candidates get no invitation"
    if open_before and not open_now:
        yield "ticket_closed", None, ""
    score, points = int(temper.csat[month, account]), int(temper.nps[month, account])
    if score:
        yield "csat", score, "We wait too long for answers" if score <= _LOW else ""
    if points >= 0:
        yield "nps", points, ""


def _noted(firm: Firm, month: int, account: int) -> Iterator[tuple[str, int | None, str]]:
    """What the rep wrote down."""
    temper = firm.temper
    if _begins(temper.late, month, account):
        yield "note", None, "Paid the last invoice more than a month late"
    if _begins(temper.gone, month, account):
        yield "note", None, "The colleague who brought us in has left"
    if temper.said_later[month, account]:
        until = firm.size.month_start(month + 1 + LATER)
        yield "note", None, f"Talked about a larger plan: not now, ask again in {until:%B}"
    if firm.accounts.jump_said[account] and firm.accounts.jump[account] in (month + 1, month + _BEFOREHAND):
        yield "note", None, "Will take on a new team soon"


def _begins(state: Bools, month: int, account: int) -> bool:
    return bool(state[month, account]) and not (month > 0 and state[month - 1, account])
