"""The routes of feeds, by their paths."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final, Protocol

from pairwell.events import EventReceipt
from pairwell.serve.online.access.credentials import Shown
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.settling import LetIn
from pairwell.serve.online.feeds.calls import KINDS, Calls
from pairwell.serve.online.feeds.hooks import PATHS, Webhooks
from pairwell.serve.online.line import Line
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.service import Service
from pairwell.serve.online.sorting import SentEvents
from pairwell.serve.online.wire import Receive, Scope, Send

CALL_PATHS: Final = frozenset(KINDS)
"""Where a key may stand as the user of HTTP's Basic authentication."""


class Hot(Protocol):
    """A route in plain ASGI, of requests that show what they may."""

    def __call__(self, scope: Scope, receive: Receive, send: Send, shown: Shown, /) -> Awaitable[None]:
        """Answer, or raise what is to be answered."""


def make_feeds(
    service: Service, line: Line[LetIn[SentEvents], EventReceipt], gate: Gate, counts: Counts
) -> dict[str, Hot]:
    """The routes of webhooks and of calls, all into the one line of events."""
    calls = Calls(service, line, gate, counts)
    hooks: dict[str, Hot] = {path: Webhooks(system, service, line, gate, counts) for path, system in PATHS.items()}
    return {**hooks, **dict.fromkeys(KINDS, calls)}
