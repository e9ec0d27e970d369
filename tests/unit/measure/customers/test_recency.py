"""Recency, frequency and money by fifths, and revenue by tenths."""

from __future__ import annotations

import numpy as np
import pytest

from pairwell.measure.customers.recency import STANDINGS, Scores, fifths, score, tiers
from pairwell.measure.customers.visits import make_visits
from pairwell.measure.unknown import NotKnown


def test_fifths_hold_as_many_each_where_nothing_ties() -> None:
    assert fifths(np.arange(10)[::-1]).tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_equal_values_get_equal_scores() -> None:
    assert fifths(np.array([1, 1, 1, 1, 1, 1, 2, 2, 3, 9])).tolist() == [2] * 6 + [4, 4, 5, 5]
    assert fifths(np.full(7, 3.0)).tolist() == [3] * 7


def _scores(*customers: tuple[int, int]) -> Scores:
    """Customers by days since the last purchase and purchases; money is the number of purchases."""
    ids, days = [], []
    for number, (since, purchases) in enumerate(customers):
        ids += [f"c{number:03}"] * purchases
        days += [400 - since - 7 * place for place in range(purchases)]
    found = score(make_visits([*ids, "end"], np.array([*days, 400]), np.ones(len(days) + 1)))
    assert isinstance(found, Scores)
    return found


def test_names_say_what_customers_do() -> None:
    often_lately, often_ago, once_lately, once_ago, between = (1, 9), (200, 9), (2, 1), (300, 1), (60, 2)
    scores = _scores(*([often_lately, often_ago, once_lately, once_ago, between] * 6))

    names = [STANDINGS[place] for place in scores.standings[:5]]

    assert names == ["best", "at_risk", "new", "quiet", "cooling"]


def test_too_few_customers_have_no_scores() -> None:
    found = score(make_visits([f"c{n}" for n in range(24)], np.arange(24), np.ones(24)))

    assert found == NotKnown(reason="too_few_customers", found=24, needed=25)


def test_tenths_add_up_and_the_first_spends_most() -> None:
    values = np.arange(1.0, 102.0)

    found = tiers(values)

    assert not isinstance(found, NotKnown)
    assert [tier.customers for tier in found] == [11] + [10] * 9
    assert sum(tier.value for tier in found) == values.sum()
    assert found[0].share == pytest.approx(values[-11:].sum() / values.sum())
    assert found[-1].upto == pytest.approx(1.0)


def test_tenths_of_nothing_are_refused() -> None:
    assert tiers(np.zeros(40)) == NotKnown(reason="no_prices", found=0)
