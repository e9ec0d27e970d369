"""The routes of pages beside the reports: each shows its record or tells it as JSON, and its forms do what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from pairwell.errors import RequestError, UnfairError, UserError, http_status
from pairwell.said import joined, phrase, plain, spoken
from pairwell.serve.online.faults import too_busy
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.wire import Receive
from pairwell.serve.pages.answers import document, page, wants_page
from pairwell.serve.pages.asked import read_parameters
from pairwell.serve.pages.asking import Asking, parameters_of, scope_of, visitor_of
from pairwell.serve.pages.door import TOKEN, read_fields, require_own_form, require_token
from pairwell.serve.pages.frame import Around, address_of, render_view
from pairwell.serve.pages.liking import liked
from pairwell.serve.pages.making import be_humble
from pairwell.serve.pages.refilling import refill
from pairwell.serve.pages.said import remember
from pairwell.serve.pages.taking import make_files
from pairwell.serve.pages.views.all import ACTS, VIEWS
from pairwell.serve.pages.views.slow import AT_MOST
from pairwell.serve.pages.views.standing import STANDS_ON
from pairwell.serve.pages.views.view import Act, Done, View

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

OpenShop = Callable[[], AbstractContextManager["Shop"]]
_AT_ONCE, _MOST_WAITING = AT_MOST + 1, 32
_LONGEST_FORM, _FORMS, _FORMS_BYTES, _FORM_S = 100_000, 100, 2_000_000, 10.0
_JSON = "application/json"
T = TypeVar("T")


class Viewer:
    """Opens the shop on threads that let everything else pass, a few at a time."""

    def __init__(self, open_shop: OpenShop) -> None:
        self._open_shop = open_shop
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="views", initializer=be_humble)
        self._waiting = 0

    async def use(self, work: Callable[[Shop], T]) -> T:
        """What `work` makes of the shop. Raises `Refused` (503) where too many wait, and what `work` raises."""
        if self._waiting >= _MOST_WAITING:
            raise too_busy("pages")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: self._do(work))
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Take no more; what is being done is finished."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _do(self, work: Callable[[Shop], T]) -> T:
        with self._open_shop() as shop:
            return work(shop)


def make_views(viewer: Viewer, around: Callable[[Asking], Any]) -> list[HTTPRouteHandler]:
    """The handlers of all pages and forms; `around` gives what stands around a page for whoever asks."""
    forms = Holding("forms", most_bytes=_FORMS_BYTES, most_bodies=_FORMS, seconds=_FORM_S)
    shown = [handler for view in VIEWS for handler in (_page(view, viewer, around), _program(view, viewer))]
    asked = [_asked(view, viewer, around, forms) for view in VIEWS if view.unaddressed]
    return [*shown, *asked, *(_form(act, viewer, around, forms) for act in ACTS), *make_files(viewer.use)]


def _page(view: View, viewer: Viewer, around: Callable[[Asking], Any]) -> HTTPRouteHandler:
    @get(view.path, name=view.path)
    async def show(request: Asking) -> Response[bytes]:
        visitor_of(request).require(view.right)
        fields = parameters_of(scope_of(request), view.parameters)
        record = await viewer.use(lambda shop: view.make(shop, fields))
        framed: Around = await around(request)
        return page(await asyncio.to_thread(render_view, view, record, framed))

    return show


def _program(view: View, viewer: Viewer) -> HTTPRouteHandler:
    @get(f"/api/v1{view.path}", name=f"json{view.path}")
    async def tell(request: Asking) -> Response[bytes]:
        visitor_of(request).require(view.right)
        fields = parameters_of(scope_of(request), view.parameters)
        record = await viewer.use(lambda shop: view.make(shop, fields))
        return document(msgspec.json.encode(record, enc_hook=plain).decode(), _JSON)

    return tell


def _asked(view: View, viewer: Viewer, around: Callable[[Asking], Any], forms: Holding) -> HTTPRouteHandler:
    """The page as a form asks for it, with what no address may hold."""

    @post(view.path, name=f"ask{view.path}")
    async def show(request: Asking) -> Response[bytes]:
        visitor, scope = visitor_of(request), scope_of(request)
        require_own_form(scope)
        visitor.require(view.right)
        with forms.open() as body:
            sent = read_fields(await body.read(scope, cast("Receive", request.receive), limit=_LONGEST_FORM))
        require_token(visitor, sent)
        sent.pop(TOKEN, None)
        fields = read_parameters(sent.items(), (*view.parameters, *view.unaddressed))
        record = await viewer.use(lambda shop: view.make(shop, fields))
        framed: Around = await around(request)
        return page(await asyncio.to_thread(render_view, view, record, framed))

    return show


def _form(act: Act, viewer: Viewer, around: Callable[[Asking], Any], forms: Holding) -> HTTPRouteHandler:
    async def again(request: Asking, typed: dict[str, str], error: UserError) -> str | None:
        """The page of the form with what was typed and what is wrong with it; None where it stands on none."""
        if act.path not in STANDS_ON:
            return None
        view, fields = STANDS_ON[act.path].find(typed)
        with suppress(UserError):  # its page may be gone with what it was of
            record = await viewer.use(lambda shop: view.make(shop, fields))
            framed = msgspec.structs.replace(await around(request), said="", here=address_of(view.path, **fields))
            told = joined(error.message, error.hint or "")
            shown = await asyncio.to_thread(render_view, view, record, framed)
            filled = refill(shown, act.path, typed, error.field, spoken(told, framed.language))
            # What is unfair keeps the form off its page, which says in its stead what is.
            return filled or (shown if isinstance(error, UnfairError) else None)
        return None

    @post(act.path, name=f"post{act.path}")
    async def do(request: Asking) -> Response[bytes]:
        visitor, scope = visitor_of(request), scope_of(request)
        origin = require_own_form(scope)
        visitor.require(act.right)
        with forms.open() as body:
            fields = read_fields(await body.read(scope, cast("Receive", request.receive), limit=_LONGEST_FORM))
        require_token(visitor, fields)
        known = _known_fields(act, fields)
        try:
            done: Done = await viewer.use(lambda shop: act.do(shop, visitor, known))
        except UserError as error:
            shown = await again(request, known, error) if wants_page(scope) else None
            if shown is None:
                raise
            return page(shown, http_status(error))
        said = spoken(done.said, liked(scope).language)
        return page("", 303, {"location": done.to, "set-cookie": remember(said, origin)})

    return do


def _known_fields(act: Act, fields: dict[str, str]) -> dict[str, str]:
    unknown = sorted(set(fields) - {*act.fields, TOKEN})
    missing = [name for name in act.fields if name not in fields]
    if unknown or missing:
        wrong = (
            phrase("The form has no {name}.", name=repr(missing[0]))
            if missing
            else phrase("The form has {name}, which it does not know.", name=repr(unknown[0][:80]))
        )
        raise RequestError(wrong, hint=phrase("Open its page again."))
    return {name: fields[name] for name in act.fields}
