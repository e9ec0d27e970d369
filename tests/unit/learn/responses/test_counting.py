"""One opportunity of a unit within a window counts, and stands for those that the lots could have made of it."""

from __future__ import annotations

import numpy as np
import pytest

from pairwell.learn.responses.counting import Moments, Windows, find_windows


def _windows(*rows: tuple[int, int, bool], closed: bool = True, holdout: float = 0.1, withheld: float = 0.5) -> Windows:
    """Rows of key, hour and whether it was shown, the oldest first; outcomes count for a day."""
    key, hours, shown = zip(*reversed(rows), strict=True)
    at = np.array(hours, dtype=np.int64)
    moments = Moments(
        at=at,
        end=at + 24,
        shown=np.array(shown, dtype=np.bool_),
        closed=np.full(len(at), closed),
        holdout=np.full(len(at), holdout),
        withheld=np.full(len(at), withheld),
    )
    return find_windows(np.array(key, dtype=np.int64), moments)


def test_within_a_window_the_first_counts_and_after_it_the_next() -> None:
    found = _windows((7, 0, True), (7, 1, True), (7, 24, True), (7, 25, True), (8, 2, True))
    assert found.counts.tolist() == [0, 1, 4]  # rows come newest first
    assert found.total(np.ones(5, dtype=np.int64)).tolist() == [1, 1, 3]
    assert found.weight == pytest.approx(1 / (0.9 * 0.5))


def test_what_was_withheld_at_first_and_shown_later_says_nothing() -> None:
    assert _windows((7, 0, False), (7, 1, True)).counts.tolist() == []
    assert _windows((7, 0, False), (7, 30, True)).counts.tolist() == [0, 1]


def test_what_was_shown_at_first_counts_as_shown_whatever_came_later() -> None:
    assert _windows((7, 0, True), (7, 1, False)).counts.tolist() == [1]


def test_never_shown_stands_for_all_who_had_as_many_opportunities() -> None:
    assert _windows((7, 0, False)).weight == pytest.approx(1 / (0.1 + 0.9 * 0.5))
    assert _windows((7, 0, False), (7, 1, False)).weight == pytest.approx(1 / (0.1 + 0.9 * 0.25))


def test_a_single_window_never_stands_for_more_than_ten_only_visits() -> None:
    rows = [(7, hour, False) for hour in range(20)]
    assert _windows(*rows, holdout=0.0).weight == pytest.approx(10 / 0.5)


def test_a_window_that_is_still_open_waits() -> None:
    assert _windows((7, 0, True), closed=False).counts.tolist() == []
