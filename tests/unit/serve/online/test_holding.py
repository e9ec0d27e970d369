from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from pairwell.serve.online.faults import Refused
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.wire import Message, Scope


def holding(*, most_bytes: int = 100, most_bodies: int = 10, seconds: float = 60.0) -> Holding:
    return Holding("events", most_bytes=most_bytes, most_bodies=most_bodies, seconds=seconds)


async def read(held: Holding, *parts: bytes, announced: int | None = None, then: asyncio.Event | None = None) -> bytes:
    """Read a body of these parts and hold it until `then`."""
    coming = _messages(parts)
    scope: Scope = {"headers": [] if announced is None else [(b"content-length", str(announced).encode())]}

    async def receive() -> Message:
        return await anext(coming)

    with held.open() as body:
        whole = await body.read(scope, receive, limit=1_000)
        if then is not None:
            await then.wait()
        return whole


async def _messages(parts: tuple[bytes, ...]) -> AsyncIterator[Message]:
    for number, part in enumerate(parts, start=1):
        yield {"type": "http.request", "body": part, "more_body": number < len(parts)}
        await asyncio.sleep(0)


def refusal(held: Holding, *parts: bytes, announced: int | None = None) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        asyncio.run(read(held, *parts, announced=announced))
    return refused.value.status, refused.value.headers.get("retry-after", "")


async def _beside(held: Holding, size: int, *parts: bytes, announced: int | None = None) -> bytes | Refused:
    """What becomes of a body while another of `size` is held; then that one is let go."""
    let_go = asyncio.Event()
    other = asyncio.create_task(read(held, b"x" * size, then=let_go))
    for _ in range(10):  # as long as it takes to read
        await asyncio.sleep(0)
    assert held.bytes == size
    try:
        return await read(held, *parts, announced=announced)
    except Refused as refused:
        return refused
    finally:
        let_go.set()
        await other


def test_a_body_is_read_and_let_go() -> None:
    held = holding()
    assert asyncio.run(read(held, b"ab", b"", b"cd")) == b"abcd"
    assert (held.bytes, held.bodies) == (0, 0)


def test_a_body_that_is_announced_and_does_not_fit_is_refused_before_it_is_read() -> None:
    held = holding()
    found = asyncio.run(_beside(held, 60, b"never read", announced=41))
    assert isinstance(found, Refused)
    assert (found.status, found.headers["retry-after"]) == (503, "1")
    assert asyncio.run(_beside(held, 60, b"y" * 40, announced=40)) == b"y" * 40


def test_a_body_that_grows_beyond_the_room_is_refused_on_the_way_and_let_go() -> None:
    held = holding()
    found = asyncio.run(_beside(held, 60, b"y" * 40, b"y"))
    assert isinstance(found, Refused)
    assert found.status == 503
    assert (held.bytes, held.bodies) == (0, 0)


def test_no_more_bodies_are_held_than_there_is_room_for() -> None:
    found = asyncio.run(_beside(holding(most_bodies=1), 1, b"y"))
    assert isinstance(found, Refused)
    assert found.status == 503


def test_a_body_larger_than_all_room_is_read_where_nobody_else_is() -> None:
    assert len(asyncio.run(read(holding(), b"y" * 500, announced=500))) == 500


def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    held = holding(seconds=0.01)

    async def stalled() -> None:
        async def receive() -> Message:
            await asyncio.sleep(60)
            return {}

        with held.open() as body:
            await body.read({"headers": []}, receive, limit=10)

    with pytest.raises(Refused) as refused:
        asyncio.run(stalled())
    assert refused.value.status == 408
    assert (held.bytes, held.bodies) == (0, 0)


def test_a_body_above_its_limit_is_too_large_however_much_room_there_is() -> None:
    assert refusal(holding(most_bytes=10_000), b"y" * 1_001)[0] == 413
    assert refusal(holding(most_bytes=10_000), b"y", announced=1_001)[0] == 413
