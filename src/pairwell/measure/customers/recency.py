"""Recency, frequency and money: who buys lately, often and for much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import numpy as np
import pyarrow as pa

from pairwell.measure.customers.visits import Array, Visits
from pairwell.measure.unknown import NotKnown

Standing = Literal["best", "loyal", "growing", "new", "cooling", "at_risk", "quiet"]
STANDINGS: Final[tuple[Standing, ...]] = ("best", "loyal", "growing", "new", "cooling", "at_risk", "quiet")

_FIFTHS = 5
_TENTHS = 10
_HIGH = 4
_LOW = 2
_FEWEST = 25  # customers: five in a fifth


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """Of each customer who ever came, 1 (lowest fifth) to 5 (highest); `customers` are places in the visits' ids."""

    customers: Array
    days_since: Array  # since the last purchase
    purchases: Array  # days with one
    values: Array  # kept revenue in minor units
    recency: Array
    frequency: Array
    money: Array
    standings: Array  # places in `STANDINGS`


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the customers, by what they spent; `upto`: the share of revenue of this tenth and those above."""

    customers: int
    value: float  # minor units
    share: float
    upto: float


def score(visits: Visits) -> Scores | NotKnown:
    """Recency, frequency and money of every customer, by fifths."""
    customers, starts, counts = np.unique(visits.customers, return_index=True, return_counts=True)
    if customers.size < _FEWEST:
        return NotKnown(reason="too_few_customers", found=customers.size, needed=_FEWEST)
    last = visits.days[starts + counts - 1]
    values = np.add.reduceat(visits.values, starts)
    recency, frequency, money = fifths(last), fifths(counts), fifths(values)
    return Scores(
        customers=customers,
        days_since=visits.last_day - last,
        purchases=counts,
        values=values,
        recency=recency,
        frequency=frequency,
        money=money,
        standings=_stand(recency, frequency, money, counts),
    )


def score_table(visits: Visits, scores: Scores) -> pa.Table:
    """One row a customer, by id.

    Columns: customer_id, days_since_last, purchases (days with one), value_minor, recency, frequency, money (1 to 5),
    standing (one of `STANDINGS`).
    """
    return pa.table(
        {
            "customer_id": pa.array([visits.customer_ids[place] for place in scores.customers], pa.string()),
            "days_since_last": pa.array(scores.days_since),
            "purchases": pa.array(scores.purchases),
            "value_minor": pa.array(scores.values),
            "recency": pa.array(scores.recency),
            "frequency": pa.array(scores.frequency),
            "money": pa.array(scores.money),
            "standing": pa.array([STANDINGS[place] for place in scores.standings], pa.string()),
        }
    )


def fifths(values: Array) -> Array:
    """1 to 5 by rank: `1 + floor(5 · (number of smaller ones + half the equal ones) / all)`.

    Equal values get equal scores, whatever the order of rows; so a fifth may hold more or less than a fifth of them.
    """
    sorted_values = np.sort(values)
    below = np.searchsorted(sorted_values, values, side="left")
    upto = np.searchsorted(sorted_values, values, side="right")
    scores: Array = 1 + _FIFTHS * (below + upto) // (2 * values.size)
    return scores


def tiers(values: Array) -> Sequence[Tier] | NotKnown:
    """Tenths of the customers, those who spent most first; sizes differ by one at most."""
    if values.size < _FEWEST:
        return NotKnown(reason="too_few_customers", found=values.size, needed=_FEWEST)
    total = float(values.sum())
    if total <= 0:
        return NotKnown(reason="no_prices", found=total)
    of = tenths_of(values)
    parts = [values[of == place] for place in range(_TENTHS)]
    sums = np.array([part.sum() for part in parts])
    return [
        Tier(
            customers=part.size,
            value=float(sums[place]),
            share=float(sums[place]) / total,
            upto=float(sums[: place + 1].sum()) / total,
        )
        for place, part in enumerate(parts)
    ]


def tenths_of(values: Array) -> Array:
    """Of each customer its tenth by value, 0 for those who spent most; equal ones in their own order.

    Sizes differ by one at most, the first ones the larger.
    """
    order = np.argsort(-values, kind="stable")
    found = np.empty(values.size, dtype=np.int64)
    for place, part in enumerate(np.array_split(order, _TENTHS)):
        found[part] = place
    return found


def _stand(recency: Array, frequency: Array, money: Array, counts: Array) -> Array:
    """The first that fits, in this order."""
    lately, often, dear = recency >= _HIGH, frequency >= _HIGH, money >= _HIGH
    long_ago = recency <= _LOW
    rules: list[tuple[Standing, Array]] = [
        ("best", lately & often & dear),
        ("at_risk", long_ago & (often | dear) & (counts > 1)),
        ("loyal", often),
        ("new", lately & (counts == 1)),
        ("growing", lately),
        ("quiet", long_ago),
    ]
    names = np.select(
        [fits for _, fits in rules], [STANDINGS.index(name) for name, _ in rules], STANDINGS.index("cooling")
    )
    standings: Array = names.astype(np.int64)
    return standings
