"""Which older item is most like one that was hardly bought: by title, attributes, category and price."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array
from pairwell.learn.listings.describe import Description
from pairwell.learn.listings.likeness import word_rows
from pairwell.learn.listings.words import words_of
from pairwell.learn.relations.similar import nearest

LEAST = 0.4  # likeness below which nothing is lent
_COMMON = 200  # a word that more lenders share leads to none of them by itself
_NEAREST = 20  # lenders of an item that are compared in full
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


def describe_all(items: Sequence[Description]) -> Described:
    """The words of titles and attributes, whole categories and prices of all listings."""
    return Described(
        words=word_rows([_words(item) for item in items]),
        leaves=np.array([item.leaf or "" for item in items], dtype=object),
        prices=np.array([item.listing.price_minor or np.nan for item in items], dtype=np.float64),
    )


def find_likes(shop: Described, needy: Array, able: Array, *, most: int) -> Likes:
    """For each of the items `needy` up to `most` of those `able` that are described alike; both are ascending numbers.

    `likeness = cosine of words · (price ratio)^.25`, halved across categories. Only lenders that share a word of at
    most 200 of them, and of those the 20 nearest, are compared: the work grows with the items, not with their square.
    """
    items, lenders = _near(shop.words, needy, able)
    likeness = _likeness(shop, items, lenders)
    order = np.lexsort((lenders, -likeness, items))
    place = np.arange(order.size) - np.searchsorted(items[order], items[order])
    kept = order[(likeness[order] >= LEAST) & (place < most)]
    return Likes(items=items[kept], lenders=lenders[kept], likeness=likeness[kept])


def _words(item: Description) -> list[str]:
    attributes = item.listing.attributes
    stated = [word for _, value in sorted(attributes.items()) for word in words_of(value)] if attributes else []
    return [*item.title, *stated]


def _near(words: sparse.csr_array, needy: Array, able: Array) -> tuple[Array, Array]:
    """Pairs of an item and a lender that share telling words, up to 20 of each item."""
    row = np.repeat(np.arange(words.shape[0]), np.diff(words.indptr))
    lends, asks = (np.isin(np.arange(words.shape[0]), some)[row] for some in (able, needy))
    telling = (np.bincount(words.indices[lends], minlength=words.shape[1]) <= _COMMON)[words.indices]
    found = nearest(_only(words, row, telling & asks), _only(words, row, telling & lends).T.tocsr(), _NEAREST)
    items, places = np.nonzero(found >= 0)
    return items, found[items, places].astype(np.int64)


def _only(words: sparse.csr_array, row: Array, kept: Array) -> sparse.csr_array:
    offsets = np.concatenate(([0], np.cumsum(np.bincount(row[kept], minlength=words.shape[0]))))
    return sparse.csr_array((words.data[kept], words.indices[kept], offsets), shape=words.shape)


def _likeness(shop: Described, items: Array, lenders: Array) -> Array:
    cosine = np.asarray(shop.words[items].multiply(shop.words[lenders]).sum(axis=1)).ravel()
    one, other = shop.leaves[items], shop.leaves[lenders]
    apart = (one != other) & (one != "") & (other != "")
    paid, asked = shop.prices[items], shop.prices[lenders]
    ratio = np.minimum(paid, asked) / np.maximum(paid, asked)
    nearness = np.where(np.isnan(ratio), 1.0, ratio) ** _PRICE_POWER
    likeness: Array = np.minimum(cosine, 1.0) * nearness * np.where(apart, _OTHER_CATEGORY, 1.0)
    return likeness
