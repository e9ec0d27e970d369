"""The routes of feeds in OpenAPI."""

from __future__ import annotations

from typing import Any, Final

from pairwell.serve.online.feeds.calls import KINDS, Batch, CallReceipt
from pairwell.serve.online.feeds.hooks import PATHS, Delivered, System

RECORDS: Final = (Delivered, CallReceipt)
SCHEMES: Final = {
    "writeKey": {
        "type": "http",
        "scheme": "basic",
        "description": "A key as the user, the password empty: so libraries of Segment and RudderStack show theirs.",
    },
    **{
        f"{system.name}Signature": {
            "type": "apiKey",
            "in": "header",
            "name": system.signature.decode(),
            "description": "HMAC-SHA256 of the raw body in base64, by the secret that `[feeds]` names.",
        }
        for system in PATHS.values()
    },
}
_OBJECT: Final = {"type": "object"}
_FAULTS: Final = {
    "400": "What was sent is not valid.",
    "401": "It shows no key or signature, or none that counts.",
    "403": "The key may not do this, or counts not for this page; without keys: a stranger's page asks.",
    "404": "Webhooks of this system are not taken here.",
    "408": "The body took too long to arrive.",
    "413": "The body is too large.",
    "429": "More requests than `[limits]` allows; `Retry-After` says when to come again.",
    "500": "The server failed.",
    "503": "It cannot be made durable now, or the secret is not at hand; send it again.",
}
_ANY_KEY: Final[list[dict[str, list[str]]]] = [{"writeKey": []}, {"secret": []}, {"publishable": []}, {}]


def describe_feeds() -> dict[str, Any]:
    """The paths, each with its operation."""
    hooks = {path: {"post": _hook(system)} for path, system in PATHS.items()}
    return {**hooks, **{path: {"post": _call(path, kind)} for path, kind in KINDS.items()}}


def _hook(system: System) -> dict[str, Any]:
    return {
        "operationId": f"take_{system.name}",
        "summary": f"Webhooks of {system.name}, as it sends them",
        "security": [{f"{system.name}Signature": []}],
        "parameters": [
            {"name": system.topic, "in": "header", "required": False, "schema": {"type": "string"}},
        ],
        "requestBody": _body(_OBJECT),
        "responses": _responses(Delivered, "What became of it."),
    }


def _call(path: str, kind: str) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    batch = {
        "type": "object",
        "properties": {"batch": {"type": "array", "items": _OBJECT}, "sentAt": {}, "writeKey": _WRITE_KEY},
        "required": [Batch.__struct_fields__[0]],
    }
    call = {"type": "object", "properties": {"writeKey": _WRITE_KEY}}
    return {
        "operationId": f"call_{name}",
        "summary": f"A `{kind}` call of Segment's libraries" if kind else "Calls of Segment's libraries, together",
        "security": _ANY_KEY,
        "requestBody": _body(call if kind else batch),
        "responses": _responses(CallReceipt, "What became of each; `success` is always true."),
    }


_WRITE_KEY: Final = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {kind: {"schema": schema} for kind in ("application/json", "text/plain")}}


def _responses(record: type, told: str) -> dict[str, Any]:
    answers = {"200": _answer(told, record.__name__)}
    return answers | {status: _answer(text, "ErrorBody") for status, text in _FAULTS.items()}


def _answer(text: str, record: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{record}"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}
