"""Accounts made by hand, for tests of bills."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.ledger import Held, Ledger, Prices, Use
from pairwell.plans import Meter, Plan, Tier

JANUARY = dt.date(2026, 1, 1)


def at(text: str) -> dt.datetime:
    """A moment of UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def plan(plan_id: str, fee_minor: int, **more: Any) -> Plan:
    settled: dict[str, Any] = {"family": "app", "tier": 0} | more
    return Plan(plan_id=plan_id, fee_minor=fee_minor, **settled)


def meter(name: str, included: str = "0", *steps: tuple[str, str | None], **more: Any) -> Meter:
    """A meter with its tiers as (price, up to)."""
    tiers = tuple(
        Tier(price_minor=Decimal(price), up_to=None if up_to is None else Decimal(up_to)) for price, up_to in steps
    )
    return Meter(meter=name, included=Decimal(included), tiers=tiers, **more)


def held(plan_id: str, since: str = "2025-01-01", until: str | None = None, **more: Any) -> Held:
    return Held(plan_id=plan_id, since=at(since), until=None if until is None else at(until), **more)


def use(name: str, day: str, quantity: str) -> Use:
    return Use(name, dt.date.fromisoformat(day), Decimal(quantity))


def monthly(name: str, quantities: Sequence[int | str], first: dt.date = JANUARY) -> tuple[Use, ...]:
    """So much in each month, on its first day."""
    days = [first.replace(year=first.year + number // 12, month=number % 12 + 1) for number in range(len(quantities))]
    return tuple(Use(name, day, Decimal(quantity)) for day, quantity in zip(days, quantities, strict=True))


PAY_AS_YOU_GO = plan(
    "payg",
    7500,
    title="Pay as you go",
    meters=(meter("credits", "1", ("5000", None)), meter("candidate_credits", "10")),
)
SCALE = plan(
    "scale",
    12500,
    title="Scale",
    tier=1,
    meters=(meter("credits", "15", ("5000", None)), meter("candidate_credits", "150")),
)


def case(plans: Sequence[Plan], holding: Sequence[Held], used: Mapping[str, Sequence[int | str]], **more: Any) -> Case:
    """An account at the beginning of November 2026, with its use from January on."""
    rows = tuple(row for name, quantities in used.items() for row in monthly(name, quantities))
    settled: dict[str, Any] = {"as_of": at("2026-11-01T12:00"), "family": "app"} | more
    return Case(ledger=Ledger(tuple(holding), rows), prices=Prices(plans=tuple(plans), currency="EUR"), **settled)
