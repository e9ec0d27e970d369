from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Hashable, Iterator

import pytest
from tests.unit.serve.pages.conftest import REPORT

from pairwell.errors import EvidenceError
from pairwell.report.record import Report
from pairwell.serve.online.faults import Refused
from pairwell.serve.online.wire import Disconnected
from pairwell.serve.pages.asked import Question
from pairwell.serve.pages.desk import Desk, Made


class Slow:
    """Makes a report when it is let go on, and counts how many it makes at a time."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.made: list[str] = []
        self.state: Hashable = 1
        self.after: Hashable = 1
        self.now = self.most = 0
        self._lock = threading.Lock()

    def look(self) -> Hashable:
        return self.state

    def make(self, question: Question) -> Made:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.begun.release()
        self.go.wait()
        with self._lock:
            self.now -= 1
            self.made.append(question.name)
        self.state = self.after
        if question.name == "little":
            raise EvidenceError("Too few.")
        return Made(REPORT, self.state)


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.go.set()


def run(slow: Slow, work: Callable[[Desk], Awaitable[None]], *, at_once: int = 2, most: int = 4) -> None:
    async def with_desk() -> None:
        desk = Desk(slow, at_once=at_once, most=most)
        try:
            await work(desk)
        finally:
            desk.close()

    asyncio.run(with_desk())


async def never() -> None:
    await asyncio.Event().wait()


def find(desk: Desk, name: str, gone: Callable[[], Awaitable[None]] = never) -> asyncio.Task[Report]:
    return asyncio.create_task(desk.find(Question(name=name), gone))


async def until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110 - nothing else tells
        await asyncio.sleep(0.005)


async def begun(slow: Slow) -> None:
    await asyncio.to_thread(slow.begun.acquire)


def test_who_asks_the_same_at_once_waits_for_one_report(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        tasks = [find(desk, "a") for _ in range(5)]
        await begun(slow)
        slow.go.set()
        assert [await task for task in tasks] == [REPORT] * 5
        assert slow.made == ["a"]

    run(slow, work)


def test_what_was_found_is_kept_until_the_shop_moves_on(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        slow.go.set()
        slow.after = 2  # making a report carries what the journal learned: that is a state of its own
        await find(desk, "a")
        await find(desk, "a")
        assert slow.made == ["a"]
        slow.state = 3
        await find(desk, "a")
        await find(desk, "b")
        assert slow.made == ["a", "a", "b"]

    run(slow, work)


def test_few_are_made_at_a_time_and_too_many_are_refused(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        tasks = [find(desk, str(n)) for n in range(4)]
        await begun(slow)
        await begun(slow)
        with pytest.raises(Refused) as refused:
            await find(desk, "one more")
        assert (refused.value.status, refused.value.headers["retry-after"]) == (503, "1")
        slow.go.set()
        await asyncio.gather(*tasks)
        assert (slow.most, sorted(slow.made)) == (2, ["0", "1", "2", "3"])
        await find(desk, "one more")  # there is room again

    run(slow, work)


def test_what_nobody_waits_for_any_more_is_not_begun(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        first, leave = find(desk, "first"), asyncio.Event()
        await begun(slow)
        left = [find(desk, "left", leave.wait) for _ in range(2)]  # type: ignore[arg-type]  # what it returns is not read
        staying = find(desk, "shared", leave.wait), find(desk, "shared")  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        leave.set()
        for task in (*left, staying[0]):
            with pytest.raises(Disconnected):
                await task
        anew = find(desk, "left")
        slow.go.set()
        assert [*await asyncio.gather(first, staying[1], anew)] == [REPORT] * 3
        assert slow.made == ["first", "shared", "left"]

    run(slow, work, at_once=1)


def test_what_cannot_be_made_is_told_to_all_who_wait_and_not_kept(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        slow.go.set()
        for task in [find(desk, "little"), find(desk, "little")]:
            with pytest.raises(EvidenceError):
                await task
        with pytest.raises(EvidenceError):
            await find(desk, "little")
        assert len(slow.made) >= 2

    run(slow, work)


def test_a_failure_that_nobody_waits_for_disturbs_nobody(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        leave = asyncio.Event()
        task = find(desk, "little", leave.wait)  # type: ignore[arg-type]  # as above
        await begun(slow)
        leave.set()
        with pytest.raises(Disconnected):
            await task
        slow.go.set()
        await until(lambda: slow.made == ["little"])
        await find(desk, "a")

    run(slow, work)
