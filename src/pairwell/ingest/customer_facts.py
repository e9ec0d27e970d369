"""What the dataset tells of each customer, as it is written down for decisions."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from pairwell.facts.customers import ToldCustomer
from pairwell.ingest.customer_rows import CustomerRows, pack_told, sold_by_order
from pairwell.ingest.telling import Telling
from pairwell.ingest.touched import OF_CUSTOMERS, OF_PLANS

_ROWS = 20_000
_ROWS_AT_A_TIME = 3_000_000  # that the engine holds in memory


def read_told(told: Telling) -> Iterator[ToldCustomer]:
    """What is told of every customer, of those touched alone where `told` is of them."""
    parts = 1 + told.count // _ROWS_AT_A_TIME
    with sold_by_order(told.rows["order_lines"]).cache() as sold:  # so that no part goes over all lines
        for part in range(parts):
            rows = pack_told(_part_of(told, sold, part, parts)).order_by("customer_id")  # as stored rows lie: faster
            for batch in rows.to_pyarrow_batches(chunk_size=_ROWS):
                texts = batch.column("told").cast(pa.binary())
                yield from map(ToldCustomer, batch.column("customer_id").to_pylist(), texts.to_pylist())


def _part_of(told: Telling, sold: ibis.Table, part: int, parts: int) -> CustomerRows:
    """The rows of the customers whose number leaves `part` when divided by `parts`."""
    stated = {**told.rows, "customers": told.customers()}
    own = {name: _own(stated[name], part, parts) for name in (*OF_CUSTOMERS, "orders")}
    if told.touched is None:
        held = _own(told.rows[OF_PLANS].select(customer_id="account_id"), part, parts)
        named = [rows.select("customer_id") for rows in (*own.values(), held)]
        everybody = ibis.union(*named, distinct=True)
    else:
        everybody = _own(ibis.memtable(told.touched.customers), part, parts)
    return CustomerRows(customers=everybody, rows={**stated, **own}, sold=sold)


def _own(rows: ibis.Table, part: int, parts: int) -> ibis.Table:
    named = rows.filter(rows.customer_id.notnull())
    return named if parts == 1 else named.filter(_number(named.customer_id) % parts == part)


@ibis.udf.scalar.builtin(name="hash", signature=(("string",), "uint64"))  # type: ignore[untyped-decorator]
def _number(customer_id: ir.Value) -> ir.Value:
    """DuckDB's function: the same number for the same customer."""
