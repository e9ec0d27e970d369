"""Hot loops, compiled once for a machine.

Compiled functions let go of the interpreter's lock: callers share rows among threads, each row in one thread, so that
the number of threads changes no result.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir  # type: ignore[import-untyped]
from numba.extending import intrinsic

_Loop = TypeVar("_Loop", bound=Callable[..., object])

THREADS = 2
_KEPT_SECONDS = 7 * 86_400  # of machine code that nobody used


def compiled(loop: _Loop) -> _Loop:
    """The same function as machine code, kept on disk where a folder for it can be written."""
    return _compiled(loop)


def tight(loop: _Loop) -> _Loop:
    """The same for a loop that makes no array: it counts no references, and dividing by zero gives infinity."""
    return _compiled(loop, _nrt=False, error_model="numpy")


def inlined(loop: _Loop) -> _Loop:
    """The same as `tight`, written into each loop that calls it: for what is short and takes many arrays."""
    return _compiled(loop, _nrt=False, error_model="numpy", inline="always")


@intrinsic  # type: ignore[untyped-decorator]
def fetch_early(_: Any, array: Any, index: Any) -> Any:  # noqa: ANN401 - Numba's types
    """Ask the processor for `array[index]`, which is needed soon; the rest of the work does not wait for it."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ANN401
        whole = context.make_array(signature.args[0])(context, builder, values[0])
        byte = ir.IntType(8).as_pointer()
        place = builder.bitcast(builder.gep(whole.data, [values[1]]), byte)
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        builder.call(fetch, [place, number(0), number(3), number(1)])  # to read, to keep near, a datum
        return context.get_dummy_value()

    return numba.types.void(array, index), generate


@intrinsic  # type: ignore[untyped-decorator]
def exchange(_: Any, array: Any, index: Any, value: Any) -> Any:  # noqa: ANN401
    """Put `value` into `array[index]` at once for all threads, and what stood there before."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ANN401
        whole = context.make_array(signature.args[0])(context, builder, values[0])
        place = builder.gep(whole.data, [values[1]])
        given = context.cast(builder, values[2], signature.args[2], signature.args[0].dtype)
        return builder.atomic_rmw("xchg", place, given, "seq_cst")

    return array.dtype(array, index, value), generate


@intrinsic  # type: ignore[untyped-decorator]
def release(_: Any, array: Any, index: Any) -> Any:  # noqa: ANN401
    """Put 0 into `array[index]` after everything else that this thread wrote."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ANN401
        whole = context.make_array(signature.args[0])(context, builder, values[0])
        place = builder.gep(whole.data, [values[1]])
        builder.store_atomic(ir.Constant(place.type.pointee, 0), place, "release", 8)
        return context.get_dummy_value()

    return numba.types.void(array, index), generate


def _compiled(loop: _Loop, **options: Any) -> _Loop:  # noqa: ANN401 - Numba's own
    options |= {"nogil": True, "no_cfunc_wrapper": True}  # nobody calls loops from C; the wrapper takes time to compile
    folder = _folder(Path(loop.__code__.co_filename).parent)
    if folder is None:  # no place to keep it: it is compiled anew in every process
        return cast(_Loop, numba.njit(loop, **options))
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, folder
    try:
        return cast(_Loop, numba.njit(loop, cache=True, **options))
    finally:
        numba.config.CACHE_DIR = before


@cache
def _folder(room: Path) -> str | None:
    # Numba compiles anew when the file of a loop has changed, but not when that of a function it calls has: machine
    # code is kept apart for each state of the whole room.
    sources = b"".join(path.read_bytes() for path in sorted(room.glob("*.py")))
    name = f"loops-{hashlib.sha256(sources).hexdigest()[:16]}"
    for place in (room / "__pycache__", Path.home() / ".cache" / "pairwell"):
        folder = place / name
        try:
            new = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
            os.utime(folder)
        except OSError:
            continue
        if new:
            _forget_unused(place)
        if os.access(folder, os.W_OK):
            return str(folder)
    return None


def _forget_unused(place: Path) -> None:
    # Another version of the package may share the place: what it used of late stays.
    for folder in place.glob("loops-*"):
        with contextlib.suppress(OSError):  # another process removes it, too
            if time.time() - folder.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
