"""Who speaks for an offer that has too few orders of its own, in words."""

from __future__ import annotations

import re

from babel import Locale

from pairwell.decide.texts import number, say
from pairwell.offer_words import Reason
from pairwell.records import Borrowed

MESSAGES = (
    "group_bought_together",
    "group_more_often",
    "some_of_family",
    "some_of_category",
    "some_of_brand",
    "alike_anchor",
    "alike_item",
)
_OFTEN = 0.1  # share of the group's orders from which on "often" is no exaggeration
_PLAIN_WORD = re.compile(r"[A-Z]?[a-z]+(-[A-Z]?[a-z]+)*|&")
_PLURAL = re.compile(r".*[^aius]s|.*(ware|wear)")
_MASS = {"bedding", "clothing", "cutlery", "equipment", "food", "furniture", "jewellery", "jewelry", "lighting"}
# A category named after those it is for is nothing that one buys.
_BUYERS = {"babies", "boys", "cats", "dogs", "girls", "infants", "kids", "ladies", "men", "pets", "toddlers", "women"}


def speak(borrowed: Borrowed, titles: tuple[str, str], locale: Locale) -> Reason:
    """Why an item is offered that likes or groups speak for; `titles` are the anchor's and the item's."""
    if borrowed.level in ("alike_anchor", "alike_item"):
        return _alike(borrowed, titles, locale)
    message = "group_bought_together" if _often(borrowed) else "group_more_often"
    anchor, item = (
        _group(borrowed, borrowed.anchor_by, titles[0], locale),
        _group(borrowed, borrowed.item_by, titles[1], locale),
    )
    return _reason(
        borrowed, f"{borrowed.level}_bought_together", say(message, locale, {"anchor": anchor, "item": item})
    )


def _alike(borrowed: Borrowed, titles: tuple[str, str], locale: Locale) -> Reason:
    at_anchor = borrowed.level == "alike_anchor"
    alike = borrowed.anchor_by_title or borrowed.anchor_by if at_anchor else borrowed.item_by_title or borrowed.item_by
    values = {
        "together": number(borrowed.together, locale),
        "anchor_orders": number(borrowed.anchor_orders, locale),
        "alike": alike,
        "other": titles[1] if at_anchor else titles[0],
    }
    text = say(borrowed.level, locale, values, number=borrowed.anchor_orders)
    return _reason(borrowed, "alike_bought_together", text)


def _reason(borrowed: Borrowed, code: str, text: str) -> Reason:
    return Reason(
        code=code, text=text, together=borrowed.together, anchor_orders=borrowed.anchor_orders, lift=borrowed.lift
    )


def _often(borrowed: Borrowed) -> bool:
    return borrowed.together >= _OFTEN * borrowed.anchor_orders


def _group(borrowed: Borrowed, name: str, title: str, locale: Locale) -> str:
    # A family's name may be a code of the shop's own; its customers know the item.
    shown = title if borrowed.level == "family" else name.rsplit(">", 1)[-1].strip()
    if borrowed.level == "category" and locale.language == "en" and _is_plain(shown):
        return shown.lower()
    return say(f"some_of_{borrowed.level}", locale, {"name": shown})


def _is_plain(name: str) -> bool:
    """Whether an English category name can be said as what is bought: plain words, the last of them in the plural."""
    words = name.split()
    if not words or not all(_PLAIN_WORD.fullmatch(word) for word in words):
        return False
    small = [word.lower() for word in words]
    return not _BUYERS.intersection(small) and (small[-1] in _MASS or bool(_PLURAL.fullmatch(small[-1])))
