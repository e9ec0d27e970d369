"""Finds what is still English on a page of another language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

# Common in English sentences, and no words of Russian or Polish.
_WORDS = re.compile(
    r"\b(the|and|of|is|are|was|were|with|without|this|that|not|for|from|what|which|nothing|nobody|they|their|has|have|"
    r"be|been|expected|there|offers?|orders?|customers?|shown|showing|than|more)\b",
    re.IGNORECASE,
)
_ITS_OWN = r"<(code|pre|option|textarea|script|style|datalist)\b[^>]*>.*?</\1>"  # as the shop or a program writes it
_SAID_IN_ENGLISH = r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>'


def english_on(page: str, data: Iterable[str] = ()) -> list[str]:
    """Texts of a page that hold English words, beside the shop's own `data` and what is said to be English."""
    text = page[page.index("<main") : page.index("</main>")]
    for own in (_ITS_OWN, _SAID_IN_ENGLISH):
        text = re.sub(own, " ", text, flags=re.DOTALL)
    found = english_in(unescape(part) for part in re.split(r"<[^>]*>", text))
    return [one for one in found if not any(own in one for own in data)]


def english_in(texts: Iterable[str]) -> list[str]:
    """Those of the texts that hold English words outside of code."""
    return [text.strip() for text in texts if _WORDS.search(re.sub(r"`[^`]*`|\[[^\]]*\]|'[^']*'", "", text))]
