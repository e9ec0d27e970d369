"""What is known of one account as of a moment: who it is, what it holds and uses, what it needs and what it said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from pairwell.advise.billing.ledger import Held, Ledger
from pairwell.events import FeedbackKind

NeedHow = Literal["said", "used", "bought"]


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """Something the account needs, and how that came to be known."""

    need: str
    how: NeedHow
    since: dt.datetime  # UTC


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody of the account said: a score, a complaint, a ticket, a note."""

    at: dt.datetime  # UTC
    kind: FeedbackKind
    score: float | None = None  # 0..1, whatever the scale was
    text: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How the account answered an offer that a person made."""

    at: dt.datetime  # UTC
    move: str  # the plan or add-on it was about
    answer: Literal["accept", "later", "no"]
    until: dt.datetime | None = None  # UTC; of `later`
    reason: str | None = None
    words: str | None = None


class Look(msgspec.Struct, frozen=True):
    """That somebody of the account looked at the page of a plan or an add-on."""

    at: dt.datetime  # UTC
    plan_id: str


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works there, as far as the business keeps them."""

    customer_id: str
    name: str | None = None
    role: str | None = None


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody of the account said to being contacted by a channel."""

    at: dt.datetime  # UTC
    who: str  # the account itself, or a contact of it
    channel: str
    given: bool


class Told(msgspec.Struct, frozen=True):
    """All attributes of the account, as they were told at one time."""

    at: dt.datetime  # UTC
    attributes: Mapping[str, str]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One account. Attributes are its owner's words; the usual ones have a name of their own here."""

    account_id: str
    as_of: dt.datetime  # UTC; nothing later is in it
    attributes: Mapping[str, str] = {}
    ledger: Ledger = Ledger(())
    needs: tuple[Need, ...] = ()  # oldest first, as all that follows
    voices: tuple[Voice, ...] = ()
    answers: tuple[Answer, ...] = ()
    looks: tuple[Look, ...] = ()
    consents: tuple[Consent, ...] = ()
    contacts: tuple[Contact, ...] = ()  # by id
    told: tuple[Told, ...] = ()  # the last of them is `attributes`
    used_until: dt.date | None = None  # the last day that use of any account is known of; None: of none at all

    @property
    def name(self) -> str:
        """As people call it; its id where nobody said."""
        return self.attributes.get("name") or self.account_id

    @property
    def owner(self) -> str | None:
        """Who looks after it."""
        return self.attributes.get("owner")

    @property
    def industry(self) -> str | None:
        """What it does."""
        return self.attributes.get("industry")

    @property
    def size(self) -> str | None:
        """How large it is, in the words of the shop."""
        return self.attributes.get("size") or self.attributes.get("employees")

    def held(self) -> Iterator[Held]:
        """What it holds at `as_of`."""
        for one in self.ledger.held:
            if one.since <= self.as_of and (one.until is None or one.until > self.as_of):
                yield one
