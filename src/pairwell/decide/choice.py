"""Which of the worthwhile fill the slots: drawn without replacement, every chance known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from pairwell.config.settings import Choice
from pairwell.decide.worth import Valued

Clash = Callable[[Valued], bool]
QUANTUM = 1 << 20  # weights are whole numbers of its parts: 1 / 1,048,576


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """What one draw is made from: whole weights, and how many of `QUANTUM` draws ignore them."""

    valued: Sequence[Valued]
    weights: Sequence[int]
    total: int  # of the weights
    explored: int

    def chance(self, place: int) -> float:
        """How likely the one in `place` is drawn."""
        share = self.explored / QUANTUM
        return (1 - share) * self.weights[place] / self.total + share / len(self.weights)


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One filled slot. `lot` holds what could have been drawn, given the slots before.

    `barred` could have been drawn later, but cannot stand beside what was drawn here.
    """

    drawn: Valued
    propensity: float
    lot: Lot
    barred: list[Valued]

    @property
    def chances(self) -> list[tuple[Valued, float]]:
        """What could have been drawn, and how likely."""
        return [(valued, self.lot.chance(place)) for place, valued in enumerate(self.lot.valued)]


class Stream:
    """Whole numbers that a decision id fixes; no state but its own."""

    def __init__(self, decision_id: str) -> None:
        self._seed = decision_id.encode()
        self._drawn = 0

    def below(self, bound: int) -> int:
        """The next number in 0..bound-1, each as likely as the other."""
        fair = (1 << 64) // bound * bound
        while True:
            salt = self._drawn.to_bytes(16)
            self._drawn += 1
            number = int.from_bytes(hashlib.blake2b(self._seed, digest_size=8, salt=salt).digest())
            if number < fair:
                return number % bound


def fill_slots(
    valued: Sequence[Valued], *, slots: int, choice: Choice, stream: Stream, clash: Callable[[Valued], Clash]
) -> list[Slot]:
    """Pins in the order people set, then draws from the rest; what clashes with a slot before is not drawn.

    `clash(drawn)` tells of any other whether it cannot stand beside `drawn`. Blind to the order of `valued`.
    """
    remaining = sorted(valued, key=_canonical)
    filled: list[Slot] = []
    while remaining and len(filled) < slots:
        drawn, propensity, lot = _next_draw(remaining, choice, stream)
        clashes = clash(drawn)
        others = [other for other in remaining if other is not drawn]
        barred = [other for other in others if clashes(other)]
        gone = {id(other) for other in barred}
        remaining = [other for other in others if id(other) not in gone] if barred else others
        filled.append(Slot(drawn=drawn, propensity=propensity, lot=lot, barred=barred))
    return filled


def weigh(worths: Sequence[float], temperature: float) -> list[int]:
    """Weights (worth / greatest)^(1 / temperature) in whole quanta, at least one each."""
    greatest, power = max(worths), 1 / temperature
    return [round((worth / greatest) ** power * QUANTUM) or 1 for worth in worths]


def _canonical(valued: Valued) -> tuple[bool, int, float, str, str, str]:
    candidate = valued.candidate
    place = candidate.pin or 0
    return (
        candidate.pin is None,
        place,
        -valued.worth_minor,
        candidate.item_id,
        candidate.kind,
        candidate.anchor_id,
    )


def _next_draw(remaining: Sequence[Valued], choice: Choice, stream: Stream) -> tuple[Valued, float, Lot]:
    if remaining[0].candidate.pin is not None:
        return remaining[0], 1.0, Lot(valued=remaining[:1], weights=[1], total=1, explored=0)
    weights = weigh([valued.worth_minor for valued in remaining], choice.temperature)
    lot = Lot(valued=remaining, weights=weights, total=sum(weights), explored=round(choice.exploration * QUANTUM))
    place = _draw(lot, stream)
    return remaining[place], lot.chance(place), lot


def _draw(lot: Lot, stream: Stream) -> int:
    if stream.below(QUANTUM) < lot.explored:
        return stream.below(len(lot.weights))
    left = stream.below(lot.total)
    for place, weight in enumerate(lot.weights):
        left -= weight
        if left < 0:
            return place
    raise AssertionError("a number below the sum lies within some weight")
