"""What customers of one kind buy together more than others do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import ibis
import msgspec
import numpy as np
import pyarrow as pa
from scipy import special

from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.measure.customers.visits import Array, dated_orders
from pairwell.several import adjust

_MOST_ITEMS = 300  # the most bought
_LARGEST_ORDER = 40  # lines; what stands in larger ones stands beside everything
_FEWEST_TOGETHER = 5  # customers
_TIMES = 1.2  # more often than elsewhere, and than chance among these customers
_FALSE_SHARE = 0.01  # of what is called different, as Benjamini and Hochberg correct


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """Two items and the share of orders that hold both, of these customers and of all others."""

    items: tuple[str, str]  # ids
    titles: tuple[str, str]
    orders: int  # of these customers, with both
    customers: int  # who placed them
    share: float
    elsewhere: float


def find_together(
    dataset: Dataset, kinds: Mapping[str, int], *, until: datetime | None = None, most: int = 3
) -> dict[int, Sequence[Together]]:
    """By kind of customer, the pairs that stand out most. `kinds`: each customer's, by id. Raises `StorageError`.

    Compared are shares of orders, by the likelihood ratio (Dunning 1993) of one kind against all others, corrected for
    all pairs and kinds compared; and a pair must exceed what chance makes of its items among these customers.
    Orders of one customer resemble each other: the ratio counts as much as the customers are fewer than their orders.
    """
    if not kinds:
        return {}
    with storage_failures():
        lines = _lines(dataset, kinds, until)
        sizes = lines.group_by("kind").aggregate(n=lines["order"].nunique()).to_pyarrow()
        singles = lines.group_by("kind", "item_id").aggregate(n=lines.count()).to_pyarrow()
        pairs = _pairs(lines).to_pyarrow()
        titles = dict(_titles(dataset, singles["item_id"].unique()))
    return _stand_out(_Counts(sizes, singles, pairs), titles, most)


class _Counts:
    """Orders by kind, by kind and item, and by kind and pair, as arrays."""

    def __init__(self, sizes: pa.Table, singles: pa.Table, pairs: pa.Table) -> None:
        n_kinds = int(max(sizes["kind"].to_pylist(), default=-1)) + 1
        self.orders = np.zeros(n_kinds)
        self.orders[sizes["kind"].to_numpy()] = sizes["n"].to_numpy()
        self.items = sorted(singles["item_id"].unique().to_pylist())
        code = {item: place for place, item in enumerate(self.items)}
        self.singles = np.zeros((n_kinds, len(self.items)))
        self.singles[singles["kind"].to_numpy(), [code[item] for item in singles["item_id"].to_pylist()]] = singles["n"]
        one = np.array([code[item] for item in pairs["one"].to_pylist()], dtype=np.int64)
        other = np.array([code[item] for item in pairs["other"].to_pylist()], dtype=np.int64)
        keys, of_key = np.unique(one * max(len(self.items), 1) + other, return_inverse=True)
        self.one, self.other = np.divmod(keys, max(len(self.items), 1))
        self.pairs = np.zeros((n_kinds, keys.size))
        self.pairs[pairs["kind"].to_numpy(), of_key] = pairs["n"].to_numpy()
        self.buyers = np.zeros((n_kinds, keys.size))
        self.buyers[pairs["kind"].to_numpy(), of_key] = pairs["buyers"].to_numpy()


def _stand_out(counts: _Counts, titles: Mapping[str, str | None], most: int) -> dict[int, Sequence[Together]]:
    inside, orders = counts.pairs, counts.orders[:, None]
    outside, others = inside.sum(axis=0) - inside, orders.sum() - orders
    share, elsewhere = inside / np.maximum(orders, 1), outside / np.maximum(others, 1)
    by_chance = counts.singles[:, counts.one] * counts.singles[:, counts.other] / np.maximum(orders, 1)
    ratio = _likelihood_ratio(inside, orders, outside, others) * counts.buyers / np.maximum(inside, 1)
    tested = inside + outside >= _FEWEST_TOGETHER
    adjusted = _correct(np.where(share > elsewhere, special.chdtrc(1, ratio), 1.0), tested)
    above = (counts.buyers >= _FEWEST_TOGETHER) & (share > _TIMES * elsewhere) & (inside > _TIMES * by_chance)
    found: dict[int, Sequence[Together]] = {}
    for kind in np.flatnonzero(counts.orders).tolist():
        kept = np.flatnonzero(above[kind] & (adjusted[kind] <= _FALSE_SHARE))
        best = kept[np.lexsort((kept, -ratio[kind, kept]))][:most]
        found[kind] = [_together(counts, titles, kind, pair, (share, elsewhere)) for pair in best.tolist()]
    return found


def _together(
    counts: _Counts, titles: Mapping[str, str | None], kind: int, pair: int, shares: tuple[Array, Array]
) -> Together:
    one, other = counts.items[counts.one[pair]], counts.items[counts.other[pair]]
    return Together(
        items=(one, other),
        titles=(titles.get(one) or one, titles.get(other) or other),
        orders=int(counts.pairs[kind, pair]),
        customers=int(counts.buyers[kind, pair]),
        share=float(shares[0][kind, pair]),
        elsewhere=float(shares[1][kind, pair]),
    )


def _likelihood_ratio(inside: Array, orders: Array, outside: Array, others: Array) -> Array:
    both = (inside + outside) / np.maximum(orders + others, 1)
    ratio: Array = 2 * (
        special.rel_entr(inside, orders * both)
        + special.rel_entr(orders - inside, orders * (1 - both))
        + special.rel_entr(outside, others * both)
        + special.rel_entr(others - outside, others * (1 - both))
    )
    return np.maximum(ratio, 0.0)


def _correct(tails: Array, tested: Array) -> Array:
    """Corrected for everything tested, of all kinds."""
    mask = np.broadcast_to(tested, tails.shape)
    adjusted = np.ones(tails.shape)
    adjusted[mask] = adjust(tails[mask])
    return adjusted


def _lines(dataset: Dataset, kinds: Mapping[str, int], until: datetime | None) -> ibis.Table:
    """Each different item of each order once, with the kind of its customer; the most bought items only."""
    columns = {"kind": pa.array(list(kinds.values()), pa.int64()), "buyer": pa.array(range(len(kinds)), pa.int64())}
    named = ibis.memtable(pa.table({"customer_id": pa.array(list(kinds), pa.string()), **columns}))
    orders = dated_orders(dataset, until).inner_join(named, "customer_id")
    numbered = orders.select(
        "order_id", "kind", "buyer", order=ibis.row_number().over(ibis.window())
    )  # numbers join faster than texts
    lines = dataset.table("order_lines").select("order_id", "item_id")
    sold = lines.group_by("item_id").aggregate(n=lines.count())
    most = sold.order_by(sold.n.desc(), sold.item_id).limit(_MOST_ITEMS).select("item_id", sold="item_id")
    whole = lines.inner_join(numbered, "order_id").left_join(most, "item_id")
    coded = whole.select("order", "kind", "buyer", item_id="sold").cache()
    sizes = coded.group_by("order").aggregate(n=coded.count())
    ordinary = coded.filter(coded.item_id.notnull()).semi_join(sizes.filter(sizes.n <= _LARGEST_ORDER), "order")
    return ordinary.distinct().cache()


def _pairs(lines: ibis.Table) -> ibis.Table:
    """Orders with both, by kind and pair."""
    other = lines.select("order", other="item_id")
    both = lines.inner_join(other, "order")
    both = both.filter(both.item_id < both.other)
    return (
        both.group_by("kind", "item_id", "other")
        .aggregate(n=both.count(), buyers=both.buyer.nunique())
        .rename(one="item_id")
    )


def _titles(dataset: Dataset, item_ids: pa.Array) -> list[tuple[str, str | None]]:
    items = dataset.table("items").select("item_id", "title")
    found = items.semi_join(ibis.memtable(pa.table({"item_id": item_ids.cast(pa.string())})), "item_id").to_pyarrow()
    return [(row["item_id"], row["title"]) for row in found.to_pylist()]
