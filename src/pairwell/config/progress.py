"""How long work says how far it is."""

from __future__ import annotations

from collections.abc import Callable

#: Hears the share that is done, from 0 to 1; each call tells the whole of it.
Advance = Callable[[float], None]
#: Hears how many bytes of a file have been read since it heard last.
BytesRead = Callable[[int], None]


def unheard(_: float) -> None:
    """Progress that nobody watches, in shares or in bytes."""
