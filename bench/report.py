"""The overview over two million orders and ten million events, against the same sums by hand in DuckDB."""

from __future__ import annotations

import argparse
import json
import shutil
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
from pairwell.dataset.kept import FOLDER
from pairwell.dataset.snapshots import Source
from pairwell.dataset.tables import TABLES

ITEMS, DAYS, LINES_PER_ORDER, EVENTS_PER_VISIT = 20_000, 700, 2.5, 4
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
BY_HAND_VISITS = """
create temp table visits as
  with told as (select type, customer_id, visitor_id, epoch_us("at") as moment from read_parquet($events)),
  owners as (select visitor_id, max(customer_id) as owner from told where customer_id is not null
      and visitor_id is not null group by visitor_id having count(distinct customer_id) = 1),
  named as (select coalesce('c:' || coalesce(customer_id, owner), 'v:' || visitor_id) as unit, moment,
      type in ('add_to_cart', 'checkout') as carted from told left join owners using (visitor_id)),
  paused as (select *, coalesce(moment - lag(moment) over (partition by unit order by moment) > 1800000000, true) as new
      from named where unit is not null),
  numbered as (select *, sum(new::int) over (partition by unit order by moment, new desc) as visit from paused)
  select unit, min(moment) as began, max(moment) as ended, max(carted::int) as carted
  from numbered group by unit, visit;
create temp table met as
  with bought as (select 'c:' || customer_id as unit, epoch_us(placed_at) as moment from read_parquet($orders)
      where customer_id is not null)
  select v.unit, v.began, greatest(v.carted, (b.unit is not null)::int) as carted, (b.unit is not null)::int as ordered
  from visits v left join (select distinct v.unit, v.began from visits v join bought b
      on v.unit = b.unit and b.moment between v.began and v.ended + 1800000000) b
    on v.unit = b.unit and v.began = b.began;
"""
OF_VISITS = """
with each as (select unit, count(*) as visits, sum(carted) as carted, sum(ordered) as ordered from met group by unit)
select sum(visits), sum(ordered), sum(carted), var_samp(carted), var_samp(ordered), var_samp(visits),
    covar_samp(carted, visits), covar_samp(ordered, visits) from each
"""
SUMS = (
    "items", "units", "revenue", "added_revenue", "with_add_on", "margin", "estimated", "discounts", "unpriced",
    "converted", "roles",
)  # fmt: skip
RATIOS = (
    ("revenue", "orders"), ("items", "orders"), ("with_add_on", "orders"), ("added_ever", "customers"),
    ("added_revenue", "orders"), ("margin", "revenue"),
)  # fmt: skip
MORE = ("after one more order", "after one more event")
Columns = dict[str, pa.Array]
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
    """Seconds of both, in turn, over the whole history and of the last 30 days; the sums must agree.

    `cold`: the first report after the snapshot changed, which reads all orders, lines, returns and events and keeps
    their sums; by hand it is the same from the same files. `overview`: every later report, which reads those sums.
    `after one more …`: a report after a file of one order, or of one event, came in; it must say what all files do.
    """
    with pairwell.create(folder / "shop") as shop:
        store(shop, folder, orders, events)
        tables = shop.dataset.newest().tables
        read = [name for name in ("orders", "order_lines", "items", "events") if name in tables]
        files: dict[str, list[str]] = {name: [str(shop.dataset.file(one)) for one in tables[name]] for name in read}
        found: dict[str, list[tuple[float, float]]] = {
            name: [] for name in ("last 30 days, nothing kept", "cold", "by hand", "overview", "last 30 days", *MORE)
        }
        timed(found["last 30 days, nothing kept"], lambda: shop.report("overview"))
        for _ in range(runs):
            shutil.rmtree(shop.dataset.folder_for(FOLDER), ignore_errors=True)
            report = timed(found["cold"], lambda: shop.report("overview", since=SINCE, until=UNTIL))
            total = timed(found["by hand"], lambda: by_hand(files))
            again = timed(found["overview"], lambda: shop.report("overview", since=SINCE, until=UNTIL))
            timed(found["last 30 days"], lambda: shop.report("overview"))
            assert report == again
            value = {figure.key: figure.value for figure in report.figures}
            told = [
                value[key] for key in ("orders", "revenue", "margin", *(["visits", "conversion"] if events else []))
            ]
            assert told == total, (told, total)
        for run in range(runs):
            for name in MORE[: 2 if events else 1]:
                tell_more(shop, folder, name, run)
                grown = timed(found[name], lambda: shop.report("overview", since=SINCE, until=UNTIL))
        shutil.rmtree(shop.dataset.folder_for(FOLDER))
        whole = shop.report("overview", since=SINCE, until=UNTIL)
        assert [figure.value for figure in grown.figures] == [figure.value for figure in whole.figures]
        lines = sum(pq.read_metadata(file).num_rows for file in files["order_lines"])
    seconds = {
        name: {"wall_s": [wall for wall, _ in ran], "cpu_s": [cpu for _, cpu in ran]} for name, ran in found.items()
    }
    seconds = {name: of for name, of in seconds.items() if of["wall_s"]}
    middle = {name: {unit: statistics.median(times) for unit, times in of.items()} for name, of in seconds.items()}
    ratios = {
        f"{name} to by hand": {unit: round(middle[name][unit] / middle["by hand"][unit], 2) for unit in middle[name]}
        for name in ("overview", "cold", *MORE)
        if name in middle
    }
    return {"orders": orders, "lines": lines, "events": events, "seconds": seconds} | ratios


def tell_more(shop: Any, folder: Path, what: str, run: int) -> None:
    """One more order of a customer who is known, or one more event of them."""
    path = folder / "more.csv"
    if what == MORE[0]:
        head, row = (
            "order_id,placed_at,customer_id,item_id,quantity,unit_price",
            f"more-{run},{{}},{{}},SKU-000001,1,20.00",
        )
    else:
        head, row = "event_id,at,type,customer_id,visitor_id,item_id", f"more-{run},{{}},view,{{}},,SKU-000001"
    path.write_text(f"{head}\n{row.format(f'2025-11-0{run + 1} 10:00', f'C{run:07d}')}\n")
    shop.ingest("orders" if what == MORE[0] else "events", path)


def timed(kept: list[tuple[float, float]], work: Any) -> Any:
    """What it gives; wall and processor seconds are kept."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    kept.append((round(time.perf_counter() - wall, 2), round(time.process_time() - cpu, 2)))
    return found


def by_hand(files: dict[str, list[str]]) -> list[float]:
    """What the overview reads and sums, in as few statements as a person would write."""
    with duckdb.connect(config={"threads": 2, "memory_limit": "2000MB", "preserve_insertion_order": False}) as base:
        named = {"lines": files["order_lines"], **{name: files[name] for name in files if name != "order_lines"}}
        for statement in filter(str.strip, (BY_HAND + (BY_HAND_VISITS if "events" in files else "")).split(";")):
            base.execute(statement, {name: paths for name, paths in named.items() if f"${name}" in statement})
        found = [base.execute(_sliced(key)).fetchall() for key in SLICES]
        visits = base.execute(OF_VISITS).fetchall()[0] if "events" in files else None
    (total,) = found[0]
    return [total[1], total[4], total[7], *([] if visits is None else [visits[0], visits[1] / visits[0]])]


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
    buyers = rng.integers(0, len(customers), orders)
    tables = {
        "items": {
            "item_id": ids, "valid_from": _moments(np.full(ITEMS, START_US)), "derived": _same(ITEMS, False),
            "price_minor": pa.array(prices), "cost_minor": pa.array((prices * 0.6).astype(np.int64)),
            "published": _same(ITEMS, True),
        },
        "orders": {
            "order_id": pa.array(names), "customer_id": customers.take(pa.array(buyers)),
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
        tables["events"] = _events(rng, events, ids, customers, (placed, buyers))
    source = Source(name="bench", files=("bench",), at=START, rows={})
    for name, columns in tables.items():
        path = folder / f"{name}.parquet"
        pq.write_table(_table(name, columns), path)
        shop.dataset.merge({name: path}, source=source, now=START)
        path.unlink()


START_US = round(START.timestamp() * 1e6)
_MINUTE_US = 60_000_000


def _events(rng: np.random.Generator, n: int, ids: pa.Array, customers: pa.Array, sold: tuple[Any, Any]) -> Columns:
    """Visits of four events two minutes apart, one in eight with a cart; one in six ends with an order."""
    visits, (placed, buyers) = -(-n // EVENTS_PER_VISIT), sold
    began = START_US + rng.integers(0, DAYS * 86_400, visits) * 1_000_000
    who = rng.integers(0, len(customers), visits)
    bought = rng.choice(len(placed), min(len(placed), visits // 6), replace=False)
    began[: bought.size] = np.maximum(placed[bought] - 10 * _MINUTE_US, START_US)
    who[: bought.size] = buyers[bought]
    place = np.arange(n) % EVENTS_PER_VISIT
    kind = np.where((place == EVENTS_PER_VISIT - 1) & (np.arange(n) // EVENTS_PER_VISIT % 8 == 0), 1, 0)
    return {
        "event_id": pa.array(np.char.add("E", np.arange(n).astype("U9"))),
        "at": _moments(np.repeat(began, EVENTS_PER_VISIT)[:n] + place * 2 * _MINUTE_US),
        "type": pa.array(["view", "add_to_cart"]).take(pa.array(kind)),
        "customer_id": customers.take(pa.array(np.repeat(who, EVENTS_PER_VISIT)[:n])),
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
