"""The demo's shop as a web application: its pages, its cart, and a way through to the online process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from http.cookies import SimpleCookie
from importlib.resources import files
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import msgspec

from pairwell.catalogues import LANGUAGES
from pairwell.clock import Clock
from pairwell.decide.decider import plain_answer
from pairwell.events import BEHAVIOUR_TYPES
from pairwell.records import Answer
from pairwell.serve.online.faults import Refused
from pairwell.serve.online.loopback import require_local
from pairwell.serve.online.storefront.markup import Markup, join, tag
from pairwell.serve.online.wire import Disconnected, Receive, Scope, Send, read_body
from pairwell.serve.storefront import pages
from pairwell.serve.storefront.asking import Online, told_cart, told_lines
from pairwell.serve.storefront.visits import Change, Visit, Visits

COOKIE: Final = "demo-visit"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
_MOST_BYTES = 65_536
_HTML = "text/html; charset=utf-8"
_STATIC: Final = {"/shop.css": "text/css", "/shop.js": "text/javascript"}
_MAY_ASK: Final = ("placement", "locale", "viewed", "limit")
_MAY_TELL: Final = ("event_id", "type", "at", "decision_id", "offer_no", "item_id", "placement", "reason")
_change = msgspec.json.Decoder(Change)
_answer = msgspec.json.Decoder(Answer)


class Reply(NamedTuple):
    """What is answered to a browser."""

    body: str | bytes
    kind: str = _HTML
    status: int = 200
    more: Mapping[str, str] = {}


class Asked(NamedTuple):
    """What a browser asks."""

    path: str
    query: Mapping[str, str]
    body: bytes
    visit: Visit
    shop: pages.Shop

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode("utf-8", "replace"), max_num_fields=100)

    def page(self, title: str, inside: Markup) -> Reply:
        return Reply(pages.render_page(title, inside, self.shop, self.visit))


class Storefront:
    """Answers browsers of this machine; state lives in memory and ends with the process."""

    def __init__(self, read_shop: Callable[[], pages.Shop], online: Online, clock: Clock) -> None:
        self._read_shop = read_shop
        self._online = online
        self._clock = clock
        self._visits = Visits()
        self._exact: dict[tuple[str, str], Callable[[Asked], Reply]] = {
            ("GET", "/"): self._catalogue,
            ("GET", "/cart"): lambda asked: asked.page("Cart", pages.render_cart(asked.shop, asked.visit)),
            ("GET", "/checkout"): lambda asked: asked.page("Check out", pages.render_checkout(asked.shop, asked.visit)),
            ("GET", "/orders"): lambda asked: asked.page("Orders", pages.render_orders(asked.shop, asked.visit)),
            ("GET", "/email"): self._email,
            ("GET", "/widget.js"): self._through,
            ("POST", "/v1/decisions"): self._through,
            ("POST", "/v1/events"): self._through,
            ("POST", "/cart"): self._put,
            ("POST", "/cart/lines"): self._change_lines,
            ("POST", "/cart/remove"): self._remove,
            ("POST", "/checkout"): self._buy,
            ("POST", "/orders"): self._return,
            ("POST", "/email"): self._answer_email,
            ("POST", "/consent"): self._agree,
            ("POST", "/visitor"): self._become,
        }
        self._below: dict[str, Callable[[Asked], Reply]] = {
            "/products/": self._product,
            "/pictures/": self._picture,
            "/thanks/": self._thanks,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret, visit = self._visits.find(_cookie(scope))
        try:
            require_local(scope["headers"])
            body = await read_body(scope, receive, limit=_MOST_BYTES)
            query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
            asked = Asked(scope["path"], query, body, visit, await asyncio.to_thread(self._read_shop))
            reply = await asyncio.to_thread(self._answer, scope["method"], asked)
        except Disconnected:
            return
        except Refused as refused:
            reply = Reply(str(refused), "text/plain; charset=utf-8", refused.status)
        except (msgspec.MsgspecError, KeyError, ValueError, TypeError, AttributeError):
            reply = Reply("That is nothing that this shop understands.", "text/plain; charset=utf-8", 400)
        await _send(send, reply, secret)

    def _answer(self, method: str, asked: Asked) -> Reply:
        method = "GET" if method == "HEAD" else method
        if found := self._exact.get((method, asked.path)):
            return found(asked)
        if method == "GET" and asked.path in _STATIC:
            return Reply((files(__package__) / asked.path[1:]).read_bytes(), _STATIC[asked.path])
        for start, answer in self._below.items():
            if method == "GET" and asked.path.startswith(start):
                return answer(asked)
        return _missing(asked)

    # --- looking --------------------------------------------------------------------------------

    def _catalogue(self, asked: Asked) -> Reply:
        return asked.page("Catalogue", pages.render_catalogue(asked.shop, asked.query.get("category")))

    def _product(self, asked: Asked) -> Reply:
        item = asked.shop.items.get(_last(asked.path))
        if item is None:
            return _missing(asked)
        asked.visit.look_at(item.item_id)
        self._online.tell(asked.visit, "view", self._clock(), item_id=item.item_id)
        return asked.page(item.title or item.item_id, pages.render_product(item, asked.shop, asked.visit))

    def _picture(self, asked: Asked) -> Reply:
        item_id = _last(asked.path).removesuffix(".svg")
        return Reply(pages.render_picture(item_id, asked.shop.title(item_id)), "image/svg+xml")

    def _become(self, asked: Asked) -> Reply:
        customer, locale = (asked.form.get(name, [""])[0] for name in ("customer_id", "locale"))
        asked.visit.customer_id = customer if customer in asked.shop.customers else None
        asked.visit.locale = locale if locale in LANGUAGES else "en"
        return _to("/")

    # --- buying ---------------------------------------------------------------------------------

    def _put(self, asked: Asked) -> Reply:
        asked.visit.put(Change(item_ids=[asked.form["item_id"][0]]))
        self._online.tell(asked.visit, "add_to_cart", self._clock(), item_id=asked.form["item_id"][0])
        return _to("/cart")

    def _remove(self, asked: Asked) -> Reply:
        asked.visit.take_out(asked.form["item_id"][0])
        self._online.tell(asked.visit, "remove_from_cart", self._clock(), item_id=asked.form["item_id"][0])
        return _to("/cart")

    def _change_lines(self, asked: Asked) -> Reply:
        """What the page's own code asks where a visitor takes an offer; answers what is in the cart then."""
        asked.visit.put(_change.decode(asked.body))
        lines = [
            {"item_id": line.item_id, "quantity": line.quantity, "title": asked.shop.title(line.item_id),
             "price": asked.shop.money(line.quantity * asked.shop.price(line.item_id))}
            for line in asked.visit.lines
        ]  # fmt: skip
        total = asked.shop.money(asked.shop.total(asked.visit.lines))
        return Reply(msgspec.json.encode({"lines": lines, "total": total}), "application/json")

    def _buy(self, asked: Asked) -> Reply:
        if not asked.visit.lines:
            return _to("/cart")
        known = [line.item_id for line in asked.visit.lines if line.item_id in asked.shop.items]
        prices = {item_id: asked.shop.price(item_id) for item_id in known}
        number, order = asked.visit.order(prices)
        told = {"order_id": number, "lines": told_lines(order)}
        self._online.tell(asked.visit, "order", self._clock(), order=told)
        return _to(f"/thanks/{number}")

    def _thanks(self, asked: Asked) -> Reply:
        number = _last(asked.path)
        order = asked.visit.orders.get(number)
        if order is None:
            return _missing(asked)
        return asked.page("Thank you", pages.render_thanks(number, order, asked.shop, asked.visit))

    def _return(self, asked: Asked) -> Reply:
        """An item comes back: as in any shop the server says so, not the page."""
        number, item_id = asked.form["order_id"][0], asked.form["item_id"][0]
        back = asked.visit.give_back(number, item_id)
        if back is not None:
            told = {"order_id": number, "item_id": item_id, "quantity": back[0], "refund_minor": back[1]}
            self._online.tell(asked.visit, "return", self._clock(), **{"return": told})
        return _to("/orders")

    # --- the e-mail -----------------------------------------------------------------------------

    def _email(self, asked: Asked) -> Reply:
        visit = asked.visit
        if visit.customer_id is None:
            return asked.page("E-mail", pages.render_email("", "a visitor has no address; be a customer first", visit))
        bought = [line for order in visit.own_orders().values() for line in order.lines]
        decision = {
            **_named(visit), "placement": "email", "locale": visit.locale,
            "viewed": visit.viewed or [line.item_id for line in bought],
            # Looking at the same letter again is no second contact.
            "request_id": f"{visit.visitor_id}-{visit.customer_id}-{visit.locale}-{visit.letters}-{len(visit.viewed)}",
        }  # fmt: skip
        told = self._online.ask("POST", "/v1/fragments", {"decision": decision, "action": "/email"})
        fragment = told.body.decode() if told.status == 200 else ""  # noqa: PLR2004
        return asked.page("E-mail", pages.render_email(fragment, told.silence or "no answer", visit))

    def _agree(self, asked: Asked) -> Reply:
        if asked.visit.customer_id is not None:
            asked.visit.letters += 1
            self._online.tell(asked.visit, "consent", self._clock(), consent={"channel": "email", "given": True})
        return _to("/email")

    def _answer_email(self, asked: Asked) -> Reply:
        form = asked.form
        kind, _, reason = form["pairwell"][0].partition(":")
        decision_id, offer_no = form["decision_id"][0], int(form["offer_no"][0])
        if kind == "accept":
            replaces = form["replaces"][0] if "replaces" in form else None
            change = Change(item_ids=form["item_id"], replaces=replaces, decision_id=decision_id, offer_no=offer_no)
            asked.visit.put(change)
        told = {"decision_id": decision_id, "offer_no": offer_no, **({"reason": reason} if reason else {})}
        asked.visit.letters += 1
        self._online.tell(asked.visit, "accept" if kind == "accept" else "decline", self._clock(), **told)
        return _to("/cart" if kind == "accept" else "/email")

    # --- through to the online process ----------------------------------------------------------

    def _through(self, asked: Asked) -> Reply:
        """As a shop's proxy does: one site for the browser; who is logged in the shop's server says.

        It asks with a server's rights, so a page may say and see here no more than with a publishable key.
        """
        body: Any = msgspec.json.decode(asked.body) if asked.body else None
        if asked.path == "/v1/decisions":
            said = {name: body[name] for name in _MAY_ASK if name in body}
            body = {**said, **_named(asked.visit), "cart": told_cart(body.get("cart") or [], asked.shop)}
        elif body is not None:
            body = {"events": [_told_by_page(event, asked.visit) for event in body["events"]]}
        told = self._online.ask("GET" if body is None else "POST", asked.path, body)
        plain = asked.path == "/v1/decisions" and told.status == 200  # noqa: PLR2004
        seen = msgspec.json.encode(plain_answer(_answer.decode(told.body))) if plain else told.body
        return Reply(seen, told.kind, told.status)


def _told_by_page(event: Mapping[str, object], visit: Visit) -> dict[str, object]:
    """What a page tells of its visitor. Raises `ValueError` for what only the shop's server may say."""
    if event["type"] not in BEHAVIOUR_TYPES:
        raise ValueError(event["type"])
    return {**{name: event[name] for name in _MAY_TELL if name in event}, **_named(visit)}


def _named(visit: Visit) -> dict[str, str]:
    named = {"visitor_id": visit.visitor_id}
    return named if visit.customer_id is None else {**named, "customer_id": visit.customer_id}


def _last(path: str) -> str:
    return path.split("/", 2)[2]  # ids may hold slashes


def _missing(asked: Asked) -> Reply:
    page = asked.page("Not here", join(tag("h1", "Not here"), tag("p", "There is no such page in this shop.")))
    return page._replace(status=404)


def _to(path: str) -> Reply:
    return Reply("", status=303, more={"location": path})


def _cookie(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"cookie" and (found := SimpleCookie(value.decode("latin-1")).get(COOKIE)):
            return found.value
    return None


async def _send(send: Send, reply: Reply, secret: str) -> None:
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    cookie = f"{COOKIE}={secret}; HttpOnly; SameSite=Lax; Path=/"
    length = {"content-type": reply.kind, "content-length": str(len(body)), "set-cookie": cookie}
    headers = [(name.encode(), value.encode()) for name, value in {**_HEADERS, **length, **reply.more}.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
