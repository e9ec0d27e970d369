"""The routes of feeds, by their paths."""

from __future__ import annotations

from typing import Final

from pairwell.events import EventReceipt
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.settling import LetIn
from pairwell.serve.online.feeds.calls import KINDS, Calls
from pairwell.serve.online.feeds.hooks import PATHS, Webhooks
from pairwell.serve.online.line import Line
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.service import Service
from pairwell.serve.online.sorting import SentEvents

CALL_PATHS: Final = frozenset(KINDS)
"""Where a key may stand as the user of HTTP's Basic authentication."""
Feed = Webhooks | Calls


def make_feeds(
    service: Service, line: Line[LetIn[SentEvents], EventReceipt], gate: Gate, counts: Counts
) -> dict[str, Feed]:
    """The routes of webhooks and of calls, all into the one line of events."""
    calls = Calls(service, line, gate, counts)
    hooks = {path: Webhooks(system, service, line, gate, counts) for path, system in PATHS.items()}
    return {**hooks, **dict.fromkeys(KINDS, calls)}
