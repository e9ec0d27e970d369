"""The chances that a decision keeps are the chances with which it was drawn.

Level of each test of frequencies: .001, over all slots of a scene together; the decisions' names are the seed.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

import msgspec
import pytest
from scipy.special import chdtrc
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import ITEMS, NOW, SURE, ask, pair, said

from pairwell.config.settings import Choice, Settings
from pairwell.decide.choice import Slot, Standing, Stream, fill_slots
from pairwell.decide.choose import clash_with, lead_through, propose_for, run_stages
from pairwell.decide.scene import Scene
from pairwell.records import CuratedRelation, DecisionInputs, Item

_DRAWS = 30_000
_LEVEL = 0.001
_LEAST_EXPECTED = 5.0  # of a cell; smaller ones are thrown together
_SHOP = {
    **ITEMS,
    **{
        item.item_id: item
        for item in (
            Item(item_id="rope", price_minor=1_500, cost_minor=900),
            Item(item_id="peg", price_minor=1_500, cost_minor=899),  # worth a little more than the rope
            Item(item_id="dome", price_minor=28_000, cost_minor=17_500),
        )
    },
}
_MODEL = TableModel(
    id="m1",
    add_ons={
        "tent": [
            pair("mat", score=0.9),
            pair("mat-red", score=0.8, confidence=0.15),
            pair("lamp", score=0.7, confidence=0.1),
            pair("rope", score=0.6),
            pair("peg", score=0.5),
            pair("gas", score=0.4, confidence=0.3),
        ]
    },
    ladders={"tent": [pair("tent+", confidence=0.25), pair("dome", confidence=0.2)]},
    once=frozenset(),
)
_MILD = Choice(salt="s", holdout=0.0, withheld=0.0, temperature=0.8, exploration=0.02)
_SHARP = msgspec.structs.replace(_MILD, temperature=0.1)
_CURIOUS = msgspec.structs.replace(_MILD, temperature=0.3, exploration=0.4)
_PINS = [said("tent", "complement", "gas", 1), said("tent", "complement", "rope", 2)]
_CLASH = [said("rope", "substitute", "peg"), said("lamp", "variant", "gas")]
_SCENES: dict[str, tuple[Choice, list[CuratedRelation], int]] = {
    "two of nearly the same worth": (_MILD, [], 2),
    "the best nearly always": (_SHARP, [], 3),
    "much exploration": (_CURIOUS, [], 3),
    "clashes": (_MILD, _CLASH, 4),
    "pins": (_MILD, _PINS, 4),
    "pins and clashes": (_CURIOUS, [*_PINS, *_CLASH], 3),
}

Prefix = tuple[str, ...]  # the items of the slots before


class Drawn(msgspec.Struct):
    """Many decisions on one scene: by the slots before, what could be drawn, how likely, and how often it was."""

    chances: dict[Prefix, dict[str, float]] = msgspec.field(default_factory=dict)
    counts: defaultdict[Prefix, Counter[str]] = msgspec.field(default_factory=lambda: defaultdict(Counter))

    def add(self, slots: list[Slot]) -> None:
        prefix: Prefix = ()
        for slot in slots:
            if prefix not in self.chances:
                self.chances[prefix] = {valued.candidate.item_id: chance for valued, chance in slot.chances}
                assert len(self.chances[prefix]) == len(slot.chances), "an item that stands there twice"
            name = slot.drawn.candidate.item_id
            assert slot.propensity == self.chances[prefix][name], "not the chance that the lot gives"
            self.counts[prefix][name] += 1
            prefix = (*prefix, name)


def _scene(name: str, decision_id: str = "d") -> Scene:
    choice, relations, slots = _SCENES[name]
    inputs = DecisionInputs(
        decision_id=decision_id,
        request=ask("tent", limit=slots),
        engine="0",
        model="m1",
        settings="s1",
        now=NOW,
        items=dict.fromkeys(_SHOP, 0),
        relations=relations,
        owned=[],
        declines=[],
    )
    settings: Settings = msgspec.structs.replace(SURE, choice=choice)
    return Scene(inputs, model=_MODEL, items=_SHOP, settings=settings)


def _slates(name: str, draws: int) -> Iterator[list[Slot]]:
    """Slates of as many decisions, that differ in nothing but their names."""
    scene = _scene(name)
    candidates = propose_for(scene.inputs, model=scene.model, settings=scene.settings).candidates
    valued = lead_through(candidates, scene).valued
    clashes = {id(one): clash_with(one, scene) for one in valued}
    for number in range(draws):
        yield fill_slots(
            valued,
            slots=scene.slots,
            choice=scene.settings.choice,
            stream=Stream(f"d{number}"),
            standing=Standing(lambda drawn: clashes[id(drawn)]),
        )


@cache
def _drawn(name: str) -> Drawn:
    drawn = Drawn()
    for slots in _slates(name, _DRAWS):
        drawn.add(slots)
    return drawn


def _p_value(drawn: Drawn, chances: Mapping[Prefix, Mapping[str, float]]) -> float:
    """Pearson's chi-squared test of the draws given the slots before, summed over these; small where they disagree."""
    statistic, degrees = 0.0, 0
    for prefix, counts in drawn.counts.items():
        cells = _cells(counts, chances[prefix])
        statistic += math.fsum((found - expected) ** 2 / expected for found, expected in cells)
        degrees += len(cells) - 1
    return float(chdtrc(degrees, statistic))


def _cells(counts: Counter[str], chances: Mapping[str, float]) -> list[tuple[float, float]]:
    """Found and expected, those of which too few are expected in one."""
    total = counts.total()
    cells = [(float(counts[name]), total * chance) for name, chance in chances.items()]
    few = [cell for cell in cells if cell[1] < _LEAST_EXPECTED]
    enough = [cell for cell in cells if cell[1] >= _LEAST_EXPECTED]
    rest = (sum(found for found, _ in few), sum(expected for _, expected in few))
    return [*enough, rest] if rest[1] >= _LEAST_EXPECTED else enough


@pytest.mark.slow
@pytest.mark.parametrize("name", _SCENES)
def test_chances_of_a_slot_sum_to_one_and_are_those_with_which_it_is_drawn(name: str) -> None:
    drawn = _drawn(name)
    assert drawn.counts[()].total() == _DRAWS
    for prefix, chances in drawn.chances.items():
        assert math.fsum(chances.values()) == pytest.approx(1.0, abs=1e-12), prefix
        assert set(drawn.counts[prefix]) <= chances.keys()
        assert not chances.keys() & set(prefix), "drawn twice"
    assert _p_value(drawn, drawn.chances) > _LEVEL


@pytest.mark.slow
def test_a_wrong_chance_would_be_told() -> None:
    drawn = _drawn("much exploration")
    off = {prefix: _without_some_exploration(chances, 0.03) for prefix, chances in drawn.chances.items()}
    assert _p_value(drawn, off) < _LEVEL


def _without_some_exploration(chances: Mapping[str, float], share: float) -> dict[str, float]:
    """The chances where so many draws less ignored the worth."""
    explored, even = _CURIOUS.exploration, 1 / len(chances)
    return {
        name: (1 - explored + share) * (chance - explored * even) / (1 - explored) + (explored - share) * even
        for name, chance in chances.items()
    }


def test_the_scenes_hold_what_they_are_for() -> None:
    drawn = {name: next(_slates(name, 1)) for name in _SCENES}
    first = {valued.candidate.item_id: chance for valued, chance in drawn["two of nearly the same worth"][0].chances}
    assert 0 < first["peg"] - first["rope"] < 0.01
    assert [slot.propensity for slot in drawn["pins"][:2]] == [1.0, 1.0]
    assert any(slot.barred for slot in drawn["clashes"])
    assert any(slot.barred for slot in drawn["pins and clashes"])
    assert all(1.0 > slot.propensity > 0.0 for slot in drawn["much exploration"])


@pytest.mark.parametrize("name", _SCENES)
def test_a_whole_decision_is_drawn_as_its_slots_are(name: str) -> None:
    for number, slots in enumerate(_slates(name, 40)):
        course = run_stages(_scene(name, f"d{number}"))
        assert [(slot.drawn.candidate, slot.chances) for slot in course.drawn] == [
            (slot.drawn.candidate, slot.chances) for slot in slots
        ]
