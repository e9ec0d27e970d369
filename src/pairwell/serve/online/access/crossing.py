"""What browsers are told about asking from the pages of another site (CORS)."""

from __future__ import annotations

from collections.abc import Callable, Collection

from pairwell.serve.online.access.refusals import origin_not_allowed
from pairwell.serve.online.wire import Message, Scope, Send

_MAX_AGE_S = b"600"
_HEADERS = b"authorization, content-type, x-pairwell-customer, anonymousid"  # the last by RudderStack's library
_METHODS = b"GET, POST"
Headers = list[tuple[bytes, bytes]]


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks whether it may ask."""
    return scope["method"] == "OPTIONS" and any(
        name == b"access-control-request-method" for name, _ in scope["headers"]
    )


async def answer_preflight(send: Send, origin: str | None, allowed: Collection[str]) -> None:
    """Let pages of an allowed origin ask; credentials are never asked for. Raises `Refused` for all others."""
    if origin is None or origin not in allowed:
        raise origin_not_allowed(origin or "")
    headers = [
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", _HEADERS),
        (b"access-control-max-age", _MAX_AGE_S),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def readable_for(send: Send, origin: str | None, allowed: Callable[[], Collection[str]]) -> Send:
    """`send`, with leave for a page to read the answer, errors too, where its origin is `allowed` by then."""
    if origin is None:
        return send

    async def send_with_leave(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *_leave(origin, allowed())]}
        await send(message)

    return send_with_leave


def _leave(origin: str, allowed: Collection[str]) -> Headers:
    vary = (b"vary", b"Origin")
    if origin not in allowed:
        return [vary]
    named = (b"access-control-allow-origin", origin.encode("latin-1"))
    return [vary, named, (b"access-control-expose-headers", b"date, retry-after")]
