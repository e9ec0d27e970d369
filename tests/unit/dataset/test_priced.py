from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pairwell.dataset.priced import read_plans, read_price_list
from pairwell.dataset.store import Dataset, MergeResult
from pairwell.errors import StorageError

Merge = Callable[..., MergeResult]
JULY = datetime(2026, 7, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)


def row(valid_from: datetime, **said: Any) -> dict[str, Any]:
    return {"plan_id": "pro", "valid_from": valid_from, **said}


def test_a_plan_is_read_as_it_was_at_a_moment_and_says_all_of_itself(merge: Merge, dataset: Dataset) -> None:
    merge(plans=[row(JULY, title="Pro", seats_max=3), row(AUGUST, fee_minor=200)])
    july, now = read_plans(dataset, as_of=JULY)["pro"], read_plans(dataset)["pro"]
    assert (july.fee_minor, july.title, july.seats_max) == (100, "Pro", 3)
    assert (now.fee_minor, now.title, now.seats_max) == (200, None, None)
    assert read_price_list(dataset).at(JULY) == {"pro": july}
    assert read_price_list(dataset).at(datetime(2026, 6, 30, tzinfo=UTC)) == {}


@pytest.mark.parametrize("said", [{"meters": "[{}]"}, {"features": "no list"}, {"period": "week"}])
def test_a_damaged_row_is_named(merge: Merge, dataset: Dataset, said: dict[str, str]) -> None:
    merge(plans=[row(JULY, **said)])
    with pytest.raises(StorageError, match="Plan 'pro', valid from 2026-07-01 00:00, cannot be read"):
        read_plans(dataset)
    with pytest.raises(StorageError, match="'pro'"):
        read_price_list(dataset)
