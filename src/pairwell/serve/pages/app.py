"""The pages as one ASGI application: who is let in, what they get, and every error in the one shape or as a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from litestar import Litestar, Request, Response
from litestar.exceptions import MethodNotAllowedException, NotFoundException

from pairwell.serve.online.access.credentials import read_shown
from pairwell.serve.online.failing import Answer, answer_to
from pairwell.serve.online.faults import BUSY, Fault, no_route, wrong_method
from pairwell.serve.online.notices import Notices
from pairwell.serve.online.wire import Disconnected, Receive, Scope, Send, as_get
from pairwell.serve.pages.ahead import Ahead
from pairwell.serve.pages.answers import guarded, page, told, wants_page
from pairwell.serve.pages.asking import VISITOR
from pairwell.serve.pages.contents import led_to
from pairwell.serve.pages.desk import Desk, Maker
from pairwell.serve.pages.door import Door
from pairwell.serve.pages.frame import render_problem, render_sign_in
from pairwell.serve.pages.liking import liked
from pairwell.serve.pages.making import be_humble
from pairwell.serve.pages.routes import FOR_EVERYBODY, Rooms, make_routes, typed_into
from pairwell.serve.pages.said import telling_once
from pairwell.serve.pages.shelf import Shelf, list_questions
from pairwell.serve.pages.viewing import OpenShop, Viewer
from pairwell.serve.pages.visitors import NOBODY, Visitor

if TYPE_CHECKING:
    from pairwell.dataset.presence import Told

_MOST_WAITING = 16
_NO_KEY = 401


class Making(NamedTuple):
    """What pages are made from: reports by their maker, all else from the open shop; and what that was told of."""

    maker: Maker
    open_shop: OpenShop
    find_told: Callable[[], frozenset[Told]]


class PagesApp:
    """Answers people's browsers, and programs that want the same numbers."""

    def __init__(self, making: Making, door: Door, notices: Notices, *, at_once: int) -> None:
        """`at_once`: how many reports are made at the same time."""
        self._notices = notices
        self._shelf = Shelf(making.find_told)
        self._door = door
        self._viewer = Viewer(making.open_shop)
        self._desk = Desk(making.maker, at_once=at_once, most=_MOST_WAITING, begin=be_humble)
        self._ahead = Ahead(self._desk, making.maker, list_questions)
        self._rest = Litestar(
            make_routes(Rooms(door=self._door, desk=self._desk, shelf=self._shelf, viewer=self._viewer)),
            openapi_config=None,
            logging_config=None,
            exception_handlers={Exception: self._on_error},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._rest(scope, receive, send)  # type: ignore[arg-type]  # Litestar narrows ASGI's open types
            return
        scope, receive, send = as_get(scope, receive, telling_once(scope, guarded(send)))
        scope[VISITOR] = NOBODY
        try:
            scope[VISITOR] = await self._let_in(scope)
        except Exception as error:  # noqa: BLE001  (whatever it is, the client gets the one error shape)
            answer = self._answer(scope, error)
            await answer.to_asgi_response(None, Request(scope))(scope, receive, send)  # type: ignore[arg-type]  # as above
            return
        await self._rest(scope, receive, send)  # type: ignore[arg-type]  # as above

    def make_ahead(self) -> None:
        """Have reports made before anybody asks for them, from now on."""
        self._ahead.begin()

    def close(self) -> None:
        """Take no more."""
        self._ahead.close()
        self._viewer.close()
        self._desk.close()

    async def _let_in(self, scope: Scope) -> Visitor:
        shown = read_shown(scope)
        if scope["path"] in FOR_EVERYBODY:
            self._door.pass_by(scope)
            return NOBODY
        visitor = await self._door.admit(scope, shown)
        visitor.require("read")
        return visitor

    def _on_error(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        return self._answer(request.scope, error)  # type: ignore[arg-type]  # as above

    def _answer(self, scope: Scope, error: Exception) -> Response[bytes]:
        status, fault, headers = self._told(scope, error)
        if not wants_page(scope):
            return told(fault, status, headers)
        if status == _NO_KEY:
            return page(render_sign_in(liked(scope, works=False)), status, headers)
        visitor = scope[VISITOR]
        known, there = (self._shelf.known, self._shelf.there) if visitor is not NOBODY else ((), frozenset())
        around = liked(scope, works=False, contents=led_to(known, there), told=there, visitor=visitor)
        return page(render_problem(fault, around, typed_into(scope)), status, headers)

    def _told(self, scope: Scope, error: Exception) -> Answer:
        if isinstance(error, Disconnected):
            return BUSY, Fault(code="gone", message="Nobody waited."), {}
        if isinstance(error, NotFoundException):
            error = no_route(scope["path"])
        elif isinstance(error, MethodNotAllowedException):
            error = wrong_method(scope["method"], scope["path"], "GET, HEAD")
        return answer_to(error, self._notices)
