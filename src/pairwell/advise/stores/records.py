"""What people who sell at a counter are told, as records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from pairwell.config.bonus import Bonus
from pairwell.measure.interval import Interval
from pairwell.records import Comparison

Standing = Literal["above", "as_expected", "below", "too_few"]
Why = Literal["kept", "partly_returned", "returned", "declined_first", "margin_unknown", "no_margin"]
Held = Literal["no_target", "below_threshold"]


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """One seller's chances, and what they came to beside what the others' rates foretell for the same goods."""

    chances: int
    taken: int
    customers: int
    share: float
    interval: Interval | None  # of the share
    expected: float | None  # taken, had the others sold it; None: nobody else sold anything
    comparable: float  # share of the chances with goods of categories that others sold enough of, too


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One rate of one seller, compared with what other sellers' customers took of the same goods."""

    rate: Rate
    standing: Standing
    ratio: float | None = None  # taken / expected
    ratio_interval: Interval | None = None
    ratio_shrunk: float | None = None  # drawn to what sellers usually are, as far as the ratio is unsure
    p_adjusted: float | None = None  # among all rates of all sellers that can be told


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """A target, and what was reached of it up to the newest order."""

    since: datetime
    until: datetime
    over: bool  # nothing more can be sold in it
    elapsed: float  # share of its time
    revenue_minor: int
    target_revenue_minor: int | None
    revenue_share: float | None  # of the target
    attach_rate: float | None
    attach_interval: Interval | None
    target_attach_rate: float | None
    attach_met: bool | None  # None: the interval holds the target, so that nobody can tell


class SellerScore(msgspec.Struct, frozen=True, kw_only=True):
    """One seller. Money in minor units, net of tax."""

    seller_id: str
    name: str | None
    store: str | None
    orders: int
    revenue_minor: int | None  # None: no price was stated
    aov_minor: float | None
    aov_interval: Interval | None
    add_ons: Judged
    fitting: Judged  # add-ons that surely go with the primary item
    upgrades: Judged
    targets: Sequence[Reached]


class Scoreboard(msgspec.Struct, frozen=True, kw_only=True):
    """All sellers, in alphabetical order."""

    currency: str
    timezone: str
    since: datetime
    until: datetime
    newest: datetime | None  # order
    sellers: Sequence[SellerScore]
    unnamed: int  # orders of the period that name no seller
    compared: int  # rates that were judged together
    steps: int  # items that were sold and have an upgrade


class Dearer(msgspec.Struct, frozen=True, kw_only=True):
    """Of the orders with an item or its upgrade, those with the upgrade."""

    orders: int
    took: int
    share: float
    interval: Interval


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """Something to offer with the item, or instead of it."""

    item_ids: Sequence[str]  # one, of a bundle all that it adds
    title: str
    category: str | None
    price_minor: int
    discount_minor: int
    price_share: float | None  # of the item's own price
    why: str  # what the orders tell
    argument: str | None  # the shop's own words for customers


class Better(msgspec.Struct, frozen=True, kw_only=True):
    """The upgrade, side by side with the item."""

    offer: Beside
    compare: Sequence[Comparison]
    dearer: Dearer | None  # of all orders, who took it


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a seller has at hand for one item. Money in minor units, as customers pay it."""

    item_id: str
    title: str
    category: str | None
    price_minor: int | None
    currency: str
    timezone: str
    made_at: datetime
    placement_stated: bool  # the settings hold a placement `counter`; else one with the usual values decides
    questions: Sequence[str]
    upgrade: Better | None
    add_ons: Sequence[Beside]
    bundles: Sequence[Beside]
    needed: Sequence[str]  # titles of what it does not work without
    nothing: str | None  # why there is nothing to offer


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """An item and its upgrade. Money in minor units, as customers pay it."""

    item_id: str
    title: str
    upgrade_id: str
    upgrade_title: str
    price_minor: int | None
    more_minor: int | None  # what the upgrade costs beyond
    compare: Sequence[Comparison]
    dearer: Dearer | None


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """A no, and what to answer, or that there is nothing to answer."""

    reason: str
    times: int  # of the period; 0: nobody said so yet
    answer: str


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """An item that comes back more often than the others of its category, shown among all of them."""

    item_id: str
    title: str
    orders: int
    returned: int
    share: float
    interval: Interval
    usual: float


class Habit(msgspec.Struct, frozen=True, kw_only=True):
    """What a seller adds to this category more often than the others do to the same items, shown among all."""

    seller_id: str
    name: str | None
    item_id: str
    title: str
    rate: Rate
    ratio: float
    interval: Interval


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet."""

    category: str
    currency: str
    timezone: str
    since: datetime
    until: datetime
    items: int  # of the category that were sold
    orders: int  # of sellers, with a primary item of the category
    questions: Sequence[str]
    steps: Sequence[Step]
    objections: Sequence[Objection]
    returns: Sequence[Back]
    habits: Sequence[Habit]
    compared: int  # sellers and add-ons that were looked at together


class BonusLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order, and what it adds to the bonus or takes off. Money in minor units."""

    order_id: str
    line_no: int
    placed_at: datetime
    item_id: str
    title: str | None
    quantity: float
    returned: float
    margin_minor: int | None  # of the whole line, before returns
    decision_id: str | None
    earned_minor: int
    deducted_minor: int
    why: Why


class SellerBonus(msgspec.Struct, frozen=True, kw_only=True):
    """One seller: the lines add up to what was earned and deducted, and those to the bonus."""

    seller_id: str
    name: str | None
    earned_minor: int
    returns_minor: int  # taken off for what came back
    declines: int
    declines_minor: int  # taken off for offers that customers declined
    capped_minor: int  # taken off by the limit
    bonus_minor: int
    held: Held | None  # why nothing is paid, whatever was earned
    revenue_share: float | None  # reached of the revenue target
    lines: Sequence[BonusLine]


class BonusSheet(msgspec.Struct, frozen=True, kw_only=True):
    """The bonuses of a period, sellers in alphabetical order."""

    currency: str
    timezone: str
    since: datetime
    until: datetime
    rule: Bonus
    sellers: Sequence[SellerBonus]
