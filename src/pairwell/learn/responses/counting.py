"""Which opportunities count: one of a unit within an outcome window, and for how many it stands."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.responses.arrays import Bools, Floats, Ints

_MOST_TIMES = 10.0  # as many as an only visit: beyond, weights are cut off (Ionides 2008)
_LONG_AGO = -(2**62)


class Moments(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row an opportunity; moments in microseconds since 1970."""

    at: Ints
    end: Ints  # of its outcome window
    shown: Bools
    passed: Bools  # not shown by choice, not by lot
    closed: Bools  # its window is over
    holdout: Floats  # chance of the holdout, by the settings of then
    withheld: Floats  # chance of being withheld else

    def of(self, rows: Ints) -> Moments:
        """Those of some rows, which may repeat."""
        return Moments(**{name: getattr(self, name)[rows] for name in Moments.__struct_fields__})


class Windows(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Opportunities by the window in which they lie; a window is named by the row that opened it."""

    opener: Ints  # of each row
    counts: Ints  # the openers whose outcome says something, in order
    weight: Floats  # of those: 1 / the chance of what the lots decided

    def total(self, of: Ints) -> Ints:
        """Sums over the windows that count."""
        sums = np.bincount(self.opener, of, minlength=len(self.opener))
        return np.asarray(sums, dtype=np.int64)[self.counts]


def find_windows(key: Ints, moments: Moments) -> Windows:
    """Of the opportunities of one key the first opens a window, and whatever comes before its end belongs to it.

    An outcome within that window would else count for each of them. A window counts where its first opportunity was
    shown, or where none was; one that was withheld at first and shown later is neither. Windows of `k` opportunities
    that were never shown have a chance of `h + (1 - h) · w^k` (holdout, withheld), by which they are weighted, so that
    those of few opportunities are not taken for all (Horvitz and Thompson 1952).

    What was passed over changes no such window, so that lots alone decide what is compared with what. It opens one of
    its own, which weighs 1, where within it there was no other opportunity.
    """
    opener = _openers(key, moments)
    size = np.bincount(opener, ~moments.passed, minlength=len(key))
    ever = np.bincount(opener, moments.shown, minlength=len(key)) > 0
    first = opener == np.arange(len(key))
    counts = np.flatnonzero(first & moments.closed & (moments.shown | ~ever))
    held, withheld, times = moments.holdout[counts], moments.withheld[counts], size[counts]
    never = held + (1 - held) * withheld**times
    once = held + (1 - held) * withheld
    chance = np.where(moments.shown[counts], 1 - once, np.maximum(never, once / _MOST_TIMES))
    weight = np.ones(len(counts))
    by_lot = ~moments.passed[counts]
    weight[by_lot] = 1 / chance[by_lot]
    return Windows(opener=opener, counts=counts, weight=weight)


def _openers(key: Ints, moments: Moments) -> Ints:
    """By row the one that opened its window. Rows come newest first.

    A window of what was passed over belongs to the other opportunity that falls into it.
    """
    opener = np.zeros(len(key), dtype=np.int64)
    order = np.lexsort((-np.arange(len(key)), moments.at, key))
    columns = (order, *(column[order] for column in (key, moments.at, moments.end, moments.passed)))
    of = current = passing = -1
    end = passing_end = _LONG_AGO
    for row, each, at, its_end, passed in zip(*(column.tolist() for column in columns), strict=True):
        if each != of:
            of, end, passing_end = each, _LONG_AGO, _LONG_AGO
        if at <= end:
            opener[row] = current
        elif passed:
            if at > passing_end:
                passing, passing_end = row, its_end
            opener[row] = passing
        else:
            opener[row] = current = row
            end = its_end
            if at <= passing_end:
                opener[passing], passing_end = row, _LONG_AGO
    return opener
