"""The online API as one ASGI application: two hot routes in plain ASGI, the rest in Litestar."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from pairwell.errors import PairwellError
from pairwell.events import EventReceipt
from pairwell.serve.online.decisions import Decisions
from pairwell.serve.online.events import Events, take_bodies
from pairwell.serve.online.faults import ErrorBody, Fault, Refused, fault_of, internal, no_route, wrong_method
from pairwell.serve.online.line import Line, Room
from pairwell.serve.online.loopback import require_local
from pairwell.serve.online.routes import make_routes
from pairwell.serve.online.service import Service
from pairwell.serve.online.wire import Disconnected, Message, Receive, Scope, Send, render_fault, send_json

_DECISIONS = Room(jobs=128, together=16)
_EVENTS = Room(jobs=1_000, together=100, weight=50_000_000)


class OnlineApp:
    """Answers over one service, and answers every error in the one shape."""

    def __init__(self, service: Service) -> None:
        self._service = service
        decisions = Line("decisions", service.decide, room=_DECISIONS)
        events: Line[bytes, EventReceipt] = Line("events", lambda bodies: take_bodies(bodies, service), room=_EVENTS)
        self._lines = (decisions, events)
        self._hot: dict[str, Decisions | Events] = {
            "/v1/decisions": Decisions(service, decisions),
            "/v1/events": Events(events),
        }
        self._rest = Litestar(
            make_routes(service),
            openapi_config=None,
            logging_config=None,
            exception_handlers={Exception: self._on_error},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._rest(scope, receive, send)  # type: ignore[arg-type]  # Litestar narrows ASGI's open types
            return
        try:
            require_local(scope["headers"])
            await self._pass_on(scope, receive, send)
        except Disconnected:
            return
        except Exception as error:  # noqa: BLE001  (whatever it is, the client gets the one error shape)
            status, fault, headers = self._told(error)
            await send_json(send, status, render_fault(fault), headers)

    def close(self) -> None:
        """Finish the work that has begun."""
        for line in self._lines:
            line.close()

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        hot = self._hot.get(scope["path"])
        if hot is None:
            await self._rest(*_as_get(scope, receive, send))  # type: ignore[arg-type]  # as above
            return
        _require_post(scope)
        await hot(scope, receive, send)

    def _on_error(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        if isinstance(error, NotFoundException):
            error = no_route(request.url.path)
        elif isinstance(error, MethodNotAllowedException):
            error = wrong_method(request.method, request.url.path, "GET, HEAD")
        status, fault, headers = self._told(error)
        body = msgspec.json.encode(ErrorBody(error=fault))
        return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)

    def _told(self, error: Exception) -> tuple[int, Fault, dict[str, str]]:
        if isinstance(error, Refused):
            return error.status, error.fault, error.headers
        if isinstance(error, PairwellError):
            status, fault = fault_of(error)
            self._note(status, error)
            return status, fault, {}
        if isinstance(error, HTTPException):
            return error.status_code, Fault(code="bad_request", message=error.detail), dict(error.headers or {})
        self._service.notices.failure(error)
        return *internal(), {}

    def _note(self, status: int, error: PairwellError) -> None:
        if status >= 500:  # noqa: PLR2004  (the server's side of HTTP's statuses)
            self._service.notices.tell("error", error.code, error.message)


def _as_get(scope: Scope, receive: Receive, send: Send) -> tuple[Scope, Receive, Send]:
    """HEAD is GET whose body stays here."""
    if scope["method"] != "HEAD":
        return scope, receive, send

    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return {**scope, "method": "GET"}, receive, send_head


def _require_post(scope: Scope) -> None:
    if scope["method"] != "POST":
        raise wrong_method(scope["method"], scope["path"], "POST")


def create_app(service: Service) -> OnlineApp:
    """The ASGI application over an open service; close it before the service."""
    return OnlineApp(service)
