"""The API described in OpenAPI 3.1, from the records that it reads and writes."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from pairwell.candidates.relations import PairsFound
from pairwell.config.version import engine_version
from pairwell.events import Event, EventReceipt
from pairwell.records import Answer, Decision, DecisionRequest
from pairwell.serve.online.access.screening import PublicPairs
from pairwell.serve.online.decisions import PageRequest
from pairwell.serve.online.events import Beacon, EventBatch
from pairwell.serve.online.faults import ErrorBody
from pairwell.serve.online.feeds import describing as feeds
from pairwell.serve.online.service import Readiness
from pairwell.serve.online.storefront.fragment import FragmentRequest

_RECORDS = (
    DecisionRequest, PageRequest, FragmentRequest, Answer, Event, EventBatch, EventReceipt, Beacon, Decision,
    PairsFound, PublicPairs, Readiness, ErrorBody, *feeds.RECORDS,
)  # fmt: skip
_COMPONENT = "#/components/schemas/{name}"
_FAULTS = {
    400: "What was sent is not valid; `error.field` names it.",
    401: "No key, or none that counts.",
    403: "The key may not do this, or counts not for this page or customer; without keys: a stranger's page asks.",
    404: "There is no such thing.",
    405: "The route takes another method.",
    408: "The body took too long to arrive.",
    409: "Too little is known for this yet.",
    413: "The body is too large.",
    429: "More requests than `[limits]` allows; `Retry-After` says when to come again.",
    500: "The server failed.",
    503: "It cannot be made durable now; send it again.",
}
_SCHEMES = {
    "secret": {
        "type": "http",
        "scheme": "bearer",
        "description": "`sk_…`, of the shop's servers: everything. Refused with an `Origin`.",
    },
    "publishable": {
        "type": "http",
        "scheme": "bearer",
        "description": "`pk_…`, of the shop's pages: decisions, behaviour events, pairs; with the `Origin` of one of "
        "its pages; of a customer only with a token that the shop's server signed, in `X-Pairwell-Customer`.",
    },
}
_SECRET: list[dict[str, list[str]]] = [{"secret": []}, {}]  # {}: open on loopback, where no key was ever made
_ANY_KEY: list[dict[str, list[str]]] = [{"secret": []}, {"publishable": []}, {}]
_NO_KEY: list[dict[str, list[str]]] = [{}]


@cache
def describe_api() -> dict[str, Any]:
    """The OpenAPI document as JSON types."""
    _, schemas = msgspec.json.schema_components(_RECORDS, ref_template=_COMPONENT)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pairwell",
            "version": engine_version(),
            "summary": "Decides what to offer beside what a customer looks at or buys, or stays silent.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {"schemas": schemas, "securitySchemes": {**_SCHEMES, **feeds.SCHEMES}},
        "security": _ANY_KEY,
    }


def _paths() -> dict[str, Any]:
    return {
        "/v1/decisions": {"post": _post_decisions()},
        "/v1/fragments": {"post": _post_fragments()},
        "/v1/events": {"post": _post_events()},
        **feeds.describe_feeds(),
        "/v1/decisions/{decision_id}": {"get": _get_decision()},
        "/v1/items/{item_id}/pairs": {"get": _get_pairs()},
        "/healthz": {"get": _probe("live", "Whether the process lives", {200: ({"type": "object"}, "It does.")})},
        "/readyz": {
            "get": _probe(
                "ready",
                "Whether offers can be made, and what keeps them from it",
                {200: (_ref(Readiness), "They can."), 503: (_ref(Readiness), "They cannot.")},
            )
        },
        "/metrics": {"get": _get_metrics()},
        "/openapi.json": {"get": _probe("openapi", "This document", {200: ({"type": "object"}, "OpenAPI 3.1.")})},
        "/widget.js": {"get": _text("widget", "The element that shows offers on a shop's page", "text/javascript")},
        "/datalayer.js": {"get": _text("datalayer", "What tells of a page's e-commerce pushes", "text/javascript")},
        "/": {"get": _welcome()},
    }


def _post_decisions() -> dict[str, Any]:
    return {
        "operationId": "decide",
        "summary": "Decide what to offer, if anything",
        "description": "The same `request_id` gives the same answer. Durable in the journal before it leaves; "
        "silent where that fails or takes longer than the placement's deadline.",
        "parameters": [_CUSTOMER],
        "requestBody": _body({"anyOf": [_ref(DecisionRequest), _ref(PageRequest)]}, "application/json", "text/plain"),
        "responses": _responses({200: (_ref(Answer), "Offers, or silence with its reason.")}, (400, 408, 413, 500)),
    }


def _post_fragments() -> dict[str, Any]:
    headers = {"X-Pairwell-Silence": {"description": "Why nothing is offered.", "schema": {"type": "string"}}}
    told = {"description": "The offers; empty where there is silence.", "content": _HTML, "headers": headers}
    faults = _responses({}, (400, 408, 413, 500, 503))
    return {
        "operationId": "render_fragment",
        "summary": "Decide what to offer, as HTML for a page that a server renders",
        "parameters": [_CUSTOMER],
        "requestBody": _body(_ref(FragmentRequest), "application/json"),
        "responses": {"200": told, **faults},
    }


def _post_events() -> dict[str, Any]:
    return {
        "operationId": "send_events",
        "summary": "Tell what was seen, accepted, declined, ordered",
        "description": "One event or a batch. The same `event_id` counts once. Answers only when all is durable.",
        "parameters": [_CUSTOMER],
        "requestBody": _body(
            {"anyOf": [_ref(EventBatch), _ref(Event), _ref(Beacon)]}, "application/json", "text/plain"
        ),
        "responses": _responses({202: (_ref(EventReceipt), "What became of each event.")}, (400, 408, 413, 500, 503)),
    }


def _get_decision() -> dict[str, Any]:
    return {
        "operationId": "read_decision",
        "summary": "A journaled decision with everything it read",
        "security": _SECRET,
        "parameters": [_parameter("decision_id", "path", {"type": "string"})],
        "responses": _responses({200: (_ref(Decision), "The decision.")}, (400, 404, 500, 503)),
    }


def _get_pairs() -> dict[str, Any]:
    relations = {
        "enum": ["complement", "substitute", "upgrade", "variant", "requires", "follow_up"],
        "default": "complement",
    }
    limits = {"type": "integer", "minimum": 1, "maximum": 200, "default": 10}
    return {
        "operationId": "read_pairs",
        "summary": "What goes with an item, with its evidence",
        "parameters": [
            _parameter("item_id", "path", {"type": "string"}),
            _parameter("relation", "query", relations),
            _parameter("limit", "query", limits),
        ],
        "responses": _responses({200: (_PAIRS, "Best first; for pages without figures.")}, (400, 404, 409, 500, 503)),
    }


def _get_metrics() -> dict[str, Any]:
    faults = _responses({}, (500, 503))
    told = {"description": "Text for Prometheus.", "content": {"text/plain": {"schema": {"type": "string"}}}}
    return {
        "operationId": "read_metrics",
        "summary": "How the process is doing",
        "security": _SECRET,
        "responses": {"200": told, **faults},
    }


def _welcome() -> dict[str, Any]:
    content = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "operationId": "welcome",
        "summary": "What runs here",
        "security": _NO_KEY,
        "responses": {
            "200": {"description": "A page of plain text, where no pages for people are served.", "content": content},
            "303": {"description": "The same text; `Location` leads to the pages for people.", "content": content},
        },
    }


def _text(name: str, summary: str, kind: str) -> dict[str, Any]:
    told = {"description": "The same for everybody.", "content": {kind: {"schema": {"type": "string"}}}}
    same = {"description": "What `If-None-Match` names is still the same."}
    responses = {"200": told, "304": same, **_responses({}, (405,))}
    return {"operationId": name, "summary": summary, "security": _NO_KEY, "responses": responses}


def _probe(name: str, summary: str, answers: dict[int, tuple[dict[str, Any], str]]) -> dict[str, Any]:
    return {"operationId": name, "summary": summary, "security": _NO_KEY, "responses": _responses(answers, ())}


def _responses(answers: dict[int, tuple[dict[str, Any], str]], faults: tuple[int, ...]) -> dict[str, Any]:
    every = {**answers, **{status: (_ref(ErrorBody), _FAULTS[status]) for status in (401, 403, 429, *faults)}}
    told = sorted(every.items())
    return {str(status): {"description": text, "content": _json(schema)} for status, (schema, text) in told}


def _body(schema: dict[str, Any], *media: str) -> dict[str, Any]:
    return {"required": True, "content": {kind: {"schema": schema} for kind in media}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _parameter(name: str, place: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _ref(record: type) -> dict[str, Any]:
    return {"$ref": _COMPONENT.format(name=record.__name__)}


_HTML = {"text/html": {"schema": {"type": "string"}}}
_PAIRS = {"anyOf": [_ref(PairsFound), _ref(PublicPairs)]}
_CUSTOMER = {
    "name": "X-Pairwell-Customer",
    "in": "header",
    "required": False,
    "description": "Of a publishable key: the token of the customer whose request it is.",
    "schema": {"type": "string"},
}
