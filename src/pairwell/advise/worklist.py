"""Whom to talk to, in which order, about what; and whom to leave alone."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from pairwell.advise.advice import Hold, Move

TimeCode = Literal["now", "limit", "review", "renewal"]


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """When a talk is best held, and why then."""

    code: TimeCode
    by: dt.date | None  # None: any day is as good
    text: str  # said


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """One talk with one account: the best move, and what else may come up."""

    account_id: str
    name: str
    owner: str | None
    move: Move
    further: tuple[Move, ...]  # further openings, the best first
    timing: Timing
    worth_a_minute: float  # minor units


class LeftAlone(msgspec.Struct, frozen=True, kw_only=True):
    """An account that nothing is pitched to, why, and what helps it instead."""

    account_id: str
    name: str
    owner: str | None
    holds: tuple[Hold, ...]  # the gravest first


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """An account that nothing speaks against talking to, and no move is worth it; or of which too little is known."""

    account_id: str
    name: str
    owner: str | None
    text: str  # said


class Worklist(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with each account, and what is expected of it. Money is in minor units."""

    as_of: dt.datetime | None  # UTC; None: there is no account
    owner: str | None  # None: of everybody
    capacity_minutes: int | None  # None: no limit
    talks: tuple[Talk, ...]  # within the capacity, the most worth a minute first
    waiting: tuple[Talk, ...]  # beyond it
    left_alone: tuple[LeftAlone, ...]
    nothing_to_say: tuple[Quiet, ...]
    not_known: tuple[Quiet, ...]
    how: tuple[str, ...]  # said: how it was ranked

    @property
    def minutes(self) -> int:
        """Of the talks within the capacity."""
        return sum(talk.move.minutes for talk in self.talks)

    @property
    def worth_minor(self) -> int:
        """Expected of them."""
        return sum(talk.move.worth_minor for talk in self.talks)
