"""The routes that people and probes ask now and then, in Litestar."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from pairwell.errors import RequestError
from pairwell.records import Relation
from pairwell.serve.online.faults import no_route
from pairwell.serve.online.openapi import describe_api
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
_WELCOME = """\
Pairwell's online API: it decides what to offer beside what a customer looks at or buys, or stays silent.
It runs open here, without keys: keep it on this machine, or behind a proxy you trust.

  POST /v1/decisions          what to offer
  POST /v1/events             what was seen, accepted, declined, ordered
  GET  /v1/items/ID/pairs     what goes with an item
  GET  /v1/decisions/ID       a decision with everything it read
  GET  /openapi.json          all of it, described
  GET  /healthz, /readyz      whether it lives, whether it can answer

Try:

  curl -s {base}v1/decisions -d '{{"placement": "cart", "cart": [{{"item_id": "ITEM"}}]}}'
"""


def make_routes(service: Service) -> list[HTTPRouteHandler]:
    """The handlers over one service."""

    @get("/", media_type=MediaType.TEXT, sync_to_thread=False)
    def welcome(request: Request[Any, Any, Any]) -> str:
        return _WELCOME.format(base=request.base_url)

    @get("/healthz", sync_to_thread=False)
    def health() -> Response[bytes]:
        return _json({"status": "ok"})

    @get("/readyz", sync_to_thread=True)
    def readiness() -> Response[bytes]:
        found = service.readiness()
        return _json(found, status=200 if found.ready else 503)

    @get("/openapi.json", sync_to_thread=False)
    def openapi() -> Response[bytes]:
        return _json(describe_api())

    @get("/v1/items/{rest:path}", sync_to_thread=True)
    def pairs(request: Request[Any, Any, Any]) -> Response[bytes]:
        rest: str = request.path_params["rest"]
        item_id, _, last = rest.removeprefix("/").rpartition("/")  # ids may hold slashes
        if last != "pairs" or not item_id:
            raise no_route(request.url.path)
        query = request.query_params
        relation = _relation(query.get("relation", "complement"))
        return _json(service.pairs(item_id, relation, _limit(query.get("limit"))))

    @get("/v1/decisions/{decision_id:str}", sync_to_thread=True)
    def decision(request: Request[Any, Any, Any]) -> Response[bytes]:
        return _json(service.decision(request.path_params["decision_id"]))

    return [welcome, health, readiness, openapi, pairs, decision]


def _json(content: object, status: int = 200) -> Response[bytes]:
    headers = {"cache-control": "no-store"}
    return Response(msgspec.json.encode(content), status_code=status, media_type=MediaType.JSON, headers=headers)


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
