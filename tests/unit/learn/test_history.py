from __future__ import annotations

from datetime import timedelta

from tests.orders import START, Order, fill

from pairwell.config.workspace import Workspace
from pairwell.learn.history import read_history


def test_orders_come_by_time_with_their_items_and_customers(workspace: Workspace) -> None:
    dataset = fill(
        workspace,
        [
            Order("z", ("b", "a", "b"), START + timedelta(days=1), "anna"),
            Order("y", ("c",), START + timedelta(days=2), None),
            Order("x", ("a",), START, "anna"),
        ],
        [{"item_id": "b", "title": "Bé", "attributes": '{"colour": "red", "none": null, "n": 3}', "price_minor": 5}],
    )

    history = read_history(dataset, dataset.newest())

    assert list(history.order_ids) == ["x", "z", "y"]
    assert history.baskets.item_ids == ["a", "b", "c"]
    assert history.baskets.items.tolist() == [0, 0, 1, 2]
    assert history.customers[0] == history.customers[1] >= 0
    assert history.customers[2] == -1
    assert list(history.customer_ids) == ["anna"]
    assert history.baskets.placed_at[1] - history.baskets.placed_at[0] == 86_400_000_000
    assert history.listings[1].title == "Bé"
    assert history.listings[1].attributes == {"colour": "red", "n": "3"}
    assert history.listings[0].title is None


def test_customers_are_numbered_by_their_ids(workspace: Workspace) -> None:
    names = [None, "zoë", "10", "9", "Anna", "9"]
    dataset = fill(workspace, [Order(f"o{n}", ("a",), START + timedelta(days=n), name) for n, name in enumerate(names)])

    history = read_history(dataset, dataset.newest())

    assert list(history.customer_ids) == ["10", "9", "Anna", "zoë"]
    assert history.customers.tolist() == [-1, 3, 0, 1, 2, 1]


def test_an_empty_dataset_is_an_empty_history(workspace: Workspace) -> None:
    dataset = fill(workspace, [])

    history = read_history(dataset, dataset.newest())

    assert history.baskets.n_orders == 0
    assert history.listings == []
