"""What the catalogue said of each item when it was learned."""

from __future__ import annotations

from functools import lru_cache

import msgspec


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One item as learning sees it; whatever nobody stated is None."""

    item_id: str
    title: str | None = None
    kind: str | None = None
    category: str | None = None
    brand: str | None = None
    family: str | None = None
    tier: int | None = None
    price_minor: int | None = None
    rating: float | None = None
    attributes: dict[str, str] = {}
    purpose: str | None = None  # the job it does
    requires: str | None = None  # what it cannot work without: ids, families, categories or purposes

    @property
    def leaf(self) -> str | None:
        """The whole category path, tidied, so that equal leaves of unlike branches stay apart."""
        return tidy_path(self.category) if self.category else None


@lru_cache(maxsize=65_536)  # many items share one
def tidy_path(path: str) -> str:
    """A category path, or any name, without odd spaces and capitals."""
    return " > ".join(part.strip().casefold() for part in path.split(">"))
