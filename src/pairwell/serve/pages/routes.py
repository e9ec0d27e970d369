"""The routes of the pages: what each answers, once somebody was let in."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, cast

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from pairwell.clock import system_clock
from pairwell.errors import RequestError
from pairwell.said import phrase
from pairwell.serve.online.faults import Refused
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.wire import Receive, Scope
from pairwell.serve.pages.answers import ALONE, document, page
from pairwell.serve.pages.asked import (
    FRESH,
    OF_A_PAGE,
    OF_A_REPORT,
    Question,
    Wanted,
    read_question,
    read_wanted,
)
from pairwell.serve.pages.asking import Asking, parameters_of, scope_of, sent, visitor_of
from pairwell.serve.pages.contents import led_to
from pairwell.serve.pages.desk import Desk, Shown
from pairwell.serve.pages.door import Door, read_fields, require_own_form
from pairwell.serve.pages.frame import ICON, Around, render_contents, render_report, render_sign_in, render_style
from pairwell.serve.pages.liking import liked, ways_back
from pairwell.serve.pages.openapi import describe_pages
from pairwell.serve.pages.scripts import FOLDER, addresses, answer_script
from pairwell.serve.pages.shelf import Shelf
from pairwell.serve.pages.viewing import Viewer, make_views

if TYPE_CHECKING:
    from pairwell.report.record import Report

FOR_EVERYBODY = frozenset(
    {"/healthz", "/icon.svg", "/openapi.json", "/preferences", "/sign-in", "/sign-out", "/style.css"}
    | {*addresses().values()}
)
_LONGEST_FORM, _FORMS, _FORMS_BYTES, _FORM_S = 4_000, 100, 400_000, 10.0
_JSON = "application/json"


class Rooms(msgspec.Struct, frozen=True):
    """What the routes are made over."""

    door: Door
    desk: Desk
    shelf: Shelf
    viewer: Viewer


def make_routes(rooms: Rooms) -> list[HTTPRouteHandler]:
    """The handlers."""
    views = make_views(rooms.viewer, lambda request: around_of(request, rooms.shelf))
    return [*_for_everybody(), *_pages(rooms), *_programs(rooms), *views, *_signing(rooms), *_liking()]


def _for_everybody() -> list[HTTPRouteHandler]:
    @get("/healthz")
    async def health() -> Response[bytes]:
        return document('{"status":"ok"}', _JSON)

    @get("/style.css")
    async def style() -> Response[bytes]:
        return document(await asyncio.to_thread(render_style), "text/css; charset=utf-8")

    @get(f"{FOLDER}{{name:str}}")
    async def script(request: Asking) -> Response[bytes]:
        accepted = ",".join(sent(scope_of(request), b"accept-encoding"))
        return await asyncio.to_thread(answer_script, scope_of(request)["path"], accepted)

    @get("/icon.svg")
    async def icon() -> Response[bytes]:
        return document(ICON, "image/svg+xml")

    @get("/openapi.json")
    async def openapi() -> Response[bytes]:
        return document(await asyncio.to_thread(describe_pages), _JSON)

    return [health, style, script, icon, openapi]


def _pages(rooms: Rooms) -> list[HTTPRouteHandler]:
    async def show(request: Asking, name: str) -> Response[bytes]:
        asked = parameters_of(scope_of(request), OF_A_PAGE)
        question = read_question(name, asked)
        shown = await _shown(rooms.desk, question, request, fresh=FRESH in asked)
        around = await around_of(request, rooms.shelf)
        return page(await asyncio.to_thread(render_report, shown, question, around, system_clock()))

    @get("/")
    async def first(request: Asking) -> Response[bytes]:
        return await show(request, "overview")

    @get("/reports")
    async def contents(request: Asking) -> Response[bytes]:
        parameters_of(scope_of(request), ())
        return page(render_contents(await around_of(request, rooms.shelf)))

    @get("/reports/{name:str}")
    async def report(request: Asking) -> Response[bytes]:
        return await show(request, request.path_params["name"])

    return [first, contents, report]


def _programs(rooms: Rooms) -> list[HTTPRouteHandler]:
    @get("/api/v1/reports")
    async def contents(request: Asking) -> Response[bytes]:
        parameters_of(scope_of(request), ())
        entries = await rooms.shelf.contents()
        return document(msgspec.json.encode({"reports": entries}).decode(), _JSON)

    @get("/api/v1/reports/{name:str}")
    async def report(request: Asking) -> Response[bytes]:
        wanted = read_wanted(request.path_params["name"], parameters_of(scope_of(request), OF_A_REPORT))
        found = await rooms.desk.find(wanted.question, lambda: _gone(request))
        return await asyncio.to_thread(_written, found, wanted)

    return [contents, report]


def _signing(rooms: Rooms) -> list[HTTPRouteHandler]:
    @get("/sign-in")
    async def form(request: Asking) -> Response[bytes]:
        if await rooms.door.is_open():
            return page("", 303, {"location": "/"})
        return page(render_sign_in(liked(scope_of(request))))

    forms = Holding("forms", most_bytes=_FORMS_BYTES, most_bodies=_FORMS, seconds=_FORM_S)

    @post("/sign-in")
    async def sign_in(request: Asking) -> Response[bytes]:
        scope, receive = scope_of(request), cast("Receive", request.receive)
        try:
            with forms.open() as body:
                cookie = await rooms.door.sign_in(scope, await body.read(scope, receive, limit=_LONGEST_FORM))
        except Refused as refused:
            shown = render_sign_in(liked(scope, works=False), refused.fault)
            return page(shown, refused.status, refused.headers)
        return page("", 303, {"location": "/", **({} if cookie is None else {"set-cookie": cookie})})

    @post("/sign-out")
    async def sign_out(request: Asking) -> Response[bytes]:
        return page("", 303, {"location": "/sign-in", "set-cookie": await rooms.door.sign_out(scope_of(request))})

    return [form, sign_in, sign_out]


def _liking() -> list[HTTPRouteHandler]:
    forms = Holding("forms", most_bytes=_FORMS_BYTES, most_bodies=_FORMS, seconds=_FORM_S)

    @post("/preferences")
    async def like(request: Asking) -> Response[bytes]:
        scope = scope_of(request)
        origin = require_own_form(scope)
        with forms.open() as body:
            fields = read_fields(await body.read(scope, cast("Receive", request.receive), limit=_LONGEST_FORM))
        return ways_back(fields, origin)

    return [like]


async def around_of(request: Asking, shelf: Shelf) -> Around:
    """What stands around a page for whoever asks."""
    told = await shelf.told()
    contents = led_to(await shelf.contents(), told)
    return liked(scope_of(request), contents=contents, told=told, visitor=visitor_of(request))


def typed_into(scope: Scope) -> Question | None:
    """The question of a page's address as far as it can be read; None where it is of no report."""
    before, _, name = scope["path"].rpartition("/")
    if before != "/reports" or not name:
        return None
    try:
        return read_question(name, parameters_of(scope, OF_A_PAGE))
    except (Refused, RequestError):
        return Question(name=name)


async def _shown(desk: Desk, question: Question, request: Asking, *, fresh: bool) -> Shown:
    """The report of a page; where it has to be `fresh`, one waits for it as programs do."""
    if fresh:
        return Shown(await desk.find(question, lambda: _gone(request)), None)
    return await desk.show(question, lambda: _gone(request))


async def _gone(request: Asking) -> None:
    """Return when the client has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _written(report: Report, wanted: Wanted) -> Response[bytes]:
    """The report, to the byte as `pairwell report` writes it."""
    from pairwell.report.shown.json import render_json
    from pairwell.report.shown.page import render_page

    if wanted.format == "json":
        return document(render_json(report), _JSON)
    if wanted.format == "html":
        return document(
            render_page(report, wanted.language), "text/html; charset=utf-8", {"content-security-policy": ALONE}
        )
    return _table(report, wanted.table)


def _table(report: Report, table: str | None) -> Response[bytes]:
    from pairwell.report.shown.csv import choose_table, render_csv

    files = render_csv(report)
    if table is None and len(files) > 1:
        raise RequestError(
            phrase("This report has {many} tables: {names}.", many=len(files), names=", ".join(files)),
            hint=phrase("Name one with `table`, such as `table={first}`.", first=next(iter(files))),
            field="table",
        )
    text = "".join(files.values()) if table is None else choose_table(files, table)
    name = re.sub(r"[^a-z0-9_-]", "_", f"{report.name}-{table or next(iter(files), 'empty')}")
    kept = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return document(text, "text/csv; charset=utf-8", kept)
