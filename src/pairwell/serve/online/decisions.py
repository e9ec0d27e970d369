"""`POST /v1/decisions`, and `POST /v1/fragments` with the same as HTML, in plain ASGI."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from pairwell.decide.decider import plain_answer
from pairwell.records import Answer, DecisionRequest, SilenceReason
from pairwell.serve.online.access.callers import Caller
from pairwell.serve.online.access.credentials import Shown, take_from_beacon
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.screening import screen_answer, screen_request
from pairwell.serve.online.access.settling import LetIn
from pairwell.serve.online.events import PAGE_LIMIT_BYTES
from pairwell.serve.online.faults import BUSY, Refused
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.line import Full, Late, Line
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.reading import decode
from pairwell.serve.online.service import DecisionJob, Service
from pairwell.serve.online.storefront.fragment import FragmentRequest, render_fragment
from pairwell.serve.online.wire import HTML, Receive, Reply, Scope, Send, encoder, send_reply

LIMIT_BYTES = 1_000_000
SILENCE = "x-pairwell-silence"
_KEY = b'"key"'
_decoder = msgspec.json.Decoder(DecisionRequest)
_fragment_decoder = msgspec.json.Decoder(FragmentRequest)


class PageRequest(DecisionRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request of a page that sets no headers, which saves it the preflight: it shows its key in the body."""

    key: str
    customer_token: str | msgspec.UnsetType = msgspec.UNSET


class Asked(NamedTuple):
    """What a body asks, and how the answer is told."""

    request: DecisionRequest
    tell: Callable[[Answer], Reply]


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
        try:
            with self._holding.open() as opened:
                limit = PAGE_LIMIT_BYTES if caller.kind == "nobody" else LIMIT_BYTES
                body = await opened.read(scope, receive, limit=limit)
                if caller.kind == "nobody" or (caller.kind == "open" and _KEY in body):
                    # A page that saves itself the preflight shows its key in the body; the first key may be new.
                    shown, body = take_from_beacon(body, shown)
                    caller = await self._gate.recall(scope, shown)
                    caller.require_key()
                request, tell = self.read(body)
                reply = tell(await self._gate.settle(scope, shown, caller, lambda by: self._answer_to(request, by)))
        except Refused as refused:
            if refused.status != BUSY:
                raise
            reply = self.tell_silence(self._turn_away(caller))
        await send_reply(send, 200, reply)

    def read(self, body: bytes) -> Asked:
        """The question in a body. Raises `Refused`, `RequestError`."""
        return Asked(decode(body, _decoder), _as_json)

    def tell_silence(self, answer: Answer) -> Reply:
        """The answer to who could not even be read."""
        return _as_json(answer)

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
        deadline_ms = service.deadline_ms(request.placement)
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


class Fragments(Decisions):
    """Answers with HTML. Silence is an empty body; a header says why."""

    def read(self, body: bytes) -> Asked:
        asked = decode(body, _fragment_decoder)
        return Asked(asked.decision, lambda answer: _as_html(answer, render_fragment(answer, asked)))

    def tell_silence(self, answer: Answer) -> Reply:
        return _as_html(answer, "")


def _as_json(answer: Answer) -> Reply:
    return Reply(encoder.encode(answer))


def _as_html(answer: Answer, html: str) -> Reply:
    headers = {SILENCE: answer.silence.reason} if answer.silence else {}
    return Reply(html.encode(), HTML, headers)
