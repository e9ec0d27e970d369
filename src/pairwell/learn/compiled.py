"""Hot loops, compiled once for a machine.

Compiled functions let go of the interpreter's lock: callers share rows among threads, each row in one thread, so that
the number of threads changes no result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_Loop = TypeVar("_Loop", bound=Callable[..., object])

THREADS = 2


def compiled(loop: _Loop) -> _Loop:
    """The same function as machine code, kept on disk where a folder for it can be written."""
    try:
        return cast(_Loop, numba.njit(loop, cache=True, nogil=True))
    except RuntimeError:  # no place to keep it: it is compiled anew in every process
        return cast(_Loop, numba.njit(loop, nogil=True))
