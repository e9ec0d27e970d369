"""Names as numbers, for whoever reads much of the journal into columns."""

from __future__ import annotations


class Codes:
    """Numbers for names, from 0 in the order in which they come."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self._codes.setdefault(name, len(self._codes))

    @property
    def names(self) -> list[str]:
        """By number."""
        return list(self._codes)
