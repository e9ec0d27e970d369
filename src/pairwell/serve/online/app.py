"""The online API as one ASGI application: two hot routes in plain ASGI, the rest in Litestar."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.enums import MediaType
from litestar.exceptions import MethodNotAllowedException, NotFoundException

from pairwell.config.settings import Limits
from pairwell.decide.decider import plain_answer
from pairwell.errors import JournalError
from pairwell.events import EventReceipt
from pairwell.operations.keys.store import KeyStore
from pairwell.records import SilenceReason
from pairwell.said import plain
from pairwell.serve.online.access.callers import CALLER, NOBODY, Caller
from pairwell.serve.online.access.credentials import Shown, read_shown
from pairwell.serve.online.access.crossing import answer_preflight, is_preflight, readable_for
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.keyring import Keyring, KeysUnreadError
from pairwell.serve.online.access.settling import LetIn, by_current_keys
from pairwell.serve.online.decisions import Decisions, Fragments
from pairwell.serve.online.events import Events
from pairwell.serve.online.failing import Answer, answer_to
from pairwell.serve.online.faults import ErrorBody, no_route, wrong_method
from pairwell.serve.online.feeds.making import CALL_PATHS, Feed, make_feeds
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.line import Line, Room
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.metrics.readings import readings_of
from pairwell.serve.online.routes import Door, make_routes
from pairwell.serve.online.service import Service
from pairwell.serve.online.sorting import SentEvents
from pairwell.serve.online.storefront.script import PATHS as SCRIPTS
from pairwell.serve.online.storefront.script import Script
from pairwell.serve.online.taking import take_bodies
from pairwell.serve.online.wire import Disconnected, Receive, Scope, Send, as_get, encoder, render_fault, send_json

_DECISIONS = Room(jobs=128, together=16)
_EVENTS = Room(jobs=1_000, together=100)
_BODIES_BYTES = 32_000_000  # on either hot route, being read or waiting
_BODIES = 2_000
_READ_S = 30.0
_KEYS_UNREAD: tuple[SilenceReason, str] = ("journal_unavailable", "The keys could not be read.")
_FOR_EVERYBODY = frozenset({"/", "/readyz", "/openapi.json"})  # `/readyz` tells everybody less


class OnlineApp:
    """Answers over one service those who may ask, and answers every error in the one shape."""

    def __init__(self, service: Service, *, local: bool, pages_port: int | None) -> None:
        self._service = service
        store = KeyStore(service.database)
        self.keyring = Keyring(store, service.notices, patience_s=lambda: service.deadline_ms(None) / 1000)
        self._gate = Gate(self.keyring, limits=lambda: _limits(service), clock=service.clock, local=local)
        self._counts = Counts()
        decisions = Line("decisions", by_current_keys(store, service.decide), room=_DECISIONS)
        events: Line[LetIn[SentEvents], EventReceipt] = Line(
            "events", by_current_keys(store, lambda sent: take_bodies(sent, service, self._counts)), room=_EVENTS
        )
        self._lines = (decisions, events)
        room = _room_for("decisions")
        self._hot: dict[str, Decisions | Events | Feed] = {
            "/v1/decisions": Decisions(service, decisions, self._gate, room, self._counts),
            "/v1/fragments": Fragments(service, decisions, self._gate, room, self._counts),
            "/v1/events": Events(events, self._gate, _room_for("events")),
            **make_feeds(service, events, self._gate, self._counts),
        }
        self._scripts = {path: Script(path) for path in SCRIPTS}
        readings = readings_of(service, {"decisions": decisions, "events": events})
        self._rest = Litestar(
            make_routes(service, Door(self._gate, pages_port), lambda: self._counts.render(readings)),
            openapi_config=None,
            logging_config=None,
            exception_handlers={Exception: self._on_error},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._rest(scope, receive, send)  # type: ignore[arg-type]  # Litestar narrows ASGI's open types
            return
        try:
            shown = read_shown(scope, as_user=scope["path"] in CALL_PATHS)
            if script := self._scripts.get(scope["path"]):
                await script(scope, send)
                return
            send = readable_for(send, shown.origin, lambda: self._gate.origins)
            await self._pass_on(scope, receive, send, shown)
        except Disconnected:
            return
        except Exception as error:  # noqa: BLE001  (whatever it is, the client gets the one error shape)
            status, fault, headers = self._told(error)
            await send_json(send, status, render_fault(fault), headers)

    def close(self) -> None:
        """Finish the work that has begun."""
        for line in self._lines:
            line.close()
        self.keyring.close()

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, shown: Shown) -> None:
        hot = self._hot.get(scope["path"])
        if is_preflight(scope) and not (ring := await self.keyring.fresh()).open:
            await answer_preflight(send, shown.origin, ring.origins)
        elif hot is None:
            scope[CALLER] = await self._caller_of_rest(scope, shown)
            await self._rest(*as_get(scope, receive, send))  # type: ignore[arg-type]  # as above
        else:
            await self._pass_on_hot(hot, scope, receive, send, shown)

    async def _pass_on_hot(
        self, hot: Decisions | Events | Feed, scope: Scope, receive: Receive, send: Send, shown: Shown
    ) -> None:
        if scope["method"] != "POST":
            (await self._gate.admit(scope, shown)).require_key()
            raise wrong_method(scope["method"], scope["path"], "POST")
        began = time.monotonic()
        try:
            await hot(scope, receive, send, shown)
        except KeysUnreadError as error:
            self._note_unread(error)
            if scope["path"] != "/v1/decisions":
                raise
            await send_json(send, 200, encoder.encode(plain_answer(self._service.silence(*_KEYS_UNREAD))))
            return
        self._counts.lasted(scope["path"], time.monotonic() - began)

    def _note_unread(self, error: KeysUnreadError) -> None:
        cause = error.__cause__
        message = cause.message if isinstance(cause, JournalError) else "The keys could not be read in time."
        self._service.notices.tell("error", "journal_unavailable", message)

    async def _caller_of_rest(self, scope: Scope, shown: Shown) -> Caller:
        """Who asks for what is neither decisions nor events; what is no secret is for everybody."""
        path = scope["path"]
        if path == "/healthz":  # waits for nothing
            self._gate.pass_by(scope)
            return NOBODY
        try:
            caller = await self._gate.admit(scope, shown)
        except KeysUnreadError:
            if path not in _FOR_EVERYBODY:
                raise
            return NOBODY
        if path not in _FOR_EVERYBODY:
            caller.require_key()
        return caller

    def _on_error(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        if isinstance(error, NotFoundException):
            error = no_route(request.url.path)
        elif isinstance(error, MethodNotAllowedException):
            error = wrong_method(request.method, request.url.path, "GET, HEAD")
        status, fault, headers = self._told(error)
        body = msgspec.json.encode(ErrorBody(error=fault), enc_hook=plain)
        return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)

    def _told(self, error: Exception) -> Answer:
        told = answer_to(error, self._service.notices)
        self._counts.failed(told[0], told[1].code)
        return told


def _room_for(what: str) -> Holding:
    return Holding(what, most_bytes=_BODIES_BYTES, most_bodies=_BODIES, seconds=_READ_S)


def _limits(service: Service) -> Limits:
    return service.live.settings.settings.limits


def create_app(service: Service, *, local: bool = True, pages_port: int | None = None) -> OnlineApp:
    """The ASGI application over an open service; close it before the service.

    `local`: only this machine can reach it. Else nobody gets in without a key, also where none was ever made.
    `pages_port`: where the pages for people are; None where nobody serves them.
    """
    return OnlineApp(service, local=local, pages_port=pages_port)
