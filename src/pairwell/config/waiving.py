"""What a person answers for: words of an own text that would be a dark pattern were they not true."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

WaivedPattern = Literal[
    "pre_ticked",
    "fake_scarcity",
    "fake_urgency",
    "guilt",
    "hidden_total",
    "false_free",
    "false_social_proof",
    "disguised_advertising",
]


class Waived(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of an own text that are true, `[[waived]]`; see docs/fairness.md. Settings and guards cannot be waived."""

    name: Annotated[str, Meta(min_length=1, max_length=256, description="Its own name.")]
    pattern: Annotated[WaivedPattern, Meta(description="The pattern that `pairwell fairness` finds in them.")]
    item: Annotated[str, Meta(min_length=1, max_length=256, description="The item whose text it is.")]
    words: Annotated[str, Meta(min_length=1, max_length=500, description="The words, as the finding quotes them.")]
    reason: Annotated[
        str, Meta(pattern=r"\S(.|\s)*\S", max_length=1_000, description="Why they are true; shown wherever they are.")
    ]
