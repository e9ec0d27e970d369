"""Which of the worthwhile fill the slots: drawn without replacement, every chance known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from pairwell.config.settings import Choice
from pairwell.decide.worth import Valued

Clash = Callable[[Valued], bool]
_Draw = tuple[Valued, float, list[tuple[Valued, float]]]
QUANTUM = 1 << 20  # weights are whole numbers of its parts: 1 / 1,048,576


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One filled slot. `chances` holds what could have been drawn, given the slots before, and how likely.

    `barred` could have been drawn later, but cannot stand beside what was drawn here.
    """

    drawn: Valued
    propensity: float
    chances: list[tuple[Valued, float]]
    barred: list[Valued]


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
        drawn, propensity, chances = _next_draw(remaining, choice, stream)
        clashes = clash(drawn)
        others = [other for other in remaining if other is not drawn]
        barred = [other for other in others if clashes(other)]
        remaining = [other for other in others if not clashes(other)] if barred else others
        filled.append(Slot(drawn=drawn, propensity=propensity, chances=chances, barred=barred))
    return filled


def weigh(worths: Sequence[float], temperature: float) -> list[int]:
    """Weights (worth / greatest)^(1 / temperature) in whole quanta, at least one each."""
    greatest = max(worths)
    return [max(1, round((worth / greatest) ** (1 / temperature) * QUANTUM)) for worth in worths]


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


def _next_draw(remaining: Sequence[Valued], choice: Choice, stream: Stream) -> _Draw:
    if remaining[0].candidate.pin is not None:
        return remaining[0], 1.0, [(remaining[0], 1.0)]
    weights = weigh([valued.worth_minor for valued in remaining], choice.temperature)
    explored = round(choice.exploration * QUANTUM)
    place = _draw(weights, explored, stream)
    chances = _chances(weights, explored)
    return remaining[place], chances[place], list(zip(remaining, chances, strict=True))


def _draw(weights: Sequence[int], explored: int, stream: Stream) -> int:
    if stream.below(QUANTUM) < explored:
        return stream.below(len(weights))
    left = stream.below(sum(weights))
    for place, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return place
    raise AssertionError("a number below the sum lies within some weight")


def _chances(weights: Sequence[int], explored: int) -> list[float]:
    total, share = sum(weights), explored / QUANTUM
    return [(1 - share) * weight / total + share / len(weights) for weight in weights]
