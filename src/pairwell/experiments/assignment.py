"""Lots: the same salt and id fall the same way on every machine, for ever."""

from __future__ import annotations

import hashlib
from typing import Literal

from pairwell.config.settings import Choice
from pairwell.records import DecisionRequest

Arm = Literal["treated", "holdout", "withheld", "none"]


def unit_of(request: DecisionRequest) -> str | None:
    """The unit of randomisation: "c:CUSTOMER", else "v:VISITOR"; None where the request names nobody."""
    if request.customer_id is not None:
        return f"c:{request.customer_id}"
    return None if request.visitor_id is None else f"v:{request.visitor_id}"


def in_holdout(unit: str, *, salt: str, share: float) -> bool:
    """Whether `unit` is among the `share` of units that see no offers."""
    return draw_lot("holdout", unit, salt=salt) < share


def is_withheld(decision_id: str, *, salt: str, share: float) -> bool:
    """Whether the slate of this one decision is among the `share` withheld at random."""
    return draw_lot("withheld", decision_id, salt=salt) < share


def gets_first(lot: str | None, what: str, *, salt: str, share: float) -> bool:
    """Whether the unit with this lot is among the `share` that gets `what`, a settings' hash or a model's id, first.

    When the share grows, who had it stays with it. Nobody named: never.
    """
    return lot is not None and draw_lot(f"first {what}", lot, salt=salt) < share


def assign_arm(lot: str | None, decision_id: str, choice: Choice) -> Arm:
    """The arm of a decision, by the name whose lot decides.

    Nobody named: "none", which is treated and left out of every analysis.
    """
    if lot is None:
        return "none"
    if in_holdout(lot, salt=choice.salt, share=choice.holdout):
        return "holdout"
    return "withheld" if is_withheld(decision_id, salt=choice.salt, share=choice.withheld) else "treated"


def draw_lot(purpose: str, name: str, *, salt: str) -> float:
    """A number in [0, 1) that `salt`, `purpose` and `name` fix; lots of two purposes are independent."""
    # \x1f keeps ("ab", "c") and ("a", "bc") apart.
    digest = hashlib.blake2b(f"{salt}\x1f{purpose}\x1f{name}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / 2**53  # 53 bits: every value is an exact float below 1
