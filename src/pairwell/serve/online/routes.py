"""The routes that people and probes ask now and then, in Litestar."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from pairwell.config.explaining import require_storable
from pairwell.errors import RequestError
from pairwell.records import Relation
from pairwell.said import plain
from pairwell.serve.online.access.callers import CALLER, Caller
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.screening import screen_pairs
from pairwell.serve.online.faults import no_route
from pairwell.serve.online.metrics.exposition import CONTENT_TYPE
from pairwell.serve.online.openapi import describe_api
from pairwell.serve.online.recent import Recent
from pairwell.serve.online.service import Service

RELATIONS: tuple[Relation, ...] = (
    "complement",
    "substitute",
    "upgrade",
    "variant",
    "requires",
    "follow_up",
)
MOST_PAIRS = 200
_DEFAULT_PAIRS = 10
_PROBED_S = 1.0
_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?", re.ASCII)
_USUAL = "http://127.0.0.1:8420/"
_NOT_KEPT = {"cache-control": "no-store"}
_WELCOME = """\
Pairwell's online API: it decides what to offer beside what a customer looks at or buys, or stays silent.
{access}{pages}

  POST /v1/decisions          what to offer
  POST /v1/events             what was seen, accepted, declined, ordered
  POST /v1/webhooks/SYSTEM    what shopify or woocommerce sends by itself, signed
  POST /v1/track, /v1/batch   calls of Segment's and RudderStack's libraries
  GET  /v1/items/ID/pairs     what goes with an item
  GET  /v1/decisions/ID       a decision with everything it read
  GET  /openapi.json          all of it, described
  GET  /healthz, /readyz      whether it lives, whether it can answer
  GET  /metrics               how it is doing, for Prometheus

Try:

  curl -s {base}v1/decisions {header}-d '{{"placement": "cart", "cart": [{{"item_id": "ITEM"}}]}}'
"""
_OPEN = "It runs open here, without keys: keep it on this machine, or make keys with `pairwell keys create`."
_CLOSED = "It asks for a key: `pairwell keys create` makes one."
_BEARER = '-H "Authorization: Bearer $KEY" '


class Door(NamedTuple):
    """Who is let in, and the port where people find pages."""

    gate: Gate
    pages_port: int | None


def make_routes(service: Service, door: Door, metrics: Callable[[], str]) -> list[HTTPRouteHandler]:
    """The handlers over one service; `metrics` renders what was counted."""
    return [*_for_everybody(door), *_for_operators(service, metrics), *_questions(service)]


def _for_everybody(door: Door) -> list[HTTPRouteHandler]:

    @get("/", media_type=MediaType.TEXT, sync_to_thread=False)
    def welcome(request: Request[Any, Any, Any]) -> Response[str]:
        access, header = (_OPEN, "") if door.gate.is_open else (_CLOSED, _BEARER)
        named = _HOST.fullmatch(request.headers.get("host", ""))
        base = _USUAL if named is None else f"{request.scope['scheme']}://{named[0]}/"
        pages = None if named is None or door.pages_port is None else f"http://{named['name']}:{door.pages_port}/"
        said = "" if pages is None else f"\nPages for people are at {pages}"
        text = _WELCOME.format(base=base, access=access, header=header, pages=said)
        leads = {} if pages is None else {"location": pages}
        return Response(text, status_code=303 if leads else 200, headers={**_NOT_KEPT, **leads})

    @get("/healthz", sync_to_thread=False)
    def health() -> Response[bytes]:
        return _json({"status": "ok"})

    @get("/openapi.json", sync_to_thread=False)
    def openapi() -> Response[bytes]:
        return _json(describe_api())

    return [welcome, health, openapi]


def _for_operators(service: Service, metrics: Callable[[], str]) -> list[HTTPRouteHandler]:
    for_everybody = Recent(service.readiness, seconds=_PROBED_S)  # each finding writes a row

    @get("/readyz", sync_to_thread=True)
    def readiness(request: Request[Any, Any, Any]) -> Response[bytes]:
        found = service.readiness() if _caller(request).may_everything else for_everybody().without_details()
        return _json(found, status=200 if found.ready else 503)

    @get("/metrics", sync_to_thread=True)
    def metrics_page(request: Request[Any, Any, Any]) -> Response[str]:
        _caller(request).require_everything()
        return Response(metrics(), headers=_NOT_KEPT, media_type=CONTENT_TYPE)

    return [readiness, metrics_page]


def _questions(service: Service) -> list[HTTPRouteHandler]:
    @get("/v1/items/{rest:path}", sync_to_thread=True)
    def pairs(request: Request[Any, Any, Any]) -> Response[bytes]:
        rest: str = request.path_params["rest"]
        item_id, _, last = rest.removeprefix("/").rpartition("/")  # ids may hold slashes
        if last != "pairs" or not item_id:
            raise no_route(request.url.path)
        query = request.query_params
        relation = _relation(query.get("relation", "complement"))
        found = service.pairs(item_id, relation, _limit(query.get("limit")))
        return _json(screen_pairs(found, _caller(request)))

    @get("/v1/decisions/{decision_id:str}", sync_to_thread=True)
    def decision(request: Request[Any, Any, Any]) -> Response[bytes]:
        _caller(request).require_everything()
        decision_id: str = request.path_params["decision_id"]
        require_storable(decision_id, "decision_id")
        return _json(service.decision(decision_id))

    return [pairs, decision]


def _caller(request: Request[Any, Any, Any]) -> Caller:
    caller: Caller = request.scope[CALLER]  # type: ignore[literal-required]  # ours, beside what ASGI names
    return caller


def _json(content: object, status: int = 200) -> Response[bytes]:
    return Response(
        msgspec.json.encode(content, enc_hook=plain), status_code=status, media_type=MediaType.JSON, headers=_NOT_KEPT
    )


def _relation(text: str) -> Relation:
    for relation in RELATIONS:
        if relation == text:
            return relation
    available = ", ".join(RELATIONS)
    raise RequestError(f"Relation {text!r} cannot be asked for; expected one of: {available}.", field="relation")


def _limit(text: str | None) -> int:
    if text is None:
        return _DEFAULT_PAIRS
    limit = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= limit <= MOST_PAIRS:
        raise RequestError(f"`limit` is {text!r}; expected a whole number from 1 to {MOST_PAIRS}.", field="limit")
    return limit
