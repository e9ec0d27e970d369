from __future__ import annotations

import asyncio
import threading

import pytest

from pairwell.serve.online.line import Full, Late, Line


async def _outcomes(line: Line, count: int, seconds: float | None) -> list[object]:
    release = threading.Event()
    threading.Timer(0.2, release.set).start()
    runs = (line.run(release.wait, seconds=seconds) for _ in range(count))
    return list(await asyncio.gather(*runs, return_exceptions=True))


def test_work_is_done_and_its_result_comes_back() -> None:
    line = Line("test", capacity=1)
    assert asyncio.run(line.run(lambda: threading.current_thread().name)).startswith("test")
    line.close()


def test_what_the_work_raises_is_raised() -> None:
    line = Line("test", capacity=1)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(line.run(lambda: 1 // 0))
    line.close()


def test_a_line_takes_no_more_than_its_capacity() -> None:
    line = Line("test", capacity=2)
    found = asyncio.run(_outcomes(line, 4, None))
    line.close()
    assert found[:2] == [True, True]
    assert [type(f) for f in found[2:]] == [Full, Full]


def test_late_work_is_told_apart_by_whether_it_had_begun() -> None:
    line = Line("test", capacity=9)
    found = asyncio.run(_outcomes(line, 3, 0.02))
    line.close()
    assert [f.started for f in found if isinstance(f, Late)] == [True, False, False]


def test_a_line_that_was_full_takes_work_again() -> None:
    line = Line("test", capacity=1)
    asyncio.run(_outcomes(line, 2, 0.02))
    assert asyncio.run(line.run(lambda: 7)) == 7
    line.close()
