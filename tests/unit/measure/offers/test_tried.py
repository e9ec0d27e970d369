from __future__ import annotations

import numpy as np

from pairwell.journal.offers_told import FirstMet
from pairwell.measure.offers.estimates import Ints
from pairwell.measure.offers.rows import Lines
from pairwell.measure.offers.tried import Hashes, Tried, gather_groups

HASHES = Hashes(control="a", tried="b")


def _met(whose: str, settings: str, first: int, *, held: bool = False, other_lot: bool = False) -> FirstMet:
    return FirstMet(whose, True, held, "cart", settings, first, other_lot, whose)


def test_the_arm_is_what_decided_and_the_first_decision_starts_it() -> None:
    met = [
        _met("v:2", "b", 7),
        _met("c:1", "a", 5),
        _met("c:1", "a", 3),
        _met("c:9", "of others", 1),
    ]
    found = gather_groups(met, HASHES)

    assert (found.units, found.arm.tolist(), found.start.tolist()) == (["c:1", "v:2"], [0, 1], [3, 7])
    assert not found.left_out


def test_who_cannot_be_compared_is_left_out_and_counted_by_what_the_arm_has_no_part_in() -> None:
    met = [
        _met("c:1", "a", 1, held=True),
        _met("c:2", "a", 1),
        _met("c:2", "b", 4),
        _met("c:3", "a", 1, other_lot=True),
        _met("c:4", "a", 1, other_lot=True),
        _met("c:4", "b", 2),
        _met("c:5", "b", 2),
    ]
    found = gather_groups(met, HASHES)

    assert found.units == ["c:5"]
    assert found.left_out == {"holdout": 1, "several_arms": 1, "merged": 2}


def test_nobody_makes_empty_groups() -> None:
    assert gather_groups([], HASHES).arm.size == 0


def _ints(*numbers: int) -> Ints:
    return np.array(numbers, dtype=np.int64)


def test_a_look_counts_who_had_come_and_what_they_had_done_by_then() -> None:
    groups = gather_groups([_met("c:1", "a", 3), _met("c:2", "b", 5), _met("c:3", "b", 9)], HASHES)
    two_lines_of_one_order_then_another = np.array([100.0, 50.0, 700.0])
    lines = Lines(
        order=_ints(0, 0, 1), unit=_ints(1, 1, 0), at=_ints(6, 6, 8), item=_ints(0, 1, 0), items=["x", "y"],
        quantity=np.ones(3), kept=np.ones(3), gross=np.ones(3), revenue=two_lines_of_one_order_then_another,
        margin=two_lines_of_one_order_then_another, cost_known=np.ones(3, bool), priced=np.ones(3, bool),
    )  # fmt: skip
    tried = Tried(
        groups=groups, lines=lines, declined_by=_ints(1, 0), declined_at=_ints(6, 8),
        before=np.array([np.nan, 300.0, np.nan]), lots=np.array([0.1, 0.2, 0.3]), major=100.0,
    )  # fmt: skip

    early = tried.units(7)
    assert early.arm.tolist() == [0, 1]
    assert {name: early.values[name].tolist() for name in ("revenue", "orders", "declines")} == {
        "revenue": [0.0, 1.5],
        "orders": [0.0, 1.0],
        "declines": [0.0, 1.0],
    }
    assert early.values["margin before"].tolist()[1] == 3.0
    whole = tried.units()
    assert (whole.arm.tolist(), whole.values["revenue"].tolist()) == ([0, 1, 1], [7.0, 1.5, 0.0])
    assert whole.values["declines"].tolist() == [1.0, 1.0, 0.0]
    assert tried.units(3).arm.size == 0
