"""Learning without looks for reference cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Switch Python's search for reference cycles off meanwhile: of millions of small objects none is in one."""
    # What is no longer needed is freed all the same, at once: by its count of references.
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()
