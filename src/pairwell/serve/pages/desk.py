"""Has reports made for those who wait: few at a time, each question once, and what was found is kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pairwell.serve.online.faults import Refused, too_busy
from pairwell.serve.online.wire import Disconnected
from pairwell.serve.pages.asked import Question

if TYPE_CHECKING:
    from pairwell.report.record import Report

_KEPT = 100
_KEPT_S = 600.0  # the clock moves on, too: what is dated later than now comes to count
_PATIENCE_S = 0.15  # of a page that has older figures to show


class Made(NamedTuple):
    """A report, the state of the shop that it was made from, and when that was."""

    report: Report
    state: Hashable
    at: datetime


class Shown(NamedTuple):
    """What a page shows: a report, and of when it is where newer figures are being made; None: it is as of now."""

    report: Report
    of: datetime | None


class Maker(Protocol):
    """Makes reports. Its methods are called from several threads."""

    def look(self) -> Hashable:
        """The state of the shop now: equal where a report would be the same."""

    def stands(self, state: Hashable) -> bool:
        """Whether reports of an earlier state may still be shown: nobody of whom they tell was forgotten since."""

    def set_up(self, state: Hashable) -> Hashable:
        """What of a state people change, and not customers."""

    def make(self, question: Question) -> Made:
        """The report of a state that is looked at after this was called; what it raises the asker gets."""

    def sum_up(self) -> None:
        """Keep what many reports read, where that is not kept yet; it may take long."""


class Desk:
    """Takes questions, from one event loop and from threads that wait themselves."""

    def __init__(self, maker: Maker, *, at_once: int, most: int, begin: Callable[[], None] = lambda: None) -> None:
        """`at_once` reports are made while up to `most` are asked for; `begin` is called in each thread that makes."""
        self._maker = maker
        self._most = most
        self._makers = ThreadPoolExecutor(at_once, thread_name_prefix="reports", initializer=begin)
        self._looks = ThreadPoolExecutor(1, thread_name_prefix="look")
        self._lock = RLock()  # of the two below
        self._jobs: dict[Question, _Job] = {}
        self._kept: OrderedDict[Question, _Kept] = OrderedDict()

    async def find(self, question: Question, gone: Callable[[], Awaitable[None]]) -> Report:
        """The report as of now. `gone` returns when nobody waits for it any more.

        Raises `Refused` (503) where too many are asked for already, `Disconnected`, and what making it raises.
        """
        state = await self._aside(self._maker.look)
        return self._recall(question, state) or await self._made(question, state, gone)

    async def show(self, question: Question, gone: Callable[[], Awaitable[None]]) -> Shown:
        """As `find`, but of what takes a while the report that is kept, where one is, while the newer one is made."""
        state = await self._aside(self._maker.look)
        if (fresh := self._recall(question, state)) is not None:
            return Shown(fresh, None)
        kept = self._kept.get(question)
        if kept is None or not await self._aside(lambda: self._maker.stands(kept.made.state)):
            return Shown(await self._made(question, state, gone), None)
        newer = await self._soon(question, state)
        return Shown(kept.made.report, kept.made.at) if newer is None else Shown(newer, None)

    def prepare(self, question: Question) -> None:
        """Make the report on a thread that waits for it, unless it is kept as of now. Raises as `find`."""
        state = self._maker.look()
        if self._recall(question, state) is None:
            self._join(question, state).future.result()

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for a report."""
        return not self._jobs

    def close(self) -> None:
        """Take no more; what is being made is not waited for."""
        self._makers.shutdown(wait=False, cancel_futures=True)
        self._looks.shutdown(wait=False, cancel_futures=True)

    async def _aside(self, look: Callable[[], Any]) -> Any:  # noqa: ANN401 - what `look` returns
        return await asyncio.get_running_loop().run_in_executor(self._looks, look)

    async def _soon(self, question: Question, state: Hashable) -> Report | None:
        """The newer report where it is made at once; else None, and it is made all the same, as its page asks again."""
        try:
            job = self._join(question, state)
        except Refused:  # too many wait: one asks again later
            return None
        done, _ = await asyncio.wait({job.told()}, timeout=_PATIENCE_S)
        return job.future.result().report if done else None

    async def _made(self, question: Question, state: Hashable, gone: Callable[[], Awaitable[None]]) -> Report:
        job = self._join(question, state)
        leaving = asyncio.ensure_future(gone())
        either: set[asyncio.Future[Any]] = {job.told(), leaving}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not job.future.done():
                raise Disconnected
            return job.future.result().report
        finally:
            leaving.cancel()
            self._leave(question, job)

    def _join(self, question: Question, state: Hashable) -> _Job:
        """Wait for what is made of this state, or of one that is looked at later; who waits may leave again."""
        with self._lock:
            job = self._jobs.get(question)
            if job is None or (job.began and job.state != state):
                if len(self._jobs) >= self._most:
                    raise too_busy("reports")
                job = self._jobs[question] = _Job(self._makers.submit(self._maker.make, question), state)
                job.future.add_done_callback(lambda _: self._settle(question, job))
            job.waiting += 1
            return job

    def _leave(self, question: Question, job: _Job) -> None:
        """One less waits; where nobody does any more and it has not begun, it is not made."""
        with self._lock:
            job.waiting -= 1
            if job.waiting == 0 and job.future.cancel():
                self._forget(question, job)

    def _settle(self, question: Question, job: _Job) -> None:
        with self._lock:
            self._forget(question, job)
            if not job.future.cancelled() and job.future.exception() is None:
                self._keep(question, job.future.result())

    def _forget(self, question: Question, job: _Job) -> None:
        if self._jobs.get(question) is job:
            del self._jobs[question]

    def _recall(self, question: Question, state: Hashable) -> Report | None:
        with self._lock:
            kept = self._kept.get(question)
            if kept is None or kept.made.state != state or time.monotonic() - kept.since >= _KEPT_S:
                return None
            self._kept.move_to_end(question)
            return kept.made.report

    def _keep(self, question: Question, made: Made) -> None:
        kept = self._kept.get(question)
        if kept is not None and kept.made.at > made.at:
            return  # it took longer than one that began later
        self._kept[question] = _Kept(made, time.monotonic())
        self._kept.move_to_end(question)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


class _Kept(NamedTuple):
    """The newest report of a question, and since when it is kept."""

    made: Made
    since: float


class _Job:
    """A report that is being made, or waits for its turn."""

    def __init__(self, future: Future[Made], state: Hashable) -> None:
        self.future = future
        self.state = state  # when it was asked for
        self.waiting = 0

    @property
    def began(self) -> bool:
        """Whether it may have looked at the shop already."""
        return self.future.running() or self.future.done()

    def told(self) -> asyncio.Future[None]:
        """Done with it, for one who waits on an event loop."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[None] = loop.create_future()

        def tell() -> None:
            if not told.done():
                told.set_result(None)

        def call(_: Future[Made]) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody waits
                loop.call_soon_threadsafe(tell)

        self.future.add_done_callback(call)
        return told
