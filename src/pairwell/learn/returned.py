"""What share of an item's sales is kept, as returns tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import ibis
import msgspec
import numpy as np
import pyarrow as pa

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.listings.catalogue import Listing

_DAY_MICROS = 86_400_000_000
_PARTS = 1_000_000  # of a unit: whole numbers have one sum, whoever adds them up first


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """An item in an order of which something came back, in no order: what share of it, and when it was sold."""

    items: Array  # places in the ids of the items
    shares: Array  # above 0..1
    placed_at: Array  # microseconds since 1970


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The share of sales that is not sent back: of each item, and of the shop."""

    of_items: Array
    of_shop: float


def no_returns() -> Returned:
    """Nothing came back, as far as is known."""
    none = np.empty(0)
    return Returned(items=none.astype(np.int64), shares=none, placed_at=none.astype(np.int64))


def read_returned(tables: Callable[[str], Any], item_ids: Sequence[str]) -> Returned:
    """What came back of the sales of `item_ids`; `tables` gives those of a snapshot as of a moment, by name."""
    table = _returned(tables, item_ids).to_pyarrow()
    columns = {name: table[name].to_numpy() for name in ("item_no", "back", "sold", "placed_at")}
    return Returned(
        items=columns["item_no"].astype(np.int64),
        shares=np.minimum(columns["back"] / columns["sold"], 1.0),
        placed_at=columns["placed_at"].astype("datetime64[us]").astype(np.int64),
    )


def fit_kept(returned: Returned, baskets: Baskets, listings: Sequence[Listing], learn: Learn) -> Kept:
    """The share of each item's sales that is kept; `listings` go with the items.

    A sale is an item in an order, once it is `return_days` old; before, too little of it may have come back. The
    share of a category counts in that of what it holds as so many sales as `prior_sales` says, and the shop's in that
    of the first categories: the mean of a Beta posterior at each level.
    """
    until = int(baskets.placed_at.max(initial=0)) - int(learn.return_days * _DAY_MICROS)
    n_items, old = len(baskets.item_ids), returned.placed_at <= until
    sales = np.bincount(baskets.items[np.repeat(baskets.placed_at <= until, baskets.sizes)], minlength=n_items)
    # Shares are added up in an order of their own: a sum must not depend on who read them.
    order = np.lexsort((returned.shares[old], returned.items[old]))
    back = np.bincount(returned.items[old][order], weights=returned.shares[old][order], minlength=n_items)
    back = np.minimum(back, sales)
    of_shop = float(back.sum() / sales.sum()) if sales.any() else 0.0
    prior = _of_categories(back, sales, listings, (of_shop, learn.prior_sales))
    weight = learn.prior_sales
    return Kept(of_items=1.0 - (back + weight * prior) / (sales + weight), of_shop=1.0 - of_shop)


def _returned(tables: Callable[[str], Any], item_ids: Sequence[str]) -> Any:  # noqa: ANN401 - Ibis carries no types
    """A row for each order and item of which something came back: parts of units sold and sent back."""
    back = _summed(tables("returns"), ["order_id", "line_no"], "back")
    lines = tables("order_lines").semi_join(back, "order_id").filter(lambda t: t.quantity > 0)
    sold = lines.left_join(back, ["order_id", "line_no"]).select("order_id", "item_id", "quantity", "back")
    parts = sold.mutate(back=sold.back.fill_null(0))
    whole = parts.group_by("order_id", "item_id").aggregate(back=parts.back.sum(), sold=_parts(parts.quantity).sum())
    numbers = pa.table({"item_id": pa.array(item_ids, pa.string()), "item_no": np.arange(len(item_ids))})
    known = whole.filter(whole.back > 0).inner_join(ibis.memtable(numbers), "item_id")
    dated = known.inner_join(tables("orders").select("order_id", "placed_at"), "order_id")
    return dated.select("item_no", "placed_at", back=dated.back.cast("float64"), sold=dated.sold.cast("float64"))


def _summed(rows: Any, by: list[str], name: str) -> Any:  # noqa: ANN401
    return rows.group_by(*by).aggregate(**{name: _parts(rows.quantity).sum()})


def _parts(quantity: Any) -> Any:  # noqa: ANN401
    return (quantity * _PARTS).round().cast("int64")


def _of_categories(back: Array, sales: Array, listings: Sequence[Listing], top: tuple[float, float]) -> Array:
    """For each item the share that comes back of its deepest category; `top`: of the shop, and what it weighs."""
    of_shop, weight = top
    paths = [_path(listing.leaf) for listing in listings]
    sums: dict[str, tuple[float, float]] = {}
    for place in np.flatnonzero(sales).tolist():
        for name in paths[place]:
            some, all_of_it = sums.get(name, (0.0, 0.0))
            sums[name] = some + float(back[place]), all_of_it + float(sales[place])
    shares: dict[str, float] = {}
    for path in sorted(set(paths), key=len):
        before = of_shop
        for name in path:
            if name not in shares:
                some, all_of_it = sums.get(name, (0.0, 0.0))
                shares[name] = (some + weight * before) / (all_of_it + weight)
            before = shares[name]
    return np.array([shares[path[-1]] if path else of_shop for path in paths], dtype=np.float64)


def _path(leaf: str | None) -> tuple[str, ...]:
    """The categories that a path leads through, the widest first."""
    parts = [part for part in (leaf or "").split(" > ") if part]
    return tuple(accumulate(parts, lambda wide, part: f"{wide} > {part}"))
