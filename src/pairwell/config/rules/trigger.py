"""A trigger: an offer right after an event, without anybody asking for it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

TriggerEvent = Literal["usage", "need", "order"]
Variable = Annotated[str, Meta(pattern="^[A-Za-z_][A-Za-z0-9_]*$", max_length=128)]


class Trigger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trigger, `[[triggers]]`: after an event it decides what to offer, and tells it; see docs/triggers.md."""

    name: Annotated[
        str,
        Meta(pattern="^[a-z0-9][a-z0-9_-]*$", max_length=64, description="Its own name: a-z, 0-9, `-` and `_`."),
    ]
    on: Annotated[TriggerEvent, Meta(description="The type of event that it waits for.")]
    placement: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=256,
            description="One that interrupts: its channel, rules, caps and consent hold.",
        ),
    ]
    to: Annotated[
        Literal["webhook", "email"],
        Meta(description='"webhook": sent to `url`; "email": a row for `pairwell triggers emails`.'),
    ] = "webhook"
    when: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=10_000,
            description="A condition in CEL that sees `usage`, `need` or `order`, beside it `customer` and `now`.",
        ),
    ] = "true"
    url: Annotated[
        Annotated[str, Meta(min_length=1, max_length=2_000)] | None,
        Meta(description="Where a webhook goes: https, or http on this machine; never followed elsewhere."),
    ] = None
    secret_env: Annotated[
        Variable | None, Meta(description="Environment variable with the `whsec_…` secret that signs webhooks.")
    ] = None
    other_secret_env: Annotated[
        Variable | None, Meta(description="Another one that signs as well, while you change from one to the other.")
    ] = None
    delay_minutes: Annotated[
        float, Meta(ge=0.0, le=525_600.0, description="Minutes from the event to the decision.")
    ] = 0.0
    within_minutes: Annotated[
        float, Meta(gt=0.0, le=525_600.0, description="Minutes after that in which to decide; later none is.")
    ] = 1_440.0
    locale: Annotated[str, Meta(min_length=2, max_length=35, description="Language of the texts.")] = "en"

    @property
    def scope(self) -> TriggerEvent:
        """What its condition sees is that of its event."""
        return self.on
