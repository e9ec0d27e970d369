from __future__ import annotations

import re

import pytest
from tests.docs.sentences import TRANSLATED, Message, Place, pages, render_catalogue, rooms

from pairwell.catalogues import ROOMS, read_file

_BLANK = re.compile(r"%\(\w+\)s|\{\w*\}")
_PLACES = [pages(), *rooms()]


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("place", _PLACES, ids=lambda place: place.name)
def test_every_sentence_is_translated_with_its_blanks(place: Place, language: str) -> None:
    catalogue = read_file(place.catalogue(language), language)
    for message in place.messages:
        first = message if isinstance(message, str) else message[0]
        found = catalogue.get(first)
        assert found is not None, first
        texts = [found.string] if isinstance(found.string, str) else list(found.string or ())
        assert len(texts) == (1 if isinstance(message, str) else 3)
        for text in texts:
            assert text, first
            assert _blanks(text) == _blanks(_longest(message)), first


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("place", _PLACES, ids=lambda place: place.name)
def test_the_catalogue_holds_what_is_said_and_no_more(place: Place, language: str) -> None:
    assert place.catalogue(language).read_bytes() == render_catalogue(place, language)


def test_every_room_that_says_something_is_listed() -> None:
    assert [place.name for place in rooms()] == list(ROOMS)


def _longest(message: Message) -> str:
    """Of the forms for one and for many the second: the first may name no number."""
    return message if isinstance(message, str) else message[-1]


def _blanks(text: str) -> list[str]:
    return sorted(_BLANK.findall(text))
