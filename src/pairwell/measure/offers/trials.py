"""Who is compared with whom: units first offered something, or by lot not, from that moment on."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from pairwell.experiments.assignment import draw_lot
from pairwell.journal.codes import Codes
from pairwell.journal.offers_told import FirstMet
from pairwell.measure.offers.estimates import Bools, Floats, Ints


class Holdout(NamedTuple):
    """By what lots units are left without offers, and how many of them."""

    salt: str
    share: float


HoldoutOf = Callable[[str], Holdout | None]
"""The holdout by the hash of settings; None where nobody knows it any more."""
LeftOut = Literal["merged", "several_arms", "no_lot"]


class Trial(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a unit that had a lot, from its first slate on, real or ghost; without one from its first decision on."""

    unit: Ints
    start: Ints  # microseconds since 1970; where that was before the period, its beginning
    held: Bools
    share: Floats  # the chance of the holdout, among those who are in one arm for all the time
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


class _Row(NamedTuple):
    unit: int
    start: int
    held: bool
    share: float
    triggered: bool
    placement: int


class _Arms:
    """The arms that lots give under several holdouts, one after another or side by side."""

    def __init__(self, holdouts: set[Holdout]) -> None:
        by_salt: defaultdict[str, list[float]] = defaultdict(list)
        for salt, share in sorted(holdouts):
            by_salt[salt].append(share)
        self._bounds = [(salt, min(shares), max(shares)) for salt, shares in by_salt.items()]
        self.changed = len(holdouts) > 1
        always = float(np.prod([low for _, low, _ in self._bounds]))
        never = float(np.prod([1 - high for _, _, high in self._bounds]))
        self.share = always / (always + never) if always > 0 and never > 0 else None

    def find(self, lot: str) -> bool | None:
        """Whether a lot falls into every holdout; None: into some of them only."""
        drawn = [(draw_lot("holdout", lot, salt=salt), low, high) for salt, low, high in self._bounds]
        if all(value < low for value, low, _ in drawn):
            return True
        return False if all(value >= high for value, _, high in drawn) else None


class _Since:
    """The holdouts from a moment on, as far as they decided for anybody in a new way after it."""

    def __init__(self, met: Sequence[FirstMet], holdout_of: HoldoutOf) -> None:
        last: dict[str, int] = {}
        for one in met:
            last[one.settings] = max(one.first, last.get(one.settings, one.first))
        ordered = sorted(last, key=lambda name: (last[name], name))
        self._last = [last[name] for name in ordered]
        found = [holdout_of(name) for name in ordered]
        self._arms = [_arms(found[place:]) for place in range(len(found))]

    def arms(self, moment: int) -> _Arms | None:
        """None where some of the settings are gone. The moment is not after the last of all."""
        return self._arms[bisect_left(self._last, moment)]


def _arms(holdouts: Sequence[Holdout | None]) -> _Arms | None:
    known = {one for one in holdouts if one is not None}
    return None if None in holdouts else _Arms(known)


def gather_trial(met: Iterable[FirstMet], units: Codes, *, since: int, holdout_of: HoldoutOf) -> Trial:
    """From what `read_first_met` tells, the decisions of one unit in a row.

    A unit is in the arm that its lot gives it under every holdout from its first slate on. Left out are units whose lot
    is in some of these only, whether they came back after the change or not: to leave out those alone who were seen in
    two arms would sort the rest by how often they come. So are units some of whose decisions fell by the lot of another
    name (a visitor who turned out to be a customer known before), and those that lived through a time without a
    holdout: nobody like them was left without offers by lot.
    """
    every = list(met)
    holdouts = _Since(every, holdout_of)
    rows, left_out, placements = list[_Row](), Counter[LeftOut](), Codes()
    for whose, group in itertools.groupby(every, key=lambda one: one.whose):
        told = list(group)
        slates = [one for one in told if one.slate]
        first = min(slates or told, key=lambda one: (one.first, one.settings, one.placement))
        arms = holdouts.arms(first.first)
        held = _arm(told, first, arms)
        if not isinstance(held, bool):
            left_out[held] += bool(slates)
            continue
        assert arms is not None, "it is an objection"
        assert arms.share is not None, "so it is"
        start = max(first.first, since)
        rows.append(_Row(units[whose], start, held, arms.share, bool(slates), placements[first.placement]))
    return _trial(rows, placements.names, left_out)


def _arm(told: Sequence[FirstMet], first: FirstMet, arms: _Arms | None) -> bool | LeftOut:
    """Whether a unit is held out, or why it is left out."""
    if first.lot is None or any(one.other_lot for one in told):
        return "merged"
    if arms is None or arms.share is None:
        return "no_lot"
    if not arms.changed:
        return first.held
    found = arms.find(first.lot)
    return "several_arms" if found is None else found


def _trial(rows: Sequence[_Row], placements: Sequence[str], left_out: Mapping[LeftOut, int]) -> Trial:
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
