"""How much of what was planted in a simulated shop has been found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from pairwell.errors import EvidenceError
from pairwell.simulate.truth import ENOUGH, Truth

TOP = 5
PairsOf = Callable[[str], Sequence[str]]  # an anchor's add-ons by id, best first


class PlantedFound(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of planted complements, by anchor and add-on."""

    planted: int  # all of them, those without enough data and the vanished included
    findable: int  # alive at the end of the history, with enough orders expected to hold both
    found: int  # findable ones among the anchor's first five

    @property
    def share(self) -> float:
        """Findable complements that were found, 0..1."""
        return self.found / self.findable


def planted_found(truth: Truth, pairs_of: PairsOf) -> PlantedFound:
    """Ask for every anchor's pairs and compare the first five with the truth.

    Raises `EvidenceError` where the history is too small for any planted pair to be found.
    """
    wanted: dict[str, set[str]] = {}
    for pair in truth.findable():
        wanted.setdefault(pair.anchor_id, set()).add(pair.item_id)
    if not wanted:
        raise EvidenceError(
            f"No planted pair of this world is expected in {ENOUGH:g} orders or more.",
            hint="Make the world with more orders.",
        )
    return PlantedFound(
        planted=len(truth.planted()),
        findable=sum(len(add_ons) for add_ons in wanted.values()),
        found=sum(len(add_ons & set(pairs_of(anchor)[:TOP])) for anchor, add_ons in wanted.items()),
    )
