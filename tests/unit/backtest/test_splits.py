from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from pairwell.backtest.splits import Split, first_test_order
from pairwell.errors import EvidenceError, RequestError
from pairwell.learn.baskets import Array


def _placed(*moments: tuple[int, int]) -> Array:
    """Moments of June 2024, by day and hour in UTC."""
    return np.array([round(datetime(2024, 6, day, hour, tzinfo=UTC).timestamp() * 1e6) for day, hour in moments])


def test_days_are_whole_and_the_last_orders_day_is_one() -> None:
    placed = _placed((1, 9), (2, 23), (3, 0), (3, 12), (4, 1))

    assert first_test_order(placed, Split(test_days=1), "UTC") == 4
    assert first_test_order(placed, Split(test_days=2), "UTC") == 2


def test_days_are_the_shops() -> None:
    placed = _placed((1, 9), (2, 23), (3, 0), (3, 12), (4, 1))

    assert first_test_order(placed, Split(test_days=2), "Europe/Warsaw") == 1


def test_a_share_takes_the_newest_orders() -> None:
    placed = np.arange(10)

    assert first_test_order(placed, Split(test_share=0.2), "UTC") == 8
    assert first_test_order(placed, Split(test_share=0.3), "UTC") == 7
    assert first_test_order(placed, Split(test_share=0.25), "UTC") == 8


def test_orders_without_dates_have_no_days() -> None:
    with pytest.raises(EvidenceError) as caught:
        first_test_order(np.arange(10), Split(test_days=2), "UTC")

    assert "--test-share" in str(caught.value.hint)


@pytest.mark.parametrize("split", [Split(test_days=9), Split(test_share=0.05)])
def test_an_empty_part_is_refused(split: Split) -> None:
    with pytest.raises(EvidenceError, match="both need some"):
        first_test_order(_placed((1, 9), (2, 9)), split, "UTC")


@pytest.mark.parametrize(
    "asked", [{}, {"test_days": 1, "test_share": 0.1}, {"test_days": 0}, {"test_share": 0.0}, {"test_share": 1.0}]
)
def test_a_split_says_exactly_one_possible_thing(asked: dict[str, float]) -> None:
    with pytest.raises(RequestError):
        Split(**asked)  # type: ignore[arg-type]
