"""Small shops in which engines might differ, and a simulated one that has lived through two weeks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.backtest.month import Month, run_month
from pairwell.config.settings import Settings
from pairwell.config.settings import Shop as ShopSettings
from pairwell.dataset.snapshots import Source
from pairwell.dataset.tables import TABLES
from pairwell.shop.face import Shop, create_shop
from pairwell.simulate.exports import write_exports
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import make_shop

Rows = list[dict[str, Any]]
NOW = datetime(2024, 12, 1, tzinfo=UTC)
_SEEN = datetime(2024, 1, 1, tzinfo=UTC)
_SPRING, _AUTUMN = (
    datetime(2024, 3, 30, 22, tzinfo=UTC),
    datetime(2024, 10, 26, 21, tzinfo=UTC),
)  # Berlin's clocks change
# Sorted by bytes, by UTF-16 and by a language these come in different orders; some differ in case alone.
_NAMES = ["a", "A", "ä", "z", "Z", "ß", "\U0001f9e6", "\ufffd", "日本", "a b", "a\u0301", "%2B+", "x'y", 'x"y']
_CATEGORIES = [None, "Möbel", "Möbel > Stühle", "Möbel > Tische", " Licht ", "licht"]
_SAID = {"items": {"valid_from": _SEEN, "derived": False, "published": True}}


class Shops(dict[str, Shop]):
    """Shops by the name of their world, each made once."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, name: str) -> Shop:
        self[name] = WORLDS[name](self._folder / name)
        return self[name]

    def close(self) -> None:
        for shop in self.values():
            shop.close()


def make_empty(folder: Path) -> Shop:
    return create_shop(folder, Settings())


def make_two_currencies(folder: Path) -> Shop:
    """Every hour of both nights on which clocks change, quarters of units, two currencies, names of all kinds."""
    return make_random(folder, Random(1), orders=140)


def make_all_returned(folder: Path) -> Shop:
    """Everything came back, in parts, some with a refund that nobody stated; the catalogue changed its mind."""
    random = Random(2)
    tables = _tables(random, orders=40)
    tables["returns"] = [
        {
            "order_id": line["order_id"],
            "line_no": line["line_no"],
            "quantity": line["quantity"] / 2,
            "at": NOW - timedelta(days=half),
            "refund_minor": random.choice([None, 7]),
        }
        for line in tables["order_lines"]
        for half in (1, 2)
    ]
    return _store(folder, tables)


def make_random(folder: Path, random: Random, *, orders: int) -> Shop:
    """A shop of as many orders; with some cancelled, some sent back."""
    return _store(folder, _tables(random, orders=orders))


def make_simulated(folder: Path) -> Shop:
    """A shop that learned from its orders, and made offers for two weeks."""
    world = make_shop(5, size=ShopSize(items=120, customers=400, orders=2_500, later_days=14))
    shop = create_shop(folder)
    files = write_exports(world, folder / "export")
    for table, path in (("items", files.items), ("customers", files.customers), ("orders", files.orders)):
        shop.ingest(table, path)
    shop.learn()
    run_month(world, Month(start=world.history_end, days=14), decide=shop.decide_at, log=shop.log_events)
    return shop


WORLDS: dict[str, Callable[[Path], Shop]] = {
    "empty": make_empty,
    "two currencies": make_two_currencies,
    "all returned": make_all_returned,
    "simulated": make_simulated,
}


def _tables(random: Random, *, orders: int) -> dict[str, Rows]:
    names = [f"{name}{number}" for name in _NAMES for number in range(2)]
    heads = [_head(random, number) for number in range(orders)]
    lines = [_line(random, head, place, names) for head in heads for place in range(1, random.randint(1, 5) + 1)]
    return {
        "items": [_item(random, name, at) for name in names[:-3] for at in range(random.randint(1, 3))],
        "customers": [_customer(random, name) for name in _NAMES[:-2]],
        "orders": heads,
        "order_lines": lines,
        "returns": [_return(random, line) for line in random.sample(lines, len(lines) // 6)],
        "order_status": [
            {"order_id": head["order_id"], "status": random.choice(["cancelled", "completed"]), "at": _SEEN + age}
            for head in random.sample(heads, orders // 5)
            for age in (timedelta(0), timedelta(microseconds=1))
        ],
        "events": [_event(random, number, names) for number in range(orders * 2)],
    }


def _head(random: Random, number: int) -> dict[str, Any]:
    return {
        "order_id": f"o{number}",
        "customer_id": random.choice([None, *_NAMES]),
        "placed_at": random.choice([_SPRING, _AUTUMN, _AUTUMN]) + timedelta(minutes=random.randrange(-4000, 1000)),
        "channel": random.choice([None, "web", "Web", "läden"]),
        "seller_id": random.choice([None, "s1", "S1"]),
        "discount_minor": random.choice([0, 0, 33]),
        "shipping_minor": 5,
        "tax_minor": 7,
        "currency": random.choice(["EUR", "EUR", "USD"]),
        "rate": 0.9,
    }


def _line(random: Random, head: dict[str, Any], place: int, names: list[str]) -> dict[str, Any]:
    return {
        "order_id": head["order_id"],
        "line_no": place,
        "item_id": random.choice(names),
        "quantity": random.choice([1.0, 1.0, 2.0, 0.25, 0.3, 1.5]),
        "unit_price_minor": random.choice([None, 0, 5, 999, 1_001, 250_000]),
        "discount_minor": random.choice([0, 0, 3]),
        "unit_cost_minor": random.choice([None, None, 450]),
        "role": random.choice([None, None, "primary", "added"]),
    }


def _item(random: Random, name: str, revision: int) -> dict[str, Any]:
    return {
        "item_id": name,
        "valid_from": _SEEN + timedelta(days=revision),
        "derived": random.random() < 0.2,
        "title": random.choice([None, f"„{name}“"]),
        "category": random.choice(_CATEGORIES),
        "brand": random.choice([None, "É", "E"]),
        "cost_minor": random.choice([None, 400]),
        "price_minor": random.choice([None, 999]),
    }


def _customer(random: Random, name: str) -> dict[str, Any]:
    said = {"region": random.choice(["Süd", "nord", None]), "a/b~c": random.choice(["1", "2"]), "vip": "yes"}
    return {
        "customer_id": name,
        "valid_from": _SEEN,
        "attributes": msgspec.json.encode({key: value for key, value in said.items() if value}).decode(),
    }


def _return(random: Random, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "order_id": line["order_id"],
        "line_no": line["line_no"],
        "quantity": line["quantity"] / random.choice([1, 3]),
        "at": NOW,
        "refund_minor": random.choice([None, 12]),
    }


def _event(random: Random, number: int, names: list[str]) -> dict[str, Any]:
    visitor = random.randrange(20)
    return {
        "event_id": f"e{number}",
        "at": _AUTUMN + timedelta(minutes=10 * random.randrange(-200, 60)),  # many at one moment
        "type": random.choice(["view", "view", "add_to_cart", "checkout"]),
        "visitor_id": f"v{visitor}",
        "customer_id": random.choice([None, _NAMES[visitor % len(_NAMES)]]),
        "item_id": random.choice([None, *names]),
    }


def _store(folder: Path, tables: dict[str, Rows]) -> Shop:
    settings = ShopSettings(
        timezone="Europe/Berlin", margin_rate=0.4, margin_rates={"Möbel": 0.25}, return_cost_minor=12.5
    )
    shop, paths = create_shop(folder, Settings(shop=settings)), {}
    for name, rows in tables.items():
        if rows:
            paths[name] = folder / f"{name}.parquet"
            schema = TABLES[name].schema
            pq.write_table(
                pa.Table.from_pylist([_SAID.get(name, {}) | row for row in rows], schema=schema), paths[name]
            )
    shop.dataset.merge(paths, source=Source(name="test", files=("test",), at=_SEEN, rows={}), now=_SEEN)
    return shop
