"""What customers come back for, what they come for later, and what they buy as a set."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """An item that a customer buys regularly, and when it is due again.

    `probability` is the chance that it is bought between `due_from` and `due_until`, as seen from the newest order.
    """

    item_id: str
    due_at: datetime
    due_from: datetime
    due_until: datetime
    probability: float
    typical_gap_days: float
    last_bought_at: datetime
    times: int  # days on which it was bought


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyers of one item came back for, and how long ago this customer bought it."""

    followers: int  # customers who did
    share: float  # of the item's buyers
    effect: float  # times chance it surely is
    low: int  # quartiles of their days between
    high: int
    days: int  # since this customer's purchase


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """What one customer bought, each item when last, and what comes again, soonest due first."""

    bought_at: dict[str, datetime] = {}
    repeats: list[Repeat] = []


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One item that a bundle adds."""

    item_id: str
    quiet: float  # P(bought | anchor bought), shrunk; 0..1


class Bundled(msgspec.Struct, frozen=True, kw_only=True):
    """A set of items bought together, of which some are in the cart or looked at."""

    parts: list[Part]  # what is missing, by id
    beside: list[str]  # what is there, the anchor first
    together: int  # orders with all of the set
    orders: int  # orders with what is there
    effect: float  # times as often as its best part and chance foretell

    @property
    def quiet(self) -> float:
        """P(all that is missing bought | what is there bought)."""
        return min(self.together / max(self.orders, 1) if len(self.parts) > 1 else 1.0, *(p.quiet for p in self.parts))
