"""How far back a decision looks in the journal, and what it reserves there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import get_args

import msgspec

from pairwell.config.settings import Placement, Settings
from pairwell.decide.caps import totals_of, window_start
from pairwell.decide.scene import Scene, quiet_since
from pairwell.events import BehaviourType
from pairwell.journal.round import Claim, Reservation
from pairwell.journal.standing import Lookback, Standing, Total
from pairwell.records import Decision

_UNDER_WAY = timedelta(seconds=60)  # what was seen at the last moment is told a little later
_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def look_back(settings: Settings, now: datetime) -> Lookback:
    """Everything that rules and caps count back to."""
    starts = [window_start(cap, now) or _EVER for cap in settings.caps if cap.scope == "customer"]
    return Lookback(
        declines=quiet_since(now, settings),
        signals=now - timedelta(minutes=settings.hesitation.window_minutes),
        signal_types=_signal_types(settings),
        contacts=min(starts, default=now),
        totals=[
            Total(name=cap.name, since=window_start(cap, now))
            for cap in settings.caps
            if cap.scope == "offer" and cap.limit is not None
        ],
    )


def widest(one: Lookback, other: Lookback) -> Lookback:
    """What both look back to; they count the same totals."""
    return Lookback(
        declines=min(one.declines, other.declines),
        signals=min(one.signals, other.signals),
        signal_types=sorted({*one.signal_types, *other.signal_types}),
        contacts=min(one.contacts, other.contacts),
        totals=one.totals,
    )


def narrowed(standing: Standing, back: Lookback) -> Standing:
    """As much of `standing` as `back` alone would have read."""
    return Standing(
        declines=[one for one in standing.declines if one.at >= back.declines],
        signals=[one for one in standing.signals if one.at >= back.signals and one.type in back.signal_types],
        shown=[one for one in standing.shown if one.at >= back.contacts],
        ghosts=[one for one in standing.ghosts if one.at >= back.contacts],
    )


def reserve_nothing(decision: Decision, placement: Placement) -> Reservation:
    """For a decision without a slate."""
    return Reservation(
        channel=placement.channel, interrupts=placement.interrupts, lapses_at=decision.answer.valid_until
    )


def _signal_types(settings: Settings) -> list[BehaviourType]:
    """What rules read of what was done lately: all of it where they ask for each, else what tells of hesitation."""
    said = " ".join(rule.when for rule in settings.rules)
    if "signals" in said:
        return list(get_args(BehaviourType))
    weights = msgspec.structs.asdict(settings.hesitation.weights)
    return [kind for kind in get_args(BehaviourType) if weights[kind] > 0] if "hesitat" in said else []


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
            if not set(offer.adds).isdisjoint(cap.items)
        ],
    )
