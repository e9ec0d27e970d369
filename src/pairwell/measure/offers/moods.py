"""What customers say, by how many offers they had seen, and by lot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.measure.offers.estimates import Bools, Estimate, Floats, Ints, NotEstimable, share_of
from pairwell.measure.offers.loyalty import DAY, Pair, by_lot
from pairwell.measure.offers.rows import Told
from pairwell.measure.offers.trials import Trial
from pairwell.measure.period import Period, moment_of

BEFORE_DAYS: Final = 28
WEEK: Final = 7 * DAY
LEAST: Final = (0, 1, 3, 6)  # offers seen, by row
_SCALES: Final = {"csat": (1.0, 5.0), "review": (1.0, 5.0), "nps": (0.0, 10.0)}
_COMPLAINTS: Final = ("complaint", "ticket_opened")
_MILLI: Final = 1_000  # microseconds


class Said(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a feedback of a unit, of a period."""

    unit: Ints
    at: Ints  # microseconds since 1970
    score: Floats  # 0 to 1 of its scale; NaN: it has none
    complaint: Bools


class Mood(msgspec.Struct, frozen=True, kw_only=True):
    """Of who had seen at least so many offers in the 28 days before, and fewer than the next row's."""

    least: int
    scores: int
    satisfaction: Estimate | None
    complaints: int
    weeks: int  # of customers
    rate: Estimate | None  # complaints a week of one customer; counts as 1 a week at most


class Moods(msgspec.Struct, frozen=True, kw_only=True):
    """By lot, whoever answered: the satisfaction of those who did, and the share of all who complained."""

    satisfaction: Pair
    complained: Pair


def read_said(dataset: Dataset, units: Sequence[str], period: Period) -> Said:
    """The feedback of a period by customers among the units. Raises `StorageError` where files are damaged."""
    feedback = dataset.table("feedback")
    inside = (feedback["at"] >= moment_of(period.since)) & (feedback["at"] < moment_of(period.until))
    named = feedback.filter(inside, feedback.customer_id.notnull()).order_by("at", "feedback_id")
    with storage_failures():
        table = named.select("customer_id", "at", "kind", "score").to_pyarrow()
    place = {name: number for number, name in enumerate(units)}
    unit = np.array([place.get(f"c:{one}", -1) for one in table["customer_id"].to_pylist()], dtype=np.int64)
    at = table["at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    kinds, scores = table["kind"].to_pylist(), table["score"].to_pylist()
    score = [_share(kind, one) for kind, one in zip(kinds, scores, strict=True)]
    ours = unit >= 0
    return Said(
        unit=unit[ours],
        at=at[ours],
        score=np.array(score, dtype=np.float64)[ours],
        complaint=np.array([kind in _COMPLAINTS for kind in kinds], dtype=np.bool_)[ours],
    )


def _share(kind: str, score: float | None) -> float:
    if score is None or kind not in _SCALES:
        return float("nan")
    low, high = _SCALES[kind]
    return min(max((score - low) / (high - low), 0.0), 1.0)


def by_exposure(told: Told, said: Said, met: Ints) -> list[Mood]:
    """By offers seen in the 28 days before: before a score was given, or before a week of a customer began.

    Weeks begin with the first decision about a customer, or the period, and count where they end within it. Not an
    experiment: whoever comes often sees more, buys more and has more to complain of. Intervals are over customers.
    """
    seen = _Seen(told)
    scored = ~np.isnan(said.score)
    of_score = seen.row(said.unit[scored], said.at[scored])
    start = np.maximum(met, told.since)
    weeks = np.maximum((told.until - start) // WEEK, 0)
    unit = np.repeat(np.arange(len(met)), weeks)
    number = np.arange(len(unit)) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    of_week = seen.row(unit, start[unit] + number * WEEK)
    complained = _weeks_with(said, start, weeks)
    found = []
    for place, least in enumerate(LEAST):
        mine, mine_too = of_score == place, of_week == place
        whose, bad = said.unit[scored][mine], complained & mine_too
        found.append(
            Mood(
                least=least,
                scores=int(mine.sum()),
                satisfaction=_mean(whose, said.score[scored][mine], len(met)),
                complaints=int(bad.sum()),
                weeks=int(mine_too.sum()),
                rate=_mean(unit[mine_too], bad[mine_too].astype(np.float64), len(met)),
            )
        )
    return found


def _weeks_with(said: Said, start: Ints, weeks: Ints) -> Bools:
    """Of every week of every unit whether it complained in it."""
    unit, at = said.unit[said.complaint], said.at[said.complaint]
    number = (at - start[unit]) // WEEK
    inside = (at >= start[unit]) & (number < weeks[unit])
    found = np.zeros(int(weeks.sum()), dtype=np.bool_)
    found[(np.cumsum(weeks) - weeks)[unit[inside]] + number[inside]] = True
    return found


def _mean(unit: Ints, values: Floats, many: int) -> Estimate | None:
    sums, counts = np.bincount(unit, weights=values, minlength=many), np.bincount(unit, minlength=many)
    there = counts > 0
    return share_of(sums[there].astype(np.float64), counts[there].astype(np.float64))


class _Seen:
    """Counts the offers that units had seen."""

    def __init__(self, told: Told) -> None:
        unit, at = told.slates.unit[told.offers.slate], told.offers.exposed
        real = (at >= 0) & (unit >= 0)
        self._base = told.since - 2 * BEFORE_DAYS * DAY
        self._width = (told.until - self._base) // _MILLI + 1
        self._keys = np.sort(self._key(unit[real], at[real]))

    def _key(self, unit: Ints, at: Ints) -> Ints:
        return unit * self._width + np.maximum((at - self._base) // _MILLI, 0)

    def row(self, unit: Ints, at: Ints) -> Ints:
        """The place in `LEAST` of what a unit had seen in the days before each moment."""
        last = np.searchsorted(self._keys, self._key(unit, at))
        first = np.searchsorted(self._keys, self._key(unit, at - BEFORE_DAYS * DAY))
        return np.searchsorted(np.array(LEAST), last - first, side="right") - 1


def moods_by_lot(trial: Trial, said: Said) -> Moods:
    """Everybody offered something against the holdout, of what they said from the first slate, real or ghost, on."""
    chosen = trial.only(trial.triggered)
    row_of = np.full(max(int(chosen.unit.max(initial=-1)), int(said.unit.max(initial=-1))) + 1, -1, dtype=np.int64)
    row_of[chosen.unit] = np.arange(len(chosen.unit))
    row = row_of[said.unit]
    ours = row >= 0
    ours[ours] = said.at[ours] >= chosen.start[row[ours]]
    n, scored = len(chosen.unit), ours & ~np.isnan(said.score)
    counts = np.bincount(row[scored], minlength=n)
    sums = np.bincount(row[scored], weights=said.score[scored], minlength=n)
    complained = np.bincount(row[ours & said.complaint], minlength=n) > 0
    answered = counts > 0
    means = (sums[answered] / counts[answered]).astype(np.float64)
    return Moods(
        satisfaction=_told(by_lot(chosen.only(answered), means), there=bool(answered.any())),
        complained=_told(by_lot(chosen, complained), there=bool(said.complaint.any())),
    )


def _told(pair: Pair, *, there: bool) -> Pair:
    return pair if there else msgspec.structs.replace(pair, difference=NotEstimable(reason="unsaid"))
