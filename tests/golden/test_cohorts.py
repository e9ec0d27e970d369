"""Retention cohorts of online retail, counted both ways."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pairwell.measure.customers.cohorts import Cohorts, count_cohorts

_DECEMBER = 2010 * 12 + 11


@pytest.fixture(scope="module")
def rows(data_dir: Path) -> pa.Table:
    """Every line that has a customer."""
    table = pq.read_table(data_dir / "online_retail" / "online_retail.parquet")
    return table.filter(pc.is_valid(table["CustomerID"]))


def _count(rows: pa.Table) -> Cohorts:
    moments = rows["InvoiceDate"]
    months = pc.add(pc.multiply(pc.year(moments), 12), pc.subtract(pc.month(moments), 1)).cast(pa.int64())
    found = count_cohorts(
        ibis.memtable(pa.table({"customer_id": rows["CustomerID"].cast(pa.string()), "month": months}))
    )
    assert isinstance(found, Cohorts)
    return found


def test_all_rows_with_a_customer(rows: pa.Table) -> None:
    found = _count(rows)

    assert found.months[0] == _DECEMBER
    assert found.active[0] == [948, 362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260]


def test_only_positive_quantities_and_prices(rows: pa.Table) -> None:
    sold = rows.filter(pc.and_(pc.greater(rows["Quantity"], 0), pc.greater(rows["UnitPrice"], 0)))

    assert _count(sold).active[0][:4] == [885, 324, 286, 340]
