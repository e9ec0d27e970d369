"""How well a model of the older orders completes the newest ones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, slice_orders
from pairwell.learn.cases import Case, hide_in_each
from pairwell.learn.history import History
from pairwell.model.admission import FEWEST_CASES, wilson
from pairwell.model.model import Model

_NEWEST_SHARE = 0.1
_MOST_CASES = 4_000
_FEWEST_TO_PART = 400
_CUT = 10

Newest = tuple[int, list[Case]]  # how many orders are older than the newest tenth, and the cases of that tenth


class Share(msgspec.Struct, frozen=True):
    """A share and its 95 % interval."""

    value: float
    ci: tuple[float, float]


class Validation(msgspec.Struct, frozen=True, kw_only=True, rename={"hit_rate_at_10": "hr@10"}):
    """How often the hidden item was among the ten best."""

    protocol: str
    cases: int
    hit_rate_at_10: Share


def validate(twin: Model, newest: Newest) -> Validation | None:
    """Ask a model of the older orders for the item that is hidden of each of the newest tenth.

    None where fewer than 20 orders can be asked about. At most 2,000, chosen by lot, are, and none that the share of
    the linear weights was chosen on.
    """
    _, cases = halves(newest[1])
    if len(cases) < FEWEST_CASES:
        return None
    hits = int(find_hits(twin, cases).sum())
    return Validation(
        protocol="basket, newest tenth of the orders",
        cases=len(cases),
        hit_rate_at_10=Share(hits / len(cases), wilson(hits, len(cases))),
    )


def older_orders(history: History) -> int:
    """How many orders are older than the newest tenth."""
    return history.baskets.n_orders - int(history.baskets.n_orders * _NEWEST_SHARE)


def newest_cases(history: History, most: int = _MOST_CASES) -> Newest:
    """The newest tenth of the orders as questions; at most `most`, chosen by lot."""
    split = older_orders(history)
    return split, cases_from(history, split, most)


def cases_from(history: History, start: int, most: int) -> list[Case]:
    """The orders from number `start` on as questions; at most `most`, chosen by lot."""
    newest = slice_orders(history.baskets, start, history.baskets.n_orders)
    cases = hide_in_each(newest, history.order_ids[start:])
    return cases if len(cases) <= most else sorted(cases, key=_lot)[:most]


def halves(cases: list[Case]) -> tuple[list[Case], list[Case]]:
    """Those to choose on and those to judge on; fewer than 400 are all to judge on."""
    return (cases[::2], cases[1::2]) if len(cases) >= _FEWEST_TO_PART else ([], cases)


def before(history: History, split: int) -> History:
    """The same history with only its first `split` orders."""
    return msgspec.structs.replace(
        history,
        baskets=slice_orders(history.baskets, 0, split),
        order_ids=history.order_ids[:split],
        customers=history.customers[:split],
    )


def find_hits(model: Model, cases: Sequence[Case]) -> Array:
    """Whether the hidden item of each case is among the ten best."""
    completed = model.complete([case.given for case in cases], n=_CUT)
    found = (
        any(item_id == case.hidden for item_id, _ in ranked) for case, ranked in zip(cases, completed, strict=True)
    )
    return np.fromiter(found, dtype=bool, count=len(cases))


def _lot(case: Case) -> bytes:
    return hashlib.md5("|".join((case.hidden, *case.given)).encode(), usedforsecurity=False).digest()
