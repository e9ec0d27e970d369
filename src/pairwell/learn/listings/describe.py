"""What a listing says of an item, taken apart: kind, size, colour, numbers and the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.words import COLOURS, OPPOSITES, SIZES, amounts_of, is_number, words_of

_MODEL_LETTER = re.compile(r"\d-([^\W\d_])\b")
_EXCLUDING = frozenset[str]().union(*OPPOSITES)
_LADDER_WORDS = frozenset(SIZES)
_SIZE_NAMES = {"size", "rozmiar", "размер"}


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a listing that tell whether two items can stand for each other."""

    listing: Listing
    leaf: str | None  # the whole category path, tidied
    title: list[str]  # its words and numbers
    kinds: frozenset[str]  # words of the title that the shop's own category names use
    core: frozenset[str]  # words of the title that are neither size, colour nor number
    excluding: frozenset[str]  # those of them that exclude others: front, men
    colours: frozenset[str]
    numbers: tuple[float, ...]  # in the order of the title
    amounts: dict[str, float]  # by unit
    fit: frozenset[float]  # numbers that tell the variants of its family apart: a frame of 52
    model_letters: list[str]  # that end a model's number ("Road-550-W"): they say for whom or for what it is made
    size: int | None  # place on the ladder from small to large

    @property
    def words(self) -> list[str]:
        """Everything said of the item, as words for comparing."""
        listing = self.listing
        stated = [f"{name.casefold()}={value.casefold()}" for name, value in sorted(listing.attributes.items())]
        named = [f"family={listing.family}"] * bool(listing.family) + [f"brand={listing.brand}"] * bool(listing.brand)
        return [*self.title, *stated, *named]


def describe(listings: Sequence[Listing]) -> list[Description]:
    """Take every listing apart, in the light of all category names."""
    titles = [words_of(listing.title) for listing in listings]
    kinds = frozenset(word for name in {listing.category for listing in listings} for word in words_of(name))
    usual = _usual_numbers(listings, titles)
    return [_describe(listing, words, kinds, usual) for listing, words in zip(listings, titles, strict=True)]


def _usual_numbers(listings: Sequence[Listing], titles: Sequence[list[str]]) -> dict[str, frozenset[float]]:
    """For each family the numbers in the titles of all its variants."""
    usual: dict[str, frozenset[float]] = {}
    for listing, words in zip(listings, titles, strict=True):
        if listing.family:
            numbers = frozenset(_numbers(words))
            usual[listing.family] = usual.get(listing.family, numbers) & numbers
    return usual


def _numbers(words: Sequence[str]) -> tuple[float, ...]:
    return tuple(float(word) for word in words if is_number(word))


def _describe(
    listing: Listing, words: list[str], kinds: frozenset[str], usual: dict[str, frozenset[float]]
) -> Description:
    numbers = _numbers(words)
    plain = frozenset(word for word in words if not is_number(word)) if numbers else frozenset(words)
    core = plain - _LADDER_WORDS - COLOURS
    return Description(
        listing=listing,
        leaf=listing.leaf,
        title=words,
        kinds=plain & kinds,
        core=core,
        excluding=core & _EXCLUDING,
        colours=plain & COLOURS,
        numbers=numbers,
        amounts=amounts_of(listing.title),
        fit=frozenset(numbers) - usual[listing.family] if listing.family else frozenset(),
        model_letters=_MODEL_LETTER.findall((listing.title or "").casefold()) if numbers else [],
        size=_size(listing, words),
    )


def _size(listing: Listing, words: Sequence[str]) -> int | None:
    stated = [value.casefold() for name, value in listing.attributes.items() if name.casefold() in _SIZE_NAMES]
    # The id tells only where variants share a family: "bbq_ckn_m" beside "bbq_ckn_l".
    spelt = words_of(listing.item_id) if listing.family else []
    for source in (stated, words, spelt):
        ranks = [SIZES[word] for word in source if word in SIZES]
        if ranks:
            return ranks[-1]
    return None
