from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Hashable, Iterator
from datetime import timedelta

import pytest
from tests.unit.serve.pages.conftest import NOW, REPORT

from pairwell.errors import EvidenceError
from pairwell.report.record import Report
from pairwell.serve.online.faults import Refused
from pairwell.serve.online.wire import Disconnected
from pairwell.serve.pages.asked import Question
from pairwell.serve.pages.desk import Desk, Made, Shown


class Slow:
    """Makes a report when it is let go on, and counts how many it makes at a time."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.made: list[str] = []
        self.state: Hashable = 1
        self.sums = 0
        self.after: Hashable = 1
        self.gone: set[Hashable] = set()
        self.error: EvidenceError | None = None
        self.now = self.most = 0
        self._lock = threading.Lock()

    def look(self) -> Hashable:
        return self.state

    def stands(self, state: Hashable) -> bool:
        return state not in self.gone

    def set_up(self, state: Hashable) -> Hashable:
        return state

    def sum_up(self) -> None:
        self.sums += 1

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
        if self.error is not None:
            raise self.error
        if question.name == "little":
            raise EvidenceError("Too few.")
        return Made(REPORT, self.state, NOW)


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


def show(desk: Desk, name: str) -> asyncio.Task[Shown]:
    return asyncio.create_task(desk.show(Question(name=name), never))


def test_a_page_shows_what_is_kept_while_the_newer_is_made(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        slow.go.set()
        assert await show(desk, "a") == Shown(REPORT, None)
        slow.state = slow.after = 2
        slow.go.clear()
        assert await show(desk, "a") == Shown(REPORT, NOW)
        waiting = find(desk, "a")  # a program waits, for the report that is being made
        await asyncio.sleep(0.05)
        assert not waiting.done()
        slow.go.set()
        await waiting
        assert await show(desk, "a") == Shown(REPORT, None)
        assert slow.made == ["a", "a"]

    run(slow, work)


def test_a_page_waits_for_what_is_made_at_once_and_gets_its_refusal(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        slow.go.set()
        await show(desk, "a")
        slow.state = slow.after = 2
        assert await show(desk, "a") == Shown(REPORT, None)
        slow.error = EvidenceError("Too few.")
        slow.state = 3
        with pytest.raises(EvidenceError):
            await show(desk, "a")

    run(slow, work)


def test_the_newer_report_is_made_though_nobody_waits_and_its_refusal_is_told_to_who_asks(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        slow.go.set()
        await show(desk, "a")
        slow.state = slow.after = 2
        slow.error = EvidenceError("Too few.")
        slow.go.clear()
        assert (await show(desk, "a")).of == NOW
        slow.go.set()
        await until(lambda: slow.made == ["a", "a"])
        with pytest.raises(EvidenceError):
            await find(desk, "a")

    run(slow, work)


def test_where_too_many_wait_a_page_shows_what_is_kept(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        slow.go.set()
        await show(desk, "a")
        slow.go.clear()
        slow.state = slow.after = 2
        others = [find(desk, "b")]
        await begun(slow)
        assert await show(desk, "a") == Shown(REPORT, NOW)
        with pytest.raises(Refused):
            await show(desk, "c")
        slow.go.set()
        await asyncio.gather(*others)

    run(slow, work, most=1)


def test_nothing_is_shown_of_who_was_forgotten_since(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        slow.go.set()
        await show(desk, "a")
        slow.go.clear()
        slow.gone, slow.state, slow.after = {1}, 2, 2
        waiting = show(desk, "a")
        await asyncio.sleep(0.3)
        assert not waiting.done()
        slow.go.set()
        assert await waiting == Shown(REPORT, None)

    run(slow, work)


def test_who_asks_of_a_later_state_waits_for_what_has_not_begun(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        first = find(desk, "a")
        await begun(slow)
        later = []
        for state in (2, 3, 4):
            slow.state = slow.after = state
            later.append(find(desk, "a"))
            await asyncio.sleep(0.02)
        slow.go.set()
        await asyncio.gather(first, *later)
        assert slow.made == ["a", "a"]  # the one that had begun, and one for the three who asked since

    run(slow, work, at_once=1)


def test_what_is_made_ahead_is_what_visitors_wait_for(slow: Slow) -> None:
    async def work(desk: Desk) -> None:
        ahead = asyncio.create_task(asyncio.to_thread(desk.prepare, Question(name="a")))
        await begun(slow)
        assert not desk.is_idle
        visitor = find(desk, "a")
        await asyncio.sleep(0.02)
        slow.go.set()
        await asyncio.gather(ahead, visitor)
        desk.prepare(Question(name="a"))
        assert slow.made == ["a"]
        assert desk.is_idle

    run(slow, work)


def test_of_two_that_are_made_at_once_the_one_that_began_later_is_kept() -> None:
    desk = Desk(Slow(), at_once=1, most=1)
    for hours in (2, 1):
        desk._keep(Question(name="a"), Made(REPORT, hours, NOW + timedelta(hours=hours)))
    assert desk._kept[Question(name="a")].made.state == 2
    desk.close()
