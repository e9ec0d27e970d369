"""What a snapshot tells of customers: of all of them, or of those alone of whom it may tell something new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import ibis
import ibis.expr.types as ir
import msgspec
import pyarrow.parquet as pq

from pairwell.dataset.moments import cancelled_orders, newest_revisions
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import find_table
from pairwell.ingest.touched import OF_CUSTOMERS, OF_PLANS, OF_SALES, Touched, touched_customers

_OF_LINES = ("order_id", "line_no", "item_id", "quantity", "discount_minor")  # all that is asked of them


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """The stored rows that tell of customers, every one of those customers complete."""

    rows: Mapping[str, ir.Table]  # by table
    count: int  # of the rows
    touched: Touched | None  # whose rows these are; None: everybody's

    def customers(self) -> ir.Table:
        """One row for each customer, as it was stated last."""
        return newest_revisions(find_table("customers"), self.rows["customers"])

    def standing(self, name: str) -> ir.Table:
        """The rows of a table of orders but for those of orders that were cancelled."""
        return self.rows[name].anti_join(cancelled_orders(self.rows["order_status"]), "order_id")


@contextmanager
def told_of_customers(dataset: Dataset, snapshot: Snapshot, *, since: Snapshot | None) -> Iterator[Telling]:
    """What `snapshot` tells of every customer; only of those of whom it may tell something else than `since`.

    Of those alone the rows are read once, however often they are asked for.
    """
    stored = {name: dataset.history(name, snapshot=snapshot) for name in (*OF_CUSTOMERS, OF_PLANS, *OF_SALES)}
    stored["order_lines"] = stored["order_lines"].select(*_OF_LINES)
    if since is None:
        yield Telling(rows=stored, count=_count(dataset, snapshot), touched=None)
        return
    touched = touched_customers(dataset, snapshot, since)
    with ExitStack() as kept:
        rows = dict(stored)
        whose = ibis.memtable(touched.customers)
        for name in (*OF_CUSTOMERS, OF_PLANS, *OF_SALES):
            if snapshot.tables.get(name):
                one: str | tuple[str, str] = "order_id" if name in OF_SALES[1:] else "customer_id"
                among = rows["orders"] if one == "order_id" else whose
                one = ("account_id", "customer_id") if name == OF_PLANS else one
                rows[name] = kept.enter_context(stored[name].semi_join(among, [one]).cache())
        yield Telling(rows=rows, count=sum(_length(table) for table in rows.values()), touched=touched)


def _count(dataset: Dataset, snapshot: Snapshot) -> int:
    files = [name for table in (*OF_CUSTOMERS, *OF_SALES) for name in snapshot.tables.get(table, ())]
    return sum(int(pq.read_metadata(dataset.file(name)).num_rows) for name in files)


def _length(rows: ir.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())
