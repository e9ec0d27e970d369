"""What a decision could have shown, and how likely: its draw again and again, or along given offers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import msgspec

from pairwell.decide.caps import Places
from pairwell.decide.choice import Lot, Slot, Standing, Stream, draw_place, fill_by
from pairwell.decide.choose import Course, clash_with
from pairwell.decide.worth import Valued, one_place_down, slate_cost
from pairwell.records import Offer

DRAWS = 16
Key = tuple[str, str, str | None]  # kind, item, and of an upgrade what it replaces


def key_of(valued: Valued) -> Key:
    """What makes two offers of one request the same."""
    candidate = valued.candidate
    return candidate.kind, candidate.name, candidate.anchor_id if candidate.kind == "upgrade" else None


def path_of(slots: Sequence[Slot]) -> tuple[Key, ...]:
    """The same of slots."""
    return tuple(key_of(slot.drawn) for slot in slots)


def keys_of(slate: Sequence[Offer]) -> tuple[Key, ...]:
    """The same of offers that were made."""
    return tuple((offer.kind, offer.name, offer.replaces) for offer in slate)


class Lottery:
    """All that one course of a decision leaves to chance; lots of holdout and withholding are not in it."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._scene = course.scene
        self._valued = [*(slot.drawn for slot in course.drawn), *course.undrawn]
        self._chances: dict[tuple[Key, ...], list[float]] = {}
        self._whole: dict[tuple[Key, ...], float] = {}

    @cached_property
    def draws(self) -> list[list[Slot]]:
        """`DRAWS` slates, each as likely as the decision; empty where it would be silent."""
        return [self.drawn(f"{self._scene.inputs.decision_id}/{number}") for number in range(DRAWS)]

    def drawn(self, lots: str) -> list[Slot]:
        """The slate that these lots draw; empty where it is not worth showing."""
        slots = self._fill((), lots) if self._valued else []
        return slots if self.shows(slots) else []

    @cached_property
    def silent(self) -> float:
        """The chance of silence, as the draws tell it."""
        return sum(not slots for slots in self.draws) / DRAWS

    @cached_property
    def worth_minor(self) -> float:
        """What showing a slate is expected to add, the mean over the draws; silence adds 0."""
        return math.fsum(self._net(slots) for slots in self.draws if slots) / DRAWS

    def shows(self, slots: Sequence[Slot]) -> bool:
        """Whether a slate is worth showing."""
        return bool(slots) and self._with(slots).worth_showing

    def _net(self, slots: Sequence[Slot]) -> float:
        course = self._with(slots)
        return course.worth_minor - course.cost_minor

    def _with(self, slots: Sequence[Slot]) -> Course:
        """The course, had it drawn these."""
        worth = sum(slot.drawn.worth_minor for slot in slots)
        cost = slate_cost([slot.drawn for slot in slots], self._scene)
        return msgspec.structs.replace(self.course, drawn=list(slots), worth_minor=worth, cost_minor=cost)

    def follow(self, keys: tuple[Key, ...]) -> list[Slot]:
        """The slots with their chances, had these been drawn in this order, as far as they could be."""
        return self._fill(keys, None)

    def chances(self, keys: tuple[Key, ...]) -> list[float]:
        """For each prefix of `keys` the chance that a slate is shown that begins with it; 0 where none can be."""
        if keys not in self._chances:
            slots = self.follow(keys)
            drawn = [math.prod(slot.propensity for slot in slots[: place + 1]) for place in range(len(slots))]
            shown = [chance * self._shown_after(keys[: place + 1]) for place, chance in enumerate(drawn)]
            for place in range(len(shown) - 1, 0, -1):
                shown[place - 1] = max(shown[place - 1], shown[place])  # so few draws may miss what can happen
            self._chances[keys] = [*shown, *[0.0] * (len(keys) - len(shown))]
        return self._chances[keys]

    def chance_of(self, keys: tuple[Key, ...]) -> float:
        """The chance that just these offers are shown in just this order."""
        if keys not in self._whole:
            slots = self.follow(keys)
            there = len(slots) == len(self._fill(keys, "whole")) == len(keys) and self.shows(slots)
            self._whole[keys] = math.prod(slot.propensity for slot in slots) if there else 0.0
        return self._whole[keys]

    def _shown_after(self, keys: tuple[Key, ...]) -> float:
        """The chance that a slate is worth showing, given how it begins; of a full one that is sure."""
        full = self._fill(keys, "whole")
        if len(full) == len(keys):
            return float(self.shows(full))
        if self.silent in (0.0, 1.0):
            return 1.0 - self.silent
        name = self._scene.inputs.decision_id
        slates = (self._fill(keys, f"{name}/{len(keys)}/{number}") for number in range(DRAWS))
        return sum(map(self.shows, slates)) / DRAWS

    def _fill(self, keys: tuple[Key, ...], then: str | None) -> list[Slot]:
        """Slots along `keys`; after them drawn by the lots of `then`, or none."""
        places, stream = Places(self._scene), None if then is None else Stream(then)

        def draw(lot: Lot, filled: int) -> int | None:
            if filled >= len(keys):
                return None if stream is None else draw_place(lot, stream)
            return next((place for place, one in enumerate(lot.valued) if key_of(one) == keys[filled]), None)

        return fill_by(
            self._valued,
            slots=self._scene.slots,
            choice=self._scene.settings.choice,
            draw=draw,
            standing=Standing(
                lambda drawn: clash_with(drawn, self._scene, places.take(drawn.candidate.adds)),
                one_place_down(self._scene),
            ),
        )
