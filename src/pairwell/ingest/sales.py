"""Order lines, as exports bring them, to items, customers, orders, order lines and returns."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.dataset.files import stage_ordered, stage_rows
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.ingest import assemble
from pairwell.ingest.cleaning import CHANGES, PASSED_ON, Cleaning, judge, mostly_digits, rows_agree
from pairwell.ingest.goods import exclude_items
from pairwell.ingest.matching import meet, same_order_or_customer
from pairwell.ingest.numbering import keep_rows, number_sales, numbered, to_order_lines
from pairwell.ingest.outcome import Shaped, Staged, count_changes, write
from pairwell.ingest.prices import recent_prices
from pairwell.ingest.staging import writing_to
from pairwell.ingest.titles import usual_titles

_NO_PRICES = pa.table({"item_id": pa.array([], pa.string()), "known_minor": pa.array([], pa.int64())})
_ROWS_PER_BATCH = 122_880
_RETURN_COLUMNS = ("order_id", "line_no", "quantity", "at", "refund_minor")


def shape_lines(staged: Staged, dataset: Dataset) -> Shaped:
    """Apply the cleaning rules to staged order lines and make the tables they fill."""
    engine, folder = dataset.engine, staged.folder
    lines = engine.read_parquet(staged.rows)
    excluded, listed = _no_goods(lines, staged)
    cleaning = Cleaning(
        fields=staged.fields,
        excluded=tuple(excluded),
        digits_only=mostly_digits(lines),
        agreeing=rows_agree(lines),
    )
    judged, order_lines = _judge(lines, _known_prices(lines, dataset, staged.timezone), cleaning, staged, dataset)
    sales = judged.filter(judged.line_no.notnull())
    met = _kept(dataset, _meet(judged, sales, dataset), folder / "met.parquet")
    rows = {
        "items": assemble.items(sales, staged.timezone),
        "customers": assemble.customers(sales),
        "orders": assemble.orders(sales),
        "returns": _returns(met, sales),
    }
    with writing_to(folder):
        tables = {
            name: stage_rows(assemble.shaped(table, name), TABLES[name], folder=folder) for name, table in rows.items()
        }
    tables["order_lines"] = order_lines
    changed, by_rule = _changes(sales, met, cleaning)
    cancelled = write(dataset, _cancelled(judged, sales), folder / "cancelled.parquet")
    return Shaped(
        tables={name: path for name, path in tables.items() if _n_rows(path)},
        verdicts=_verdicts(judged, met),
        changed=changed,
        changed_by_rule=by_rule,
        goods=tuple(listed),
        cancelled=cancelled if _n_rows(cancelled) else None,
    )


def _cancelled(judged: ibis.Table, sales: ibis.Table) -> ibis.Table:
    """Orders that the file says are no sale and of which nothing else is one; an older file may have had them."""
    said = judged.filter(judged.verdict.isin(("order_cancelled", "deal_not_won"))).select("order_id").distinct()
    return said.anti_join(sales, "order_id")


def _judge(
    lines: ibis.Table, prices: ibis.Table, cleaning: Cleaning, staged: Staged, dataset: Dataset
) -> tuple[ibis.Table, Path]:
    """The judged and numbered rows, computed once, and the order lines they make."""
    # Exports fill few of the columns there could be; to move the others through joins and sorts takes half the time.
    unsaid = {name: lines.schema()[name] for name in staged.unsaid() if name in PASSED_ON}
    judged = judge(lines, prices, cleaning).drop(*unsaid)
    # In the order of the dataset: to number the sales and to write the order lines it is enough to pass over them.
    batches = number_sales(judged.order_by("order_id", "seq").to_pyarrow_batches(chunk_size=_ROWS_PER_BATCH))
    path = staged.folder / "judged.parquet"
    kept = keep_rows(batches, numbered(judged.schema().to_pyarrow()), path)
    with writing_to(staged.folder):
        order_lines = stage_ordered(to_order_lines(kept), TABLES["order_lines"], folder=staged.folder)
    rows = dataset.engine.read_parquet(path)
    return rows.mutate(**{name: ibis.null(kind) for name, kind in unsaid.items()}), order_lines


def _kept(dataset: Dataset, rows: ibis.Table, path: Path) -> ibis.Table:
    return dataset.engine.read_parquet(write(dataset, rows, path))


def _no_goods(lines: ibis.Table, staged: Staged) -> tuple[list[str], list[str]]:
    titles = {row["item_id"]: row["title"] for row in usual_titles(lines).to_pyarrow().to_pylist()}
    return exclude_items(titles, staged.mapping.goods, confirmed=staged.confirmed)


def _known_prices(lines: ibis.Table, dataset: Dataset, timezone: str) -> ibis.Table:
    """What an item costs where a row does not say: the catalogue's price, else its usual one in the file."""
    if not lines.filter(lines.unit_price_minor.isnull()).limit(1).count().to_pyarrow().as_py():
        return ibis.memtable(_NO_PRICES)
    stored = dataset.table("items").select("item_id", "price_minor", "derived")
    usual = recent_prices(lines, timezone).rename(usual_minor="price_minor")
    both = stored.outer_join(usual, "item_id")
    catalogue = (~both.derived).ifelse(both.price_minor, ibis.null("int64"))
    known = both.select(
        item_id=ibis.coalesce(both.item_id, both.item_id_right),
        known_minor=ibis.coalesce(catalogue, both.usual_minor, both.price_minor),
    )
    return known.filter(known.known_minor.notnull())


def _meet(judged: ibis.Table, sales: ibis.Table, dataset: Dataset) -> ibis.Table:
    back = judged.filter(judged.verdict.isnull() & judged.back)
    returns = back.select(
        "seq", "order_id", "item_id", "customer_id", "at", "unit_price_minor", *CHANGES, quantity=back.quantity.abs()
    )
    stored = stored_sales(dataset, items=returns.select("item_id"))
    sold = _sold(sales).union(stored.anti_join(sales, "order_id"))
    prior = dataset.table("returns")
    return meet(returns, same_order_or_customer(returns, sold), prior)


def _sold(sales: ibis.Table) -> ibis.Table:
    return sales.select(
        "order_id",
        "line_no",
        "item_id",
        "customer_id",
        "placed_at",
        "quantity",
        "unit_price_minor",
        discount_minor=sales.line_discount_minor.fill_null(0),
    )


def stored_sales(dataset: Dataset, *, items: ibis.Table | None = None) -> ibis.Table:
    """The order lines of the dataset with the customer and the moment of their order; of `items`, where given."""
    orders = dataset.table("orders").select("order_id", "customer_id", "placed_at")
    lines = dataset.table("order_lines")
    joined = (lines if items is None else lines.semi_join(items, "item_id")).join(orders, "order_id")
    return joined.select(
        "order_id",
        "line_no",
        "item_id",
        "customer_id",
        "placed_at",
        "quantity",
        "unit_price_minor",
        "discount_minor",
    )


def _returns(met: ibis.Table, sales: ibis.Table) -> ibis.Table:
    kept = met.filter(met.verdict.isnull())
    cancelled = kept.select(
        "line_no",
        "at",
        order_id=kept.sold_order,
        quantity=kept.kept,
        refund_minor=(kept.unit_price_minor.abs() * kept.kept).round().cast("int64"),
    )
    back = sales.filter(sales.returned)
    paid = (back.unit_price_minor * back.quantity).round().cast("int64") - back.line_discount_minor.fill_null(0)
    told = back.select("line_no", "at", "order_id", "quantity", refund_minor=paid)
    return summed_returns(cancelled.select(*_RETURN_COLUMNS).union(told.select(*_RETURN_COLUMNS)))


def summed_returns(returns: ibis.Table) -> ibis.Table:
    """Returns of one line at one moment as one row."""
    # A sum of int64 is wider than int64 in DuckDB, which Ibis does not see: by way of float it is cast for sure.
    refund = returns.refund_minor.cast("float64").sum().cast("int64")
    return returns.group_by("order_id", "line_no", "at").aggregate(quantity=returns.quantity.sum(), refund_minor=refund)


def _verdicts(judged: ibis.Table, met: ibis.Table) -> ibis.Table:
    return (
        judged.filter(judged.verdict.notnull())
        .select("seq", "verdict")
        .union(met.filter(met.verdict.notnull()).select("seq", "verdict"))
    )


def _changes(sales: ibis.Table, met: ibis.Table, cleaning: Cleaning) -> tuple[int, dict[str, int]]:
    undated = ibis.literal(not cleaning.dated)
    sold = sales.mutate(status_to_return=sales.returned, time_from_order_of_rows=undated)
    kept = met.filter(met.verdict.isnull())
    back = kept.mutate(cancellation_to_return=ibis.literal(value=True), return_cut=kept.cut)
    n_sold, sold_by = count_changes(sold, (*CHANGES, "status_to_return", "time_from_order_of_rows"))
    n_back, back_by = count_changes(back, (*CHANGES, "cancellation_to_return", "return_cut"))
    rules = sorted({*sold_by, *back_by})
    return n_sold + n_back, {rule: sold_by.get(rule, 0) + back_by.get(rule, 0) for rule in rules}


def _n_rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)
