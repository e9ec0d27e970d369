"""Accounts made by hand: what they hold, use and say, as of the first of January 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pairwell.advise.account import Account, Told, Voice
from pairwell.advise.advice import Signal
from pairwell.advise.billing.ledger import Held, Ledger, Prices, Use
from pairwell.advise.signals.find import find_signals
from pairwell.plans import Meter, Plan, Tier

AS_OF = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
BEGAN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def _meter(name: str, included: int, price: str | None = None) -> Meter:
    tiers = () if price is None else (Tier(price_minor=Decimal(price)),)
    return Meter(meter=name, included=Decimal(included), tiers=tiers)


BASE = Plan(
    plan_id="base", title="Base", family="app", tier=1, fee_minor=5000, seats_included=2, seats_max=5, seat_minor=900,
    meters=(_meter("chats", 100, "10"), _meter("tests", 10)), purpose="service",
)  # fmt: skip
TOP = Plan(plan_id="top", title="Top", family="app", tier=2, fee_minor=20_000, min_term_months=12, features=("roles",))
ROUTING = Plan(
    plan_id="routing", title="Lead routing", family="routing", tier=1, kind="add_on", fee_minor=900, purpose="inbound"
)
PRICES = Prices(plans=(BASE, TOP, ROUTING), currency="EUR")


def ago(days: float) -> dt.datetime:
    return AS_OF - dt.timedelta(days=days)


def months(**meters: Sequence[int]) -> tuple[Use, ...]:
    """So much in each of the last months, the newest last, in the middle of the month."""
    found = []
    for meter, quantities in meters.items():
        for back, quantity in enumerate(reversed(quantities)):
            year, month = divmod(2025 * 12 + 11 - back, 12)
            found.append(Use(meter, dt.date(year, month + 1, 15), Decimal(quantity)))
    return tuple(sorted(found, key=lambda use: use.day))


def account(*used: Use, held: Sequence[Held] = (), told: Mapping[str, str] | None = None, **more: Any) -> Account:
    own = tuple(held) or (Held(plan_id="base", since=BEGAN, seats=2),)
    attributes = dict(told or {})
    until = max((use.day for use in used), default=None)
    known: dict[str, Any] = {"told": (Told(ago(1), attributes),), "used_until": until} | more
    return Account(account_id="acme", as_of=AS_OF, attributes=attributes, ledger=Ledger(own, used), **known)


def note(text: str, days: float = 10) -> Voice:
    return Voice(at=ago(days), kind="note", text=text)


def found(one: Account, **more: Any) -> dict[str, Signal]:
    """Signals by code; of several of a code the strongest."""
    return {signal.code: signal for signal in reversed(find_signals(one, PRICES, **more))}
