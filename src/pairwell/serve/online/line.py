"""One thread for one kind of work, which does what waits together; the line before it is bounded."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

import msgspec

J = TypeVar("J")
R = TypeVar("R")
_PAUSE_S = 0.0004  # a client on the same machine asks again in half of it
_PAUSES = 5


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


class _GivenUp:
    """In the place of an answer. An exception kept there would keep those in whose frames it was raised."""


class _Waiting(Generic[J, R]):
    def __init__(self, job: J, future: asyncio.Future[R | _GivenUp]) -> None:
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
        self._closed = False
        self._changed = threading.Condition()  # held to change either
        self._inside = 0
        self._before = 0  # how many were done together the last time
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return self._inside

    async def run(self, job: J, *, seconds: float | None = None) -> R:
        """Do `job` with others. Raises `Full` at once, `Late` after `seconds`, and what the work raises."""
        if self._inside >= self._room.jobs:
            raise Full
        loop = asyncio.get_running_loop()
        waiting: _Waiting[J, R] = _Waiting(job, loop.create_future())
        alarm = None if seconds is None else loop.call_later(seconds, self._give_up, waiting)
        self._inside += 1
        try:
            self._enter(waiting)
            answer = await waiting.future
        finally:
            self._inside -= 1
            self._leave(waiting)
            if alarm is not None:
                alarm.cancel()
        if isinstance(answer, _GivenUp):
            raise Late(started=waiting.started)
        return answer

    def close(self) -> None:
        """Finish what has begun and what waits."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _enter(self, waiting: _Waiting[J, R]) -> None:
        with self._changed:
            self._waiting.append(waiting)
            self._changed.notify()

    def _give_up(self, waiting: _Waiting[J, R]) -> None:
        """Let somebody wait no longer."""
        self._leave(waiting)
        if not waiting.future.done():
            waiting.future.set_result(_GivenUp())

    def _leave(self, waiting: _Waiting[J, R]) -> None:
        """Make room: a job that nobody waits for must not stay, however long the work at hand takes."""
        if waiting.started:
            return
        with self._changed, suppress(ValueError):  # it may be on its way out
            self._waiting.remove(waiting)

    def _run(self) -> None:
        while group := self._next_group():
            try:
                answers: Sequence[R | Exception] = self._work([one.job for one in group])
            except Exception as error:  # noqa: BLE001  (whoever waits for it gets it)
                answers = [error] * len(group)
            _tell(group, answers)

    def _next_group(self) -> list[_Waiting[J, R]]:
        """What waits, up to what is done together; empty once the line is closed."""
        group: list[_Waiting[J, R]] = []
        while not group and self._somebody_waits():
            self._let_come()
            group = self._take()
        self._before = len(group)
        return group

    def _somebody_waits(self) -> bool:
        """Wait for somebody; nobody comes any more once the line is closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            return bool(self._waiting)

    def _take(self) -> list[_Waiting[J, R]]:
        """Those at the head of the line; nobody where they gave up meanwhile."""
        with self._changed:
            first = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._room.together))]
        group = [one for one in first if not one.future.done()]
        for one in group:
            one.started = True
        return group

    def _let_come(self) -> None:
        """Wait for as many as came the last time, while they come.

        Those who were just answered mostly ask again at once, and what the listening thread still has to do for them
        it would else do at the expense of the work: only one thread of a Python process runs at a time.
        """
        came = 0
        for _ in range(_PAUSES):
            earlier, came = came, len(self._waiting)
            if came == earlier or came >= self._before:
                return
            time.sleep(_PAUSE_S)


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
