"""Retention cohorts of online retail, counted both ways."""

from __future__ import annotations

import re
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pairwell.measure.customers.cohorts import Cohorts, count_cohorts
from pairwell.report.record import Cell, Report
from pairwell.shop.face import create_shop

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


def _published(report: Report, key: str) -> list[Cell]:
    """Those of December 2010: in all, and one month later, two, …"""
    first = next(table for table in report.tables if table.key == key).rows[0]
    assert first["month"] == "2010-12"
    return [first["customers"], *(first[f"later_{later}"] for later in range(1, 13))]


@pytest.mark.slow
def test_the_report_says_the_same_of_a_shop_that_takes_every_row(data_dir: Path, tmp_path: Path) -> None:
    """With the two mappings of docs/customer-value.md, in which nothing is told to be no goods."""
    file = data_dir / "online_retail" / "online_retail.parquet"
    page = (Path(__file__).parents[2] / "docs" / "customer-value.md").read_text(encoding="utf-8")
    mappings = [text for text in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if text.startswith("table")]
    with create_shop(tmp_path / "shop") as shop:
        for table, text in zip(("orders", "feedback"), mappings, strict=True):
            mapping = tmp_path / f"{table}.toml"
            mapping.write_text(text, encoding="utf-8")
            shop.ingest(table, file, mapping=mapping)
        report = shop.report("customers")
    assert _published(report, "cohorts")[:4] == [885, 324, 286, 340]
    assert _published(report, "cohorts_everything") == [
        948, 362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260,
    ]  # fmt: skip
