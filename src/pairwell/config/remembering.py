"""How long what is known of customers counts, and how long the journal keeps what happened."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Customers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of customers."""

    complaint_days: Annotated[
        float,
        Meta(ge=0.0, le=36_500, description="Days after which a complaint no longer counts as open, settled or not."),
    ] = 60.0


LEAST_DECISION_DAYS = 30  # a screen that was left open may tell so late what was seen


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the journal keeps what happened; what it learned stays in the dataset. 0: for ever."""

    decisions_days: Annotated[
        float,
        Meta(
            ge=0.0,
            le=36_500,
            description="Days for which a decision can be explained and repeated: 0, else 30 or more.",
        ),
    ] = 400.0
    events_days: Annotated[
        float,
        Meta(ge=0.0, le=36_500, description="Days for which orders, returns and the like stay in the journal too."),
    ] = 400.0
    triggered_days: Annotated[
        float,
        Meta(
            ge=0.0,
            le=36_500,
            description="Days for which it can be told what became of what events triggered.",
        ),
    ] = 30.0
    behaviour_days: Annotated[
        float,
        Meta(
            ge=0.0,
            le=36_500,
            description="Days for which views, clicks and declines do; as long as a rule asks at least.",
        ),
    ] = 400.0
