from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from tests.orders import LATER, START, Order, as_baskets, fill, orders_of, stage

from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.learn.fit import fit
from pairwell.learn.history import read_history
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.returned import Kept, Returned, fit_kept
from pairwell.model.store import load_model

_OLD = 400  # days after which everything that may come back has
_DAY = timedelta(days=1)


def _kept(sold: str, back: Mapping[str, int], categories: Mapping[str, str] | None = None, **learn: float) -> Kept:
    """What is kept where each letter of `sold` was sold once, long ago, and so many of them came back whole."""
    orders = [*(Order(f"o{n:04}", (item,)) for n, item in enumerate(sold)), Order("z", ("z",), START + _OLD * _DAY)]
    baskets = as_baskets(orders)
    items = [baskets.item_ids.index(item) for item, times in back.items() for _ in range(times)]
    at = np.full(len(items), round(START.timestamp() * 1e6))
    returned = Returned(items=np.array(items, dtype=np.int64), shares=np.ones(len(items)), placed_at=at)
    listings = [Listing(item_id=one, category=(categories or {}).get(one)) for one in baskets.item_ids]
    return fit_kept(returned, baskets, listings, Learn(**learn))  # type: ignore[arg-type]


def test_without_returns_all_is_kept_to_the_last_bit() -> None:
    kept = _kept("aab", {}, {"a": "A", "b": "B"})

    assert kept.of_items.tolist() == [1.0] * 3
    assert kept.of_shop == 1.0


def test_what_comes_back_is_drawn_towards_the_shop() -> None:
    kept = _kept("a" * 30 + "b" * 70, {"a": 30}, prior_sales=20)

    assert kept.of_shop == pytest.approx(0.7)
    assert (1 - kept.of_items)[:2] == pytest.approx([(30 + 20 * 0.3) / 50, 20 * 0.3 / 90])


def test_an_item_that_was_never_sold_comes_back_as_its_category_does() -> None:
    categories = {"a": "Shoes > Boots", "b": "Shoes > Sandals", "c": "Hats", "z": "shoes >boots "}

    kept = _kept("a" * 100 + "b" * 100 + "c" * 200, {"a": 40}, categories, prior_sales=10)

    of_shoes = (40 + 10 * 0.1) / (200 + 10)
    of_boots = (40 + 10 * of_shoes) / (100 + 10)
    assert 1 - kept.of_items[3] == pytest.approx(of_boots)
    assert 1 - kept.of_items[0] == pytest.approx((40 + 10 * of_boots) / 110)
    assert 1 - kept.of_items[1] == pytest.approx((10 * (10 * of_shoes) / 110) / 110)


def test_a_sale_of_yesterday_does_not_speak_yet() -> None:
    orders = orders_of("a", "a", "a", days_apart=20)
    baskets = as_baskets(orders)
    returned = Returned(items=np.array([0]), shares=np.ones(1), placed_at=baskets.placed_at[2:])

    kept = fit_kept(returned, baskets, [Listing(item_id="a")], Learn(return_days=30))

    assert kept.of_items.tolist() == [1.0]


def test_the_order_of_returns_changes_no_bit() -> None:
    rng = np.random.default_rng(0)
    baskets = as_baskets(orders_of(*["ab"] * 300, days_apart=0.01))
    items, shares = rng.integers(0, 2, 200), rng.random(200) / 3
    listings = [Listing(item_id=item_id, category="C") for item_id in baskets.item_ids]

    def fitted(order: Any) -> list[float]:
        returned = Returned(items=items[order], shares=shares[order], placed_at=np.full(200, baskets.placed_at[0]))
        shared: list[float] = fit_kept(returned, baskets, listings, Learn(return_days=0)).of_items.tolist()
        return shared

    assert len({tuple(fitted(rng.permutation(200))) for _ in range(20)}) == 1


def _return(dataset: Dataset, folder: Any, rows: Sequence[tuple[str, int, float, int]]) -> None:
    """Send back so much of those lines so many days after the start."""
    said = [
        {"order_id": order, "line_no": line, "quantity": quantity, "at": START + days * _DAY}
        for order, line, quantity, days in rows
    ]
    staged = {"returns": stage(folder, "returns", said)}
    dataset.merge(staged, source=Source(name="back", files=("back",), at=START, rows={}), now=START)


class TestReading:
    def test_an_item_in_an_order_comes_back_in_part_or_whole(self, workspace: Workspace) -> None:
        # One line of two with the same item: half of what was sold.
        dataset = fill(workspace, [Order("o1", ("a", "a", "b")), Order("o2", ("a",)), Order("o3", ("b",))])
        _return(dataset, workspace.root, [("o1", 1, 1.0, 5), ("o2", 1, 0.25, 5), ("o2", 1, 0.5, 9)])

        history = read_history(dataset, dataset.newest())

        assert history.returned.items.tolist() == [0, 0]
        assert sorted(history.returned.shares.tolist()) == [0.5, 0.75]
        assert set(history.returned.placed_at.tolist()) == {round(START.timestamp() * 1e6)}

    def test_what_comes_back_later_is_not_known_yet(self, workspace: Workspace) -> None:
        dataset = fill(workspace, [Order("o1", ("a",)), Order("o2", ("a",))])
        _return(dataset, workspace.root, [("o1", 1, 1.0, 5), ("o2", 1, 1.0, 50)])

        history = read_history(dataset, dataset.newest(), as_of=START + 10 * _DAY)

        assert history.returned.shares.tolist() == [1.0]

    def test_no_more_comes_back_than_was_sold(self, workspace: Workspace) -> None:
        dataset = fill(workspace, [Order("o1", ("a",))])
        _return(dataset, workspace.root, [("o1", 1, 3.0, 5), ("gone", 1, 1.0, 5)])

        assert read_history(dataset, dataset.newest()).returned.shares.tolist() == [1.0]


def test_the_published_model_knows_what_is_kept(workspace: Workspace) -> None:
    orders = orders_of(*["ab", "ac"] * 50)
    dataset = fill(workspace, orders)
    _return(dataset, workspace.root, [(order.order_id, 2, 1.0, 99) for order in orders[0:60:2]])

    fit(dataset, Settings(), models=workspace.models, now=LATER)

    model = load_model(workspace.models)
    # 69 days before the last order lie 70 orders: 35 with b, of which 30 came back.
    of_shop = 30 / 140
    assert model.kept("b") == pytest.approx(1 - (30 + 20 * of_shop) / (35 + 20))
    assert model.kept("unheard") == model.manifest.kept_share == pytest.approx(1 - of_shop)
    assert model.manifest.returned_sales == 30
