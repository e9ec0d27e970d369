from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from pairwell.config.settings import Choice
from pairwell.decide.choice import QUANTUM, Slot, Standing, Stream, fill_slots, weigh
from pairwell.decide.worth import Valued
from pairwell.posterior import Basis
from pairwell.records import Candidate


def _valued(item_id: str, worth: float, pin: int | None = None) -> Valued:
    candidate = Candidate(item_id=item_id, kind="cross_sell", source="pairs", anchor_id="a", score=1.0, pin=pin)
    return Valued(
        candidate=candidate,
        price_minor=1,
        quiet=0.1,
        persuasion=0.1,
        gain_minor=1.0,
        worth_minor=worth,
        cost_minor=0.0,
        score=worth,
        basis=Basis("pairs", 0.1, 0.2, 0.5, 0.0, 0.1, 0.0, 0.0),
    )


def _fill(valued: list[Valued], name: str = "01J", *, slots: int = 4, choice: Choice | None = None) -> list[Slot]:
    return fill_slots(
        valued,
        slots=slots,
        choice=choice or Choice(),
        stream=Stream(name),
        standing=Standing(lambda _: lambda _: False),
    )


def _ids(slots: list[Slot]) -> list[str]:
    return [slot.drawn.candidate.item_id for slot in slots]


_THREE = [_valued("x", 3.0), _valued("y", 2.0), _valued("z", 1.0)]


def test_numbers_of_a_stream_are_fixed_by_the_decision() -> None:
    one, same, other = Stream("01J"), Stream("01J"), Stream("01K")
    numbers = [one.below(1_000) for _ in range(20)]
    assert numbers == [same.below(1_000) for _ in range(20)]
    assert numbers != [other.below(1_000) for _ in range(20)]
    assert len(set(numbers)) > 10


def test_a_stream_is_even() -> None:
    counts = Counter(Stream(f"d{number}").below(3) for number in range(9_000))
    assert all(count == pytest.approx(3_000, abs=180) for count in counts.values())


def test_weights_are_whole_quanta_of_the_best() -> None:
    assert weigh([2.0, 1.0], 1.0) == [QUANTUM, QUANTUM // 2]
    assert weigh([2.0, 1.0], 0.5) == [QUANTUM, QUANTUM // 4]
    assert weigh([2.0, 1e-9], 0.001) == [QUANTUM, 1]


def test_near_zero_temperature_the_best_always_leads() -> None:
    sure = Choice(temperature=0.001, exploration=0.0)
    assert all(_ids(_fill(_THREE, f"d{number}", choice=sure)) == ["x", "y", "z"] for number in range(200))


def test_drawn_shares_are_the_logged_chances() -> None:
    warm = Choice(temperature=1.0, exploration=0.3)
    slates = [_fill(_THREE, f"d{number}", choice=warm, slots=2) for number in range(6_000)]
    firsts = Counter(slate[0].drawn.candidate.item_id for slate in slates)
    first = {valued.candidate.item_id: chance for valued, chance in slates[0][0].chances}
    assert first["x"] == pytest.approx(0.7 * 3 / 6 + 0.1, abs=1e-6)
    for item_id, chance in first.items():
        assert firsts[item_id] / 6_000 == pytest.approx(chance, abs=0.025)
    after_x = [slate for slate in slates if slate[0].drawn.candidate.item_id == "x"]
    second = Counter(slate[1].drawn.candidate.item_id for slate in after_x)
    assert second["y"] / len(after_x) == pytest.approx(0.7 * 2 / 3 + 0.15, abs=0.03)


def test_exploration_alone_ignores_the_worth() -> None:
    slates = [_fill(_THREE, f"d{number}", choice=Choice(exploration=1.0)) for number in range(3_000)]
    assert all(slate[0].propensity == pytest.approx(1 / 3) for slate in slates)
    assert Counter(_ids(slate)[0] for slate in slates)["z"] / 3_000 == pytest.approx(1 / 3, abs=0.04)


def test_pins_lead_in_order_and_are_no_lottery() -> None:
    slots = _fill([*_THREE, _valued("q", 0.1, pin=1), _valued("p", 0.2, pin=0)])
    assert _ids(slots)[:2] == ["p", "q"]
    assert [slot.propensity for slot in slots[:2]] == [1.0, 1.0]


def test_slots_hold_no_more_than_there_is() -> None:
    assert len(_fill(_THREE, slots=2)) == 2
    assert len(_fill(_THREE, slots=9)) == 3
    assert _fill([]) == []


def test_what_clashes_is_barred_and_named() -> None:
    slots = fill_slots(
        _THREE,
        slots=4,
        choice=Choice(temperature=0.001, exploration=0.0),
        stream=Stream("01J"),
        standing=Standing(lambda drawn: lambda other: {drawn.candidate.item_id, other.candidate.item_id} == {"x", "y"}),
    )
    assert _ids(slots) == ["x", "z"]
    assert [valued.candidate.item_id for valued in slots[0].barred] == ["y"]
    assert slots[1].propensity == 1.0


def test_equal_worths_are_told_apart_by_their_names_alone() -> None:
    equal = [msgspec.structs.replace(valued, worth_minor=1.0) for valued in _THREE]
    assert _ids(_fill(equal)) == _ids(_fill(equal[::-1]))


def test_one_that_does_not_pay_further_down_is_not_drawn_there() -> None:
    def halved(one: Valued) -> Valued | None:
        worth = one.worth_minor / 2
        return msgspec.structs.replace(one, worth_minor=worth, score=worth) if worth > 1 else None

    slots = fill_slots(
        [_valued("x", 9.0), _valued("y", 6.0), _valued("z", 3.9)],
        slots=3,
        choice=Choice(temperature=0.001, exploration=0.0),
        stream=Stream("d"),
        standing=Standing(lambda _: lambda _: False, halved),
    )
    assert [(slot.drawn.candidate.item_id, slot.drawn.worth_minor) for slot in slots] == [("x", 9.0), ("y", 3.0)]
