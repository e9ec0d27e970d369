"""What can be said of two items, and what comes of it."""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

from pairwell.offer_words import OfferText
from pairwell.records import CuratedRelation, Relation
from pairwell.shop.today import Today

Word = Literal["complement", "substitute", "upgrade", "variant", "requires", "never", "nothing"]
WORDS: Final[tuple[Word, ...]] = get_args(Word)
LAST_RANK: Final = 10_000


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of two items, and what counts of them from the next decision on."""

    anchor_id: str
    item_id: str
    relation: Word
    stored: bool  # False: it was so already
    counts: list[CuratedRelation]  # of these two; empty where nothing counts any more
    replaced: list[Relation]  # what counted of these two until now, and does no more
    today: Today | None = None  # of a pin: whether the next decision would show it


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an own text."""

    stored: bool  # False: it was so already
    replaced: OfferText | None  # what stood in its place until now, where it said something else
