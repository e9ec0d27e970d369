"""Who bought on which day, and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import DATED_FROM
from pairwell.engines.engine import storage_failures
from pairwell.engines.functions import local_time
from pairwell.measure.unknown import NotKnown

Array = NDArray[Any]
_SECONDS_A_DAY = 86_400


class Visits(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which customers bought and kept something, by customer and day.

    `customers` are places in `customer_ids`; several orders of one day are one visit. `values` are in minor units: net
    revenue after discounts, less what came back. `items` counts lines of orders.
    """

    customer_ids: Sequence[str]  # ascending
    customers: Array
    days: Array  # since 1970-01-01, in the shop's time zone
    values: Array
    items: Array
    last_day: int  # the last day with any order: until then the shop was watched
    priced: float  # share of visits with a stated price
    unnamed: int = 0  # orders of nobody
    undone: int = 0  # orders of customers that came back whole

    def __len__(self) -> int:
        return int(self.customers.size)

    def until(self, day: int) -> Visits:
        """Those up to a day, as if it were the last one; the numbers of customers stay."""
        kept = self.days <= day
        return msgspec.structs.replace(
            self,
            customers=self.customers[kept],
            days=self.days[kept],
            values=self.values[kept],
            items=self.items[kept],
            last_day=min(day, self.last_day),
        )


def make_visits(customer_ids: Sequence[str], days: Array, values: Array, items: Array | None = None) -> Visits:
    """Visits from one row an order, in any order; rows of one customer and day are put together."""
    names, customers = np.unique(np.asarray(customer_ids, dtype=str), return_inverse=True)
    counted = np.ones(days.size) if items is None else items
    return _by_day(names.tolist(), customers, days.astype(np.int64), np.column_stack([values, counted]))


def read_visits(dataset: Dataset, timezone: str, until: datetime | None = None) -> Visits | NotKnown:
    """The visits of every customer with a name, up to before `until`.

    Not counted are cancelled orders, orders without a date, and those of which everything came back. Raises
    `StorageError` where files are damaged.
    """
    with storage_failures():
        orders = dated_orders(dataset, until)
        table = _orders_of_customers(kept_lines(dataset, until), orders, timezone).to_pyarrow()
        ends = orders.aggregate(n=orders.count(), named=orders.customer_id.count(), last=orders.placed_at.max())
        end = ends.mutate(last=_local_day(timezone, ends["last"])).to_pyarrow().to_pylist()[0]
    if not end["n"]:
        return NotKnown(reason="no_orders")
    if not end["named"]:
        return NotKnown(reason="no_names", found=end["n"])
    if not table.num_rows:
        return NotKnown(reason="nothing_kept", found=end["named"])
    visits = _from_table(table)
    undone = int(end["named"] - table.num_rows)
    return msgspec.structs.replace(
        visits, last_day=int(end["last"]), unnamed=int(end["n"] - end["named"]), undone=undone
    )


def dated_orders(dataset: Dataset, until: datetime | None) -> ibis.Table:
    """The orders that carry a date, up to before `until`."""
    orders = dataset.table("orders")
    orders = orders.filter(orders.placed_at >= DATED_FROM)
    return orders if until is None else orders.filter(orders.placed_at < until)


def kept_lines(dataset: Dataset, until: datetime | None) -> ibis.Table:
    """Lines with `kept` units and their `value` in minor units, less what came back before `until`.

    The value is null where no price was stated. What came back is what was refunded, else its share of the line.
    """
    lines, returns = dataset.table("order_lines"), dataset.table("returns")
    worth = lines.quantity * lines.unit_price_minor - lines.discount_minor
    if not dataset.newest().tables.get("returns"):
        return lines.select("order_id", "item_id", kept="quantity", value=worth.round())
    returns = returns if until is None else returns.filter(returns["at"] < until)
    back = returns.group_by("order_id", "line_no").aggregate(
        back=returns.quantity.sum(),
        refunded=returns.refund_minor.sum(),
        unsaid=returns.quantity.sum(where=returns.refund_minor.isnull()),
    )
    both = lines.left_join(back, ["order_id", "line_no"]).drop("order_id_right", "line_no_right")
    worth = both.quantity * both.unit_price_minor - both.discount_minor
    share = (both.unsaid / both.quantity.nullif(0)).fill_null(0)
    value = worth - both.refunded.fill_null(0) - worth * share
    return both.select("order_id", "item_id", kept=both.quantity - both.back.fill_null(0), value=value.round())


def _orders_of_customers(lines: ibis.Table, orders: ibis.Table, timezone: str) -> ibis.Table:
    """One row an order of which something was kept."""
    stayed = lines.filter(lines.kept > 0)
    sums = stayed.group_by("order_id").aggregate(value=stayed.value.sum(), items=stayed.count())
    both = orders.filter(orders.customer_id.notnull()).inner_join(sums, "order_id")
    return both.select(
        "customer_id",
        day=_local_day(timezone, both.placed_at),
        value=(both.value - both.discount_minor).cast("float64"),
        items=both.items.cast("float64"),
    )


def _local_day(timezone: str, moment: ir.Value) -> ir.Value:
    return (local_time(timezone, moment).epoch_seconds() / _SECONDS_A_DAY).floor().cast("int64")


def _from_table(table: pa.Table) -> Visits:
    coded = table["customer_id"].combine_chunks().cast(pa.large_string()).dictionary_encode()
    names = np.array(coded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(names)
    places = np.empty(order.size, dtype=np.int64)
    places[order] = np.arange(order.size)
    values = table["value"].to_numpy().astype(np.float64)
    columns = np.column_stack([np.nan_to_num(values), table["items"].to_numpy()])
    visits = _by_day(names[order].tolist(), places[coded.indices.to_numpy()], table["day"].to_numpy(), columns)
    return msgspec.structs.replace(visits, priced=float(np.isfinite(values).mean()))


def _by_day(names: list[str], customers: Array, days: Array, columns: Array) -> Visits:
    order = np.lexsort((days, customers))
    customers, days, columns = customers[order], days[order], columns[order]
    starts = np.flatnonzero((np.diff(customers, prepend=-1) != 0) | (np.diff(days, prepend=days[:1] - 1) != 0))
    sums = np.add.reduceat(columns, starts, axis=0) if starts.size else np.zeros((0, 2))
    return Visits(
        customer_ids=names,
        customers=customers[starts],
        days=days[starts],
        values=sums[:, 0],
        items=sums[:, 1],
        last_day=int(days.max(initial=0)),
        priced=1.0,
    )
