"""What the dataset tells of each customer, as it is written down for decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import ibis
import ibis.expr.types as ir
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.facts.customers import ToldCustomer
from pairwell.ingest.customer_rows import OF_CUSTOMERS, OF_ORDERS, CustomerRows, pack_told

_ROWS = 20_000
_ROWS_AT_A_TIME = 3_000_000  # that the engine holds in memory


def read_told(dataset: Dataset, snapshot: Snapshot, *, since: Snapshot | None) -> Iterator[ToldCustomer]:
    """What `snapshot` tells of every customer; only of those with rows in files that `since` does not share."""
    rows = _Rows(dataset, snapshot, None if since is None else _touched(dataset, snapshot, since))
    parts = 1 + _count(dataset, snapshot) // _ROWS_AT_A_TIME
    for part in range(parts):
        told = pack_told(rows.part(part, parts)).order_by("customer_id")  # as the stored rows lie: faster
        for batch in told.to_pyarrow_batches(chunk_size=_ROWS):
            texts = batch.column("told").cast(pa.binary())
            yield from map(ToldCustomer, batch.column("customer_id").to_pylist(), texts.to_pylist())


class _Rows:
    """The rows of a snapshot that tell of customers, of all or of those `among`."""

    def __init__(self, dataset: Dataset, snapshot: Snapshot, among: ibis.Table | None) -> None:
        stated = {name: dataset.history(name, snapshot=snapshot) for name in (*OF_CUSTOMERS, *OF_ORDERS)}
        self._stated: Mapping[str, ibis.Table] = {**stated, "customers": dataset.table("customers", snapshot=snapshot)}
        self._among = among

    def part(self, part: int, parts: int) -> CustomerRows:
        """Those of the customers whose number leaves `part` when divided by `parts`."""
        own = {name: self._of_part(self._stated[name], part, parts) for name in (*OF_CUSTOMERS, "orders")}
        if self._among is None:
            everybody = ibis.union(*(rows.select("customer_id") for rows in own.values()), distinct=True)
        else:
            everybody = self._of_part(self._among, part, parts)
        return CustomerRows(customers=everybody, rows={**self._stated, **own})

    def _of_part(self, rows: ibis.Table, part: int, parts: int) -> ibis.Table:
        named = rows.filter(rows.customer_id.notnull())
        chosen = named if self._among is None else named.semi_join(self._among, "customer_id")
        return chosen if parts == 1 else chosen.filter(_number(chosen.customer_id) % parts == part)


def _count(dataset: Dataset, snapshot: Snapshot) -> int:
    """How many rows there are that may tell of customers."""
    files = [name for table in (*OF_CUSTOMERS, *OF_ORDERS) for name in snapshot.tables.get(table, ())]
    return sum(int(pq.read_metadata(dataset.file(name)).num_rows) for name in files)


def _touched(dataset: Dataset, snapshot: Snapshot, since: Snapshot) -> ibis.Table:
    """Customers with a row in a file that only one of both snapshots has, be it that of an order of theirs."""
    only = [_without(snapshot, since), _without(since, snapshot)]
    orders = [dataset.history(name, snapshot=one).select("order_id") for one in only for name in OF_ORDERS]
    changed = ibis.memtable(ibis.union(*orders, distinct=True).to_pyarrow())
    bought = [
        dataset.history("orders", snapshot=one).semi_join(changed, "order_id").select("customer_id")
        for one in (snapshot, since)
    ]
    own = [dataset.history(name, snapshot=one).select("customer_id") for one in only for name in OF_CUSTOMERS]
    return ibis.memtable(ibis.union(*bought, *own, distinct=True).to_pyarrow())


def _without(one: Snapshot, other: Snapshot) -> Snapshot:
    """Only the files that the other one does not have."""
    files = {name: tuple(sorted({*own} - {*other.tables.get(name, ())})) for name, own in one.tables.items()}
    return msgspec.structs.replace(one, tables=files)


@ibis.udf.scalar.builtin(name="hash", signature=(("string",), "uint64"))  # type: ignore[untyped-decorator]
def _number(customer_id: ir.Value) -> ir.Value:
    """DuckDB's function: the same number for the same customer."""
