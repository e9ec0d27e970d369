"""Bodies that nobody has signed yet take no room from those that somebody has."""

from __future__ import annotations

import asyncio

import pytest

from pairwell.serve.online.faults import Refused
from pairwell.serve.online.feeds.arriving import Arrivals
from pairwell.serve.online.wire import Message, Scope


def scope_from(address: str) -> Scope:
    return {"type": "http", "method": "POST", "headers": [], "client": (address, 1)}


async def never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


async def at_once() -> Message:
    return {"type": "http.request", "body": b"{}", "more_body": False}


def test_a_network_whose_bodies_never_come_keeps_no_other_out() -> None:
    async def run() -> bytes:
        arrivals = Arrivals("webhooks")
        stuck = [asyncio.create_task(arrivals.read(scope_from("203.0.113.7"), never, limit=100)) for _ in range(500)]
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refused:
            await arrivals.read(scope_from("203.0.113.7"), at_once, limit=100)
        assert refused.value.status == 503
        body = await arrivals.read(scope_from("198.51.100.1"), at_once, limit=100)
        for one in stuck:
            one.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
        assert await arrivals.read(scope_from("203.0.113.7"), at_once, limit=100) == b"{}"
        return body

    assert asyncio.run(run()) == b"{}"


def test_large_bodies_of_a_network_leave_room_for_others() -> None:
    def slowly() -> object:
        sent = False

        async def receive() -> Message:
            nonlocal sent
            if sent:
                await asyncio.Event().wait()
            sent = True
            return {"type": "http.request", "body": b"x" * 4_000_000, "more_body": True}

        return receive

    async def run() -> None:
        arrivals = Arrivals("webhooks")
        reads = [arrivals.read(scope_from("203.0.113.7"), slowly(), limit=5_000_000) for _ in range(20)]  # type: ignore[arg-type]
        stuck = [asyncio.create_task(one) for one in reads]
        await asyncio.sleep(0.05)
        assert sum(one.done() for one in stuck) == 18
        assert await arrivals.read(scope_from("198.51.100.1"), at_once, limit=100) == b"{}"
        for one in stuck:
            one.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)

    asyncio.run(run())
