"""What a protocol puts before the frame: cases with their truths, and what every method answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from pairwell.backtest.splits import Split
from pairwell.config.progress import Advance
from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.errors import RequestError
from pairwell.learn.baskets import Array

DEPTH = 20  # items of every answer
ENGINE, POPULARITY = "pairwell", "popularity"

Ranked = list[list[str]]  # for each case its items, best first
AskMore = Callable[[Sequence[int], int], Ranked]  # for the cases at these places, this many items


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Where the data to learn from and to ask about is: two datasets, or one and how its newest part is held out.

    What is dated after `now` counts as of the moment of the newest other, as in learning.
    """

    train: Dataset
    now: datetime
    test: Dataset | None = None
    split: Split | None = None

    def __post_init__(self) -> None:
        if (self.test is None) == (self.split is None):
            raise RequestError("Give either a second dataset to ask about or how the one is split.", field="split")


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One protocol carried out, not yet scored; every list goes case by case.

    `answers` holds each method's `DEPTH` best by name, the engine's and popularity's among them.
    """

    protocol: str
    hidden: str  # what was hidden of each case, in words
    truths: list[frozenset[str]]  # what was to be found; never empty
    barred: list[frozenset[str]]  # what may not be recommended
    clusters: Array  # cases of one number are resampled together: one customer's, one visit's
    revenue: Array  # what the hidden items cost; 0 where it is not known
    item_orders: dict[str, int]  # every item that may be recommended, with the orders it was learned from
    trained_orders: int
    trained_on: str = "orders"  # what `trained_orders` and `item_orders` count, in words
    answers: dict[str, Ranked]
    ask_more: AskMore  # the engine again, deeper


Pose = Callable[[Held, Settings, Advance], Trial]
