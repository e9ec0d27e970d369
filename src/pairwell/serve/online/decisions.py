"""`POST /v1/decisions`, in plain ASGI."""

from __future__ import annotations

import time

import msgspec

from pairwell.decide.decider import plain_answer
from pairwell.records import Answer, DecisionRequest, SilenceReason
from pairwell.serve.online.access.callers import Caller
from pairwell.serve.online.access.credentials import Shown
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.screening import screen_answer, screen_request
from pairwell.serve.online.access.settling import LetIn
from pairwell.serve.online.faults import BUSY, Refused
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.line import Full, Late, Line
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.reading import decode
from pairwell.serve.online.service import DecisionJob, Service
from pairwell.serve.online.wire import Receive, Scope, Send, encoder, send_json

LIMIT_BYTES = 1_000_000
_decoder = msgspec.json.Decoder(DecisionRequest)


class Decisions:
    """Answers requests on a thread of its own, those that wait together in one round, each before its deadline."""

    def __init__(
        self,
        service: Service,
        line: Line[LetIn[DecisionJob], Answer],
        gate: Gate,
        holding: Holding,
        counts: Counts,
    ) -> None:
        self._service = service
        self._line = line
        self._gate = gate
        self._holding = holding
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send, shown: Shown) -> None:
        caller = await self._gate.recall(scope, shown)
        caller.require_key()
        try:
            with self._holding.open() as opened:
                asked = decode(await opened.read(scope, receive, limit=LIMIT_BYTES), _decoder)
                answer = await self._gate.settle(scope, shown, caller, lambda by: self._answer_to(asked, by))
        except Refused as refused:
            if refused.status != BUSY:
                raise
            answer = self._turn_away(caller)
        await send_json(send, 200, encoder.encode(answer))

    def _turn_away(self, caller: Caller) -> Answer:
        """The answer to who asks while there is no room to read what is asked."""
        answer = self._silence("overloaded", "Too many requests for decisions are being sent.")
        self._counts.decided("unknown", answer)
        return answer if caller.may_everything else plain_answer(answer)

    async def _answer_to(self, asked: DecisionRequest, caller: Caller) -> Answer:
        """The answer as the caller may see it."""
        settings = self._service.live.settings.settings
        answer = await self._answer(screen_request(asked, caller, salt=settings.choice.salt), caller.epoch)
        self._counts.decided(asked.placement if asked.placement in settings.placements else "unknown", answer)
        return screen_answer(answer, asked, caller)

    async def _answer(self, request: DecisionRequest, epoch: int) -> Answer:
        service = self._service
        deadline_ms = service.placement(request.placement).deadline_ms
        job = LetIn(DecisionJob(request=request, until=time.monotonic() + deadline_ms / 1000), epoch)
        try:
            return await self._line.run(job, seconds=deadline_ms / 1000)
        except Full:
            return self._silence("overloaded", "Too many decisions wait already.")
        except Late as late:
            if not late.started:
                return self._silence("overloaded", f"The decision could not begin within {deadline_ms} ms.")
            if service.waiting_for_journal:
                return self._silence("journal_unavailable", f"The decision was not durable within {deadline_ms} ms.")
            return self._silence("overloaded", f"The decision was not made within {deadline_ms} ms.")

    def _silence(self, reason: SilenceReason, detail: str) -> Answer:
        """The answer to who cannot wait any longer, also said in the log."""
        self._service.notices.tell("warning", reason, detail)
        return self._service.silence(reason, detail)
