"""Cohorts, and the time to the second purchase."""

from __future__ import annotations

import numpy as np
from tests.unit.measure.customers.shops import Bought, open_shop

from pairwell.config.workspace import Workspace
from pairwell.measure.customers.cohorts import (
    Cohorts,
    count_cohorts,
    find_returning,
    read_activity,
)
from pairwell.measure.customers.visits import make_visits
from pairwell.measure.unknown import NotKnown

_JANUARY = 2024 * 12


def test_customers_count_in_the_month_of_their_first_order(workspace: Workspace) -> None:
    dataset = open_shop(
        workspace,
        [Bought(who="a", day=0), Bought(who="a", day=40), Bought(who="b", day=0), Bought(who="c", day=45)],
    )

    found = count_cohorts(read_activity(dataset, "UTC", "purchases"))

    assert found == Cohorts(months=[_JANUARY, _JANUARY + 2], active=[[2, 0, 1], [1]], last_month=_JANUARY + 2)


def test_months_are_those_of_the_shop(workspace: Workspace) -> None:
    dataset = open_shop(workspace, [Bought(who="a", day=0.4)])  # 21:36 on 31 January in UTC

    found = count_cohorts(read_activity(dataset, "Asia/Tokyo", "purchases"))

    assert isinstance(found, Cohorts)
    assert found.months == [_JANUARY + 1]


def test_returns_and_gifts_count_only_where_everything_does(workspace: Workspace) -> None:
    dataset = open_shop(workspace, [Bought(who="a", day=0, back=1), Bought(who="b", day=0, price=0)])

    purchases = count_cohorts(read_activity(dataset, "UTC", "purchases"))
    everything = count_cohorts(read_activity(dataset, "UTC", "everything"))

    assert purchases == Cohorts(months=[_JANUARY], active=[[1]], last_month=_JANUARY)
    assert everything == Cohorts(months=[_JANUARY], active=[[2, 1]], last_month=_JANUARY + 1)


def test_older_cohorts_can_be_left_out() -> None:
    cohorts = Cohorts(months=[1, 2, 3], active=[[3, 2, 1], [5, 1], [4]], last_month=3)

    assert cohorts.since(2) == Cohorts(months=[2, 3], active=[[5, 1], [4]], last_month=3)


def test_nobody_makes_no_cohort(workspace: Workspace) -> None:
    dataset = open_shop(workspace, [Bought(who=None, day=0)])

    assert count_cohorts(read_activity(dataset, "UTC", "everything")) == NotKnown(reason="no_names")


def test_new_customers_count_for_as_long_as_they_are_known() -> None:
    """Kaplan and Meier by hand: of 4 one comes back on day 10; then one is known for 20 days; of 2 one on day 30."""
    visits = make_visits(["a", "a", "b", "c", "c", "d", "d"], np.array([0, 10, 80, 0, 30, 0, 100]), np.ones(7))

    found = find_returning(visits, within=(10, 40, 100))

    assert (found.customers, found.came_back, found.median_days) == (4, 3, 30)
    assert [round(one.share, 4) for one in found.within] == [0.25, 0.625, 1.0]
    assert [one.watched for one in found.within] == [4, 3, 3]
    assert found.within[0].interval is not None
    assert found.within[0].interval.low < 0.25 < found.within[0].interval.high


def test_who_came_back_soon_is_not_known_for_longer_than_that() -> None:
    visits = make_visits(["a", "b", "b"], np.array([0, 45, 47]), np.ones(3))
    assert [one.watched for one in find_returning(visits, within=(2, 40)).within] == [2, 1]


def test_only_customers_who_are_new_in_the_period_count() -> None:
    visits = make_visits(["a", "a", "b"], np.array([0, 10, 20]), np.ones(3))

    found = find_returning(visits, since=5)

    assert (found.customers, found.came_back, found.median_days) == (1, 0, None)
