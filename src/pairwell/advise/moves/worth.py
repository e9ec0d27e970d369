"""What a talk is worth to the seller: the chance of a yes times the margin of a year, less what a no costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from pairwell.advise.advice import MoveKind
from pairwell.advise.moves.chances import Chance
from pairwell.advise.moves.contract import Contract

MINUTES: Final[Mapping[MoveKind, int]] = {
    "upgrade": 30, "downgrade": 20, "heads_up": 15, "add_on": 30, "trial": 40, "renewal": 30,
}  # fmt: skip
GOODWILL: Final = 0.002  # of the account's year, that a no to something it does not want costs


class Worth(msgspec.Struct, frozen=True):
    """Of one move; minor units."""

    margin_minor: int
    worth_minor: int
    minutes: int


def weigh(contract: Contract, kind: MoveKind, chance: Chance, margin: float) -> Worth:
    """`margin`: of a year, over what is held now."""
    minutes, year = MINUTES[kind], max(contract.year_minor(contract.brings_minor), 0.0)
    costs = minutes * contract.terms.minute_minor + (1 - chance.value) * GOODWILL * year
    return Worth(round(margin), round(chance.value * margin - costs), minutes)
