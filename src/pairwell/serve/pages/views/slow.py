"""What takes seconds is done for one visitor at a time; few may wait, so that all other pages have a thread left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Final

from pairwell.errors import RequestError
from pairwell.said import phrase
from pairwell.serve.online.faults import too_busy
from pairwell.serve.pages.views.view import Fields

NUMBERS: Final = (100, 300, 1000)  # of the newest decisions; a page says so, and for how long at most
AT_MOST: Final = 3  # who does something slow, and those who wait for it
PATIENCE_S: Final = 10.0
_ONE, _HERE = Lock(), BoundedSemaphore(AT_MOST)


@contextmanager
def alone() -> Iterator[None]:
    """Do it alone, after others. Raises `Refused` (503) where too many wait, or one of them for too long."""
    if not _HERE.acquire(blocking=False):
        raise too_busy("slow pages")
    try:
        if not _ONE.acquire(timeout=PATIENCE_S):
            raise too_busy("slow pages")
        try:
            yield
        finally:
            _ONE.release()
    finally:
        _HERE.release()


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
