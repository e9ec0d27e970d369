"""File to model: generate, ingest, learn, one more day, learn again: bench/bulk.py [LINES], a million by default."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PAIRWELL = str(Path(sys.executable).with_name("pairwell"))
ITEMS = 50_000
DAYS = 700
LINES_PER_ORDER = 20 / 3
READ_FLOOR = """
import sys, pyarrow.parquet as pq
pq.read_table(sys.argv[1])
"""
PAIRS_FLOOR = """
import sys, duckdb
lines = duckdb.sql(f"select order_id, item_id, count(*) n from '{sys.argv[1]}' group by all")
both = "lines a join lines b using (order_id)"
pairs = duckdb.sql(f"select a.item_id x, b.item_id y, count(*) n from {both} group by all")
print(duckdb.sql("select count(*), sum(n) from pairs").fetchall())
"""
DISTINCT_FLOOR = """
import sys, duckdb
ids = ("order_id", "item_id", "customer_id")
print(duckdb.sql(f"select {', '.join(f'count(distinct {name})' for name in ids)} from '{sys.argv[1]}'"))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-floors", action="store_true", help="leave out the bare floors")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), asked.lines, asked.seed, floors=not asked.no_floors), indent=2))


def measure(folder: Path, lines: int, seed: int, *, floors: bool) -> dict[str, Any]:
    """Every step in a process of its own, with its seconds and the peak of its memory."""
    history, day = generate(folder, lines, seed)
    shop = str(folder / "shop")
    run([PAIRWELL, "init", shop])
    found: dict[str, Any] = {"lines": lines, "lines of the day": pq.read_metadata(day).num_rows}
    found["ingest"] = run([PAIRWELL, "ingest", "orders", str(history), "--workspace", shop, "--json"])
    found["learn"] = learn(shop)
    found["ingest the day"] = run([PAIRWELL, "ingest", "orders", str(day), "--workspace", shop, "--json"])
    found["learn with the day"] = learn(shop)
    shutil.rmtree(Path(shop) / ".pairwell" / "learning")
    found["learn anew from all files"] = learn(shop)
    if floors:
        for name, code in (("read", READ_FLOOR), ("count distinct", DISTINCT_FLOOR), ("count pairs", PAIRS_FLOOR)):
            found[f"floor: {name}"] = run([sys.executable, "-c", code, str(history)])
    return found | compared(found)


def compared(found: dict[str, Any]) -> dict[str, Any]:
    """What of the measurements belongs together."""
    daily, anew = found["learn with the day"], found["learn anew from all files"]
    whole = {unit: round(found["ingest"][unit] + found["learn"][unit], 2) for unit in ("wall_s", "cpu_s")}
    ratios = {
        "reading: with the day to anew": round(daily["steps"]["read"] / anew["steps"]["read"], 2),
        "learning: with the day to anew": round(daily["cpu_s"] / anew["cpu_s"], 2),
    }
    if "floor: count pairs" in found:
        ratios["file to model: to counting pairs in DuckDB"] = round(
            whole["cpu_s"] / found["floor: count pairs"]["cpu_s"], 2
        )
    return {"file to model": whole, "ratios": ratios, "same model": daily["model"] == anew["model"]}


def learn(shop: str) -> dict[str, Any]:
    found = run([PAIRWELL, "learn", "--workspace", shop, "--json"])
    told = json.loads(found.pop("out"))
    return found | {"model": told["model"], "steps": told["seconds_by_step"]}


def run(command: list[str]) -> dict[str, Any]:
    """Wall and processor seconds, peak memory and output of one command. Raises where it fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        output.seek(0)
        out = output.read()
    found = {
        "wall_s": round(time.perf_counter() - start, 2),
        "cpu_s": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": round(used.ru_maxrss / 1024),
    }
    return found | ({"out": out} if "learn" in command else {})


def generate(folder: Path, lines: int, seed: int) -> tuple[Path, Path]:
    """An export of `lines` order lines, oldest first, and one of the day after it; ids are texts."""
    rng = np.random.default_rng(seed)
    catalogue = _Catalogue(rng, round(lines / 40) + 1)
    history, day = folder / "history.parquet", folder / "day.parquet"
    with pq.ParquetWriter(history, SCHEMA) as writer:
        written = 0
        while written < lines:
            n_lines = min(1_000_000, lines - written)
            span = (written / lines * DAYS, (written + n_lines) / lines * DAYS)
            writer.write_table(catalogue.sell(rng, n_lines, span))
            written += n_lines
    pq.write_table(catalogue.sell(rng, max(20, lines // DAYS), (DAYS, DAYS + 1)), day)
    return history, day


SCHEMA = pa.schema(
    {
        "order_id": pa.string(),
        "item_id": pa.string(),
        "placed_at": pa.timestamp("us", "UTC"),
        "customer_id": pa.string(),
        "quantity": pa.int64(),
        "unit_price": pa.float64(),
    }
)


class _Catalogue:
    """Items of falling popularity, customers, and a running number of orders."""

    def __init__(self, rng: np.random.Generator, customers: int) -> None:
        self._items = pa.array([f"SKU-{code:06d}" for code in rng.permutation(ITEMS)])
        self._prices = np.round(np.exp(rng.normal(2.5, 1, ITEMS)) + 0.01, 2)
        self._customers = pa.array([f"C{number:07d}" for number in range(customers)])
        popularity = np.cumsum(np.arange(1, ITEMS + 1) ** -0.8)
        self._reach = popularity / popularity[-1]
        self._orders = 0

    def sell(self, rng: np.random.Generator, lines: int, span: tuple[float, float]) -> pa.Table:
        """Orders of `lines` lines, placed in the days of `span`, oldest first."""
        n_orders = max(1, round(lines / LINES_PER_ORDER))
        sizes = 1 + rng.multinomial(lines - n_orders, np.full(n_orders, 1 / n_orders))
        order = np.repeat(np.arange(n_orders), sizes)
        item = np.searchsorted(self._reach, rng.random(lines)).clip(0, ITEMS - 1)
        start = np.datetime64("2024-01-01T00:00:00", "us")
        seconds = np.sort(rng.uniform(*span, n_orders) * 86_400).astype(np.int64)
        numbers = np.arange(self._orders, self._orders + n_orders)
        self._orders += n_orders
        columns = [
            pa.array(np.char.add("O", np.char.zfill(numbers.astype("U9"), 9))).take(pa.array(order)),
            self._items.take(pa.array(item)),
            pa.array((start + seconds * np.timedelta64(1_000_000, "us"))[order]).cast(pa.timestamp("us", "UTC")),
            self._customers.take(pa.array(rng.integers(0, len(self._customers), n_orders)[order])),
            pa.array(rng.integers(1, 4, lines)),
            pa.array(self._prices[item]),
        ]
        return pa.table(columns, schema=SCHEMA)


if __name__ == "__main__":
    main()
