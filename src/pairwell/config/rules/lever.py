"""A lever: what people want to be shown rather than its worth alone would have it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from pairwell.config.rules.rule import RuleScope


class Lever(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lever, `[[levers]]`: an offer of which its condition is true ranks as if it were worth `weight` times that."""

    name: Annotated[str, Meta(min_length=1, max_length=256, description="Its own name.")]
    when: Annotated[
        str,
        Meta(min_length=1, max_length=10_000, description="The condition, in CEL, as that of a rule of scope `offer`."),
    ]
    weight: Annotated[
        float, Meta(gt=0.0, le=1_000.0, description="Above 1 it ranks higher, below 1 lower; nothing enters by it.")
    ]

    @property
    def scope(self) -> RuleScope:
        """Its condition sees everything."""
        return "offer"
