"""What offers came to in each slice: how far they came, who was left without one, what was earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from pairwell.measure.offers.effects import Result, added_by
from pairwell.measure.offers.estimates import LEVEL, Bools, Estimate, Floats, Ints, NotEstimable, share_of
from pairwell.measure.offers.reading import Read
from pairwell.measure.offers.rows import Decided, Silence, Told
from pairwell.measure.offers.slicing import Slices
from pairwell.measure.offers.stages import Way
from pairwell.measure.offers.trials import Trial


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Answers with nothing to show. A slate that was by lot not shown is none of them: there was a good offer."""

    asked: int
    silent: int
    share: Estimate | None  # of those asked for, over customers; None: nobody asked
    reasons: Sequence[tuple[Silence, int]]  # the most frequent first
    customers: int  # named, who asked
    never: int  # of these those who were left with nothing every time


class Part(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One slice."""

    name: str
    way: Way
    left: Left | None  # None: answers have no such property


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """What is put down to the offers of a slice, and what offers added there. Money in minor units, after returns."""

    name: str
    revenue: float
    margin: float
    gross: float  # revenue before returns
    treated: int
    held: int
    added_revenue: Result | None  # None: customers are not drawn by lot in such slices
    added_margin: Result | None
    surely: int  # 1: margin was added, -1: lost; 0: not shown, with as many slices as were looked at


def parts_of(way: Way, slices: Slices, *, most: int | None = None) -> tuple[list[Part], int]:
    """The slices with an answer or an offer, those with most offers seen first, and how many there are."""
    told, of_way, many = way.told, slices.offers[way.offer], len(slices.names)
    there = np.bincount(of_way, minlength=many)
    if slices.decided is not None:
        there += np.bincount(slices.decided, minlength=many)
    seen = np.bincount(of_way, weights=way.stage("exposed"), minlength=many)
    # Names are in their order, so that equal ones stay in it.
    places = [place for place in np.argsort(-seen, kind="stable").tolist() if there[place]]
    parts = [
        Part(
            name=slices.names[place],
            way=way.only(of_way == place),
            left=None if slices.decided is None else left_of(told, slices.decided == place),
        )
        for place in places[:most]
    ]
    return parts, len(places)


def left_of(told: Told, rows: Bools) -> Left:
    """Who of some decisions was left without an offer, and why."""
    decided = told.decided.only(rows)
    silent = decided.silence >= 0
    codes, counts = np.unique(decided.silence[silent], return_counts=True)
    reasons = [(told.names.silences[code], int(count)) for code, count in zip(codes, counts, strict=True)]
    happened, tried = _by_customer(decided, silent)
    named = decided.unit >= 0
    got = np.unique(decided.unit[named & ~silent])
    everybody = np.unique(decided.unit[named])
    return Left(
        asked=decided.size,
        silent=int(silent.sum()),
        share=share_of(happened, tried),
        reasons=sorted(reasons, key=lambda one: (-one[1], one[0])),
        customers=len(everybody),
        never=len(everybody) - len(got),
    )


def _by_customer(decided: Decided, silent: Bools) -> tuple[Floats, Floats]:
    """Silent answers and all answers by customer; an answer to nobody is one of its own."""
    rows = np.arange(decided.size)
    whose = np.where(decided.unit >= 0, decided.unit, int(decided.unit.max(initial=-1)) + 1 + rows)
    clusters = np.unique(whose, return_inverse=True)[1]
    return (
        np.bincount(clusters, weights=silent).astype(np.float64),
        np.bincount(clusters).astype(np.float64),
    )


def earned_by(read: Read, slices: Slices, *, most: int | None = None) -> tuple[list[Earned], int]:
    """Slices with anything put down to offers, or with anybody compared, and how many there are.

    Those with most revenue put down first. A verdict holds for all of them, also for those that `most` leaves out.
    """
    attributed, lines = slices.attributed(read), read.lines
    sums: Mapping[str, Floats] = {
        name: _sums(attributed, getattr(lines, name), len(slices.names)) for name in ("revenue", "margin", "gross")
    }
    compared = _compared(read, slices)
    shown = [
        place
        for place in np.lexsort((np.arange(len(slices.names)), -compared, -sums["revenue"])).tolist()
        if sums["gross"][place] or compared[place]
    ]
    first = shown[:most]
    of_each = [{name: float(one[place]) for name, one in sums.items()} for place in first]
    pairs = zip(first, of_each, strict=True)
    return [_earned(read, slices, place, each, looked=len(shown)) for place, each in pairs], len(shown)


def _compared(read: Read, slices: Slices) -> Ints:
    """Of each slice the triggered customers; 0 where they are not drawn by lot there."""
    many = len(slices.names)
    if slices.trial is None:
        return np.zeros(many, dtype=np.int64)
    there = slices.trial[read.trial.triggered]
    return np.bincount(there[there >= 0], minlength=many)


def _sums(place: Ints, values: Floats, many: int) -> Floats:
    there = place >= 0
    return np.bincount(place[there], weights=values[there], minlength=many).astype(np.float64)


def _earned(read: Read, slices: Slices, place: int, sums: Mapping[str, float], *, looked: int) -> Earned:
    rows, only = read.trial.triggered, None
    if slices.trial is not None:
        rows = rows & (slices.trial == place)
    elif slices.lines is not None:
        only = slices.lines == place
    known = slices.trial is not None or only is not None
    trial, lines = read.trial.only(rows), read.lines
    values = {
        name: getattr(lines, name) if only is None else getattr(lines, name) * only for name in ("revenue", "margin")
    }
    wide = added_by(trial, lines, values["margin"], level=1 - (1 - LEVEL) / max(looked, 1)) if known else None
    late = slices.late > 0 and not rows.any()
    added = {name: _added(read, trial, one, late=late) if known else None for name, one in values.items()}
    return Earned(
        name=slices.names[place],
        **sums,
        treated=int((~trial.held).sum()) if known else 0,
        held=int(trial.held.sum()) if known else 0,
        added_revenue=added["revenue"],
        added_margin=added["margin"],
        surely=(int(wide.low > 0) - int(wide.high < 0)) if isinstance(wide, Estimate) else 0,
    )


def _added(read: Read, trial: Trial, values: Floats, *, late: bool) -> Result:
    """Where a slice has nobody of a holdout that there is, it has too few; `late`: none that may be compared."""
    if late:
        return NotEstimable(reason="said_later")
    found = added_by(trial, read.lines, values)
    if isinstance(found, NotEstimable) and found.reason == "no_holdout" and read.trial.held.any():
        return NotEstimable(reason="too_few", needed=found.needed)
    return found
