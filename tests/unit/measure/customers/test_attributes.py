"""Segments by what the shop says of its customers."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.measure.customers.shops import Bought, open_shop

from pairwell.config.workspace import Workspace
from pairwell.errors import RequestError
from pairwell.measure.customers.attributes import (
    find_attribute,
    measure_segments,
    name_segments,
    read_attributes,
)
from pairwell.measure.customers.visits import Visits, make_visits, read_visits


def test_attributes_that_make_segments_are_found(workspace: Workspace) -> None:
    said = {f"c{n}": {"region": "North" if n < 3 else "South", "phone": str(n), "country": "UK"} for n in range(5)}
    dataset = open_shop(workspace, [Bought(who=f"c{n}", day=0) for n in range(6)], customers=said)
    visits = read_visits(dataset, "UTC")
    assert isinstance(visits, Visits)

    assert read_attributes(dataset, visits) == {"region": ["North"] * 3 + ["South"] * 2 + [None]}
    assert find_attribute(dataset, visits, "customer.region") == (
        "region",
        ["North"] * 3 + ["South"] * 2 + ["(unknown)"],
    )
    with pytest.raises(RequestError, match="'phone'") as caught:
        find_attribute(dataset, visits, "phone")
    assert caught.value.hint == "There are: region."


def test_rare_values_are_put_together() -> None:
    column = [f"v{n:02}" for n in range(12) for _ in range(20 - n)]

    names = name_segments(column)

    assert len(set(names)) == 11
    assert names.count("(others)") == 9 + 10


def test_segments_add_up() -> None:
    rng = np.random.default_rng(1)
    ids = [f"c{n:03}" for n in rng.integers(0, 140, 600)]
    visits = make_visits(ids, rng.integers(0, 300, 600), rng.integers(1, 1_000, 600).astype(float))

    segments = measure_segments(visits, {place: "ab"[place % 2] for place in range(140)})

    assert sum(segment.customers for segment in segments) == len(visits.customer_ids)
    assert sum(segment.customers * segment.value for segment in segments) == pytest.approx(visits.values.sum())
    assert sum(segment.revenue_share for segment in segments) == pytest.approx(1.0)
    for segment in segments:
        assert segment.value_interval is not None
        assert segment.value_interval.low < segment.value < segment.value_interval.high


@pytest.mark.parametrize(("customers", "told"), [(1, (False, False)), (19, (False, False)), (20, (True, False))])
def test_few_customers_have_no_interval(customers: int, told: tuple[bool, bool]) -> None:
    who = np.repeat(np.arange(customers), 1 + np.arange(customers) % 3)
    visits = make_visits([f"c{n:02}" for n in who], np.arange(who.size) % 200, 1.0 + np.arange(who.size))

    found = measure_segments(visits, dict.fromkeys(range(customers), "x"))[0]

    assert (found.purchases_interval is not None, found.value_interval is not None) == told


def test_skewed_spending_is_held_in_small_segments() -> None:
    rng, runs, inside = np.random.default_rng(3), 500, 0
    ids = [f"c{n:02}" for n in range(60)]
    for _ in range(runs):
        visits = make_visits(ids, np.zeros(60), rng.lognormal(3, 1.0, 60))
        found = measure_segments(visits, dict.fromkeys(range(60), "all"))[0].value_interval
        inside += found is not None and found.low <= np.exp(3.5) <= found.high
    assert inside / runs >= 0.91  # resampling held it in 89 of 100 runs, and with two customers in 41


def test_many_customers_are_as_sure_by_the_normal_law() -> None:
    rng = np.random.default_rng(2)
    values = rng.exponential(1_000, 6_000)
    visits = make_visits([f"c{n:04}" for n in range(6_000)], np.zeros(6_000), values)

    found = measure_segments(visits, dict.fromkeys(range(6_000), "all"))[0].value_interval

    assert found is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(6_000), rel=0.001)
