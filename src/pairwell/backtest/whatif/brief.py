"""Other settings on logged requests, for as long as somebody waits: what would be decided, not what it would earn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from pairwell.backtest.whatif.again import Other, Past, UntoldReason, decide_again
from pairwell.backtest.whatif.lottery import Lottery
from pairwell.backtest.whatif.sides import Counted, Tally
from pairwell.records import Decision

Left = UntoldReason | Literal["out_of_time"]


class Brief(NamedTuple):
    """What was told of the requests; `counted`: None where it was none of them."""

    counted: Counted | None
    moments: list[datetime]
    left: Counter[Left]  # requests that nothing is told of


def try_briefly(decisions: Iterable[Decision], past: Past, other: Other, is_late: Callable[[], bool]) -> Brief:
    """Decide logged requests again under other settings; once `is_late` says so, those that are left stay untold."""
    tally, left, moments = Tally(), Counter[Left](), list[datetime]()
    for decision in decisions:
        if is_late():
            left["out_of_time"] += 1
            continue
        pair = decide_again(decision, past, other)
        if isinstance(pair, str):
            left[pair] += 1
            continue
        tally.add(pair, Lottery(pair.before), Lottery(pair.after))
        moments.append(decision.inputs.now)
    return Brief(counted=tally.counted() if moments else None, moments=moments, left=left)
