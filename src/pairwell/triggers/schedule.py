"""When a webhook that failed is tried again."""

from __future__ import annotations

import hashlib
from datetime import timedelta

# Between one try and the next, as the Standard Webhooks specification has it ("Deliverability and reliability").
_PAUSES = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
_JITTER = 0.2  # at most, as a share of the pause
LONGEST = timedelta(days=1)
MOST_TRIES = len(_PAUSES) + 1


def pause_after(tries: int, trigger_id: str, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many tries, the last of which failed; None: no more are made.

    Up to a fifth longer than the table, by lot from the id and the number of tries, so that what failed together does
    not come back together. `asked`: what the receiver wants waited; it gets that, up to a day.
    """
    if tries >= MOST_TRIES:
        return None
    drawn = hashlib.blake2b(f"{trigger_id}\x1f{tries}".encode(), digest_size=4).digest()
    share = int.from_bytes(drawn) / 2**32
    pause = _PAUSES[tries - 1] * (1 + _JITTER * share)
    return pause if asked is None else max(pause, min(asked, LONGEST))
