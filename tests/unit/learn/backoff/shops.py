"""Shops with a catalogue in two categories, where what goes together is known."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.backoff.borrow import learn_backoff
from pairwell.learn.baskets import Baskets, make_baskets
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.describe import describe
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.model.backoff import Backoff, backoff_arrays
from pairwell.records import Borrowed

LEARN = Learn()
Orders = Sequence[Sequence[str]]


def baskets_of(listings: Sequence[Listing], orders: Orders) -> Baskets:
    """The orders as arrays, a second apart, with every listed item numbered."""
    codes = {listing.item_id: code for code, listing in enumerate(listings)}
    lines = [(number, codes[item_id]) for number, order in enumerate(orders) for item_id in order]
    return make_baskets(
        [listing.item_id for listing in listings],
        np.array([order for order, _ in lines], dtype=np.int64),
        np.array([item for _, item in lines], dtype=np.int64),
        np.arange(len(orders), dtype=np.int64) * 1_000_000,
    )


def borrowed(listings: Sequence[Listing], orders: Orders, item_id: str, learn: Learn = LEARN) -> list[Borrowed]:
    """What stands in for one item."""
    baskets = baskets_of(listings, orders)
    rows = learn_backoff(describe(listings), baskets, learn_pairs(baskets, learn), learn)
    names, titles = [listing.item_id for listing in listings], [listing.title for listing in listings]
    return Backoff(backoff_arrays(rows), names, titles).of(names.index(item_id), n=20)


def camping(kinds: int = 12) -> list[Listing]:
    """Tents, lamps and pans, `kinds` of each, by id; no two share a word that is not their category's."""
    return [
        Listing(
            item_id=f"{kind}{number:02}",
            title=f"{kind.title()} {chr(97 + number) * 4}{kind}",
            category=f"Camping > {kind.title()}s",
            price_minor=price,
        )
        for kind, price in (("lamp", 2_000), ("pan", 3_000), ("tent", 20_000))
        for number in range(kinds)
    ]


def tents_with_lamps(seed: int, orders: int = 3_000, kinds: int = 12, known: int = 12) -> list[list[str]]:
    """Half of the orders hold a tent with any lamp, the others a pan or a lamp alone; only `known` tents are sold."""
    rng = random.Random(seed)
    found = []
    for _ in range(orders):
        lamp, pan, tent = rng.randrange(kinds), rng.randrange(kinds), rng.randrange(known)
        if rng.random() < 0.5:
            found.append([f"tent{tent:02}", f"lamp{lamp:02}"])
        else:
            found.append([rng.choice((f"pan{pan:02}", f"lamp{lamp:02}"))])
    return found
