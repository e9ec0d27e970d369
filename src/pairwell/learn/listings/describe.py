"""What a listing says of an item, taken apart: kind, size, colour, numbers and the rest."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.words import COLOURS, SIZES, amounts_of, is_number, words_of

_SIZE_NAMES = {"size", "rozmiar", "размер"}


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a listing that tell whether two items can stand for each other."""

    listing: Listing
    kinds: frozenset[str]  # words of the title that the shop's own category names use
    core: frozenset[str]  # words of the title that are neither size, colour nor number
    colours: frozenset[str]
    numbers: tuple[float, ...]  # in the order of the title
    amounts: dict[str, float]  # by unit
    fit: frozenset[float]  # numbers that tell the variants of its family apart: a frame of 52
    size: int | None  # place on the ladder from small to large

    @property
    def words(self) -> list[str]:
        """Everything said of the item, as words for comparing."""
        listing = self.listing
        stated = [f"{name.casefold()}={value.casefold()}" for name, value in sorted(listing.attributes.items())]
        named = [f"family={listing.family}"] * bool(listing.family) + [f"brand={listing.brand}"] * bool(listing.brand)
        return [*words_of(listing.title), *stated, *named]


def describe(listings: Sequence[Listing]) -> list[Description]:
    """Take every listing apart, in the light of all category names."""
    kinds = frozenset(word for name in {listing.category for listing in listings} for word in words_of(name))
    usual = _usual_numbers(listings)
    return [_describe(listing, kinds, usual) for listing in listings]


def _usual_numbers(listings: Sequence[Listing]) -> dict[str, frozenset[float]]:
    """For each family the numbers in the titles of all its variants."""
    usual: dict[str, frozenset[float]] = {}
    for listing in listings:
        if listing.family:
            numbers = _numbers(words_of(listing.title))
            usual[listing.family] = usual.get(listing.family, numbers) & numbers
    return usual


def _numbers(words: Sequence[str]) -> frozenset[float]:
    return frozenset(float(word) for word in words if is_number(word))


def _describe(listing: Listing, kinds: frozenset[str], usual: dict[str, frozenset[float]]) -> Description:
    words = words_of(listing.title)
    plain = [word for word in words if not is_number(word)]
    return Description(
        listing=listing,
        kinds=frozenset(plain) & kinds,
        core=frozenset(word for word in plain if word not in SIZES and word not in COLOURS),
        colours=frozenset(word for word in plain if word in COLOURS),
        numbers=tuple(float(word) for word in words if is_number(word)),
        amounts=amounts_of(listing.title),
        fit=_numbers(words) - usual[listing.family] if listing.family else frozenset(),
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
