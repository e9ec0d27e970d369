"""Reports by DuckDB and by Spark, on this machine and on the same orders: how long each takes, and that they agree."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from report import store  # the measurement beside this one

import pairwell
from pairwell.config.storing import Engine
from pairwell.dataset.kept import FOLDER
from pairwell.dataset.store import Dataset
from pairwell.report.shown.json import render_json

SINCE, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
REPORTS = ("overview", "categories", "pairs", "customers", "funnel")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orders", type=int, nargs="?", default=200_000)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--master", default="local[2]")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, pairwell.create(Path(folder) / "shop") as shop:
        store(shop, Path(folder), asked.orders, asked.events)
        engines = [Engine(), Engine(name="spark", spark_master=asked.master)]
        found = {engine.name: measure(shop, engine) for engine in engines}
    seconds, told = ({name: of[place] for name, of in found.items()} for place in (0, 1))
    assert told["duckdb"] == told["spark"], [name for name in REPORTS if told["duckdb"][name] != told["spark"][name]]
    print(json.dumps({"orders": asked.orders, "events": asked.events, "seconds": seconds, "same": True}, indent=2))


def measure(shop: Any, engine: Engine) -> tuple[dict[str, float], dict[str, str]]:
    """Seconds to start and of each report, with nothing kept from the one before; and what the reports say."""
    shutil.rmtree(shop.dataset.folder_for(FOLDER), ignore_errors=True)
    began = time.perf_counter()
    shop.measured = Dataset(shop.workspace, engine)
    assert shop.measured.engine
    seconds, told = {"start": round(time.perf_counter() - began, 1)}, {}
    for name in REPORTS:
        began = time.perf_counter()
        told[name] = render_json(shop.report(name, since=SINCE, until=UNTIL))
        seconds[name] = round(time.perf_counter() - began, 1)
    return seconds, told


if __name__ == "__main__":
    main()
