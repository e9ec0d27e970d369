from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from tests.unit.decide.tents import SURE, ask, scene

from pairwell.backtest.whatif.lottery import DRAWS, Lottery, path_of
from pairwell.config.settings import Choice, Settings, Slots
from pairwell.decide.choose import run_stages

CHOICE = Choice(salt="s", temperature=1.0, exploration=0.2, holdout=0.0, withheld=0.0)


def lottery(*, slots: int = 2, attention: float = 0.0, choice: Choice = CHOICE) -> Lottery:
    """Of a tent in the cart: the mat, the lamp, the stove and a better tent may be offered."""
    cart = msgspec.structs.replace(SURE.placements["cart"], attention_minor=attention, friction=0.0)
    settings = msgspec.structs.replace(
        SURE, choice=choice, slots=Slots(max=slots), placements={**SURE.placements, "cart": cart}
    )
    assert isinstance(settings, Settings)
    return Lottery(run_stages(scene(ask("tent"), settings=settings)))


def test_the_first_draw_that_was_made_has_the_chances_that_were_logged() -> None:
    one = lottery()
    logged = one.course.slots
    whole = logged[0].propensity * logged[1].propensity
    assert one.chances(path_of(logged)) == pytest.approx([logged[0].propensity, whole])
    assert one.chance_of(path_of(logged)) == pytest.approx(whole)


def test_slates_are_drawn_as_often_as_their_chances_say() -> None:
    one = lottery()
    found = Counter(path_of(one.drawn(f"d{number}")) for number in range(4_000))
    assert len(found) > 3
    assert sum(one.chance_of(keys) for keys in found) == pytest.approx(1.0, abs=0.01)
    for keys, times in found.items():
        assert times / 4_000 == pytest.approx(one.chance_of(keys), abs=0.03)


def test_a_slate_with_room_left_is_none() -> None:
    one = lottery()
    first = path_of(one.course.slots)[:1]
    assert one.chances(first) == pytest.approx([one.course.slots[0].propensity])
    assert one.chance_of(first) == 0.0


def test_what_cannot_be_drawn_has_no_chance_from_there_on() -> None:
    one = lottery()
    first, second = path_of(one.course.slots)
    stranger = ("cross_sell", "gas", None)
    assert one.chances((first, stranger, second))[1:] == [0.0, 0.0]
    assert one.chances((first, first))[1] == 0.0
    assert one.chance_of((first, stranger)) == 0.0


def test_silence_is_as_likely_as_slates_that_are_not_worth_their_cost() -> None:
    free = lottery(slots=1)
    worths = {path_of(slots): slots[0].drawn.worth_minor for slots in free.draws}
    between = (min(worths.values()) + max(worths.values())) / 2
    dear = lottery(slots=1, attention=between)
    good = [keys for keys, worth in worths.items() if worth > between]
    assert dear.silent == pytest.approx(1 - sum(free.chance_of(keys) for keys in good), abs=3 / DRAWS**0.5)
    assert all(dear.chance_of(keys) == (free.chance_of(keys) if keys in good else 0.0) for keys in worths)


def test_nothing_worth_showing_is_surely_silent() -> None:
    one = lottery(attention=1e9)
    assert one.silent == 1.0
    assert one.chances(path_of(one.course.drawn)) == [0.0, 0.0]


def test_a_rare_slate_that_may_be_shown_has_a_chance_all_along() -> None:
    """One that is worth showing where hardly any other is: no draw comes to it, yet its chance is known."""
    free = lottery()
    worths = {path_of(slots): sum(slot.drawn.worth_minor for slot in slots) for slots in free.draws}
    best = max(worths, key=lambda keys: worths[keys])
    dear = lottery(attention=worths[best] - 1e-6)
    chances = dear.chances(best)
    assert chances[1] == pytest.approx(free.chances(best)[1])
    assert chances[0] >= chances[1] > 0
