"""What a brief holds. Money is in minor units of its currency, net of tax."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from pairwell.advise.advice import Evidence, Hold, Move, Signal
from pairwell.advise.billing.coming import Limit
from pairwell.advise.brief.whom import Whom
from pairwell.advise.sheets import BillSheet
from pairwell.advise.whitespace.gaps import Gap


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A plan or an add-on that it holds."""

    plan_id: str
    title: str
    since: dt.date
    seats: int | None
    is_trial: bool


class MeterUse(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a meter it used month by month, beside what it may and what it set out to."""

    meter: str
    plan: str | None  # the title of the plan that counts it
    months: tuple[tuple[dt.date, Decimal], ...]  # whole ones, the oldest first
    running: Decimal  # of the month that is not over
    included: Decimal | None  # in a month, as held now; None: nothing that is held counts it
    goal: Decimal | None  # a month, where the account's attributes tell one
    limit: Limit | None  # when what is included will be used up
    evidence: Evidence

    @property
    def share(self) -> float | None:
        """Of what is included, in the last whole month."""
        if not self.included or not self.months:
            return None
        return float(self.months[-1][1] / self.included)


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What it got from a meter or a feature in the months of the review."""

    text: str  # said
    minutes: Decimal | None
    money_minor: Decimal | None
    evidence: tuple[Evidence, ...]


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What it got in all."""

    months: int
    values: tuple[Value, ...]
    minutes: Decimal
    money_minor: Decimal
    refusal: str | None = None  # said: why nothing can be told


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A way into a talk: what to ask and what to listen for, before anything is named."""

    move: Move
    questions: tuple[str, ...]  # said
    listen: tuple[str, ...]  # said


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What to do next, and by when."""

    text: str  # said
    by: dt.date


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """All that is on the page."""

    account_id: str
    name: str
    owner: str | None
    as_of: dt.datetime  # UTC
    today: dt.date  # in the shop's zone
    known_until: dt.date | None  # last day whose use is known
    currency: str
    timezone: str
    whom: Whom
    about: Mapping[str, str]  # industry, size, stage, region and the like
    review: dt.date | None
    renewal: dt.date | None
    held: tuple[Holding, ...]
    needs: tuple[str, ...]
    uses: tuple[MeterUse, ...]
    received: Received
    signals: tuple[Signal, ...]
    holds: tuple[Hold, ...]  # the gravest first
    bills: BillSheet
    openings: tuple[Opening, ...]
    gaps: tuple[Gap, ...]  # what accounts like it hold, the likeliest first
    no_opening: str | None  # said: why nothing is proposed
    steps: tuple[Step, ...]
