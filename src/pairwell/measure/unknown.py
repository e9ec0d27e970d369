"""Why orders do not tell a number."""

from __future__ import annotations

from typing import Literal

import msgspec

Reason = Literal[
    "no_orders",
    "no_names",
    "nothing_kept",
    "no_prices",
    "nothing_to_divide_by",
    "too_few_customers",
    "too_few_repeats",
    "no_repeats",
    "too_short",
    "value_depends_on_frequency",
    "values_alike",
    "not_fitted",
    "nobody_new",
    "no_structure",
]


class NotKnown(msgspec.Struct, frozen=True):
    """Something that orders cannot tell, why, and what was found."""

    reason: Reason
    found: float = 0.0
    needed: float = 0.0
