"""Settings of the score that suit one shop better, found on orders held out and judged on others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Settings
from pairwell.errors import EvidenceError
from pairwell.learn.assemble import completing_model
from pairwell.learn.baskets import Array
from pairwell.learn.cases import Case
from pairwell.learn.history import History
from pairwell.learn.validation import before, find_hits, newest_cases

GRID: dict[str, tuple[float, ...]] = {
    "half_life_days": (30.0, 60.0, 90.0, 180.0, 365.0, 730.0),
    "power_growth": (0.0, 0.5, 1.0, 1.5),
    "size_exponent": (0.25, 0.5, 0.75, 1.0),
    "add_on_exponent": (0.1, 0.2, 0.3, 0.4, 0.5),
    "anchor_exponent": (0.5, 0.6, 0.7, 0.8, 1.0),
    "score_damping": (0.25, 1.0, 2.0, 5.0),
    "score_shrinkage": (0.0, 0.001, 0.01, 0.1),
}
_FEWEST_CASES = 200
_MOST_CASES = 4_000
_Z = 1.959963984540054  # two-sided 95 %
_Found = tuple[float, Array]


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """How much more hidden items are among the ten best, on orders that nothing was chosen on."""

    value: float
    ci: tuple[float, float]  # 95 %, paired
    cases: int
    before: float  # hit rate with the settings as they were
    after: float


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One point of the grid and its hit rate on the orders that were chosen on."""

    changes: dict[str, float]  # against the settings as they were
    hit_rate: float


class Retuned(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; `changes` is empty where no gain exceeds its noise: then the settings stay."""

    changes: dict[str, tuple[float, float]]  # setting -> as it was, as it should be
    best: dict[str, tuple[float, float]]  # what did best where it was chosen, published or not
    gain: Gain  # of `best`
    tried: list[Tried]


def retune(history: History, settings: Settings, advance: Advance = unheard) -> Retuned:
    """Search the grid, one setting after the other, on half of the newest orders; judge what is found on the other.

    The models are learned from the older nine tenths. A step is taken where it gains more than the standard error of
    the difference; what results is proposed where the 95 % interval of its gain on the other half lies above zero.
    Raises `EvidenceError` where fewer than 200 orders can be asked about.
    """
    split, cases = newest_cases(history, _MOST_CASES)
    if len(cases) < _FEWEST_CASES:
        raise EvidenceError(
            f"The newest tenth of the orders holds {len(cases)} of two items or more; {_FEWEST_CASES} are needed to "
            "tell a gain from luck.",
            hint="Run `pairwell learn` without --retune: the defaults are made for such shops.",
        )
    search = _Search(before(history, split), settings, cases[::2], advance)
    best = search.walk()
    judged = _compare(*(find_hits(completing_model(search.trained, s), cases[1::2]) for s in (settings, best)))
    advance(1.0)
    found = _changes(settings, best)
    return Retuned(changes=found if judged.ci[0] > 0 else {}, best=found, gain=judged, tried=search.tried)


def with_changes(settings: Settings, values: dict[str, Any]) -> Settings:
    """`settings` with other values in `[learn]`."""
    return msgspec.structs.replace(settings, learn=msgspec.structs.replace(settings.learn, **values))


class _Search:
    """A walk along one setting at a time, from where the shop stands."""

    def __init__(self, trained: History, settings: Settings, cases: Sequence[Case], advance: Advance) -> None:
        self.trained = trained
        self.tried: list[Tried] = []
        self._start = settings
        self._cases = cases
        self._advance = advance
        self._points = 1 + sum(len(values) for values in GRID.values())

    def walk(self) -> Settings:
        """The settings after one round over the grid."""
        here, hits = self._start, self._ask(self._start)
        for name, values in GRID.items():
            present = getattr(here.learn, name)
            others = [with_changes(here, {name: value}) for value in values if value != present]
            answers = [(self._ask(there), there) for there in others]
            steps = [(hits_there.sum(), -place) for place, (hits_there, _) in enumerate(answers)]
            hits_there, there = answers[-max(steps)[1]]
            if _beyond_noise(hits, hits_there):
                here, hits = there, hits_there
        return here

    def _ask(self, settings: Settings) -> Array:
        hits = find_hits(completing_model(self.trained, settings), self._cases)
        changes = {name: new for name, (_, new) in _changes(self._start, settings).items()}
        self.tried.append(Tried(changes=changes, hit_rate=float(hits.mean())))
        self._advance(min(0.95, len(self.tried) / self._points))
        return hits


def _changes(start: Settings, end: Settings) -> dict[str, tuple[float, float]]:
    both = ((name, getattr(start.learn, name), getattr(end.learn, name)) for name in GRID)
    return {name: (old, new) for name, old, new in both if old != new}


def _beyond_noise(old: Array, new: Array) -> bool:
    mean, error = _paired(old, new)
    return mean > error


def _compare(old: Array, new: Array) -> Gain:
    mean, error = _paired(old, new)
    return Gain(
        value=mean,
        ci=(mean - _Z * error, mean + _Z * error),
        cases=old.size,
        before=float(old.mean()),
        after=float(new.mean()),
    )


def _paired(old: Array, new: Array) -> tuple[float, float]:
    differences = new.astype(np.float64) - old
    return float(differences.mean()), float(differences.std(ddof=1)) / math.sqrt(differences.size)
