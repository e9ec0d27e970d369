from __future__ import annotations

from pairwell.journal.offers_told import FirstMet
from pairwell.measure.offers.tried import Hashes, gather_groups

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
