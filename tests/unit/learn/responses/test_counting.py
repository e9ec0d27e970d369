"""One opportunity of a unit within a window counts, and stands for those that the lots could have made of it."""

from __future__ import annotations

import numpy as np
import pytest

from pairwell.learn.responses.counting import Moments, Windows, find_windows

PASSED = None  # over, by choice


def _windows(
    *rows: tuple[int, int, bool | None], closed: bool = True, holdout: float = 0.1, withheld: float = 0.5
) -> Windows:
    """Rows of key, hour and whether it was shown or passed over, the oldest first; outcomes count for a day."""
    key, hours, shown = zip(*reversed(rows), strict=True)
    at = np.array(hours, dtype=np.int64)
    moments = Moments(
        at=at,
        end=at + 24,
        shown=np.array([yes is True for yes in shown]),
        passed=np.array([yes is PASSED for yes in shown]),
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


def test_what_was_passed_over_counts_once_in_a_window_and_weighs_one() -> None:
    found = _windows((7, 0, PASSED), (7, 1, PASSED), (7, 24, PASSED), (7, 25, PASSED), (8, 2, PASSED))
    assert found.counts.tolist() == [0, 1, 4]
    assert found.weight.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("lots", [(True,), (False,), (True, True), (False, False), (True, False), (False, True)])
@pytest.mark.parametrize("hours", [(0, 30), (9,), (0, 1, 11, 13, 33, 37, 90)])
def test_what_was_passed_over_changes_nothing_of_what_lots_decided(
    lots: tuple[bool, ...], hours: tuple[int, ...]
) -> None:
    drawn = [(7, 10 + 2 * place, yes) for place, yes in enumerate(lots)]
    rows = sorted([*drawn, *((7, hour, PASSED) for hour in hours)], key=lambda row: row[1])
    alone, beside = _windows(*drawn), _windows(*rows)
    newest_first = rows[::-1]
    kept = [place for place, row in enumerate(beside.counts.tolist()) if newest_first[row][2] is not PASSED]
    assert [newest_first[row] for row in beside.counts[kept]] == [drawn[::-1][row] for row in alone.counts]
    assert beside.weight[kept].tolist() == alone.weight.tolist()


def test_what_was_passed_over_says_nothing_where_it_was_shown_or_withheld_within_the_window() -> None:
    for yes in (True, False):
        assert _windows((7, 0, PASSED), (7, 24, yes)).counts.tolist() == [0]
        assert _windows((7, 0, PASSED), (7, 25, yes)).counts.tolist() == [0, 1]
        assert _windows((7, 0, yes), (7, 24, PASSED)).counts.tolist() == [1]
        assert _windows((7, 0, yes), (7, 25, PASSED)).counts.tolist() == [0, 1]
