"""Daily sums by group, cut into whole weeks before and after a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pairwell.measure.before.longrun import Floats, cosine_weights
from pairwell.measure.before.records import Change, Grain, Method, Unfit

WEEK: Final = 7  # days
FEWEST_BEFORE: Final[dict[Method, dict[Grain, int]]] = {
    "did": {"day": 56, "week": 84},
    "structural": {"day": 84, "week": 182},
}  # days
FEWEST_AFTER: Final[dict[Grain, int]] = {"day": 7, "week": 21}  # days
MOST_BEFORE: Final = 364  # days; what is older says little of how both move
_EMPTY = 1 / 3  # of the days without a row, from which on weeks are looked at
_GAP: Final[dict[Grain, int]] = {"day": 7, "week": 2}  # periods in a row without a row
_UNKNOWN = 0.1  # of the periods before, which a model may be without


class Panel(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Sums by group and day. `below`: what sums are divided by, where a ratio is asked for."""

    first: date
    names: Sequence[str]  # of the groups
    touched: NDArray[np.bool_]  # by group
    rows: NDArray[Any]  # groups by days: how many lines there are
    above: Floats  # groups by days
    below: Floats | None = None


class Cut(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The periods that are looked at, the first `before` of them before the change."""

    start: date
    grain: Grain
    before: int
    touched: Floats  # by period
    compared: Floats | None
    touched_groups: Floats | None = None  # groups by periods; None where a ratio is asked for
    compared_groups: Floats | None = None
    groups: tuple[int, int] = (1, 0)  # touched, compared
    closed: int = 0  # periods in runs without a row of either
    empty: tuple[int, int] = (0, 0)  # periods before and after at which the touched have no row
    left_out: Sequence[str] = ()  # compared groups that are not there before and after

    @property
    def days(self) -> int:
        """Days of a period."""
        return 1 if self.grain == "day" else WEEK

    def date_of(self, period: int) -> date:
        """The first day of a period."""
        return self.start + timedelta(days=period * self.days)


def cut(panel: Panel, change: Change, method: Method) -> Cut | Unfit:
    """Whole weeks up to the date and from it on, at most `MOST_BEFORE` days before; or why there is no answer."""
    at = (change.at - panel.first).days
    start = max(0, (change.since - panel.first).days if change.since else 0)
    days = panel.above.shape[1]
    end = min(days, (change.until - panel.first).days if change.until else days)
    before = min(max(0, at - start), MOST_BEFORE) // WEEK * WEEK
    after = max(0, end - at) // WEEK * WEEK
    grains: tuple[Grain, ...] = ("day", "week") if panel.below is None else ("week",)
    for grain in grains:
        if unfit := _too_short(before, after, method, grain, (max(0, at - start), max(0, end - at))):
            return msgspec.structs.replace(unfit, last=panel.first + timedelta(days=end - 1))
        if grain == _grain(panel, slice(at - before, at + after), change.grain):
            break
    return _checked(_cut(panel, slice(at - before, at + after), before, grain), method)


def _too_short(before: int, after: int, method: Method, grain: Grain, days: tuple[int, int]) -> Unfit | None:
    fewest = FEWEST_BEFORE[method][grain]
    if before < fewest:
        return Unfit(reason="too_few_before", needed=fewest, days=days[0])
    if after < FEWEST_AFTER[grain]:
        return Unfit(reason="too_few_after", needed=FEWEST_AFTER[grain], days=days[1])
    return None


def _grain(panel: Panel, days: slice, asked: Grain | None) -> Grain:
    """Weeks for a ratio, else as asked for, else weeks where many days of a side are empty."""
    if panel.below is not None or asked is not None:
        return "week" if panel.below is not None else asked or "day"
    sides = [panel.rows[panel.touched == side, days].sum(axis=0) for side in (True, False) if side in panel.touched]
    return "week" if any((rows == 0).mean() > _EMPTY for rows in sides) else "day"


def _cut(panel: Panel, days: slice, before: int, grain: Grain) -> tuple[Cut, list[NDArray[np.bool_]]]:
    """The periods, and where the touched and the compared have no row."""
    size = 1 if grain == "day" else WEEK
    there = [
        bool(panel.rows[place, days][:before].any() and panel.rows[place, days][before:].any()) or bool(touched)
        for place, touched in enumerate(panel.touched)
    ]
    sides = [np.flatnonzero(panel.touched), np.flatnonzero(~panel.touched & np.array(there))]
    values, groups, empty = [], [], []
    for side in sides:
        above = _sums(panel.above[side, days], size)
        below = None if panel.below is None else _sums(panel.below[side, days], size).sum(axis=0)
        empty.append(_sums(panel.rows[side, days], size).sum(axis=0) == 0)
        values.append(above.sum(axis=0) if below is None else _ratio(above.sum(axis=0), below))
        groups.append(above if below is None else None)
    alone = sides[1].size == 0
    return Cut(
        start=panel.first + timedelta(days=days.start),
        grain=grain,
        before=before // size,
        touched=values[0],
        compared=None if alone else values[1],
        touched_groups=groups[0],
        compared_groups=None if alone else groups[1],
        groups=(sides[0].size, sides[1].size),
        empty=(int(empty[0][: before // size].sum()), int(empty[0][before // size :].sum())),
        left_out=[name for name, kept in zip(panel.names, there, strict=True) if not kept],
    ), empty


def _sums(values: NDArray[Any], size: int) -> Floats:
    found: Floats = values.astype(np.float64).reshape(values.shape[0], values.shape[1] // size, size).sum(axis=2)
    return found


def _ratio(above: Floats, below: Floats) -> Floats:
    found: Floats = np.divide(above, below, out=np.full(above.size, np.nan), where=below != 0)
    return found


def _checked(found: tuple[Cut, list[NDArray[np.bool_]]], method: Method) -> Cut | Unfit:
    periods, (touched, compared) = found
    if method == "did" and periods.compared is None:
        return Unfit(reason="no_comparison")
    if periods.compared is None:
        compared = touched
    lone = _runs(touched != compared, periods.grain) if method == "did" else _runs(touched, periods.grain)
    unknown = lone | np.isnan(periods.touched)
    if periods.compared is not None:
        unknown |= np.isnan(periods.compared)
    if unfit := _gaps(unknown, periods, method):
        return unfit
    series = [periods.touched] if periods.compared is None else [periods.touched, periods.compared]
    for values in series:
        known = values[: periods.before][~unknown[: periods.before]]
        if np.ptp(known) == 0 or (known == 0).mean() > 0.5:  # noqa: PLR2004 - more than half
            return Unfit(reason="constant", grain=periods.grain)
    closed = int(_runs(touched & compared, periods.grain).sum()) if method == "did" else 0
    known_only = np.where(unknown, np.nan, periods.touched)
    return msgspec.structs.replace(periods, touched=known_only, closed=closed)


def _gaps(unknown: NDArray[np.bool_], periods: Cut, method: Method) -> Unfit | None:
    """A model does without some periods before; a comparison, and what was after, is whole or nothing."""
    before = unknown[: periods.before]
    borne = method == "structural" and periods.compared is None and before.mean() <= _UNKNOWN
    if not unknown[periods.before :].any() and (borne or not before.any()):
        return None
    first = int(np.flatnonzero(unknown)[0])
    return Unfit(reason="gaps", days=int(unknown.sum()) * periods.days, first=periods.date_of(first))


def _runs(flags: NDArray[np.bool_], grain: Grain) -> NDArray[np.bool_]:
    """Where `flags` hold for so long that it is a gap, and no day of rest."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    found = np.zeros(flags.size, dtype=np.bool_)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        found[start:end] = end - start >= _GAP[grain]
    return found


def surely_above_nothing(values: Floats) -> bool:
    """Whether the mean of a series is more than two of its errors above 0, so that shares of it mean something."""
    error = float(np.sqrt(np.mean(cosine_weights(values) ** 2) / values.size))
    return float(values.mean()) > 2 * error
