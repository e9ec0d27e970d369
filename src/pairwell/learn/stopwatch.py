"""How long each step of learning takes, and steps that run beside others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

_Found = TypeVar("_Found")


class Stopwatch:
    """Adds up the wall seconds of named steps. For reports only: no model depends on it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what happens inside towards `name`; no two threads count towards one name."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = self.seconds.get(name, 0.0) + time.perf_counter() - started
            self.seconds[name] = round(spent, 3)


class Beside:
    """One thread beside the caller's: steps begin there in the order they are given.

    What a step finds must follow from its own input alone, so that it does not matter what runs at the same time.
    At the end the steps that have not begun are dropped, and the one that has is waited for.
    """

    def __init__(self, watch: Stopwatch | None = None) -> None:
        self.watch = watch or Stopwatch()
        self._pool = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, name: str, step: Callable[[], _Found]) -> Future[_Found]:
        """Do `step` there, counted towards `name`; the result raises what it raised."""

        def timed() -> _Found:
            with self.watch.step(name):
                return step()

        return self._pool.submit(timed)
