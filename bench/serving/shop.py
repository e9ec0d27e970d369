"""A shop of 50,000 items in which things go together, with twenty rules, five caps and customers of whom is known."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from bench.bulk import DAYS, ITEMS, LINES_PER_ORDER, PAIRWELL, SCHEMA
from bench.rules import make_rules

from pairwell.config.document import render_settings
from pairwell.config.settings import Cap, Choice, Settings
from pairwell.config.workspace import Workspace, read_draft

TOPIC = 26  # items that are bought together; a decision then has some fifty candidates
LOYAL = 0.85  # share of lines that keep to their order's topic
BRANDS = 90


def popularity() -> np.ndarray:
    """How often each item is bought, the first most; whoever asks for decisions asks as often for each."""
    weights: np.ndarray = np.arange(1, ITEMS + 1) ** -0.8
    weights /= weights.sum()
    return weights


def item_name(code: int) -> str:
    return f"SKU-{code:06d}"


def customer_name(number: int) -> str:
    return f"C{number:07d}"


def customers_of(lines: int) -> int:
    return round(lines / 40) + 1


def make_shop(folder: Path, *, lines: int, seed: int, url: str) -> Workspace:
    """Files, ingested and learned from, and published settings. `url`: of the operations database, "" for SQLite."""
    rng = np.random.default_rng(seed)
    shop = folder / "shop"
    run("init", str(shop))
    workspace = Workspace(shop)
    settle(workspace, url)
    prices = np.round(np.exp(rng.normal(2.5, 1, ITEMS)) + 0.01, 2)
    for table, path in (
        ("items", write_items(folder / "items.csv", prices)),
        ("orders", write_orders(folder / "orders.parquet", rng, prices, lines)),
        ("customers", write_customers(folder / "customers.csv", customers_of(lines))),
    ):
        run("ingest", table, str(path), "--workspace", str(shop), "--json")
    run("learn", "--workspace", str(shop), "--json")
    return workspace


def settle(workspace: Workspace, url: str) -> None:
    """Publish settings with twenty rules and five caps, none of which ever withholds, so that all are asked."""
    draft = read_draft(workspace)
    operations = msgspec.structs.replace(draft.operations, url=url)
    choice = Choice(salt="bench", holdout=draft.choice.holdout, withheld=draft.choice.withheld)
    settings = msgspec.structs.replace(
        draft, operations=operations, choice=choice, rules=make_rules(), caps=make_caps(draft)
    )
    workspace.settings_file.write_text(render_settings(settings))
    run("publish", "--workspace", str(workspace.root))


def make_caps(settings: Settings) -> tuple[Cap, ...]:
    """The usual two, one more for each customer, and two totals on twenty items each."""
    some = tuple(item_name(code) for code in range(1_000, 1_040))
    end = datetime(2100, 1, 1, tzinfo=UTC)
    return (
        *settings.caps[:2],
        Cap(name="one offer a month", channels=("site", "app"), window_h=720.0, limit=60),
        Cap(name="accepts in all", scope="offer", outcome="accept", items=some[:20], limit=100_000),
        Cap(name="until the end", scope="offer", items=some[20:], limit=100_000, until=end),
    )


def write_items(path: Path, prices: np.ndarray) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("item_id", "name", "category", "brand", "price", "cost", "rating", "colour"))
        for code in range(ITEMS):
            price = float(prices[code])
            category = f"Home > Shelf {code // TOPIC % 200}"
            rating = f"{3 + code % 20 / 10:.1f}"
            writer.writerow(
                (item_name(code), f"Thing number {code}", category, f"brand {code % BRANDS}", price,
                 round(price * 0.6, 2), rating, ("red", "blue")[code % 2])
            )  # fmt: skip
    return path


def write_customers(path: Path, customers: int) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("customer_id", "region", "segment"))
        for number in range(customers):
            writer.writerow((customer_name(number), ("PL", "DE", "UK")[number % 3], f"s{number % 7}"))
    return path


def write_orders(path: Path, rng: np.random.Generator, prices: np.ndarray, lines: int) -> Path:
    """Orders that mostly keep to one topic of `TOPIC` items of like popularity."""
    n_orders = round(lines / LINES_PER_ORDER)
    sizes = 1 + rng.multinomial(lines - n_orders, np.full(n_orders, 1 / n_orders))
    order = np.repeat(np.arange(n_orders), sizes)
    reach = np.cumsum(popularity())
    topic = (np.searchsorted(reach, rng.random(n_orders)).clip(0, ITEMS - 1) // TOPIC * TOPIC)[order]
    at_home = (topic + rng.integers(0, TOPIC, lines)).clip(0, ITEMS - 1)
    anywhere = np.searchsorted(reach, rng.random(lines)).clip(0, ITEMS - 1)
    item = np.where(rng.random(lines) < LOYAL, at_home, anywhere)
    start = np.datetime64("2024-01-01T00:00:00", "us")
    seconds = np.sort(rng.uniform(0, DAYS, n_orders) * 86_400).astype(np.int64)
    customer = rng.integers(0, customers_of(lines), n_orders)
    columns = [
        pa.array(np.char.add("O", np.char.zfill(np.arange(n_orders).astype("U9"), 9))).take(pa.array(order)),
        pa.array([item_name(code) for code in range(ITEMS)]).take(pa.array(item)),
        pa.array((start + seconds * np.timedelta64(1_000_000, "us"))[order]).cast(pa.timestamp("us", "UTC")),
        pa.array([customer_name(number) for number in range(customers_of(lines))]).take(pa.array(customer[order])),
        pa.array(rng.integers(1, 4, lines)),
        pa.array(prices[item]),
    ]
    pq.write_table(pa.table(columns, schema=SCHEMA), path)
    return path


def run(*words: str) -> None:
    """One command of ours. Raises where it fails, with what it said."""
    done = subprocess.run([PAIRWELL, *words], stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(f"pairwell {' '.join(words)} failed")
