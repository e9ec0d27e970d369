"""Browsers that have signed in. Held in memory only: a restart signs everybody out."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict

SESSION_S = 12 * 3600.0
_MOST = 1_000  # of more, the oldest are signed out


class Sessions:
    """Which key a browser has shown, by the digest of a random name that only this browser knows."""

    def __init__(self) -> None:
        self._held: OrderedDict[bytes, tuple[str, float]] = OrderedDict()  # digest -> id of the key, until when

    def open(self, key_id: str, now: float) -> str:
        """A new name for a browser that has shown this key; `now` in seconds."""
        name = secrets.token_urlsafe(32)
        self._held[_digest(name)] = key_id, now + SESSION_S
        if len(self._held) > _MOST:
            self._held.popitem(last=False)
        return name

    def find(self, name: str, now: float) -> str | None:
        """The id of the key that was shown; None where nobody signed in under this name, or too long ago."""
        key_id, until = self._held.get(_digest(name), (None, now))
        return key_id if now < until else None

    def close(self, name: str) -> None:
        """Forget the browser."""
        self._held.pop(_digest(name), None)


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
