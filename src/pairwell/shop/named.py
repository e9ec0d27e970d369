"""Which items a person means who writes words, or an id that is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pairwell.config.explaining import near_names
from pairwell.records import Item
from pairwell.said import phrase

_MOST: Final = 3


def holds_words(item: Item, words: Iterable[str]) -> bool:
    """Whether id, title, category or brand hold all the words, which are in small letters."""
    text = " ".join(part for part in (item.item_id, item.title, item.category, item.brand) if part).casefold()
    return all(word in text for word in words)


def name_items(text: str, items: Mapping[str, Item]) -> str:
    """A hint where `text` is the id of none of the items: those that it may stand for, by their titles, too."""
    words = text.casefold().split()
    held = [item for item in items.values() if words and holds_words(item, words)]
    near = held[:_MOST] or [items[one] for one in near_names(text, items)]
    if not near:
        return phrase("Look for it by a word of its title: `pairwell items WORD`, or /pairs.")
    names = "; ".join(f"{one.item_id} ({one.title})" if one.title else one.item_id for one in near)
    return phrase("Is it one of these? {names}", names=names)
