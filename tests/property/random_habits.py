"""Random purchases of the past: what is due again, what was bought lately, and what others came back for."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from pairwell.habits import Repeat
from pairwell.records import Lag, Pair


def make_repeats(rng: random.Random, ids: Sequence[str], now: datetime) -> list[Repeat]:
    """Repeats that are due now."""
    return [_repeat(rng, item_id, now) for item_id in ids if rng.random() < rng.choice((0.0, 0.0, 0.2))]


def _repeat(rng: random.Random, item_id: str, now: datetime) -> Repeat:
    gap = rng.choice((1.0, 30.4, 90.0))
    return Repeat(
        item_id=item_id,
        due_at=now,
        due_from=now - timedelta(days=rng.choice((0, 3))),
        due_until=now + timedelta(days=rng.choice((0, 5, 60))),
        probability=rng.choice((0.1, 0.5, 1.0)),
        typical_gap_days=gap,
        last_bought_at=now - timedelta(days=rng.choice((1, 31, 400))),
        times=rng.randint(3, 20),
    )


def make_purchases(rng: random.Random, ids: Sequence[str], now: datetime) -> dict[str, datetime]:
    """What was bought when."""
    some = [item_id for item_id in ids if rng.random() < rng.choice((0.0, 0.0, 0.3))]
    return {item_id: now - timedelta(days=rng.choice((0, 2, 20, 200))) for item_id in some}


def make_follow_ups(rng: random.Random, pairs: Mapping[str, Sequence[Pair]]) -> dict[tuple[str, str], list[Pair]]:
    """Some of the pairs as what others came back for."""
    return {("follow_ups", item_id): [_later(rng, pair) for pair in found[:5]] for item_id, found in pairs.items()}


def _later(rng: random.Random, pair: Pair) -> Pair:
    low = rng.choice((1, 10, 100))
    lag = Lag(low=low, median=low + 5, high=low + rng.choice((10, 30, 300)))
    return msgspec.structs.replace(pair, followers=rng.randint(10, 500), preceders=3, lag_days=lag)
