"""Numbers that settings state by category: the nearest category to an item counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from pairwell.config.explaining import Mistake

Path = tuple[str, ...]


class ByCategory:
    """What is stated of categories, such as "Home > Lighting"; odd spaces and capitals do not matter."""

    def __init__(self, stated: Mapping[str, float]) -> None:
        self._stated = {path_of(name): value for name, value in stated.items()}

    def of(self, category: str | None) -> float | None:
        """What is stated of the category, else of the nearest one that holds it; None where nothing is."""
        path = path_of(category or "") if self._stated else ()
        found = (self._stated.get(path[:depth]) for depth in range(len(path), 0, -1))
        return next((value for value in found if value is not None), None)


@lru_cache(maxsize=65_536)  # many items share one
def path_of(category: str) -> Path:
    """The parts of a category's path, the widest first."""
    return tuple(part.strip().casefold() for part in category.split(">") if part.strip())


def find_unmet(stated: Mapping[str, float], names: Iterable[str | None]) -> list[str]:
    """Those `stated` that none of the `names` is or lies in: misspelt, or of what is not sold yet."""
    paths = {path_of(name) for name in set(names) if name}
    met = {path[:depth] for path in paths for depth in range(1, len(path) + 1)}
    return [name for name in stated if path_of(name) not in met]


def find_unclear(stated: Mapping[str, float], field: str) -> Mistake | None:
    """The first name among `stated` that is no category, or one that another name means too."""
    seen: dict[Path, str] = {}
    for name in stated:
        path = path_of(name)
        if not path:
            said = f"`{field}` names {name!r}, which is no category"
            return Mistake(field=field, said=said, hint='Write for example "Home > Lighting" = 0.4.')
        if path in seen:
            said = f"`{field}` names {seen[path]!r} and {name!r}, which are one category"
            return Mistake(field=field, said=said, hint="Keep one of them.")
        seen[path] = name
    return None
