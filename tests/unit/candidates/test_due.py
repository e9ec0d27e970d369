from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import pair

from pairwell.candidates.due import Due, again, follow_ups, read_due, whose_habits
from pairwell.config.settings import Placement, Settings
from pairwell.habits import Habits, Repeat
from pairwell.records import DecisionRequest, Lag, Pair

NOW = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
EMAIL = Settings().placements["email"]


def _days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def _repeat(item_id: str = "gas", **more: Any) -> Repeat:
    usual: dict[str, Any] = {
        "due_at": NOW,
        "due_from": _days_ago(3),
        "due_until": NOW + timedelta(days=7),
        "probability": 0.6,
        "typical_gap_days": 30.4,
        "last_bought_at": _days_ago(31),
        "times": 5,
    }
    return Repeat(item_id=item_id, **{**usual, **more})


def _later(item_id: str, low: int, high: int, *, score: float = 0.5) -> Pair:
    lag = Lag(low=low, median=(low + high) // 2, high=high)
    return msgspec.structs.replace(pair(item_id, score=score), followers=40, preceders=2, lag_days=lag)


def _model(**later: list[Pair]) -> TableModel:
    return TableModel(
        id="m", add_ons={}, ladders={}, once=frozenset(), others={("follow_ups", i): p for i, p in later.items()}
    )


def _due(habits: Habits, name: str = "email", placement: Placement = EMAIL) -> Due:
    return read_due(habits, name, placement, NOW)


@pytest.mark.parametrize(
    ("more", "is_due"),
    [
        ({}, True),
        ({"due_from": NOW + timedelta(minutes=1)}, False),
        ({"due_until": _days_ago(0.9)}, True),  # its last day is not over
        ({"due_until": _days_ago(1)}, False),
    ],
    ids=["inside", "before", "on the last day", "after"],
)
def test_a_repeat_is_due_while_its_window_is_open(more: dict[str, Any], *, is_due: bool) -> None:
    repeat = _repeat(**more)
    assert _due(Habits(repeats=[repeat])).repeats == ([repeat] if is_due else [])


def test_what_was_bought_since_is_not_due() -> None:
    repeat = _repeat()
    bought = {"gas": repeat.last_bought_at + timedelta(hours=20)}
    assert _due(Habits(repeats=[repeat], bought_at=bought)).repeats == [repeat]  # that is the purchase it knows of
    assert _due(Habits(repeats=[repeat], bought_at={"gas": _days_ago(2)})).repeats == []


def test_only_placements_that_take_it_read_what_is_due() -> None:
    habits = Habits(repeats=[_repeat()], bought_at={"tent": _days_ago(5)})
    nothing = _due(habits, "cart", Settings().placements["cart"])
    assert (nothing.repeats, nothing.bought_at) == ([], {})
    only_later = _due(habits, "after_purchase", Placement(kinds=("cross_sell",)))
    assert (only_later.repeats, only_later.bought_at) == ([], habits.bought_at)
    only_again = _due(habits, "counter", Placement(kinds=("repeat",)))
    assert (only_again.repeats, only_again.bought_at) == (habits.repeats, {})


def test_habits_are_read_only_of_customers_whose_placement_may_use_them() -> None:
    asked = [("email", "a"), ("cart", "b"), ("after_purchase", "c"), ("email", None), ("nowhere", "d")]
    requests = [DecisionRequest(placement=placement, customer_id=customer) for placement, customer in asked]
    assert whose_habits(requests, Settings().placements) == ["a", "c"]


def test_what_is_in_the_cart_is_not_proposed_again() -> None:
    due = Due(now=NOW, repeats=[_repeat("gas"), _repeat("oil", probability=0.9)])
    assert [(c.item_id, c.kind, c.anchor_id) for c in again(due, ["gas"])] == [("oil", "repeat", "oil")]


@pytest.mark.parametrize(("days", "found"), [(9.9, []), (10, ["fly"]), (20.9, ["fly"]), (21, [])])
def test_a_follow_up_comes_within_the_quartiles_of_its_lag(days: float, found: list[str]) -> None:
    due = Due(now=NOW, bought_at={"tent": _days_ago(days)})
    assert [c.item_id for c in follow_ups(due, (), _model(tent=[_later("fly", 10, 20)]))] == found


def test_a_follow_up_that_was_bought_since_has_come() -> None:
    model, tent = _model(tent=[_later("fly", 1, 90)]), _days_ago(30)
    assert follow_ups(Due(now=NOW, bought_at={"tent": tent, "fly": _days_ago(4)}), (), model) == []
    assert follow_ups(Due(now=NOW, bought_at={"tent": tent, "fly": _days_ago(40)}), (), model) != []


def test_of_two_purchases_the_better_one_speaks_for_a_follow_up() -> None:
    model = _model(tent=[_later("fly", 1, 90, score=0.2)], mat=[_later("fly", 1, 90, score=0.9)])
    (found,) = follow_ups(Due(now=NOW, bought_at={"mat": _days_ago(3), "tent": _days_ago(30)}), ["pole"], model)
    assert (found.kind, found.source, found.anchor_id) == ("cross_sell", "follow_up", "mat")
    assert found.followed is not None
    assert (found.followed.followers, found.followed.days, found.followed.high) == (40, 3, 90)
