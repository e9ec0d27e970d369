"""A loyalty programme as an offer: its rules, and what they would have cost on the orders there were.

Only the cost is reckoned. Whether a programme makes anybody buy more cannot be read from orders that came without it:
those who buy most get most of the bonus, and would have bought anyway. Only an experiment tells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from pairwell.said import Said, percent, phrase, phrase_count


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """So many purchases, then a bonus on the next one, unless it comes too late."""

    purchases: Annotated[int, Meta(ge=1)]  # that earn a bonus
    bonus_minor: Annotated[int, Meta(ge=0)]
    least_minor: Annotated[int, Meta(ge=0)] = 0  # a smaller purchase neither earns nor takes it
    expires_days: Annotated[int, Meta(ge=1)] = 180  # after the purchase that earned it


class Purchase(msgspec.Struct, frozen=True):
    """One order; minor units."""

    at: dt.datetime  # UTC
    amount_minor: int
    margin_minor: int


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a programme would have cost, had nobody bought otherwise."""

    customers: int
    earned: int  # bonuses
    taken: int
    expired: int
    cost_minor: int
    margin_minor: int  # of all orders, before it
    takers: int  # customers who would have taken one
    cost_per_taker_minor: int | None  # None: nobody
    more_needed: float | None  # share by which the takers' margin must grow to pay for it; None: they had none
    said: tuple[str, ...]


class ProgrammeSheet(msgspec.Struct, frozen=True, kw_only=True):
    """What a programme would have cost in a period. Money is in minor units of the currency, net of tax."""

    currency: str
    timezone: str
    since: dt.datetime  # UTC
    until: dt.datetime
    days: int  # of the period
    programme: Programme
    orders: int  # of customers who name themselves
    unnamed: int  # orders that name no customer, who could not have taken part
    cost: Cost

    @property
    def to_add_minor(self) -> float | None:
        """Margin a customer that it has to add in such a period to pay for itself; None: nobody bought."""
        return self.cost.cost_minor / self.cost.customers if self.cost.customers else None

    @property
    def to_add_share(self) -> float | None:
        """The same as a share of the margin of everybody, whatever the span; None: there was none, or it is free."""
        cost = self.cost
        return cost.cost_minor / cost.margin_minor if cost.cost_minor > 0 < cost.margin_minor else None


def reckon_programme(programme: Programme, orders: Mapping[str, Iterable[Purchase]]) -> Cost:
    """Run the rules over the orders of each customer, whatever their order in the data."""
    outcomes = [
        _run(programme, sorted(some, key=lambda one: (one.at, one.amount_minor, one.margin_minor)))
        for _, some in sorted(orders.items())
    ]
    taken = sum(one.taken for one in outcomes)
    takers = [one for one in outcomes if one.taken]
    theirs, cost = sum(one.margin_minor for one in takers), sum(one.cost_minor for one in outcomes)
    return Cost(
        customers=len(outcomes),
        earned=sum(one.earned for one in outcomes),
        taken=taken,
        expired=sum(one.expired for one in outcomes),
        cost_minor=cost,
        margin_minor=sum(one.margin_minor for one in outcomes),
        takers=len(takers),
        cost_per_taker_minor=round(cost / len(takers)) if takers else None,
        more_needed=cost / theirs if theirs > 0 else None,
        said=tuple(_said(len(takers), cost, theirs)),
    )


class _Outcome(msgspec.Struct, frozen=True):
    earned: int
    taken: int
    expired: int
    cost_minor: int
    margin_minor: int


def _run(programme: Programme, orders: Sequence[Purchase]) -> _Outcome:
    """A bonus is taken on the first purchase after the one that earned it, never beyond what that costs."""
    earned = taken = expired = cost = counted = 0
    until: dt.datetime | None = None
    for order in (one for one in orders if one.amount_minor >= programme.least_minor):
        if until is not None:
            in_time = order.at <= until
            taken, expired = taken + in_time, expired + (not in_time)
            cost += min(programme.bonus_minor, order.amount_minor) if in_time else 0
            until = None
        counted += 1
        if counted == programme.purchases:
            earned, counted, until = earned + 1, 0, order.at + dt.timedelta(days=programme.expires_days)
    return _Outcome(earned, taken, expired, cost, sum(one.margin_minor for one in orders))


def _said(takers: int, cost: int, theirs: int) -> list[Said]:
    found = [
        phrase_count(
            "{count} customer would have taken a bonus, buying as they did.",
            "{count} customers would have taken a bonus, buying as they did.",
            takers,
        )
    ]
    if theirs > 0:
        found.append(
            phrase(
                "It pays where it makes them buy {share} more by margin than they would have.",
                share=percent(cost / theirs),
            )
        )
    found.append(phrase("Whether it does is not known: orders without it cannot tell. Measure it with an experiment."))
    return found
