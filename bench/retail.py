"""File to decision on the online retail data, against a bare DuckDB aggregation of the same file."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(os.environ.get("PAIRWELL_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
FILE = DATA / "online_retail" / "online_retail.parquet"
PAIRWELL = str(Path(sys.executable).with_name("pairwell"))
FLOOR = f"""
import duckdb
lines = duckdb.sql("select InvoiceNo, StockCode, count(*) n from '{FILE}' group by all")
pairs = duckdb.sql("select a.StockCode, b.StockCode, count(*) from lines a join lines b using (InvoiceNo) group by all")
pairs.fetchall()
"""


def measured(command: list[str]) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "wall_s": round(time.perf_counter() - start, 2),
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
        "peak_mb_so_far": round(after.ru_maxrss / 1024),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = str(Path(folder) / "shop")
        subprocess.run([PAIRWELL, "init", shop], check=True, capture_output=True)
        steps = {
            "ingest": [PAIRWELL, "ingest", "orders", str(FILE), "--workspace", shop],
            "learn": [PAIRWELL, "learn", "--workspace", shop],
            "decide": [
                PAIRWELL,
                "decide",
                "--placement",
                "cart",
                "--item",
                "22423",
                "--item",
                "85123A",
                "--workspace",
                shop,
            ],
        }
        found = {name: measured(command) for name, command in steps.items()}
    total = sum(step["wall_s"] for step in found.values())
    found["floor: count all pairs in DuckDB"] = measured([sys.executable, "-c", FLOOR])
    floor = found["floor: count all pairs in DuckDB"]["wall_s"]
    print(json.dumps({**found, "total_wall_s": round(total, 2), "ratio_to_floor": round(total / floor, 2)}, indent=2))


if __name__ == "__main__":
    main()
