"""What is known of an account before a bill is reckoned, and what its bill then says.

Moments are in UTC; a day is one of the shop's zone. Money is in minor units of the shop's currency, net of tax.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from pairwell.plans import Plan

LineKind = Literal["fee", "seats", "use", "trial"]


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """That a plan or an add-on was held. Two packages held at once are two of these."""

    plan_id: str
    since: dt.datetime  # UTC
    until: dt.datetime | None = None  # UTC; None: still held
    seats: int | None = None  # None: nobody said, so one
    is_trial: bool = False


class Use(msgspec.Struct, frozen=True):
    """How much of a meter was used on a day of the shop's zone."""

    meter: str
    day: dt.date
    quantity: Decimal


class Ledger(msgspec.Struct, frozen=True):
    """What an account held and used."""

    held: tuple[Held, ...]
    used: tuple[Use, ...] = ()


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """A price list, in the shop's currency, and the zone whose days are counted."""

    plans: tuple[Plan, ...]
    currency: str
    zone: str = "UTC"

    def plan(self, plan_id: str) -> Plan | None:
        """The plan of that id, where the list has it."""
        return next((plan for plan in self.plans if plan.plan_id == plan_id), None)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a bill: what for, for which days, how much, and how that came to be."""

    kind: LineKind
    plan_id: str
    since: dt.date
    until: dt.date  # the first day that it is no longer for
    amount_minor: int
    text: str  # said
    meter: str | None = None
    used: Decimal | None = None  # units in these days
    included: Decimal | None = None  # units of the whole period
    covered: Decimal | None = None  # further units that add-ons give
    further: Decimal | None = None  # units to be paid for


class Bill(msgspec.Struct, frozen=True, tag="bill"):
    """What a calendar month costs; its lines sum to its total."""

    month: dt.date  # its first day
    lines: tuple[Line, ...]
    total_minor: int


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan has too little of, and how much is missing."""

    plan_id: str
    what: Literal["seats", "meter", "plan"]  # plan: the price list does not know it
    lacking: Decimal
    meter: str | None = None


class Unservable(msgspec.Struct, frozen=True, tag="unservable"):
    """There is no bill: what is held cannot serve what was used, at any price."""

    month: dt.date
    lacks: tuple[Lack, ...]
