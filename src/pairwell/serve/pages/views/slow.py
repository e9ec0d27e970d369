"""What takes seconds is done for one visitor at a time, so that all other pages have a thread left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from pairwell.errors import RequestError
from pairwell.said import phrase
from pairwell.serve.online.faults import too_busy
from pairwell.serve.pages.views.view import Fields

NUMBERS: Final = (100, 300, 1000)  # of the newest decisions; a page says so, and for how long at most
_ONE = Lock()


@contextmanager
def alone() -> Iterator[None]:
    """Do it alone. Raises `Refused` (503) while another does something slow."""
    if not _ONE.acquire(blocking=False):
        raise too_busy("slow pages")
    try:
        yield
    finally:
        _ONE.release()


def read_newest(fields: Fields) -> int:
    """How many of the newest decisions are asked for. Raises `RequestError` for a number that is not offered."""
    asked = fields.get("newest", str(NUMBERS[0]))
    if asked not in {str(one) for one in NUMBERS}:
        offered = ", ".join(str(one) for one in NUMBERS)
        raise RequestError(
            phrase("`newest` is {asked}; expected one of: {offered}.", asked=repr(asked[:40]), offered=offered),
            field="newest",
        )
    return int(asked)
