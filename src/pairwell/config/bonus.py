"""What sellers get for the add-ons that their customers keep: `[bonus]`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Rule = Literal["none", "per_add_on", "margin_share"]


class Bonus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What sellers get for the add-ons that their customers keep; see docs/sellers.md."""

    rule: Annotated[
        Rule,
        Meta(description='"none"; "per_add_on": `amount_minor` a unit; "margin_share": `share` of the margin.'),
    ] = "none"
    amount_minor: Annotated[int, Meta(ge=0, description="By the rule per_add_on, a unit, in minor units.")] = 0
    share: Annotated[
        float, Meta(ge=0.0, le=1.0, description="By the rule margin_share, of the margin that the add-on leaves.")
    ] = 0.0
    counts: Annotated[
        Literal["offered", "added"],
        Meta(description='"offered": add-ons taken from an offer, as orders name it; "added": all beside the primary.'),
    ] = "offered"
    threshold: Annotated[
        float, Meta(ge=0.0, description="Share of the revenue target to reach first; 0: none is needed.")
    ] = 0.0
    cap_minor: Annotated[
        int, Meta(ge=0, description="As much at most for a seller and period, in minor units; 0: no limit.")
    ] = 0
    return_share: Annotated[
        float,
        Meta(ge=0.0, le=1.0, description="Share of what an add-on would earn that it takes off when it comes back."),
    ] = 0.5
    decline_minor: Annotated[
        int, Meta(ge=0, description="What each declined offer of the seller takes off, in minor units.")
    ] = 0
