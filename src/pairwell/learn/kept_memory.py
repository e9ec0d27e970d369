"""Learning in memory that is kept until it is done."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # names of options in glibc's malloc.h
_USUAL = {_TRIM_THRESHOLD: 128 << 10, _MMAP_MAX: 65_536}
_KEEPING = {_TRIM_THRESHOLD: (1 << 31) - 1, _MMAP_MAX: 0}


@contextmanager
def memory_kept() -> Iterator[None]:
    """Give no memory back to the system meanwhile: the next array takes the place of one that is no longer needed.

    Else the system clears every page of each array of a hundred megabytes anew, a fifth of the work of learning.
    Where the C library is not glibc, nothing changes.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim"):
        yield
        return
    _set(library, _KEEPING)
    try:
        yield
    finally:
        _set(library, _USUAL)
        library.malloc_trim(ctypes.c_size_t(0))


def _set(library: ctypes.CDLL, options: dict[int, int]) -> None:
    for name, value in options.items():
        library.mallopt(name, value)
