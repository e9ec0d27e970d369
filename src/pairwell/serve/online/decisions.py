"""`POST /v1/decisions`, in plain ASGI."""

from __future__ import annotations

import time

import msgspec

from pairwell.records import Answer, DecisionRequest
from pairwell.serve.online.line import Full, Late, Line
from pairwell.serve.online.reading import decode
from pairwell.serve.online.service import Service
from pairwell.serve.online.wire import Receive, Scope, Send, encoder, read_body, send_json

LIMIT_BYTES = 1_000_000
_decoder = msgspec.json.Decoder(DecisionRequest)


class Decisions:
    """Answers requests one by one on a thread of its own, each before its deadline."""

    def __init__(self, service: Service, line: Line) -> None:
        self._service = service
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = decode(await read_body(scope, receive, limit=LIMIT_BYTES), _decoder)
        await send_json(send, 200, encoder.encode(await self._answer(request)))

    async def _answer(self, request: DecisionRequest) -> Answer:
        service = self._service
        deadline_ms = service.placement(request.placement).deadline_ms
        until = time.monotonic() + deadline_ms / 1000
        try:
            return await self._line.run(lambda: service.decide(request, until=until), seconds=deadline_ms / 1000)
        except Full:
            return service.silence("overloaded", "Too many decisions wait already.")
        except Late as late:
            if not late.started:
                return service.silence("overloaded", f"The decision could not begin within {deadline_ms} ms.")
            if service.writing:
                return service.silence("journal_unavailable", f"The decision was not durable within {deadline_ms} ms.")
            return service.silence("overloaded", f"The decision was not made within {deadline_ms} ms.")
