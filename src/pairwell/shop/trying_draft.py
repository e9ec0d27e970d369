"""The draft on the newest logged requests, in the time that somebody waits for a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from pairwell.backtest.whatif.again import Other, open_past
from pairwell.backtest.whatif.brief import Left, try_briefly
from pairwell.backtest.whatif.sides import Counted
from pairwell.config.published import settings_hash
from pairwell.config.workspace import read_draft
from pairwell.facts.past import PastItems
from pairwell.shop.held_back import newest_first
from pairwell.shop.setup import Differs, tell_changes
from pairwell.shop.simulating import Opened


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


def try_draft(opened: Opened, newest: int, seconds: float, stopwatch: Callable[[], float]) -> DraftTried:
    """Decide the newest logged requests by `pairwell.toml`, for so many seconds at most; the newest come first.

    Nothing is published, shown or journaled. Raises `SettingsError` where the draft cannot be read.
    """
    begun, live = stopwatch(), opened.shop.published.settings
    draft = read_draft(opened.shop.workspace)
    past = open_past(opened.archive, PastItems(opened.database), opened.shop.facts)
    other = Other(name=settings_hash(draft), settings=draft)
    changes = tell_changes(live, draft)
    decisions = newest_first(opened.database, newest) if changes else ()
    found = try_briefly(decisions, past, other, lambda: stopwatch() - begun >= seconds)
    return DraftTried(
        timezone=live.shop.timezone,
        currency=live.shop.currency,
        settings=other.name,
        changes=changes,
        newest=newest,
        seconds=seconds,
        since=min(found.moments, default=None),
        until=max(found.moments, default=None),
        left=dict(found.left),
        counted=found.counted,
    )
