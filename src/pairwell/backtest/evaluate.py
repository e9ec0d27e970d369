"""Back-tests by name: what each protocol hides, and the one way all of them are scored."""

from __future__ import annotations

from datetime import datetime

import msgspec

from pairwell.backtest.basket import pose_basket
from pairwell.backtest.judging import Evaluation, judge
from pairwell.backtest.next_basket import pose_next_basket
from pairwell.backtest.session import pose_session
from pairwell.backtest.trial import Held, Pose
from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.errors import RequestError

PROTOCOLS: dict[str, Pose] = {
    "basket": pose_basket,
    "next-basket": pose_next_basket,
    "session": pose_session,
}


def evaluate(protocol: str, held: Held, settings: Settings, *, advance: Advance = unheard) -> Evaluation:
    """Learn from the older part of what is held, ask every method of `protocol` about the rest, and score.

    Raises `RequestError` for an unknown protocol, `EvidenceError` where there is too little to learn from or ask about.
    """
    if protocol not in list(PROTOCOLS):  # a list: what cannot be hashed is no protocol either
        raise RequestError(
            f"{protocol!r} is no protocol of back-tests; known are {', '.join(PROTOCOLS)}.",
            hint="Name one of those.",
            field="protocol",
        )
    trial = PROTOCOLS[protocol](held, settings, lambda share: advance(0.9 * share))
    found = judge(trial)
    advance(1.0)
    return msgspec.structs.replace(found, later=sum(_later(each, held.now) for each in (held.train, held.test) if each))


def _later(dataset: Dataset, now: datetime) -> int:
    """How many orders are dated after `now`, though others are not."""
    with storage_failures():
        placed_at = dataset.table("orders").placed_at
        later, others = (side.sum().to_pyarrow().as_py() or 0 for side in (placed_at > now, placed_at <= now))
    return int(later) if others else 0
