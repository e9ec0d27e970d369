"""What each customer buys regularly, and when it is due again."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from pairwell.clock import to_micros
from pairwell.config.settings import Settings
from pairwell.facts.taste import REPEAT
from pairwell.learn.baskets import Array
from pairwell.learn.bought import Bought, list_bought
from pairwell.learn.history import History
from pairwell.learn.taste.days import find_visits
from pairwell.learn.taste.returning import HORIZON, Window, classes, expect_return, measure_returns
from pairwell.learn.taste.rhythm import number_groups, typical_gaps

_FEWEST_DAYS = 3  # two gaps make a rhythm
_LEAST = 0.1  # probability of what is worth remembering
_MOST = 20  # of a customer
_EPOCH = date(1970, 1, 1).toordinal()


class Due(NamedTuple):
    """Regular purchases, those of customer c from `offsets[c]` on, soonest due first. Days are since 1970."""

    offsets: Array
    items: Array
    middle: Array  # the day it is due
    early: Array
    late: Array
    probability: Array
    gap: Array  # typical days between two purchases
    last: Array  # the day of the last one
    times: Array


def learn_due(history: History, settings: Settings, bought: Bought | None = None) -> Due:
    """The regular purchases of every customer that are likely enough to come again.

    At least three days with the item, a chance of a tenth that it is bought within the window, at most 20 a customer.
    Nothing where orders carry no dates. `bought` is what `list_bought` says, where it is known.
    """
    bought = bought or list_bought(history, settings)
    visits = find_visits(history.baskets, history.customers, bought.days, ~bought.once)
    today = int(bought.days.max(initial=-1))
    typical = typical_gaps(visits, number_groups([listing.category for listing in history.listings]))
    returns = measure_returns(visits, typical, today)
    rows = np.flatnonzero(visits.last & (visits.number + 1 >= _FEWEST_DAYS))
    elapsed = (today - visits.days[rows]) / typical[rows]
    rows, elapsed = rows[elapsed < HORIZON], elapsed[elapsed < HORIZON]
    window = expect_return(returns, classes(visits.number[rows]), elapsed)
    due = Due(visits.customers[rows], visits.items[rows], *_days(window, visits.days[rows], typical[rows]))
    return _best(due._replace(times=visits.number[rows] + 1), len(history.customer_ids))


def _days(window: Window, last: Array, gap: Array) -> tuple[Array, ...]:
    middle = np.rint(last + window.middle * gap).astype(np.int64)
    early = np.floor(last + window.early * gap).astype(np.int64)
    late = np.ceil(last + window.late * gap).astype(np.int64)
    return middle, early, late, window.probability, gap, last, last


def _best(due: Due, n_customers: int) -> Due:
    """The likeliest of each customer; `offsets` holds the customer of each row on the way in."""
    due = _take(due, np.flatnonzero(due.probability >= _LEAST))
    due = _take(due, np.lexsort((due.items, -due.probability, due.offsets)))
    starts = np.searchsorted(due.offsets, due.offsets)
    due = _take(due, np.flatnonzero(np.arange(starts.size) - starts < _MOST))
    due = _take(due, np.lexsort((due.items, due.middle, due.offsets)))
    return due._replace(offsets=np.searchsorted(due.offsets, np.arange(n_customers + 2)))


def _take(due: Due, rows: Array) -> Due:
    return Due(*(column[rows] for column in due))


class Repeats(NamedTuple):
    """Regular purchases as facts keep them, those of customer c from `offsets[c]` on, soonest due first."""

    offsets: Array
    rows: Array  # of `REPEAT`

    def any_of(self, customers: Array) -> Array:
        """Which of `customers` have any."""
        found: Array = self.offsets[customers + 1] > self.offsets[customers]
        return found

    def of(self, customers: Array) -> tuple[Array, Array]:
        """Those of `customers`, one after another, and where those of each end."""
        first = self.offsets[customers]
        sizes = self.offsets[customers + 1] - first
        ends = np.cumsum(sizes)
        places = np.arange(int(sizes.sum())) + np.repeat(first - ends + sizes, sizes)
        return ends, self.rows[places]


def list_repeats(due: Due, timezone: str) -> Repeats:
    """The same, days as the moments at which they begin in the shop."""
    rows = np.zeros(due.items.size, dtype=REPEAT)
    days = {"due_at": due.middle, "due_from": due.early, "due_until": due.late, "last_bought_at": due.last}
    present, places = np.unique(np.concatenate(list(days.values())), return_inverse=True)
    zone = ZoneInfo(timezone)
    starts = [to_micros(datetime.combine(date.fromordinal(_EPOCH + day), time(), zone)) for day in present.tolist()]
    moments = np.array(starts, dtype=np.int64)[places].reshape(len(days), -1)
    for name, column in zip(days, moments, strict=True):
        rows[name] = column
    rows["probability"], rows["gap"], rows["item"], rows["times"] = due.probability, due.gap, due.items, due.times
    return Repeats(due.offsets, rows)
