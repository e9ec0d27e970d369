"""What advice is made of: signals, what holds a pitch back and what helps instead, and moves worth a talk."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

SignalCode = Literal[
    "limit_near",
    "overage_paid",
    "growth",
    "way_of_working",
    "new_team",
    "feature_asked",
    "feature_tried",
    "seats_full",
    "contact_left",
    "use_drops",
    "renewal_near",
]
HoldCode = Literal[
    "open_ticket",
    "complaint",
    "dissatisfied",
    "early_stage",
    "pays_late",
    "hesitated",
    "declined_lately",
    "asked_for_later",
    "contact_left",
    "use_drops",
    "no_consent",
    "too_little_known",
]
MoveKind = Literal["upgrade", "downgrade", "heads_up", "add_on", "trial", "renewal"]
Basis = Literal["answers", "prior"]  # what a chance of a yes was learned from


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Where a statement comes from: rows of a table, as somebody can look them up."""

    table: str  # of the dataset
    rows: str  # which ones: "meter candidates, 2026-05 to 2026-10"
    said: str  # what they say, in words


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """Something that an account does or says that bears on what it needs."""

    code: SignalCode
    text: str  # said
    at: dt.datetime  # UTC; when it was last so
    strength: float  # 0..1, less the older it is
    about: str | None = None  # a meter, a feature, a plan, an add-on
    evidence: tuple[Evidence, ...] = ()


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing should be pitched to an account now, until when, and what helps it instead."""

    code: HoldCode
    text: str  # said
    helps: str  # said
    since: dt.datetime  # UTC
    until: dt.datetime | None = None  # UTC; None: until it is no longer so
    evidence: tuple[Evidence, ...] = ()


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an account can be talked to about buying."""

    holds: tuple[Hold, ...]  # the gravest first

    @property
    def is_ready(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.holds


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What a similar customer did, and why it is told to this account."""

    story_id: str
    text: str
    because: str  # said


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be proposed to an account. Money is in minor units."""

    account_id: str
    kind: MoveKind
    plan_id: str
    title: str
    gain_minor: int | None  # a month, for the account: what it saves or gets beyond what it pays; None: not in money
    margin_minor: int  # of a year (mean of two), for the seller, over what is held now; less likely to leave counts
    chance: float  # of a yes
    chance_low: float  # of its 95 % interval
    chance_high: float
    basis: Basis
    worth_minor: int  # chance times margin, less what a no costs
    minutes: int  # of whoever talks to them
    benefit: str  # said: what this account gets from it
    why: tuple[str, ...] = ()  # said
    signals: tuple[Signal, ...] = ()
    story: Story | None = None
    objection: str | None = None  # said: what they may say
    answer: str | None = None  # said: what is true about that
    evidence: tuple[Evidence, ...] = ()
