"""One thread for one kind of work, with a bounded line before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Full(Exception):  # noqa: N818  (an answer, not an error)
    """The line is as long as it may get."""


class Late(Exception):  # noqa: N818  (an answer, not an error)
    """Not done in time; `started` says whether the work had begun."""

    def __init__(self, *, started: bool) -> None:
        super().__init__()
        self.started = started


class Line:
    """Work done one after the other on a thread of its own, at most `capacity` waiting."""

    def __init__(self, name: str, *, capacity: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._capacity = capacity
        self._waiting = 0

    async def run(self, work: Callable[[], T], *, seconds: float | None = None) -> T:
        """Do `work` on the thread. Raises `Full` at once, `Late` after `seconds`, and what `work` raises."""
        if self._waiting >= self._capacity:
            raise Full
        self._waiting += 1
        try:
            return await self._result(self._executor.submit(work), seconds)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Finish what has begun and what waits."""
        self._executor.shutdown(wait=True)

    async def _result(self, future: Future[T], seconds: float | None) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise Late(started=not future.cancelled()) from error
