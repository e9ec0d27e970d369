"""The groups that an item belongs to, from the nearest to the widest: its family, its category, its brand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.listings.catalogue import Listing
from pairwell.model.backoff import GroupLevel

_DEEPEST = 4  # parts of a category's path; what lies deeper belongs to its fourth part


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One way to group items; `of` has the group of each item, -1 where it has none. Groups go by name."""

    kind: GroupLevel
    names: list[str]
    of: Array


def find_levels(listings: Sequence[Listing]) -> list[Level]:
    """Families, then categories from the deepest part of the path to the first, then brands.

    A level that puts no two items together, or all of them, says nothing and is left out.
    """
    paths = {category: _path(category) for category in {listing.category for listing in listings}}
    depths = range(min(_DEEPEST, max(map(len, paths.values()), default=0)), 0, -1)
    upper = [{category: _upper(path, depth) for category, path in paths.items()} for depth in depths]
    found = [
        _level("family", [listing.family for listing in listings]),
        *(_level("category", [names[listing.category] for listing in listings]) for names in upper),
        _level("brand", [listing.brand for listing in listings]),
    ]
    return [level for level in found if 1 < len(level.names) < int((level.of >= 0).sum())]


def leaves(listings: Sequence[Listing]) -> Array:
    """The number of each item's whole category, -1 where it has none."""
    return _level("category", [listing.leaf for listing in listings]).of


def families(listings: Sequence[Listing]) -> Array:
    """The number of each item's family; an item without one is a family of its own."""
    of = _level("family", [listing.family for listing in listings]).of
    alone = of < 0
    of[alone] = np.arange(of.size)[alone] + of.size
    return of


def _upper(path: Sequence[str], depth: int) -> str | None:
    return " > ".join(path[:depth]) if len(path) >= depth else None


def _path(category: str | None) -> list[str]:
    return [part.strip() for part in (category or "").split(">") if part.strip()]


def _level(kind: GroupLevel, stated: Sequence[str | None]) -> Level:
    keys = [None if name is None or not name.strip() else name.strip().casefold() for name in stated]
    spelt = dict(_first_spelling(keys, stated))
    numbers = {key: number for number, key in enumerate(sorted(spelt))}
    of = np.array([-1 if key is None else numbers[key] for key in keys], dtype=np.int64)
    return Level(kind=kind, names=[spelt[key] for key in sorted(spelt)], of=of)


def _first_spelling(keys: Sequence[str | None], stated: Sequence[str | None]) -> Iterator[tuple[str, str]]:
    # The last of equal keys wins in a dictionary; the shop's first spelling is the one to show.
    for key, name in zip(reversed(keys), reversed(stated), strict=True):
        if key is not None and name is not None:
            yield key, name.strip()
