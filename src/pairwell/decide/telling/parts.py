"""What an account of a decision is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from pairwell.config.settings import OfferKind
from pairwell.habits import Bundled, Followed, Repeat
from pairwell.records import Borrowed, Evidence, Looked, Stage

Goal = Literal["within_the_guards", "worth_its_cost", "slate_worth_its_cost", "best_score"]


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the cart, or looked at; `paid_minor` a unit, as the customer pays it."""

    item_id: str
    title: str | None
    known: bool  # in the catalogue
    quantity: int  # 0: only looked at
    paid_minor: int | None  # None: nobody knows the price


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What of the outcomes of offers the decision knew."""

    epoch: int
    decisions: int
    until: datetime


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """What showing a slate costs, in minor units."""

    attention_minor: float  # once
    friction: float  # chance that one offer loses the checkout
    friction_learned: bool  # from outcomes; else as the settings say
    at_stake_minor: float  # what the cart earns
    offer_minor: float  # the product of the two: what each offer costs


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """In what worth is counted, and by which lots nothing is shown."""

    objective: str  # of the shop: margin, revenue, ...
    holdout: float  # share of customers
    withheld: float  # share of the other slates


class OfferAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One slot with the numbers that filled it."""

    offer_no: int
    kind: OfferKind
    item_id: str
    title: str | None
    anchor_id: str
    source: str
    price_minor: int
    discount_minor: int = 0
    item_ids: list[str] = []  # of a bundle
    quiet: float  # q, the chance of buying it anyway
    persuasion: float  # π, what showing it changes
    bought_when_shown: float
    gain_minor: float
    worth_minor: float
    cost_minor: float  # of showing it beside others
    cost_known: bool  # what the shop pays for it
    propensity: float
    drawn_from: int  # how many could have filled the slot
    pin: int | None  # place in the order that people set, from 0
    trial: bool  # thought to lose money, and shown to learn whether that is so
    evidence: Evidence | None
    borrowed: Borrowed | None
    looked: Looked | None
    repeat: Repeat | None = None
    followed: Followed | None = None
    bundle: Bundled | None = None
    texts: list[str]  # what the customer reads
    text_variant: str | None = None  # of the shop's own text
    more: dict[str, Any] = {}  # further numbers that made a difference, by name


class Hint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What would have had to be otherwise, everything else equal; one of the fields beside `goal` is set."""

    goal: Goal | None = None  # None: it would not have left where it did
    price_at_most_minor: int | None = None
    price_at_least_minor: int | None = None
    purchase_at_least_minor: int | None = None
    margin_times: float | None = None  # as much would each sale have to earn; no price within the guards does it
    again_from: datetime | None = None


class LeftAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that was not offered: at which stage, why, the numbers behind it, and what would have changed it."""

    item_id: str
    kind: OfferKind
    stage: Stage
    reason: str
    factors: dict[str, Any]
    title: str | None
    price_minor: int | None
    hints: list[Hint]
