"""What a sheet about accounts holds, whatever it is shown as, and where its numbers come from."""

from __future__ import annotations

from typing import Final

import msgspec

from pairwell.advise.advice import Evidence
from pairwell.report.record import Table
from pairwell.said import Said, joined

_ENDS: Final = (".", "!", "?")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, under what it is headed by, with the numbers of its sources."""

    text: str  # said
    head: str | None = None  # said
    sources: tuple[int, ...] = ()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a sheet."""

    key: str
    title: str  # said
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    width: str = "half"  # half or whole, of the page


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet. Its sources are numbered from 1."""

    name: str
    title: str  # said
    subtitle: str  # said
    currency: str
    parts: tuple[Part, ...]
    sources: tuple[Evidence, ...] = ()


def sentences(*told: str) -> Said:
    """Texts behind one another, each with its full stop."""
    return joined(*(one if one.endswith(_ENDS) else joined(one, ".", between="") for one in told if one))


class Sources:
    """Numbers what statements come from, each once."""

    def __init__(self) -> None:
        self._numbers: dict[Evidence, int] = {}

    def numbers(self, *found: Evidence) -> tuple[int, ...]:
        """The numbers of these, in order."""
        return tuple(sorted({self._numbers.setdefault(one, len(self._numbers) + 1) for one in found}))

    @property
    def listed(self) -> tuple[Evidence, ...]:
        """All of them, by number."""
        return tuple(self._numbers)
