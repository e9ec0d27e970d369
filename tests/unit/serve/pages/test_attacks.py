"""Every route of the pages, found by themselves, under what strangers and careless users send: none may give way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import MagicMock

import httpx
import pytest
from tests.unit.serve.pages.browsing import HOME, Browser
from tests.unit.serve.pages.conftest import BASE, EVIL, NOW, PASSWORD, Ask, MadeUp, cheaply_hashed, serve_pages
from tests.unit.serve.pages.test_routes import Elements

from pairwell.config.published import publish_settings
from pairwell.config.standing import Act as Said
from pairwell.config.workspace import Workspace, create_workspace
from pairwell.facts.store import FactStore
from pairwell.operations.database import Database, open_database
from pairwell.operations.users.store import ROLES, NewUser, UserStore
from pairwell.records import CuratedRelation, Item
from pairwell.serve.pages.openapi import describe_pages
from pairwell.serve.pages.routes import FOR_EVERYBODY, Rooms, make_routes
from pairwell.serve.pages.scripts import addresses
from pairwell.shop.face import open_shop

#: Markup, SQL, templates, line ends, paths and numbers that no field expects.
SUMS: Final = "{{7*7191}}${7*7191}<%=7*7191%>#{7*7191}%(x)s{0.__class__}"
MARKUP: Final = f"{EVIL}{SUMS}' OR 1=1; --"
CONTROL: Final = "a\x00b\r\nx-evil: 1\u202e"
IN_ADDRESSES: Final = (CONTROL, "1" + "9" * 190, "nan", "../../../../etc/passwd", "x' OR '1'='1' --")
#: A form is long enough for digits that Python refuses to read as a number.
NUMBERS: Final = ("0" * 19 + "1" + "9" * 5_000, "nan")
#: What lets a form get past its other fields.
USUAL: Final = {
    "anchor_id": "tent", "item_id": "mat", "back": "tent", "relation": "complement", "rank": "0",
    "kind": "cross_sell", "locale": "en", "placement": "cart", "variant": "", "title": "A mat", "argument": "Soft.",
    "image_url": "", "name": "fewer", "settings": "[slots]\nmax = 2\n", "share": "0.5", "days": "28", "metric": "all",
    "reason": "r", "role": "viewer", "password": "not the words of mine", "new_password": PASSWORD,
}  # fmt: skip


class Route(NamedTuple):
    """What can be asked, and the parameters or fields that it takes."""

    method: str
    path: str
    fields: tuple[str, ...]

    @property
    def address(self) -> str:
        return self.path.replace("{name}", "overview")


def _routes() -> Iterator[tuple[str, str]]:
    nothing = MagicMock()
    for handler in make_routes(Rooms(door=nothing, desk=nothing, shelf=nothing, viewer=nothing)):
        for path in handler.paths:
            yield from ((str(method), re.sub(r":\w+}", "}", path)) for method in handler.http_methods)


def _described() -> Iterator[Route]:
    for path, methods in json.loads(describe_pages())["paths"].items():
        for method, told in methods.items():
            sent = told.get("requestBody", {}).get("content", {}).values()
            forms = [name for one in sent for name in one["schema"]["properties"]]
            asked = [one["name"] for one in told.get("parameters", ()) if one["in"] == "query"]
            yield Route(method.upper(), path, (*asked, *(name for name in forms if name != "token")))


ROUTES: Final = tuple(_described())
PRIVATE: Final = [one for one in ROUTES if one.path not in FOR_EVERYBODY and not one.path.startswith("/scripts/")]
PAGES: Final = [one for one in PRIVATE if one.method == "GET"]
FORMS: Final = [one for one in ROUTES if one.method == "POST"]
FILLED: Final = [one for one in FORMS if one.fields]


def names(routes: list[Route]) -> list[str]:
    return [f"{one.method} {one.path}" for one in routes]


class Strongroom(NamedTuple):
    """Pages over a shop full of what could be markup, and the headers of an admin's browser."""

    ask: Ask
    admin: dict[str, str]
    viewer: dict[str, str]
    token: str
    users: UserStore

    def get(self, path: str, **parameters: str) -> httpx.Response:
        return self.ask("GET", path, params=parameters, headers={**HOME, "cookie": self.admin["cookie"]})

    def post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        own = {} if path in FOR_EVERYBODY else {"cookie": self.admin["cookie"]}
        return self.ask("POST", path, data={**fields, "token": self.token}, headers={**HOME, "origin": BASE, **own})


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strongroom]:
    workspace = create_workspace(tmp_path_factory.mktemp("attacked") / "shop")
    publish_settings(workspace, Said(author=EVIL, reason=EVIL))
    with ExitStack() as opened:
        opened.enter_context(cheaply_hashed())
        database = opened.enter_context(closing(open_database(workspace.operations_url(""), durability="process")))
        _fill(workspace, database)
        users = UserStore(database)
        for role in reversed(ROLES):
            users.add(NewUser(name=role, role=role, password=PASSWORD), author=EVIL, now=NOW)
        ask = opened.enter_context(serve_pages(workspace, database, MadeUp()))
        admin, viewer = Browser(ask, "admin"), Browser(ask, "viewer")
        yield Strongroom(ask, admin.headers, viewer.headers, admin.token(), users)


def _fill(workspace: Workspace, database: Database) -> None:
    evil = Item(item_id=EVIL, title=EVIL + SUMS, category=EVIL, brand=EVIL, price_minor=900, url="javascript:alert(1)")
    facts = FactStore(database)
    facts.write_items([Item(item_id="tent", price_minor=9_000), Item(item_id="mat", price_minor=900), evil], at=NOW)
    facts.write_relations([CuratedRelation(anchor_id=EVIL, item_id="mat", relation="complement")], at=NOW)
    facts.write_relations([CuratedRelation(anchor_id="tent", item_id=EVIL, relation="complement")], at=NOW)
    orders = workspace.root / "orders.csv"
    rows = [f"o{n},{one},c{n},2026-10-{n:02},9.00" for n in range(1, 11) for one in ("tent", "mat")]
    bad = f'p1,tent,"{EVIL.replace(chr(34), "")}",never,9'
    orders.write_text("\n".join(["order_id,item_id,customer_id,placed_at,unit_price", *rows, bad]), encoding="utf-8")
    with closing(open_shop(workspace.root)) as shop:
        shop.ingest("orders", Path(orders))
        shop.decide({"placement": "cart", "visitor_id": EVIL, "cart": [{"item_id": EVIL}, {"item_id": "tent"}]})


def injected(page: str) -> list[Any]:
    """What of a page is not the pages' own: elements, handlers and addresses; and sums that somebody worked out."""
    found, own = Elements(page).found, {*addresses().values()}
    addressed = [
        value
        for _, one in found
        for name in ("href", "src", "action", "formaction", "hx-get")
        if (value := one.get(name))
    ]
    return [
        *(tag for tag, one in found if tag == "script" and one.get("src") not in own),
        *(tag for tag, _ in found if tag in {"img", "iframe", "object", "embed", "base", "style"}),
        *(name for _, one in found for name in one if name.startswith("on")),
        *(value for value in addressed if not value.startswith(("/", "#", "?")) or value.startswith(("//", "/\\"))),
        *re.findall("50337", page),
    ]


def _holds(answer: httpx.Response, *, page: bool) -> None:
    """Whether an answer is one that was meant: it names what is wrong, and does nothing that was sent."""
    assert answer.status_code != 401 or answer.url.path == "/sign-in"
    assert answer.status_code < 500, re.sub(r"(?s).*<main|<[^>]*>", "", answer.text)
    assert "x-evil" not in answer.headers
    assert re.fullmatch(r"/(?![/\\])[^\r\n]*", answer.headers.get("location", "/"))
    assert not re.search("sqlite|psycopg|traceback|root:", answer.text, re.IGNORECASE)
    if page:
        assert injected(answer.text) == []


def test_every_route_is_described_and_so_attacked_here() -> None:
    assert sorted(_routes()) == sorted((one.method, one.path) for one in ROUTES)
    assert len(PAGES) > 40
    assert len(FORMS) > 20


def test_what_gave_way_would_be_seen() -> None:
    for page in (EVIL, "<p onclick=x>", '<a href="javascript:x">', '<form action="//evil.example">', str(7 * 7191)):
        assert injected(page) != []


@pytest.mark.parametrize("form", FILLED, ids=names(FILLED))
def test_no_form_gives_way_to_what_its_fields_hold(room: Strongroom, form: Route) -> None:
    usual = {name: USUAL.get(name, "") for name in form.fields}
    for name in form.fields:
        number = re.fullmatch(r"[\d.]+", USUAL.get(name, "0"))  # so is a field that is new here
        for text in (MARKUP, CONTROL, *(NUMBERS if number else ())):
            _holds(room.post(form.path, {**usual, name: text}), page=True)
    assert [one.name for one in room.users.list() if one.name in ROLES] == sorted(ROLES)


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_no_address_gives_way_to_what_it_holds(room: Strongroom, page: Route) -> None:
    program = page.address.startswith("/api/") or f"/api/v1{page.path}" not in {one.path for one in PAGES}
    for name in page.fields:
        _holds(room.get(page.address, **{name: MARKUP}), page=not page.address.startswith("/api/"))
        for text in IN_ADDRESSES if program else ():
            _holds(room.get(page.address, **{name: text}), page=False)


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_no_page_runs_what_the_shop_s_own_data_say(room: Strongroom, page: Route) -> None:
    answer = room.get(page.address)
    _holds(answer, page="text/html" in answer.headers["content-type"])


def test_what_a_page_is_named_by_is_text_on_it(room: Strongroom) -> None:
    decision = room.get("/api/v1/decisions").json()["decisions"][0]["decision_id"]
    refused = room.get("/api/v1/data").json()["held"]["refused"][-1]["name"]
    for path, named in (("/item", {"id": EVIL}), ("/decision", {"id": decision}), ("/quarantine", {"file": refused})):
        answer = room.get(path, **named)
        assert (answer.status_code, "alert(" in answer.text) == (200, True), path
        _holds(answer, page=True)


@pytest.mark.parametrize("route", PRIVATE, ids=names(PRIVATE))
def test_nobody_gets_past_the_door_and_no_form_past_its_page(room: Strongroom, route: Route) -> None:
    assert room.ask(route.method, route.address, headers={"origin": BASE}).status_code == 401
    made_up = {"origin": BASE, "cookie": "pairwell_session=" + "a" * 43}
    assert room.ask(route.method, route.address, headers=made_up).status_code == 401


@pytest.mark.parametrize("form", FORMS, ids=names(FORMS))
def test_no_page_of_another_site_sends_a_form(room: Strongroom, form: Route) -> None:
    fields = {name: USUAL.get(name, "") for name in form.fields}
    for origin in ({}, {"origin": "null"}, {"origin": "https://evil.example"}, {"origin": f"{BASE}.evil.example"}):
        headers = {"cookie": room.admin["cookie"], **origin}
        assert room.ask("POST", form.address, data={**fields, "token": room.token}, headers=headers).status_code == 403
    if form in PRIVATE:
        for token in ({}, {"token": ""}, {"token": "0" * 64}):
            assert room.ask("POST", form.address, data={**fields, **token}, headers=room.admin).status_code == 403


@pytest.mark.parametrize("route", ROUTES, ids=names([*ROUTES]))
def test_nothing_is_read_without_end(room: Strongroom, route: Route) -> None:
    if route.method == "POST" and route.fields:
        body = b"reason=" + b"x" * 150_000
        assert room.ask("POST", route.address, content=body, headers=room.admin).status_code == 413
    elif route in PRIVATE:
        assert room.get(route.address, by="x" * 3_000).status_code == 414
