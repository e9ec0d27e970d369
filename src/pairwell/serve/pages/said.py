"""What a form did, told once, on the page that comes after it: kept by the browser until then, and by nobody else."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Final

from pairwell.serve.online.wire import Message, Scope, Send
from pairwell.serve.pages.asking import cookies

SAID_COOKIE: Final = "pairwell_said"
_LONGEST = 500  # characters
_SECONDS = 30
_FOR: Final = "Path=/; HttpOnly; SameSite=Strict"


def remember(text: str, origin: str) -> str:
    """The cookie that holds what was done; `origin` is what the browser came by."""
    held = base64.urlsafe_b64encode(text[:_LONGEST].encode()).decode().rstrip("=")
    secure = "; Secure" if origin.lower().startswith("https:") else ""
    return f"{SAID_COOKIE}={held}; Max-Age={_SECONDS}; {_FOR}{secure}"


def telling_once(scope: Scope, send: Send) -> Send:
    """`send`, by which a browser that shows the cookie loses it with the page that it is shown next."""
    if not cookies(scope, SAID_COOKIE):
        return send

    async def send_and_forget(message: Message) -> None:
        if message["type"] == "http.response.start" and _is_shown(message):
            ended = f"{SAID_COOKIE}=; Max-Age=0; {_FOR}".encode()
            message = {**message, "headers": [*message["headers"], (b"set-cookie", ended)]}
        await send(message)

    return send_and_forget


def recall(held: str) -> str:
    """What a cookie holds; nothing where it holds no text."""
    try:
        return base64.b64decode(held + "=" * (-len(held) % 4), altchars=b"-_", validate=True).decode()[:_LONGEST]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _is_shown(message: Message) -> bool:
    kind: bytes = dict(message["headers"]).get(b"content-type", b"")
    return message["status"] != HTTPStatus.SEE_OTHER and kind.startswith(b"text/html")
