"""Groups by behaviour: who buys what, how often and for how much."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.measure.customers.shops import Bought, open_shop

from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.measure.customers.behaviour import Behaviours, Categories, find_behaviours, read_categories
from pairwell.measure.customers.recency import Scores, score
from pairwell.measure.customers.visits import Visits, make_visits, read_visits
from pairwell.measure.unknown import NotKnown
from pairwell.report.characters import describe

_ITEMS = [
    {"item_id": "T", "category": "Camping > Tents"},
    {"item_id": "L", "category": "Camping > Lamps"},
    {"item_id": "K", "category": "Coffee"},
]


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    """Campers buy rarely and dear, coffee drinkers often and cheap."""
    rng = np.random.default_rng(1)
    campers = [
        Bought(who=f"camper{who:02}", day=float(day), items=("T", "L"), price=int(20_000 + rng.integers(5_000)))
        for who in range(60)
        for day in (rng.uniform(0, 30), 340 + rng.uniform(0, 20))
    ]
    drinkers = [
        Bought(who=f"drinker{who:02}", day=float(day), items=("K",), price=int(500 + rng.integers(100)))
        for who in range(80)
        for day in np.sort(rng.uniform(0, 390, 24 + who % 5))
    ]
    return open_shop(workspace, [*campers, *drinkers], items=_ITEMS)


def _known(dataset: Dataset) -> tuple[Visits, Scores]:
    visits = read_visits(dataset, "UTC")
    assert isinstance(visits, Visits)
    scores = score(visits)
    assert isinstance(scores, Scores)
    return visits, scores


def test_planted_groups_are_found_and_described(dataset: Dataset) -> None:
    visits, scores = _known(dataset)

    found = find_behaviours(visits, scores, read_categories(dataset, visits, scores.customers))

    assert isinstance(found, Behaviours)
    assert [group.customers for group in found.groups] == [80, 60]
    assert {visits.customer_ids[place][:5] for place in scores.customers[found.of == 1]} == {"campe"}
    assert describe(found, 1) == "buy rarely, several things at once, dear things, not seen for 40 days, mostly Camping"
    assert describe(found, 0) == "buy often, few things at once, cheap things, came lately, mostly Coffee"


def test_shares_are_of_the_widest_categories(dataset: Dataset) -> None:
    visits, scores = _known(dataset)

    categories = read_categories(dataset, visits, scores.customers)

    assert categories.names == ["Camping", "Coffee"]
    assert np.unique(categories.shares, axis=0).tolist() == [[0, 1], [1, 0]]


def test_customers_who_differ_by_degree_fall_into_no_groups() -> None:
    rng = np.random.default_rng(2)
    counts = 1 + rng.poisson(rng.gamma(3, 2, 400))
    ids = np.repeat([f"c{n:03}" for n in range(400)], counts)
    visits = make_visits(ids.tolist(), rng.integers(0, 500, ids.size), rng.lognormal(8, 0.6, ids.size))
    scores = score(visits)
    assert isinstance(scores, Scores)

    found = find_behaviours(visits, scores, Categories(names=[], shares=np.zeros((400, 0))))

    assert found == NotKnown(reason="no_structure", found=400)


def test_few_customers_are_refused() -> None:
    visits = make_visits([f"c{n}" for n in range(40)], np.arange(40), np.ones(40))
    scores = score(visits)
    assert isinstance(scores, Scores)

    found = find_behaviours(visits, scores, Categories(names=[], shares=np.zeros((40, 0))))

    assert found == NotKnown(reason="too_few_customers", found=40, needed=100)
