"""Bodies in and out of plain ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from pairwell.said import plain
from pairwell.serve.online.faults import ErrorBody, Fault, too_large

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON = b"application/json"
HTML = b"text/html; charset=utf-8"
encoder = msgspec.json.Encoder(enc_hook=plain)


class Disconnected(Exception):  # noqa: N818  (nobody is left to be answered)
    """The client went away before its body was complete."""


async def read_body(
    scope: Scope, receive: Receive, *, limit: int, arrived: Callable[[int], None] = lambda _: None
) -> bytes:
    """The whole body, at most `limit` bytes. Raises `Refused` (413), and `Disconnected`.

    `arrived` is told of every part how large it is; what it raises ends the reading.
    """
    if announced_bytes(scope) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(limit)
        arrived(len(part))
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class Reply(NamedTuple):
    """What is answered."""

    body: bytes
    kind: bytes = JSON  # content type
    headers: Mapping[str, str] = MappingProxyType({})


async def send_json(send: Send, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """Answer with `body`, which is JSON already."""
    await send_reply(send, status, Reply(body, headers=headers or {}))


async def send_reply(send: Send, status: int, reply: Reply) -> None:
    """Answer; nobody keeps a copy."""
    own = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
    length = str(len(reply.body)).encode()
    start = [(b"content-type", reply.kind), (b"content-length", length), (b"cache-control", b"no-store"), *own]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": reply.body})


def as_get(scope: Scope, receive: Receive, send: Send) -> tuple[Scope, Receive, Send]:
    """HEAD is GET whose body stays here."""
    if scope["method"] != "HEAD":
        return scope, receive, send

    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return {**scope, "method": "GET"}, receive, send_head


def render_fault(fault: Fault) -> bytes:
    """The body of an error answer."""
    return encoder.encode(ErrorBody(error=fault))


def announced_bytes(scope: Scope) -> int:
    """The length of the body as the request says it; 0 where it says none."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
