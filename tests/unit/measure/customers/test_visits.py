"""Which orders are visits, and what they are worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.measure.customers.shops import START, Bought, open_shop

from pairwell.config.workspace import Workspace
from pairwell.measure.customers.visits import Visits, read_visits
from pairwell.measure.unknown import NotKnown


def _read(workspace: Workspace, *bought: Bought, zone: str = "UTC") -> Visits:
    found = read_visits(open_shop(workspace, bought), zone)
    assert isinstance(found, Visits)
    return found


def test_orders_of_one_day_are_one_visit(workspace: Workspace) -> None:
    visits = _read(
        workspace,
        Bought(who="b", day=0, items=("A", "B")),
        Bought(who="b", day=0.1),
        Bought(who="b", day=3),
        Bought(who="a", day=5),
    )

    assert list(visits.customer_ids) == ["a", "b"]
    assert visits.customers.tolist() == [0, 1, 1]
    assert (visits.days - visits.days[1]).tolist() == [5, 0, 3]
    assert visits.values.tolist() == [100, 300, 100]
    assert visits.last_day == visits.days.max()


def test_days_are_those_of_the_shop(workspace: Workspace) -> None:
    dataset = open_shop(workspace, [Bought(who="a", day=0.3), Bought(who="a", day=0.6)])  # 19:12 and 02:24 in UTC

    here, there = read_visits(dataset, "UTC"), read_visits(dataset, "Asia/Tokyo")

    assert isinstance(here, Visits)
    assert isinstance(there, Visits)
    assert (len(here), len(there)) == (2, 1)


def test_what_came_back_is_taken_off(workspace: Workspace) -> None:
    visits = _read(
        workspace,
        Bought(who="a", day=0, quantity=4, back=1),
        Bought(who="b", day=0, quantity=4, back=1, refund=30),
        Bought(who="c", day=0, items=("A", "B"), back=1),
        Bought(who="d", day=0, discount=25),
    )

    assert visits.values.tolist() == [300, 370, 100, 75]


def test_orders_that_came_back_whole_are_none(workspace: Workspace) -> None:
    visits = _read(workspace, Bought(who="a", day=0, back=1), Bought(who="b", day=0), Bought(who=None, day=9))

    assert list(visits.customer_ids) == ["b"]
    assert (visits.undone, visits.unnamed) == (1, 1)
    assert visits.last_day - visits.days[0] == 9  # until then the shop was watched


def test_what_comes_after_is_not_known(workspace: Workspace) -> None:
    dataset = open_shop(workspace, [Bought(who="a", day=0, back=1), Bought(who="b", day=2)])

    visits = read_visits(dataset, "UTC", START + timedelta(hours=1))

    assert isinstance(visits, Visits)
    assert list(visits.customer_ids) == ["a"]


def test_visits_without_a_price_are_told(workspace: Workspace) -> None:
    visits = _read(workspace, Bought(who="a", day=0, price=None), Bought(who="b", day=0))

    assert visits.values.tolist() == [0, 100]
    assert visits.priced == 0.5


@pytest.mark.parametrize(
    ("bought", "reason"),
    [
        ([], "no_orders"),
        ([Bought(who=None, day=0)], "no_names"),
        ([Bought(who="a", day=0, back=1), Bought(who="b", day=0, back=1)], "nothing_kept"),
        ([Bought(who="a", day=-20_000)], "no_orders"),
    ],
)
def test_a_shop_of_which_nothing_can_be_told(workspace: Workspace, bought: list[Bought], reason: str) -> None:
    found = read_visits(open_shop(workspace, bought), "UTC")

    assert isinstance(found, NotKnown)
    assert found.reason == reason
