"""What candidates and decisions need of a model, and nothing more."""

from __future__ import annotations

from typing import Protocol

from pairwell.records import Evidence, Pair


class LearnedPairs(Protocol):
    """A published model, as far as deciding reads it. Items it does not know have no pairs and no upgrades."""

    @property
    def id(self) -> str: ...

    def knows(self, item_id: str) -> bool: ...

    def orders_of(self, item_id: str) -> int: ...

    def bought_once(self, item_id: str) -> bool: ...

    def pairs(self, item_id: str, *, n: int = 10, above_floor: bool = False) -> list[Pair]: ...

    def upgrades(self, item_id: str, *, n: int = 10) -> list[Pair]: ...

    def evidence(self, anchor_id: str, item_id: str) -> Evidence | None: ...
