"""What a form did, told on the page that comes after it: kept by the browser for that long, and by nobody else."""

from __future__ import annotations

import base64
import binascii
from typing import Final

SAID_COOKIE: Final = "pairwell_said"
_LONGEST = 500  # characters
_SECONDS = 30


def remember(text: str, origin: str) -> str:
    """The cookie that holds what was done; `origin` is what the browser came by."""
    held = base64.urlsafe_b64encode(text[:_LONGEST].encode()).decode().rstrip("=")
    return _cookie(held, origin, _SECONDS)


def forget(origin: str) -> str:
    """The cookie that ends it."""
    return _cookie("", origin, 0)


def recall(held: str) -> str:
    """What a cookie holds; nothing where it holds no text."""
    try:
        return base64.b64decode(held + "=" * (-len(held) % 4), altchars=b"-_", validate=True).decode()[:_LONGEST]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _cookie(held: str, origin: str, seconds: int) -> str:
    secure = "; Secure" if origin.lower().startswith("https:") else ""
    return f"{SAID_COOKIE}={held}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"
