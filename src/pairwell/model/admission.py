"""Whether a model may take the place of the live one, by how often each found the item that was hidden from it."""

from __future__ import annotations

import math
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from pairwell.errors import EvidenceError
from pairwell.model.manifest import Manifest
from pairwell.said import number, phrase

FEWEST_CASES = 20
_TOLERATED = 0.05  # of the live model's hit rate may be lost
_METRIC = "hr@10"
_ORDERS = ("orders", "order_lines")
_SHOWN = 1e-9  # a loss that differs from what is tolerated by rounding alone
_Z = 1.959963984540054  # two-sided 95 %


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A model held against the live one. Only one that is surely worse is not `admitted`."""

    verdict: Literal["admitted", "worse", "not_comparable"]
    why: str
    live: str | None  # the model that it was held against
    cases: int | None = None  # orders that both were asked about
    hit_rate: float | None = None
    live_hit_rate: float | None = None
    difference_ci: tuple[float, float] | None = None  # 95 %, of the difference of the two rates

    @property
    def admitted(self) -> bool:
        """Whether it may go live."""
        return self.verdict != "worse"


NO_OTHER = Admission(verdict="admitted", why=phrase("no other model is live"), live=None)


def not_comparable(live: str, why: str) -> Admission:
    """It passes, and says why nothing can be told of it."""
    return Admission(verdict="not_comparable", why=why, live=live)


def require_admitted(model_id: str, found: Admission) -> None:
    """Raise `EvidenceError` for a model that is surely worse."""
    if not found.admitted:
        raise EvidenceError(
            phrase("Model {model_id} is not made live: {why}.", model_id=model_id, why=found.why),
            hint=phrase("Make it live all the same by --anyway."),
        )


def asked_the_same(model: Manifest, live: Manifest) -> bool:
    """Whether both were learned from the same orders, so that the same were held out from a model of the others."""
    return _orders_of(model) == _orders_of(live)


def compare_validations(model: Manifest, live: Manifest) -> Admission:
    """Hold two models against each other that were `asked_the_same`, by what each says of itself.

    How often both found the same item is not kept, so that the interval is that of two independent samples, which is
    wider. Source: Newcombe 1998, Statistics in Medicine 17, 873-890, method 10.
    """
    if model.validation is None or live.validation is None:
        return not_comparable(
            live.id, phrase("too few orders are known to ask it and the live model {live} about", live=live.id)
        )
    new, old = _said(model.validation), _said(live.validation)
    difference = new.value - old.value
    below = math.hypot(new.value - new.ci[0], old.ci[1] - old.value)
    above = math.hypot(new.ci[1] - new.value, old.value - old.ci[0])
    rates = _Rates(cases=new.cases, new=new.value, old=old.value, ci=(difference - below, difference + above))
    return _judged(live.id, "held out from either", rates)


def compare_hits(live: str, which: str, new: ArrayLike, old: ArrayLike) -> Admission:
    """Hold a model against the live one by what each found in the same cases; `which` says of what orders.

    The interval is of a difference of paired shares.
    """
    mine, theirs = np.asarray(new, dtype=bool), np.asarray(old, dtype=bool)
    if mine.size < FEWEST_CASES:
        few = f"there are {mine.size} orders with two items {which}, and {FEWEST_CASES} are needed"
        return not_comparable(live, f"{few} to compare it with the live model {live}")
    both, only_mine = int((mine & theirs).sum()), int((mine & ~theirs).sum())
    only_theirs = int((theirs & ~mine).sum())
    neither = mine.size - both - only_mine - only_theirs
    rates = _Rates(
        cases=mine.size,
        new=float(mine.mean()),
        old=float(theirs.mean()),
        ci=paired_difference(both, only_mine, only_theirs, neither),
    )
    return _judged(live, which, rates)


def paired_difference(both: int, first: int, second: int, neither: int) -> tuple[float, float]:
    """Interval at 95 % of a share minus another of the same cases, from how many are in both, in one, in neither.

    Source: Newcombe 1998, Statistics in Medicine 17, 2635-2650, method 10.
    """
    cases = both + first + second + neither
    mine, theirs = both + first, both + second
    low_1, high_1 = wilson(mine, cases)
    low_2, high_2 = wilson(theirs, cases)
    below_1, above_1 = mine / cases - low_1, high_1 - mine / cases
    below_2, above_2 = theirs / cases - low_2, high_2 - theirs / cases
    alike = _alike(both, first, second, neither)
    difference = (first - second) / cases
    below = below_1**2 - 2 * alike * below_1 * above_2 + above_2**2
    above = above_1**2 - 2 * alike * above_1 * below_2 + below_2**2
    return difference - math.sqrt(max(0.0, below)), difference + math.sqrt(max(0.0, above))


def wilson(hits: int, cases: int) -> tuple[float, float]:
    """Interval of a share at 95 %. Source: Wilson 1927."""
    share, spread = hits / cases, _Z**2 / cases
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * math.sqrt(share * (1 - share) / cases + spread / (4 * cases))
    return max(0.0, middle - half), min(1.0, middle + half)


def _alike(both: int, first: int, second: int, neither: int) -> float:
    """The correlation phi, lessened by the correction for continuity that the source asks for."""
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    if not margins:
        return 0.0
    excess, half = both * neither - first * second, (both + first + second + neither) / 2
    return (excess if excess < 0 else max(0.0, excess - half)) / math.sqrt(margins)


def _orders_of(model: Manifest) -> tuple[int, list[list[str] | None], object]:
    asked = None if model.validation is None else (model.validation["protocol"], model.validation["cases"])
    return model.orders, [model.inputs.get(name) for name in _ORDERS], asked


class _Said(msgspec.Struct, frozen=True):
    cases: int
    value: float
    ci: tuple[float, float]


def _said(validation: dict[str, Any]) -> _Said:
    return msgspec.convert({"cases": validation["cases"], **validation[_METRIC]}, _Said)


class _Rates(msgspec.Struct, frozen=True, kw_only=True):
    cases: int
    new: float
    old: float
    ci: tuple[float, float]  # of new minus old


def _judged(live: str, which: str, rates: _Rates) -> Admission:
    low, high = rates.ci
    lost = -high > _TOLERATED * rates.old + _SHOWN
    return Admission(
        verdict="worse" if lost else "admitted",
        why=phrase(
            "it finds {new} of what was hidden, the live model {live} {old}, in {cases} orders {which} (difference "
            "{difference}, 95 % interval {low} to {high})",
            new=number(rates.new, 3),
            live=live,
            old=number(rates.old, 3),
            cases=str(rates.cases),
            which=which,
            difference=number(rates.new - rates.old, 3, sign=True),
            low=number(low, 3, sign=True),
            high=number(high, 3, sign=True),
        ),
        live=live,
        cases=rates.cases,
        hit_rate=rates.new,
        live_hit_rate=rates.old,
        difference_ci=(low, high),
    )
