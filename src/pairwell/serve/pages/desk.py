"""Has reports made for those who wait: few at a time, each question once, and what was found is kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pairwell.serve.online.faults import too_busy
from pairwell.serve.online.wire import Disconnected
from pairwell.serve.pages.asked import Question

if TYPE_CHECKING:
    from pairwell.report.record import Report

_KEPT = 100
_KEPT_S = 600.0  # the clock moves on, too: what is dated later than now comes to count
Key = tuple[Question, Hashable]


class Made(NamedTuple):
    """A report, and the state of the shop that it was made from."""

    report: Report
    state: Hashable


class Maker(Protocol):
    """Makes reports. Its methods are called from several threads."""

    def look(self) -> Hashable:
        """The state of the shop now: equal where a report would be the same."""

    def make(self, question: Question) -> Made:
        """The report; what it raises the asker gets."""


class Desk:
    """Takes questions on one event loop."""

    def __init__(self, maker: Maker, *, at_once: int, most: int, begin: Callable[[], None] = lambda: None) -> None:
        """`at_once` reports are made while up to `most` are asked for; `begin` is called in each thread that makes."""
        self._maker = maker
        self._most = most
        self._makers = ThreadPoolExecutor(at_once, thread_name_prefix="reports", initializer=begin)
        self._looks = ThreadPoolExecutor(1, thread_name_prefix="look")
        self._jobs: dict[Key, _Job] = {}
        self._kept: OrderedDict[Key, tuple[float, Report]] = OrderedDict()

    async def find(self, question: Question, gone: Callable[[], Awaitable[None]]) -> Report:
        """The report. `gone` returns when nobody waits for it any more.

        Raises `Refused` (503) where too many are asked for already, `Disconnected`, and what making it raises.
        """
        key = question, await asyncio.get_running_loop().run_in_executor(self._looks, self._maker.look)
        if (kept := self._recall(key)) is not None:
            return kept
        made = await self._wait(key, gone)
        self._keep((question, made.state), made.report)
        return made.report

    def close(self) -> None:
        """Take no more; what is being made is not waited for."""
        self._makers.shutdown(wait=False, cancel_futures=True)
        self._looks.shutdown(wait=False, cancel_futures=True)

    def _job(self, key: Key) -> _Job:
        if (job := self._jobs.get(key)) is not None:
            return job
        if len(self._jobs) >= self._most:
            raise too_busy("reports")
        job = self._jobs[key] = _Job(self._makers.submit(self._maker.make, key[0]))
        job.done.add_done_callback(lambda _: self._forget(key, job))
        return job

    def _forget(self, key: Key, job: _Job) -> None:
        if self._jobs.get(key) is job:
            del self._jobs[key]

    async def _wait(self, key: Key, gone: Callable[[], Awaitable[None]]) -> Made:
        job = self._job(key)
        leaving = asyncio.ensure_future(gone())
        job.waiting += 1
        either: set[asyncio.Future[Any]] = {job.done, leaving}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not job.done.done():
                raise Disconnected
            return job.done.result()
        finally:
            leaving.cancel()
            if job.leave():
                self._forget(key, job)

    def _recall(self, key: Key) -> Report | None:
        at, report = self._kept.get(key, (0.0, None))
        return report if time.monotonic() - at < _KEPT_S else None

    def _keep(self, key: Key, report: Report) -> None:
        self._kept[key] = time.monotonic(), report
        self._kept.move_to_end(key)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


class _Job:
    """A report that is being made, or waits for its turn."""

    def __init__(self, future: Future[Made]) -> None:
        self._future = future
        self.done = asyncio.wrap_future(future)
        self.done.add_done_callback(lambda done: done.cancelled() or done.exception())  # also where nobody waits
        self.waiting = 0

    def leave(self) -> bool:
        """One less waits. Whether it will not be made: nobody waits any more, and it has not begun."""
        self.waiting -= 1
        return self.waiting == 0 and self._future.cancel()
