"""Whether who accepted an offer comes back more than who saw one and did not, as far as they were alike before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from pairwell.measure.customers.visits import Visits
from pairwell.measure.offers.estimates import Bools, Floats, Group, Ints, NotEstimable, compare
from pairwell.measure.offers.loyalty import WITHIN, Compared, Pair, Side, weighted_share

LANDMARK_DAYS: Final = 7
FEWEST: Final = 50  # acceptors who have somebody like them, and as many others as these are worth
_MOST_APART: Final = 0.25  # standard deviations; Stuart 2010, "Matching methods for causal inference"
_SAME: Final = 1e-9  # what rounding leaves where all are alike
_HALF: Final = 0.5  # of the acceptors have somebody like them
_NEVER: Final = 3650.0  # days since the last purchase of who never bought
_RECENT: Final = (30.5, 90.5, 180.5, 365.5, 1000.5)  # days
_OFTEN: Final = (0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 8.5, 13.5, 20.5)  # purchases
_SPENT_PARTS: Final = 5


class Seen(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Customers who saw an offer: a place in the visits' ids, -1: never bought; local days since 1970."""

    customer: Ints
    day: Ints  # of the first offer seen
    accepted: Bools  # one of those seen, before the landmark


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """How far acceptors are above the others in something known before, in standard deviations."""

    name: str
    before: float
    after: float  # weighted


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """Acceptors beside weighted others who are like them."""

    acceptors: int
    others: int
    matched: int  # acceptors with anybody like them
    worth: float  # as many equally weighted others
    balance: Sequence[Balance]
    compared: Sequence[Compared]


def compare_acceptors(seen: Seen, visits: Visits) -> Alike | NotEstimable:
    """Purchases of both from the same landmark on, 7 days after the first offer seen, for the same number of days.

    Who accepted by then is an acceptor, all others are not, whatever they did later: else an acceptor would be by
    construction somebody who was still there. Others are weighted so that of each kind (recency, frequency and money
    before the first offer) there are as many as of acceptors; kinds without both are left out. Refused where fewer
    than half of the acceptors or fewer than 50 have anybody like them, or groups stay further apart than .25 standard
    deviations. Sources: Anderson et al. 1983 (landmarks); Iacus, King and Porro 2012 (coarsened exact matching).
    """
    known = seen.day + LANDMARK_DAYS + WITHIN[0] <= visits.last_day
    seen = Seen(customer=seen.customer[known], day=seen.day[known], accepted=seen.accepted[known])
    before = _before(seen, visits)
    weights = _weights(_kinds(before), seen.accepted)
    matched, worth = int((weights[seen.accepted] > 0).sum()), _worth(weights[~seen.accepted])
    if min(matched, worth) < FEWEST:
        return NotEstimable(reason="too_few", found=int(min(matched, worth)), needed=FEWEST)
    named = {**before, "first offer seen": seen.day.astype(np.float64)}
    balance = [_apart(name, values, seen.accepted, weights) for name, values in named.items()]
    if matched < _HALF * seen.accepted.sum() or max(abs(one.after) for one in balance) > _MOST_APART:
        return NotEstimable(reason="not_alike", found=matched, needed=int(seen.accepted.sum()))
    return Alike(
        acceptors=int(seen.accepted.sum()),
        others=int((~seen.accepted).sum()),
        matched=matched,
        worth=worth,
        balance=balance,
        compared=[_compared(seen, visits, weights, days) for days in WITHIN],
    )


def _before(seen: Seen, visits: Visits) -> dict[str, Floats]:
    """What was known of each on the day before the first offer seen."""
    starts = np.searchsorted(visits.customers, seen.customer)
    ends = _place(visits, seen.customer, seen.day)
    ends = np.where(seen.customer >= 0, ends, starts)
    spent = np.concatenate([[0.0], np.cumsum(visits.values)])
    bought = ends > starts
    last = visits.days[np.maximum(ends - 1, 0)] if len(visits) else np.zeros(len(starts))
    return {
        "days since the last purchase": np.log1p(np.where(bought, seen.day - last, _NEVER)),
        "purchases": np.log1p(ends - starts),
        "spent": np.log1p(np.maximum(spent[ends] - spent[starts], 0)),
    }


def _place(visits: Visits, customer: Ints, day: Ints) -> Ints:
    """How many visits, in order of customer and day, are before a day of a customer."""
    base = int(min(visits.days.min(initial=0), day.min(initial=0)))
    width = int(max(visits.days.max(initial=0), day.max(initial=0))) - base + 1
    keys = visits.customers.astype(np.int64) * width + visits.days - base
    return np.searchsorted(keys, customer * width + day - base)


def _kinds(before: dict[str, Floats]) -> Ints:
    """One number for each kind of customer."""
    days, purchases, spent = (np.expm1(values) for values in before.values())
    some = spent[spent > 0]
    parts = np.quantile(some, np.arange(1, _SPENT_PARTS) / _SPENT_PARTS) if some.size else np.empty(0)
    columns = [
        np.digitize(days, _RECENT),
        np.digitize(purchases, _OFTEN),
        np.where(spent > 0, 1 + np.digitize(spent, parts), 0),
    ]
    return np.unique(np.stack(columns), axis=1, return_inverse=True)[1].ravel()


def _weights(kinds: Ints, accepted: Bools) -> Floats:
    """1 for acceptors who have somebody like them; others together as many as the acceptors of their kind."""
    many = int(kinds.max(initial=-1)) + 1
    ones = np.bincount(kinds[accepted], minlength=many)[kinds]
    others = np.bincount(kinds[~accepted], minlength=many)[kinds]
    both = (ones > 0) & (others > 0)
    return np.where(both, np.where(accepted, 1.0, ones / np.maximum(others, 1)), 0.0)


def _worth(weights: Floats) -> float:
    square = float(np.sum(weights**2))
    return float(weights.sum()) ** 2 / square if square > 0 else 0.0


def _apart(name: str, values: Floats, accepted: Bools, weights: Floats) -> Balance:
    spread = float(np.sqrt((values[accepted].var() + values[~accepted].var()) / 2))
    plain = float(values[accepted].mean() - values[~accepted].mean())
    means = [float(np.average(values[rows], weights=weights[rows])) for rows in (accepted, ~accepted)]
    scale = 1 / spread if spread > _SAME else 0.0
    return Balance(name=name, before=plain * scale, after=(means[0] - means[1]) * scale)


def _compared(seen: Seen, visits: Visits, weights: Floats, days: int) -> Compared:
    """Of those who are known for as long."""
    start = seen.day + LANDMARK_DAYS
    known = (start + days <= visits.last_day) & (weights > 0)
    again = _place(visits, seen.customer, start + days) > _place(visits, seen.customer, start)
    bought = again & (seen.customer >= 0)
    sides = [known & seen.accepted, known & ~seen.accepted]
    shares = [Side(units=int(rows.sum()), mean=weighted_share(bought[rows], weights[rows])) for rows in sides]
    groups = [Group(values=bought[rows].astype(np.float64), weights=weights[rows]) for rows in sides]
    found = min(len(group.values) for group in groups)
    few = NotEstimable(reason="too_few", found=found, needed=FEWEST)
    difference = compare(groups[0], groups[1]) if found >= FEWEST else few
    return Compared(asked="within", number=days, pair=Pair(ones=shares[0], others=shares[1], difference=difference))
