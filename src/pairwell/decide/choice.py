"""Which of the worthwhile fill the slots: drawn without replacement, every chance known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from itertools import compress
from typing import NamedTuple

import msgspec

from pairwell.config.settings import Choice
from pairwell.decide.worth import Valued

Clash = Callable[[Valued], bool]


class Standing(NamedTuple):
    """How offers stand in one slate.

    `clash(drawn)` tells of any other whether it cannot stand beside `drawn`; `step` what is left of one that stands a
    place further down, None where nothing is.
    """

    clash: Callable[[Valued], Clash]
    step: Callable[[Valued], Valued | None] | None = None


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
    valued: Sequence[Valued],
    *,
    slots: int,
    choice: Choice,
    stream: Stream,
    standing: Standing,
) -> list[Slot]:
    """Pins in the order people set, then draws from the rest; what clashes with a slot before is not drawn.

    Blind to the order of `valued`.
    """
    return fill_by(valued, slots=slots, choice=choice, draw=lambda lot, _: draw_place(lot, stream), standing=standing)


def fill_by(
    valued: Sequence[Valued],
    *,
    slots: int,
    choice: Choice,
    draw: Callable[[Lot, int], int | None],
    standing: Standing,
) -> list[Slot]:
    """As `fill_slots`, where `draw` says which place of a lot fills the slot of that number, or ends it with None."""
    pool = _Pool(sorted(valued, key=_canonical), choice)
    filled: list[Slot] = []
    while pool.valued and len(filled) < slots:
        lot = pool.lot()
        place = draw(lot, len(filled))
        if place is None:
            break
        drawn = lot.valued[place]
        clashes = standing.clash(drawn)
        barred = [other for other in pool.valued if other is not drawn and clashes(other)]
        filled.append(Slot(drawn=drawn, propensity=lot.chance(place), lot=lot, barred=barred))
        pool.remove([drawn, *barred])
        if standing.step:
            pool.step_down(standing.step)
    return filled


def weigh(scores: Sequence[float], temperature: float) -> list[int]:
    """Weights (score / greatest)^(1 / temperature) in whole quanta, at least one each."""
    greatest, power = max(scores), 1 / temperature
    return [round((score / greatest) ** power * QUANTUM) or 1 for score in scores]


def _canonical(valued: Valued) -> tuple[bool, int, float, str, str, str]:
    candidate = valued.candidate
    place = candidate.pin or 0
    return (
        candidate.pin is None,
        place,
        -valued.score,
        candidate.item_id,
        candidate.kind,
        candidate.anchor_id,
    )


class _Pool:
    """What may still be drawn, in canonical order: pins, then the dearest first."""

    def __init__(self, valued: list[Valued], choice: Choice) -> None:
        self.valued = valued
        self._choice = choice
        self._weights: list[int] = []  # none before they are asked for; they hold while the dearest stays

    def lot(self) -> Lot:
        """What the next draw is made from: the first pin alone, else everything."""
        if self.valued[0].candidate.pin is not None:
            return Lot(valued=self.valued[:1], weights=[1], total=1, explored=0)
        if not self._weights:
            self._weights = weigh([valued.score for valued in self.valued], self._choice.temperature)
        explored = round(self._choice.exploration * QUANTUM)
        return Lot(valued=self.valued, weights=self._weights, total=sum(self._weights), explored=explored)

    def remove(self, gone: Sequence[Valued]) -> None:
        """Take these out."""
        ids = {id(one) for one in gone}
        stays = [id(one) not in ids for one in self.valued]
        self._weights = list(compress(self._weights, stays)) if self._weights and stays[0] else []
        self.valued = list(compress(self.valued, stays))

    def step_down(self, step: Callable[[Valued], Valued | None]) -> None:
        """Let everybody stand one place further down."""
        stepped = [further for one in self.valued if (further := step(one)) is not None]
        self.valued, self._weights = sorted(stepped, key=_canonical), []


def draw_place(lot: Lot, stream: Stream) -> int:
    """The place of a lot that is drawn; one that is alone needs no draw."""
    if len(lot.weights) == 1 and not lot.explored:
        return 0
    if stream.below(QUANTUM) < lot.explored:
        return stream.below(len(lot.weights))
    left = stream.below(lot.total)
    for place, weight in enumerate(lot.weights):
        left -= weight
        if left < 0:
            return place
    raise AssertionError("a number below the sum lies within some weight")
