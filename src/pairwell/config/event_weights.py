"""How much each step of a visit says of what goes with what."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class EventWeights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a step of a visit counts, by how far it went with the item."""

    view: Annotated[int, Meta(ge=0, le=100, description="It was looked at.")] = 1
    add_to_cart: Annotated[int, Meta(ge=0, le=100, description="It was put into the cart.")] = 2
    purchase: Annotated[int, Meta(ge=0, le=100, description="It was bought in that visit.")] = 3
