"""When an account's doings are a signal, and when nothing is pitched to it: `[accounts]`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

_Name = Annotated[str, Meta(min_length=1, max_length=256)]
_Days = Annotated[int, Meta(ge=0, le=3_650)]


class Accounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is heard of accounts, and what holds a pitch back; see docs/accounts.md."""

    ways: Annotated[
        dict[_Name, tuple[_Name, ...]],
        Meta(description="Meters, of like units, that tell how an account works; add-ons of that purpose serve it."),
    ] = msgspec.field(
        default_factory=lambda: {
            "inbound": ("leads", "inquiries", "inbound_calls"),
            "outbound": ("outreach", "prospects", "outbound_calls"),
        }
    )
    growth_share: Annotated[float, Meta(gt=0.0, description="A meter grew where it is used by this share more.")] = 0.5
    drop_share: Annotated[
        float, Meta(gt=0.0, lt=1.0, description="Use dropped where it is less by this share, and stays so.")
    ] = 0.35
    renewal_days: Annotated[_Days, Meta(description="A renewal is near so many days before.")] = 60
    onboarding_days: Annotated[
        _Days, Meta(description="An account is at an early stage for so long, where no attribute says its stage.")
    ] = 90
    question_days: Annotated[
        _Days, Meta(description="An open ticket that only asks something holds nothing back until it is this old.")
    ] = 30
    pause_days: Annotated[
        _Days, Meta(description="Days without a pitch after a no, a complaint, or a later without a date.")
    ] = 90
    note_days: Annotated[
        _Days,
        Meta(description="Days for which a note that they pay late, or that a contact left, counts."),
    ] = 180
    dissatisfied_below: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Satisfaction, 0 to 1, below which nothing is pitched.")
    ] = 0.47
    minute_minor: Annotated[
        int,
        Meta(ge=0, description="What a minute of whoever talks to accounts costs, in minor units; it ranks talks."),
    ] = 0
    channel: Annotated[_Name, Meta(description="The channel by which accounts are talked to, in lower case.")] = "call"
    consent: Annotated[
        Literal["unless_refused", "when_given"],
        Meta(
            description="Whether they are talked to unless they refused the channel, or only where they agreed to it."
        ),
    ] = "unless_refused"
