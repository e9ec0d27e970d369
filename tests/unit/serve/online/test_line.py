from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from pairwell.serve.online.line import Full, Late, Line, Room

Numbers = Line[int, int]


@pytest.fixture
def opened() -> Iterator[Callable[..., Numbers]]:
    """Lines that are closed when the test ends."""
    lines: list[Numbers] = []

    def open_line(work: Callable[[Sequence[int]], Sequence[int | Exception]], **room: int) -> Numbers:
        lines.append(Line("test", work, room=Room(**{"jobs": 9, "together": 9, **room})))
        return lines[-1]

    yield open_line
    for line in lines:
        line.close()


class Held:
    """Work that waits to be let go, and remembers what was done together."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, jobs: Sequence[int]) -> list[int | Exception]:
        self.groups.append(list(jobs))
        self.begun.set()
        self.let_go.wait(60)
        return [job * 2 for job in jobs]


async def _outcomes(line: Numbers, held: Held, jobs: int, *, seconds: float | None = None) -> list[object]:
    """What becomes of jobs that come one after the other while the first is at work."""
    runs = []
    for job in range(jobs):
        runs.append(asyncio.create_task(line.run(job, seconds=seconds)))
        await asyncio.to_thread(held.begun.wait)  # the first alone
    threading.Timer(0.1, held.let_go.set).start()
    return list(await asyncio.gather(*runs, return_exceptions=True))


def test_jobs_that_wait_are_done_together_in_their_order(opened: Callable[..., Numbers]) -> None:
    held = Held()
    assert asyncio.run(_outcomes(opened(held, together=3), held, 6)) == [0, 2, 4, 6, 8, 10]
    assert held.groups == [[0], [1, 2, 3], [4, 5]]


def test_one_that_fails_leaves_its_neighbours(opened: Callable[..., Numbers]) -> None:
    line = opened(lambda jobs: [ZeroDivisionError() if job == 1 else job for job in jobs])

    async def three() -> list[object]:
        return list(await asyncio.gather(*(line.run(job) for job in range(3)), return_exceptions=True))

    found = asyncio.run(three())
    assert [found[0], type(found[1]), found[2]] == [0, ZeroDivisionError, 2]


def test_what_the_work_raises_is_raised_to_all_and_the_line_goes_on(opened: Callable[..., Numbers]) -> None:
    line = opened(lambda jobs: [1 // job for job in jobs])
    with pytest.raises(ZeroDivisionError):
        asyncio.run(line.run(0))
    assert asyncio.run(line.run(1)) == 1


def test_a_line_takes_no_more_jobs_than_it_has_room_for(opened: Callable[..., Numbers]) -> None:
    held = Held()
    found = asyncio.run(_outcomes(opened(held, jobs=2), held, 4))
    assert found[:2] == [0, 2]
    assert [type(one) for one in found[2:]] == [Full, Full]


def test_late_work_is_told_apart_by_whether_it_had_begun(opened: Callable[..., Numbers]) -> None:
    held = Held()
    found = asyncio.run(_outcomes(opened(held), held, 3, seconds=0.02))
    assert [one.started for one in found if isinstance(one, Late)] == [True, False, False]


def test_who_was_late_is_not_kept(opened: Callable[..., Numbers]) -> None:
    held = Held()
    line = opened(held)

    async def come_late() -> None:
        with pytest.raises(Late):
            await line.run(0, seconds=0.01)

    asyncio.run(come_late())
    gc.collect()
    before = _lates()
    gc.disable()
    try:
        asyncio.run(come_late())
        assert _lates() == before
    finally:
        gc.enable()
        held.let_go.set()


def _lates() -> int:
    return sum(type(one) is Late for one in gc.get_objects())  # asking a dead proxy for its class raises


def test_work_nobody_waits_for_any_more_is_not_done(opened: Callable[..., Numbers]) -> None:
    held = Held()
    line = opened(held)
    asyncio.run(_outcomes(line, held, 3, seconds=0.02))
    assert asyncio.run(line.run(7)) == 14
    assert held.groups == [[0], [7]]


@pytest.mark.parametrize("seconds", [0.02, None])
def test_who_gives_up_or_goes_away_leaves_the_line(opened: Callable[..., Numbers], seconds: float | None) -> None:
    """However long the work at hand takes."""
    held = Held()

    async def come_and_go(line: Numbers) -> list[object]:
        first = asyncio.create_task(line.run(0))
        await asyncio.to_thread(held.begun.wait)
        for burst in range(10):
            runs = [asyncio.create_task(line.run(burst, seconds=seconds)) for _ in range(line._room.jobs - 1)]
            await asyncio.sleep(0)
            if seconds is None:
                for run in runs:
                    run.cancel()
            outcomes = await asyncio.gather(*runs, return_exceptions=True)
            expected = asyncio.CancelledError if seconds is None else Late
            assert {type(one) for one in outcomes} == {expected}
        left = len(line._waiting), len(line)
        held.let_go.set()
        return [*left, await first, await line.run(7)]

    line = opened(held)
    assert asyncio.run(come_and_go(line)) == [0, 1, 0, 14]
    assert held.groups == [[0], [7]]


def test_a_line_that_is_closed_finishes_what_waits() -> None:
    held = Held()
    line: Numbers = Line("test", held, room=Room(jobs=9, together=1))

    async def close_early() -> list[object]:
        runs = [asyncio.create_task(line.run(job)) for job in range(3)]
        await asyncio.sleep(0.01)
        held.let_go.set()
        await asyncio.to_thread(line.close)
        return list(await asyncio.gather(*runs))

    assert asyncio.run(close_early()) == [0, 2, 4]


def test_as_many_as_came_before_are_waited_for_while_they_come(
    opened: Callable[..., Numbers], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held()
    line = opened(held)

    async def come_late() -> list[object]:
        first = await _outcomes(line, held, 4)
        loop, later, runs = asyncio.get_running_loop(), [6, 5], []

        def come(there: threading.Event) -> None:
            if later:
                runs.append(asyncio.ensure_future(line.run(later.pop())))
            loop.call_soon(there.set)

        def pause(_seconds: float) -> None:
            there = threading.Event()
            loop.call_soon_threadsafe(come, there)
            there.wait(60)

        monkeypatch.setattr("pairwell.serve.online.line.time.sleep", pause)
        runs.append(asyncio.ensure_future(line.run(4)))
        await runs[0]
        runs.append(asyncio.ensure_future(line.run(7)))
        return first + list(await asyncio.gather(*runs))

    asyncio.run(come_late())
    assert held.groups == [[0], [1, 2, 3], [4, 5, 6], [7]]


def test_nobody_is_waited_for_who_does_not_come(
    opened: Callable[..., Numbers], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held()
    line = opened(held)
    pauses: list[float] = []

    async def come_alone() -> None:
        await _outcomes(line, held, 4)
        monkeypatch.setattr("pairwell.serve.online.line.time.sleep", pauses.append)
        await line.run(4)
        await line.run(5)

    asyncio.run(come_alone())
    assert held.groups == [[0], [1, 2, 3], [4], [5]]
    assert len(pauses) == 1
