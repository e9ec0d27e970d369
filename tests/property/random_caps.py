"""Random caps, and what a random person was shown before."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from pairwell.config.settings import Cap
from pairwell.records import Contact


def make_caps(rng: random.Random, ids: list[str], now: datetime) -> tuple[Cap, ...]:
    """Some of: a budget, repeats of one offer, a total by number, a total by time."""
    window = rng.choice((None, 1.0, 24.0))
    some = tuple(rng.sample(ids, min(3, len(ids))))
    caps = (
        Cap(name="budget", window_h=window, limit=rng.choice((0, 1, 2, 3)), channels=rng.choice(((), ("site",)))),
        Cap(name="first", scope="offer", items=some, outcome="accept", limit=rng.choice((1, 5))),
        Cap(name="sale", scope="offer", items=some, until=now + timedelta(hours=rng.choice((-1, 0, 1)))),
    )
    return tuple(cap for cap in caps if rng.random() < 0.3)


def make_contacts(rng: random.Random, ids: list[str], now: datetime) -> list[Contact]:
    """Slates of the past, oldest first: live, lapsed and seen ones."""
    found = []
    for hours in sorted((rng.choice((0.1, 0.5, 5.0, 30.0)) for _ in range(rng.choice((0, 0, 1, 4)))), reverse=True):
        at = now - timedelta(hours=hours)
        items = rng.sample(ids, min(len(ids), rng.choice((1, 4))))
        found.append(
            Contact(
                at=at,
                lapses_at=at + timedelta(minutes=16),
                channel=rng.choice(("site", "site", "email")),
                interrupts=rng.random() < 0.3,
                item_ids=items,
                seen=rng.randrange(1 << len(items)),
            )
        )
    return found
