"""Which older item is most like one that was hardly bought: by title, attributes, category and price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.likeness import word_rows
from pairwell.learn.listings.words import words_of

LEAST = 0.4  # likeness below which nothing is lent
_COMMON = 200  # a word that more lenders share leads to none of them by itself
_NEAREST = 20  # lenders of an item that are compared in full
_PIECE = 500
_OTHER_CATEGORY = 0.5  # what likeness of words is worth across categories
_PRICE_POWER = 0.25


class Likes(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs item → lender, by item, the likest lender first."""

    items: Array
    lenders: Array
    likeness: Array  # 0..1


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What listings say, as arrays."""

    words: sparse.csr_array  # rows of length 1
    leaves: Array  # "" where there is no category
    prices: Array  # NaN where unknown


def describe_all(listings: Sequence[Listing]) -> Described:
    """The words of titles and attributes, whole categories and prices of all listings."""
    return Described(
        words=word_rows([_words(listing) for listing in listings]),
        leaves=np.array([listing.leaf or "" for listing in listings], dtype=object),
        prices=np.array([listing.price_minor or np.nan for listing in listings], dtype=np.float64),
    )


def find_likes(shop: Described, needy: Array, able: Array, *, most: int) -> Likes:
    """For each of the items `needy` up to `most` of those `able` that are described alike; both are ascending numbers.

    `likeness = cosine of words · (price ratio)^.25`, halved across categories. Only lenders that share a word of at
    most 200 of them, and of those the 20 nearest, are compared: the work grows with the items, not with their square.
    """
    pairs = list(_near(shop.words, needy, able))
    items = np.concatenate([np.full(near.size, item) for item, near in pairs] or [needy[:0]])
    lenders = np.concatenate([near for _, near in pairs] or [able[:0]])
    likeness = _likeness(shop, items, lenders)
    order = np.lexsort((lenders, -likeness, items))
    place = np.arange(order.size) - np.searchsorted(items[order], items[order])
    kept = order[(likeness[order] >= LEAST) & (place < most)]
    return Likes(items=items[kept], lenders=lenders[kept], likeness=likeness[kept])


def _words(listing: Listing) -> list[str]:
    stated = [word for _, value in sorted(listing.attributes.items()) for word in words_of(value)]
    return [*words_of(listing.title), *stated]


def _near(words: sparse.csr_array, needy: Array, able: Array) -> Iterator[tuple[int, Array]]:
    lenders = words[able]
    telling = np.flatnonzero(np.bincount(lenders.indices, minlength=words.shape[1]) <= _COMMON)
    columns = lenders[:, telling].T.tocsr()
    for start in range(0, needy.size, _PIECE):
        piece = needy[start : start + _PIECE]
        found = (words[piece][:, telling] @ columns).tocsr()
        found.sort_indices()
        for row, item in enumerate(piece.tolist()):
            entries = slice(found.indptr[row], found.indptr[row + 1])
            best = np.argsort(-found.data[entries], kind="stable")
            near = able[found.indices[entries][best]]
            yield item, near[near != item][:_NEAREST]


def _likeness(shop: Described, items: Array, lenders: Array) -> Array:
    cosine = np.asarray(shop.words[items].multiply(shop.words[lenders]).sum(axis=1)).ravel()
    one, other = shop.leaves[items], shop.leaves[lenders]
    apart = (one != other) & (one != "") & (other != "")
    paid, asked = shop.prices[items], shop.prices[lenders]
    ratio = np.minimum(paid, asked) / np.maximum(paid, asked)
    nearness = np.where(np.isnan(ratio), 1.0, ratio) ** _PRICE_POWER
    likeness: Array = np.minimum(cosine, 1.0) * nearness * np.where(apart, _OTHER_CATEGORY, 1.0)
    return likeness
