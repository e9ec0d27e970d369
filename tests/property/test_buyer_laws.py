"""What is told of customers, against slow independent paths and under changes that must not matter."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.measure.customers.cohorts import Cohorts, count_cohorts, find_returning
from pairwell.measure.customers.recency import Scores, fifths, score, tiers
from pairwell.measure.customers.visits import make_visits

_ROWS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 700), st.integers(1, 10_000)), min_size=1, max_size=60
)
_VALUES = st.lists(st.integers(-5, 5), min_size=1, max_size=60)


def _month(day: int) -> int:
    moment = date(2023, 5, 17) + timedelta(days=day)
    return moment.year * 12 + moment.month - 1


@given(_ROWS)
@settings(deadline=None)
def test_cohorts_equal_a_count_by_hand(rows: list[tuple[str, int, int]]) -> None:
    months: dict[str, set[int]] = defaultdict(set)
    for who, day, _ in rows:
        months[who].add(_month(day))
    last = max(max(seen) for seen in months.values())
    firsts = sorted({min(seen) for seen in months.values()})
    active = [
        [
            sum(min(seen) == first and first + later in seen for seen in months.values())
            for later in range(last - first + 1)
        ]
        for first in firsts
    ]
    table = pa.table({"customer_id": [row[0] for row in rows], "month": [_month(row[1]) for row in rows]})

    assert count_cohorts(ibis.memtable(table)) == Cohorts(months=firsts, active=active, last_month=last)


@given(_VALUES)
@settings(deadline=None)
def test_fifths_equal_ranks_by_hand(values: list[int]) -> None:
    by_hand = []
    for value in values:
        rank = Fraction(sum(other < value for other in values)) + Fraction(sum(other == value for other in values), 2)
        by_hand.append(1 + int(5 * rank / len(values)))

    assert fifths(np.array(values)).tolist() == by_hand
    assert all(1 <= one <= 5 for one in by_hand)


@given(_ROWS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_changes_nothing(rows: list[tuple[str, int, int]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (
        make_visits([row[0] for row in order], np.array([row[1] for row in order]), np.array([row[2] for row in order]))
        for order in (rows, shuffled)
    )

    assert one.customers.tolist() == other.customers.tolist()
    assert one.days.tolist() == other.days.tolist()
    assert one.values.tolist() == other.values.tolist()


@given(_ROWS)
@settings(deadline=None)
def test_visits_hold_each_day_once_and_all_money(rows: list[tuple[str, int, int]]) -> None:
    visits = make_visits(
        [row[0] for row in rows], np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    )

    keys = [(visits.customer_ids[who], int(day)) for who, day in zip(visits.customers, visits.days, strict=True)]
    assert keys == sorted({(who, day) for who, day, _ in rows})
    assert visits.values.sum() == sum(row[2] for row in rows)


@given(_ROWS, st.integers(1, 400))
@settings(deadline=None)
def test_the_share_who_came_back_equals_a_count_where_all_were_watched(
    rows: list[tuple[str, int, int]], within: int
) -> None:
    """With an end far away nobody is lost from sight, and Kaplan and Meier's share is the plain one."""
    end = ("watcher", 5_000, 1)
    days: dict[str, set[int]] = defaultdict(set)
    for who, day, _ in rows:
        days[who].add(day)
    waits = [sorted(seen)[1] - min(seen) if len(seen) > 1 else None for seen in days.values()]
    visits = make_visits(
        [*(row[0] for row in rows), end[0]], np.array([*(row[1] for row in rows), end[1]]), np.ones(len(rows) + 1)
    )

    found = find_returning(visits, since=None, within=(within,)).within[0]

    back = sum(wait is not None and wait <= within for wait in waits)
    # The watcher was first seen on the last day, so that it is at risk on no later one.
    assert found.share == pytest.approx(back / len(days))


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 10_000)), min_size=25, max_size=60), st.integers(2, 1_000)
)
@settings(deadline=None)
def test_the_currency_changes_no_score_and_no_share(rows: list[tuple[int, int]], times: int) -> None:
    ids = [f"c{number:02}" for number in range(len(rows))]
    days, values = np.array([row[0] for row in rows]), np.array([float(row[1]) for row in rows])

    one, other = (score(make_visits(ids, days, money)) for money in (values, values * times))
    tenths, dear = tiers(values), tiers(values * times)

    assert isinstance(one, Scores)
    assert isinstance(other, Scores)
    assert one.money.tolist() == other.money.tolist()
    assert one.standings.tolist() == other.standings.tolist()
    assert not hasattr(tenths, "reason")
    assert [tier.share for tier in tenths] == pytest.approx([tier.share for tier in dear])  # type: ignore[union-attr]
