"""What moves are looked for with: an account and what bears on it, and the terms of the business."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from pairwell.advise.account import Account
from pairwell.advise.advice import Readiness, Signal
from pairwell.advise.billing.case import Benefit
from pairwell.advise.billing.ledger import Prices
from pairwell.advise.billing.recommend import Advice
from pairwell.advise.seasons import Seasons
from pairwell.advise.whitespace.gaps import Gap


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The story of a customer, as the business tells it."""

    story_id: str
    locale: str
    text: str
    industry: str | None = None
    need: str | None = None
    use: str | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The price list, and what the business says of its talks. Money is in minor units."""

    prices: Prices
    margin_rate: float  # of a fee whose cost nobody stated
    benefits: tuple[Benefit, ...] = ()
    stories: tuple[Told, ...] = ()
    locale: str = "en"  # stories are told in it, where they are
    add_on_price_share: Annotated[float, Meta(ge=0)] = 0.30  # of the contract's fees; no add-on costs more
    minute_minor: int = 0  # what a minute of whoever talks costs
    known_since: dt.date | None = None  # first day whose use is known; None: all are
    known_until: dt.date | None = None  # last such day
    seasons: Seasons = {}  # of use, by industry and meter


class Prospect(msgspec.Struct, frozen=True, kw_only=True):
    """One account, what it does, what holds a pitch back, and what accounts like it hold that it does not."""

    account: Account
    signals: tuple[Signal, ...] = ()
    readiness: Readiness = Readiness(holds=())
    gaps: tuple[Gap, ...] = ()
    advices: Mapping[str, Advice] = {}  # by family of the plans held
