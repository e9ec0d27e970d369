"""Who held which plan from when to when, as the rows of a list of subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from pairwell.simulate.firm.price_list import ADD_ONS, FAMILIES
from pairwell.simulate.firm.world import Firm

_OPENS = timedelta(hours=9)  # of the day on which an account signs up


class Contract(NamedTuple):
    """One subscription."""

    account_id: str
    plan_id: str
    started_at: datetime
    ended_at: datetime | None  # None: it runs on
    seats: int | None
    is_trial: bool


class _Held(NamedTuple):
    """What is the same throughout a contract; ranks as what is held in a month."""

    plan_id: str
    seats: int | None
    is_trial: bool


def contracts(firm: Firm) -> Iterator[Contract]:
    """All of the history, by account and then by what is held; those of one family do not overlap."""
    for account in range(firm.size.accounts):
        for place in range(len(FAMILIES) + len(ADD_ONS)):
            yield from _runs(firm, account, [_held(firm, account, place, month) for month in range(firm.size.months)])


def signed_up(firm: Firm, account: int) -> datetime:
    """When an account signed up, be it before the history."""
    day = timedelta(days=int(firm.accounts.joined_day[account]))
    return firm.size.month_start(int(firm.accounts.joined[account])) + day + _OPENS


def _held(firm: Firm, account: int, place: int, month: int) -> _Held | None:
    held = firm.holding
    if place >= len(FAMILIES):
        add_on = place - len(FAMILIES)
        trial = bool(held.add_on_trials[month, account, add_on])
        return _Held(ADD_ONS[add_on].plan_id, None, trial) if held.add_ons[month, account, add_on] else None
    tier = int(held.tier[month, account, place])
    if tier < 0:
        return None
    plan = list(FAMILIES.values())[place][tier]
    seats = None if plan.seats_included is None else int(held.seats[month, account])
    return _Held(plan.plan_id, seats, bool(held.trial[month, account, place]))


def _runs(firm: Firm, account: int, months: list[_Held | None]) -> Iterator[Contract]:
    """Months in a row with the same in them are one contract."""
    month = 0
    for held, run in groupby(months):
        first, month = month, month + len(list(run))
        if held is not None:
            over = month < firm.size.months or bool(firm.holding.left[-1, account])
            yield Contract(
                firm.accounts.ids[account], held.plan_id, _start(firm, account, first),
                firm.size.month_start(month) if over else None, held.seats, held.is_trial,
            )  # fmt: skip


def _start(firm: Firm, account: int, month: int) -> datetime:
    """What is there in the first month of an account is there from the day on which it signed up."""
    first = max(int(firm.accounts.joined[account]), 0)
    return signed_up(firm, account) if month == first else firm.size.month_start(month)
