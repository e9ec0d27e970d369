"""The overview over two million orders against the same sums written by hand in DuckDB, in the same run."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import pairwell
from pairwell.dataset.snapshots import Source
from pairwell.dataset.tables import TABLES

ITEMS, DAYS, LINES_PER_ORDER = 20_000, 700, 2.5
START = datetime(2024, 1, 1, tzinfo=UTC)
SINCE, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
BY_HAND = """
create temp table held as
  select order_id, item_id,
    min(case role when 'primary' then 0 when 'added' then 2 else 1 end * 288230376151711744
      + (274877906943 - coalesce(unit_price_minor, 0)) * 1048576 + line_no) as rank,
    sum(quantity) as units, sum(net) as revenue, sum(net - cost) as margin, sum(estimated) as estimated,
    sum((net is null)::bigint) as unpriced, max((role is not null)::bigint) as roles
  from (
    select l.*, round(quantity * unit_price_minor)::bigint - discount_minor as net,
      coalesce(round(quantity * coalesce(unit_cost_minor, cost_minor))::bigint,
        round(round(quantity * unit_price_minor) * 0.7)::bigint) as cost,
      case when coalesce(unit_cost_minor, cost_minor) is null
        then round(quantity * unit_price_minor)::bigint - discount_minor else 0 end as estimated
    from read_parquet($lines) l semi join (select order_id from read_parquet($orders)) o using (order_id)
    left join (select item_id, last(cost_minor order by valid_from) as cost_minor
      from read_parquet($items) group by item_id) i using (item_id)
  ) group by all;
create temp table measured as
  with first as (select customer_id, min(placed_at) as first_at from read_parquet($orders) where customer_id is not null
      group by customer_id),
  sums as (select order_id, arg_min(item_id, rank) as primary_item, arg_min(revenue, rank) as primary_revenue,
      count(*) as items, sum(units) as units, sum(revenue) as revenue, sum(margin) as margin,
      sum(estimated) as estimated, sum(unpriced) as unpriced, max(roles) as roles from held group by order_id)
  select o.order_id, coalesce(o.customer_id, chr(31) || o.order_id) as customer, o.customer_id is not null as named,
    o.placed_at, o.channel, s.primary_item, s.items, s.units, s.revenue, s.margin - o.discount_minor as margin,
    s.revenue - s.primary_revenue as added_revenue, (s.items > 1)::bigint as with_add_on, s.estimated, s.unpriced,
    s.roles, o.discount_minor as discounts, (o.currency <> 'EUR')::bigint as converted,
    case when o.customer_id is null then 'unnamed' when o.placed_at = f.first_at then 'new' else 'returning' end as kind
  from read_parquet($orders) o left join sums s using (order_id) left join first f using (customer_id);
"""
SUMS = (
    "items", "units", "revenue", "added_revenue", "with_add_on", "margin", "estimated", "discounts", "unpriced",
    "converted", "roles",
)  # fmt: skip
RATIOS = (
    ("revenue", "orders"), ("items", "orders"), ("with_add_on", "orders"), ("added_ever", "customers"),
    ("added_revenue", "orders"), ("margin", "revenue"),
)  # fmt: skip
SLICES = ("true", "date_trunc('month', placed_at)::date", "kind", "coalesce(channel, '(unknown)')")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orders", type=int, nargs="?", default=2_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), asked.orders, asked.events, asked.runs), indent=2))


def measure(folder: Path, orders: int, events: int, runs: int) -> dict[str, Any]:
    """Seconds of both, in turn, over the whole history and of the last 30 days; the sums must agree."""
    with pairwell.create(folder / "shop") as shop:
        store(shop, folder, orders, events)
        tables = shop.dataset.newest().tables
        files = {
            name: [str(shop.dataset.file(one)) for one in tables[name]] for name in ("orders", "order_lines", "items")
        }
        found: dict[str, list[tuple[float, float]]] = {"overview": [], "by hand": [], "last 30 days": []}
        for _ in range(runs):
            report = timed(found["overview"], lambda: shop.report("overview", since=SINCE, until=UNTIL))
            total = timed(found["by hand"], lambda: by_hand(files))
            timed(found["last 30 days"], lambda: shop.report("overview"))
            value = {figure.key: figure.value for figure in report.figures}
            assert (value["orders"], value["revenue"], value["margin"]) == total, (value, total)
        lines = sum(pq.read_metadata(file).num_rows for file in files["order_lines"])
    seconds = {
        name: {"wall_s": [wall for wall, _ in ran], "cpu_s": [cpu for _, cpu in ran]} for name, ran in found.items()
    }
    ratios = {
        unit: round(statistics.median(seconds["overview"][unit]) / statistics.median(seconds["by hand"][unit]), 2)
        for unit in ("wall_s", "cpu_s")
    }
    return {"orders": orders, "lines": lines, "events": events, "seconds": seconds, "overview to by hand": ratios}


def timed(kept: list[tuple[float, float]], work: Any) -> Any:
    """What it gives; wall and processor seconds are kept."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    kept.append((round(time.perf_counter() - wall, 2), round(time.process_time() - cpu, 2)))
    return found


def by_hand(files: dict[str, list[str]]) -> tuple[int, int, int]:
    """What the overview reads and sums, in as few statements as a person would write."""
    with duckdb.connect(config={"threads": 2, "memory_limit": "2000MB", "preserve_insertion_order": False}) as base:
        named = {"lines": files["order_lines"], "orders": files["orders"], "items": files["items"]}
        for statement in filter(str.strip, BY_HAND.split(";")):
            base.execute(statement, {name: paths for name, paths in named.items() if f"${name}" in statement})
        found = [base.execute(_sliced(key)).fetchall() for key in SLICES]
    (total,) = found[0]
    return total[1], total[4], total[7]


def _sliced(key: str) -> str:
    sums = ", ".join(f"sum({name}) as {name}" for name in SUMS)
    spreads = ", ".join(
        f"var_samp({above}), var_samp({below}), covar_samp({above}, {below})" for above, below in RATIOS
    )
    names = ("orders", *SUMS, "customers", "added_ever", "buyers")
    return f"""
    with each as (select {key} as key, customer, count(*) as orders, {sums}, bool_or(named)::bigint as buyers,
        1 as customers, (sum(with_add_on) > 0)::bigint as added_ever from measured group by 1, 2)
    select key, {", ".join(f"sum({name})" for name in names)}, {spreads} from each group by key order by key
    """


def store(shop: Any, folder: Path, orders: int, events: int) -> None:
    """A shop of customers who come back, of dear and cheap items, with a channel and no returns."""
    rng = np.random.default_rng(7)
    sizes = 1 + rng.poisson(LINES_PER_ORDER - 1, orders)
    order = np.repeat(np.arange(orders), sizes)
    names = np.char.add("O", np.char.zfill(np.arange(orders).astype("U9"), 9))
    line_no = np.arange(order.size) - np.repeat(np.cumsum(sizes) - sizes, sizes) + 1
    reach = np.cumsum(np.arange(1, ITEMS + 1) ** -0.8)
    item = np.searchsorted(reach / reach[-1], rng.random(order.size)).clip(0, ITEMS - 1)
    ids = pa.array([f"SKU-{code:06d}" for code in range(ITEMS)])
    prices = rng.integers(100, 20_000, ITEMS)
    placed = START_US + np.sort(rng.integers(0, DAYS * 86_400, orders)) * 1_000_000
    customers = pa.array([f"C{number:07d}" for number in range(orders // 4)])
    tables = {
        "items": {
            "item_id": ids, "valid_from": _moments(np.full(ITEMS, START_US)), "derived": _same(ITEMS, False),
            "price_minor": pa.array(prices), "cost_minor": pa.array((prices * 0.6).astype(np.int64)),
            "published": _same(ITEMS, True),
        },
        "orders": {
            "order_id": pa.array(names), "customer_id": _drawn(rng, customers, orders),
            "placed_at": _moments(placed), "channel": _drawn(rng, pa.array(["web", "app", "store"]), orders),
            "discount_minor": _zeros(orders), "shipping_minor": _zeros(orders), "tax_minor": _zeros(orders),
            "currency": _same(orders, "EUR"), "rate": pa.array(np.ones(orders)),
        },
        "order_lines": {
            "order_id": pa.array(names).take(pa.array(order)), "line_no": pa.array(line_no),
            "item_id": ids.take(pa.array(item)), "quantity": pa.array(rng.integers(1, 4, order.size).astype(float)),
            "unit_price_minor": pa.array(prices[item]), "discount_minor": pa.array(rng.integers(0, 2, order.size) * 10),
        },
    }  # fmt: skip
    if events:
        tables["events"] = _events(rng, events, ids, customers)
    source = Source(name="bench", files=("bench",), at=START, rows={})
    for name, columns in tables.items():
        path = folder / f"{name}.parquet"
        pq.write_table(_table(name, columns), path)
        shop.dataset.merge({name: path}, source=source, now=START)
        path.unlink()


START_US = round(START.timestamp() * 1e6)


def _events(rng: np.random.Generator, n: int, ids: pa.Array, customers: pa.Array) -> dict[str, pa.Array]:
    return {
        "event_id": pa.array(np.char.add("E", np.arange(n).astype("U9"))),
        "at": _moments(START_US + rng.integers(0, DAYS * 86_400, n) * 1_000_000),
        "type": _same(n, "view"),
        "customer_id": _drawn(rng, customers, n),
        "item_id": _drawn(rng, ids, n),
    }


def _drawn(rng: np.random.Generator, values: pa.Array, n: int) -> pa.Array:
    return values.take(pa.array(rng.integers(0, len(values), n)))


def _table(name: str, columns: dict[str, pa.Array]) -> pa.Table:
    schema = TABLES[name].schema
    rows = len(next(iter(columns.values())))
    return pa.table([columns.get(field.name, pa.nulls(rows, field.type)) for field in schema], schema=schema)


def _moments(micros: Any) -> pa.Array:
    return pa.array(micros, pa.int64()).cast(pa.timestamp("us", "UTC"))


def _zeros(n: int) -> pa.Array:
    return pa.array(np.zeros(n, np.int64))


def _same(n: int, value: object) -> pa.Array:
    return pa.array([value]).take(pa.array(np.zeros(n, np.int64)))


if __name__ == "__main__":
    main()
