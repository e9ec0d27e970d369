"""Hot loops, compiled once for a machine.

Compiled functions let go of the interpreter's lock: callers share rows among threads, each row in one thread, so that
the number of threads changes no result.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

import numba

_Loop = TypeVar("_Loop", bound=Callable[..., object])

THREADS = 2


def compiled(loop: _Loop) -> _Loop:
    """The same function as machine code, kept on disk where a folder for it can be written."""
    folder = _folder(Path(loop.__code__.co_filename).parent)
    if folder is None:  # no place to keep it: it is compiled anew in every process
        return cast(_Loop, numba.njit(loop, nogil=True))
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, folder
    try:
        return cast(_Loop, numba.njit(loop, cache=True, nogil=True))
    finally:
        numba.config.CACHE_DIR = before


@cache
def _folder(room: Path) -> str | None:
    # Numba compiles anew when the file of a loop has changed, but not when that of a function it calls has: machine
    # code is kept apart for each state of the whole room.
    sources = b"".join(path.read_bytes() for path in sorted(room.glob("*.py")))
    name = f"loops-{hashlib.sha256(sources).hexdigest()[:16]}"
    for place in (room / "__pycache__", Path.home() / ".cache" / "pairwell"):
        try:
            (place / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place / name, os.W_OK):
            return str(place / name)
    return None
