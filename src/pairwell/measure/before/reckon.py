"""One way of reckoning an effect, at any period of what is looked at."""

from __future__ import annotations

from typing import Protocol

import msgspec

from pairwell.measure.before.differences import FEWEST_GROUPS, difference, difference_by_group
from pairwell.measure.before.longrun import Floats
from pairwell.measure.before.panel import WEEK, Cut
from pairwell.measure.before.records import Estimate, Method, Parallel
from pairwell.measure.before.structural import Model, estimate, fit_model, foretell


class Reckoning(Protocol):
    """An effect of a change at period `at`, by the periods from `start` up to before `end`."""

    @property
    def method(self) -> Method:
        """By which it is reckoned."""

    def estimate(self, start: int, at: int, end: int) -> Estimate:
        """The effect a period."""


class ByComparison(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Beside an untouched group."""

    periods: Cut
    parallel: Parallel
    method: Method = "did"

    def estimate(self, start: int, at: int, end: int) -> Estimate:
        """By groups where there are many on both sides, else by the periods' own memory."""
        cut, before = self.periods, at - start
        if cut.touched_groups is not None and cut.compared_groups is not None and min(cut.groups) >= FEWEST_GROUPS:
            touched, compared = cut.touched_groups[:, start:end], cut.compared_groups[:, start:end]
            return difference_by_group(touched, compared, before, parallel=self.parallel)
        if cut.compared is None:
            raise ValueError("nothing to compare with")
        groups = 1.0 if cut.touched_groups is None else cut.groups[0] / cut.groups[1]
        return difference(
            cut.touched[start:end], cut.compared[start:end], before, parallel=self.parallel, groups=groups
        )


class ByModel(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Beside what a model expects of the series itself."""

    periods: Cut
    model: Model
    method: Method = "structural"

    def estimate(self, start: int, at: int, end: int) -> Estimate:
        """The model keeps the parameters of all that was before; its state is that at the period."""
        return estimate(self._courses(start, at, end), self.periods.touched[at:end])

    def expected(self) -> Floats:
        """What is expected of every period after the change."""
        found: Floats = self._courses(0, self.periods.before, self.periods.touched.size).mean(axis=0)
        return found

    def _courses(self, start: int, at: int, end: int) -> Floats:
        control = None if self.periods.compared is None else self.periods.compared[start:end]
        return foretell(self.model, self.periods.touched[start:at], end - at, control)


def model_of(periods: Cut) -> ByModel | None:
    """With a model of what was before; None where none can be fitted."""
    control = None if periods.compared is None else periods.compared[: periods.before]
    season = WEEK if periods.grain == "day" else None
    model = fit_model(periods.touched[: periods.before], season, control)
    return None if model is None else ByModel(periods=periods, model=model)
