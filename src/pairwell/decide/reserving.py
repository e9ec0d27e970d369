"""How far back a decision looks in the journal, and what it reserves there."""

from __future__ import annotations

from datetime import datetime, timedelta

from pairwell.config.settings import Settings
from pairwell.decide.caps import totals_of, window_start
from pairwell.decide.scene import Scene, quiet_since
from pairwell.journal.round import Claim, Reservation
from pairwell.journal.standing import Lookback, Total
from pairwell.records import Decision

_UNDER_WAY = timedelta(seconds=60)  # what was seen at the last moment is told a little later
_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def look_back(settings: Settings, now: datetime) -> Lookback:
    """Everything that rules and caps count back to."""
    starts = [window_start(cap, now) or _EVER for cap in settings.caps if cap.scope == "customer"]
    return Lookback(
        declines=quiet_since(now, settings),
        signals=now,
        signal_types=(),
        contacts=min(starts, default=now),
        totals=[
            Total(name=cap.name, since=window_start(cap, now))
            for cap in settings.caps
            if cap.scope == "offer" and cap.limit is not None
        ],
    )


def reserve(decision: Decision, scene: Scene) -> Reservation:
    """What the slate of a decision takes until it lapses."""
    placement = scene.placement
    return Reservation(
        channel=placement.channel,
        interrupts=placement.interrupts,
        lapses_at=decision.answer.valid_until + _UNDER_WAY,
        claims=[
            Claim(cap=cap.name, offer_no=offer.offer_no, outcome=cap.outcome)
            for cap in totals_of(scene)
            if cap.limit is not None
            for offer in decision.slate
            if offer.item_id in cap.items
        ],
    )
