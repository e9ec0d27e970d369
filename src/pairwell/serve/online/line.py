"""One thread for one kind of work, which does what waits together; the line before it is bounded."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

J = TypeVar("J")
R = TypeVar("R")


class Full(Exception):  # noqa: N818  (an answer, not an error)
    """The line is as long as it may get."""


class Late(Exception):  # noqa: N818  (an answer, not an error)
    """Not done in time; `started` says whether the work had begun."""

    def __init__(self, *, started: bool) -> None:
        super().__init__()
        self.started = started


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How much may wait, and how much of it is done together."""

    jobs: int
    together: int


class _Waiting(Generic[J, R]):
    def __init__(self, job: J, future: asyncio.Future[R]) -> None:
        self.job = job
        self.future = future
        self.started = False


class Line(Generic[J, R]):
    """Jobs done in their order, those that wait together as one group: a transaction of many costs little more."""

    def __init__(self, name: str, work: Callable[[Sequence[J]], Sequence[R | Exception]], *, room: Room) -> None:
        """`work` answers every job of a group in its order, with an exception where one failed by itself."""
        self._work = work
        self._room = room
        self._waiting: deque[_Waiting[J, R]] = deque()
        self._inside = 0
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return self._inside

    async def run(self, job: J, *, seconds: float | None = None) -> R:
        """Do `job` with others. Raises `Full` at once, `Late` after `seconds`, and what the work raises."""
        if self._inside >= self._room.jobs:
            raise Full
        waiting: _Waiting[J, R] = _Waiting(job, asyncio.get_running_loop().create_future())
        self._inside += 1
        try:
            with self._wake:
                self._waiting.append(waiting)
                self._wake.notify()
            async with asyncio.timeout(seconds):
                return await waiting.future
        except TimeoutError as error:
            raise Late(started=waiting.started) from error
        finally:
            self._inside -= 1

    def close(self) -> None:
        """Finish what has begun and what waits."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            try:
                answers: Sequence[R | Exception] = self._work([one.job for one in group])
            except Exception as error:  # noqa: BLE001  (whoever waits for it gets it)
                answers = [error] * len(group)
            _tell(group, answers)

    def _next_group(self) -> list[_Waiting[J, R]]:
        """What waits, up to what is done together; empty once the line is closed."""
        with self._wake:
            while True:
                group: list[_Waiting[J, R]] = []
                while self._waiting and len(group) < self._room.together:
                    one = self._waiting.popleft()
                    if not one.future.done():  # else nobody waits any more
                        one.started = True
                        group.append(one)
                if group or (self._closed and not self._waiting):
                    return group
                self._wake.wait()


def _tell(group: Sequence[_Waiting[J, R]], answers: Sequence[R | Exception]) -> None:
    told = list(zip(group, answers, strict=True))
    try:
        group[0].future.get_loop().call_soon_threadsafe(_settle, told)
    except RuntimeError:  # the loop is closed: nobody waits
        return


def _settle(told: Sequence[tuple[_Waiting[J, R], R | Exception]]) -> None:
    for waiting, answer in told:
        if waiting.future.done():
            continue
        if isinstance(answer, Exception):
            waiting.future.set_exception(answer)
        else:
            waiting.future.set_result(answer)
