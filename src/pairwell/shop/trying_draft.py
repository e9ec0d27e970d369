"""The draft on the newest logged requests, in the time that somebody waits for a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec

from pairwell.backtest.whatif.again import Other
from pairwell.backtest.whatif.brief import Left, try_briefly
from pairwell.backtest.whatif.sides import Counted
from pairwell.config.published import settings_hash
from pairwell.config.settings import Settings
from pairwell.decide.telling.reasons import say_reason
from pairwell.fairness.finding import Finding
from pairwell.shop.held_back import Logged, newest_first
from pairwell.shop.setup import Differs, tell_changes


class DraftTried(msgspec.Struct, frozen=True, kw_only=True):
    """What the draft would have decided. Money in minor units, as each side's own settings expect it."""

    timezone: str
    currency: str
    settings: str  # hash of the draft
    changes: list[Differs]  # of the live settings
    newest: int  # requests asked for
    seconds: float  # after which no more of them were decided
    since: datetime | None
    until: datetime | None
    left: dict[Left, int]  # requests that nothing is told of
    counted: Counted | None  # None: nothing is told of any
    reasons: dict[str, str]  # those that held candidates back, in words
    unfair: list[Finding] = []  # dark patterns, for which it is not published


class Waiting(NamedTuple):
    """How many of the newest requests somebody waits for, and for how long."""

    newest: int
    seconds: float
    stopwatch: Callable[[], float]


def try_draft(logged: Logged, draft: Settings, waiting: Waiting) -> DraftTried:
    """Decide the newest logged requests by other settings; the newest come first. Nothing is published or journaled."""
    begun, live = waiting.stopwatch(), logged.published.settings
    other = Other(name=settings_hash(draft), settings=draft)
    changes = tell_changes(live, draft)
    decisions = newest_first(logged.database, waiting.newest) if changes else ()
    found = try_briefly(decisions, logged.past, other, lambda: waiting.stopwatch() - begun >= waiting.seconds)
    return DraftTried(
        timezone=live.shop.timezone,
        currency=live.shop.currency,
        settings=other.name,
        changes=changes,
        newest=waiting.newest,
        seconds=waiting.seconds,
        since=min(found.moments, default=None),
        until=max(found.moments, default=None),
        left=dict(found.left),
        counted=found.counted,
        reasons={} if found.counted is None else {one.reason: say_reason(one.reason) for one in found.counted.held},
    )
