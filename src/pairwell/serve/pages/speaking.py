"""The language of a page: which one its reader wants, and its sentences in that language."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from functools import cache
from typing import Final

from pairwell.catalogues import LANGUAGES, translations

LANGUAGE_COOKIE: Final = "pairwell_language"
NAMES: Final = {"en": "English", "ru": "Русский", "pl": "Polski"}
_MOST_ACCEPTED = 20


def sentence(text: str) -> str:
    """The text itself: it marks what a page says in the language of its reader, for who gathers such sentences."""
    return text


def choose_language(chosen: str | None, accepted: Iterable[str]) -> str:
    """The language that was chosen, else the first of those accepted that there is a catalogue for, else English.

    `accepted`: the values of `Accept-Language`, which list tags with weights: "pl, en-GB;q=0.8".
    """
    if chosen in LANGUAGES:
        return chosen
    tags = [part for value in accepted for part in value.split(",")][:_MOST_ACCEPTED]
    for _, tag in sorted(((-_weight(tag), tag) for tag in tags), key=lambda one: one[0]):
        language = tag.strip().lower()[:2]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


@cache
def sentences(language: str) -> gettext.NullTranslations:
    """The catalogue of the pages; English stands in the templates themselves."""
    return gettext.NullTranslations() if language == LANGUAGES[0] else translations(__package__, language)


def _weight(tag: str) -> float:
    _, _, weight = tag.partition(";q=")
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
