"""Answers of the pages: each kept by nobody, and bare of what a browser could be talked into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response

from pairwell.said import plain
from pairwell.serve.online.faults import ErrorBody, Fault
from pairwell.serve.online.wire import Message, Scope, Send

# Cells of a map of heat carry their shade in an attribute; nothing else of a page is its own style.
_PAGES: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A report that needs nothing beside itself brings its style along.
ALONE: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "sandbox"
)
_USUAL: Final = {
    b"cache-control": b"no-store",
    b"content-security-policy": _PAGES.encode(),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"same-origin",  # with less a browser does not say of which page a form is
    b"vary": b"Accept, Authorization, Cookie",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}


def guarded(send: Send) -> Send:
    """`send`, with the headers that every answer has, unless it says otherwise itself."""

    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message["headers"]}
            usual = [(name, value) for name, value in _USUAL.items() if name not in own]
            message = {**message, "headers": [*message["headers"], *usual]}
        await send(message)

    return send_guarded


def wants_page(scope: Scope) -> bool:
    """Whether a browser asks that wants to show something."""
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return b"text/html" in accepted and not scope["path"].startswith("/api/")


def page(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """An HTML page."""
    return _text(text, "text/html; charset=utf-8", status, headers)


def document(text: str, kind: str, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """Any other text, of a media type."""
    return _text(text, kind, 200, headers)


def told(fault: Fault, status: int, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """The one error shape."""
    return _text(
        msgspec.json.encode(ErrorBody(error=fault), enc_hook=plain).decode(), "application/json", status, headers
    )


def _text(text: str, kind: str, status: int, headers: Mapping[str, str] | None) -> Response[bytes]:
    sent: dict[str, Any] = {**(headers or {}), "content-type": kind}
    return Response(text.encode(), status_code=status, headers=sent, media_type=kind)
