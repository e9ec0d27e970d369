"""What one kind of customer buys together more than others do."""

from __future__ import annotations

import numpy as np
from tests.unit.measure.customers.shops import Bought, open_shop

from pairwell.config.workspace import Workspace
from pairwell.measure.customers.together import find_together

_KINDS = {f"c{who:03}": who % 2 for who in range(200)}


def _orders(rng: np.random.Generator, pair_of_odd: tuple[str, ...]) -> list[Bought]:
    """Every customer orders six times, two of twelve items at random; in a third the odd ones order their pair."""
    orders = []
    for who, kind in _KINDS.items():
        for day in range(6):
            drawn = rng.choice(12, 2, replace=False)
            items = pair_of_odd if kind == 1 and pair_of_odd and day < 2 else tuple(f"i{item:02}" for item in drawn)
            orders.append(Bought(who=who, day=float(day), items=items))
    return orders


def test_a_planted_pair_stands_out_for_its_kind_alone(workspace: Workspace) -> None:
    orders = _orders(np.random.default_rng(1), ("i01", "i05"))
    dataset = open_shop(workspace, orders, items=[{"item_id": "i01", "title": "Tent"}])

    found = find_together(dataset, _KINDS)

    assert found[0] == []
    assert [pair.items for pair in found[1]] == [("i01", "i05")]
    pair = found[1][0]
    both = [order for order in orders if {"i01", "i05"} <= set(order.items)]
    odd = [order for order in both if order.who is not None and _KINDS[order.who] == 1]
    assert (pair.orders, pair.customers) == (len(odd), len({order.who for order in odd}))
    assert pair.share == len(odd) / 600
    assert pair.elsewhere == (len(both) - len(odd)) / 600
    assert pair.titles == ("Tent", "i05")


def test_nothing_stands_out_where_all_buy_alike(workspace: Workspace) -> None:
    dataset = open_shop(workspace, _orders(np.random.default_rng(2), ()))

    assert find_together(dataset, _KINDS) == {0: [], 1: []}


def test_what_one_customer_orders_again_and_again_is_no_habit_of_a_kind(workspace: Workspace) -> None:
    again = [Bought(who="c001", day=float(day), items=("i01", "i05")) for day in range(10, 60)]
    dataset = open_shop(workspace, [*_orders(np.random.default_rng(3), ()), *again])

    assert find_together(dataset, _KINDS)[1] == []


def test_popular_items_alone_are_not_bought_together(workspace: Workspace) -> None:
    """The odd ones buy both far more often, but not in the same order more than chance makes."""
    rng = np.random.default_rng(4)
    orders = [
        Bought(
            who=who,
            day=float(day),
            items=("x", *(item for item in ("a", "b") if rng.random() < (0.7 if kind else 0.2))),
        )
        for who, kind in _KINDS.items()
        for day in range(6)
    ]

    found = find_together(open_shop(workspace, orders), _KINDS)

    assert ("a", "b") not in [pair.items for pair in found[1]]


def test_no_customers_make_no_pairs(workspace: Workspace) -> None:
    assert find_together(open_shop(workspace, []), {}) == {}
    assert find_together(open_shop(workspace, []), {"a": 0}) == {}
