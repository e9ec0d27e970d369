"""What offers changed: the treated against the holdout, for each customer from the first slate on."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.measure.offers.attribution import Attributed
from pairwell.measure.offers.estimates import (
    LEVEL,
    Bools,
    Estimate,
    Floats,
    Group,
    Ints,
    NotEstimable,
    compare,
    is_uneven,
)
from pairwell.measure.offers.rows import Lines, Told, newest_before, part_codes
from pairwell.measure.offers.trials import Trial

FOLLOWING_DAYS = 28
_DAY = 86_400_000_000  # microseconds
Result = Estimate | NotEstimable


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """Totals over the treated who are compared; money in minor units, after returns.

    `margin` is the sum of `offered`, `following` and `others`, as far as all are estimable.
    """

    treated: int
    held: int
    revenue: Result
    margin: Result
    orders: Result  # placed orders: fewer are lost checkouts
    offered: Result  # margin of items that a slate named within the window before
    following: Result  # margin of the same items in the weeks after that window: less was bought earlier
    others: Result  # margin of everything else: less gave way, as what an upgrade replaces does
    attributed_revenue: float  # to offers that the compared saw, beside `revenue`
    attributed_margin: float

    def inflation(self) -> Estimate | None:
        """How many times the margin added is attributed; None where that may be nothing, so that nobody can tell.

        What is attributed was seen; only what was added is unsure, so that the ends are those of its interval.
        """
        added, said = self.margin, self.attributed_margin
        if isinstance(added, NotEstimable) or not added.surely_positive or said <= 0:
            return None
        return Estimate(value=said / added.value, low=said / added.high, high=said / added.low)


class Bought(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What was bought, as the effects are asked of it."""

    lines: Lines
    attributed: Attributed
    after: Ints  # by line: microseconds since a slate, real or ghost, last named its item to its unit; -1: none did
    window: int


def bought_of(told: Told, lines: Lines, attributed: Attributed, *, window: int) -> Bought:
    """The lines beside when their item was last in a slate of their unit."""
    return Bought(lines=lines, attributed=attributed, after=_since_named(told, lines), window=window)


def effects_of(trial: Trial, bought: Bought) -> Effects:
    """Every effect, of the units of the trial that had a slate."""
    chosen, lines = trial.only(trial.triggered), bought.lines
    sums = _Sums(chosen, lines)
    offered = (bought.after >= 0) & (bought.after <= bought.window)
    following = (bought.after > bought.window) & (bought.after <= bought.window + FOLLOWING_DAYS * _DAY)
    ours = bought.attributed.offer >= 0
    treated = ~chosen.held
    return Effects(
        treated=int(treated.sum()),
        held=int(chosen.held.sum()),
        revenue=_total(chosen, sums.of(lines.revenue)),
        margin=_total(chosen, sums.of(lines.margin)),
        orders=_total(chosen, sums.orders()),
        offered=_total(chosen, sums.of(lines.margin * offered)),
        following=_total(chosen, sums.of(lines.margin * following)),
        others=_total(chosen, sums.of(lines.margin * ~(offered | following))),
        attributed_revenue=float(sums.of(lines.revenue * ours)[treated].sum()),
        attributed_margin=float(sums.of(lines.margin * ours)[treated].sum()),
    )


def untriggered(trial: Trial, lines: Lines, *, level: float = LEVEL) -> Result:
    """The same difference in margin for units that never had a slate: nothing was done to them, so it should be 0."""
    rest = trial.only(~trial.triggered)
    return _total(rest, _Sums(rest, lines).of(lines.margin), level)


def added_by(trial: Trial, lines: Lines, values: Floats, *, level: float = LEVEL) -> Result:
    """What the treated of these units have more of some value of lines than they would have had."""
    return _total(trial, _Sums(trial, lines).of(values), level)


def by_placement(trial: Trial, lines: Lines) -> dict[str, tuple[int, int, Result]]:
    """Treated, held out, and margin added, of the units whose first slate was at each placement."""
    found = {}
    for place, name in enumerate(trial.placements):
        rows = trial.only(trial.triggered & (trial.placement == place))
        if len(rows.unit):
            margin = _total(rows, _Sums(rows, lines).of(lines.margin))
            found[name] = int((~rows.held).sum()), int(rows.held.sum()), margin
    return found


def orders_by_placement(trial: Trial, lines: Lines) -> dict[str, Result]:
    """Orders added, of the same units as `by_placement`; below 0: offers cost checkouts."""
    found = {}
    for place, name in enumerate(trial.placements):
        rows = trial.only(trial.triggered & (trial.placement == place))
        if len(rows.unit):
            found[name] = _total(rows, _Sums(rows, lines).orders())
    return found


class _Sums:
    """Adds up lines by unit, from its start on."""

    def __init__(self, trial: Trial, lines: Lines) -> None:
        self._n, self._lines = len(trial.unit), lines
        last = max(int(lines.unit.max(initial=-1)), int(trial.unit.max(initial=-1)))
        row_of = np.full(last + 1, -1, dtype=np.int64)
        row_of[trial.unit] = np.arange(self._n)
        row = row_of[lines.unit]
        self._counts: Bools = row >= 0
        if self._n:
            self._counts &= lines.at >= trial.start[np.maximum(row, 0)]
        self._row = row[self._counts]

    def of(self, values: Floats) -> Floats:
        return np.bincount(self._row, weights=values[self._counts], minlength=self._n).astype(np.float64)

    def orders(self) -> Floats:
        order, first = np.unique(self._lines.order[self._counts], return_index=True)
        return np.bincount(self._row[first], minlength=self._n).astype(np.float64) if len(order) else np.zeros(self._n)


def _total(trial: Trial, values: Floats, level: float = LEVEL) -> Result:
    """What the treated have more than they would have had."""
    held, weights = trial.held, trial.weights
    if not len(held) and not any(trial.left_out.values()):
        return NotEstimable(reason="nobody")
    if is_uneven(trial.share, held):
        expected = round(float(trial.share.sum()))
        return NotEstimable(reason="uneven_groups", found=int(held.sum()), needed=expected)
    found = compare(
        Group(values=values[~held], weights=weights[~held]),
        Group(values=values[held], weights=weights[held]),
        level=level,
    )
    return found if isinstance(found, NotEstimable) else found.times(float((~held).sum()))


def _since_named(told: Told, lines: Lines) -> Ints:
    parts = part_codes(told.names.offers, lines.items)
    sizes = np.array([len(items) for items in parts], dtype=np.int64)
    every = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    name = told.offers.name
    offer = np.repeat(np.arange(len(name)), sizes[name]) if len(name) else np.empty(0, dtype=np.int64)
    within = np.arange(len(offer)) - np.repeat(np.cumsum(sizes[name]) - sizes[name], sizes[name])
    item = every[starts[name[offer]] + within]
    slate = told.offers.slate[offer]
    unit, at = told.slates.unit[slate], told.slates.at[slate]
    real, many = (item >= 0) & (unit >= 0), max(len(lines.items), 1)
    key, at = unit[real] * many + item[real], at[real]
    found = newest_before(key, at, lines.unit * many + lines.item, lines.at)
    return np.where(found >= 0, lines.at - at[np.maximum(found, 0)], -1) if len(at) else np.full(lines.size, -1)
