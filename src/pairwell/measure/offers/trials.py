"""Who is compared with whom: units first offered something, or by lot not, from that moment on."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from pairwell.journal.offers_told import FirstMet
from pairwell.measure.offers.estimates import Bools, Floats, Ints
from pairwell.measure.offers.rows import Codes

ShareOf = Callable[[str], float | None]
"""The share of the holdout by the hash of settings; None where nobody knows it any more."""
LeftOut = Literal["merged", "several_arms", "no_lot"]


class Trial(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a unit that had a lot, from its first slate on, real or ghost; without one from its first decision on."""

    unit: Ints
    start: Ints  # microseconds since 1970; where that was before the period, its beginning
    held: Bools
    share: Floats  # the chance of the holdout, as configured then
    triggered: Bools  # had a slate
    placement: Ints  # of the first slate, place in `placements`
    placements: Sequence[str]
    left_out: Mapping[LeftOut, int]  # triggered units

    @property
    def weights(self) -> Floats:
        """1 / the chance of being in the arm that it is in."""
        return 1 / np.where(self.held, self.share, 1 - self.share)

    def only(self, rows: Bools) -> Trial:
        """Some of the units."""
        columns = ("unit", "start", "held", "share", "triggered", "placement")
        return msgspec.structs.replace(self, **{name: getattr(self, name)[rows] for name in columns})


def gather_trial(met: Iterable[FirstMet], units: Codes, *, since: int, share_of: ShareOf) -> Trial:
    """From what `read_first_met` tells, the decisions of one unit in a row.

    Left out are units some of whose decisions fell by the lot of another name (a visitor who turned out to be a
    customer known before), units that were in several arms since settings changed, and those whose settings had no
    holdout at their first slate: nobody like them was left without offers by lot.
    """
    rows, left_out, placements = list[tuple[int, int, bool, float, bool, int]](), Counter[LeftOut](), Codes()
    shares: dict[str, float | None] = {}
    for whose, group in itertools.groupby(met, key=lambda one: one.whose):
        told = list(group)
        slates = [one for one in told if one.slate]
        first = min(slates or told, key=lambda one: (one.first, one.settings, one.placement))
        if first.settings not in shares:
            shares[first.settings] = share_of(first.settings)
        share = shares[first.settings]
        reason = _objection(told, share)
        if reason is not None:
            left_out[reason] += bool(slates)
            continue
        assert share is not None, "it is an objection"
        start = max(first.first, since)
        rows.append((units[whose], start, first.held, share, bool(slates), placements[first.placement]))
    return _trial(rows, placements.names, left_out)


def _objection(told: Sequence[FirstMet], share: float | None) -> LeftOut | None:
    if any(one.other_lot for one in told):
        return "merged"
    if len({one.held for one in told}) > 1:
        return "several_arms"
    return None if share is not None and 0 < share < 1 else "no_lot"


def _trial(
    rows: Sequence[tuple[int, int, bool, float, bool, int]], placements: Sequence[str], left_out: Mapping[LeftOut, int]
) -> Trial:
    unit, start, held, share, triggered, placement = zip(*rows, strict=True) if rows else ((),) * 6
    return Trial(
        unit=np.array(unit, dtype=np.int64),
        start=np.array(start, dtype=np.int64),
        held=np.array(held, dtype=np.bool_),
        share=np.array(share, dtype=np.float64),
        triggered=np.array(triggered, dtype=np.bool_),
        placement=np.array(placement, dtype=np.int64),
        placements=placements,
        left_out=left_out,
    )
