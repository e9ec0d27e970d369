"""Money accounts of a real shop, held against figures that were published or measured independently of this project.

Data: the fuzzy factory, a public teaching data set of one shop in the United States, 2012 to 2015.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from pairwell.cli.main import app
from pairwell.config.settings import Settings, Shop
from pairwell.shop.face import create_shop

pytestmark = pytest.mark.slow

Ask = Callable[..., dict[str, Any]]
_HEADER = ("order_id", "placed_at", "customer_id", "item_id", "quantity", "unit_price", "unit_cost", "role")


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write_export(folder: Path, out: Path) -> None:
    """Orders and their items as one file, a row a line."""
    orders = {row["order_id"]: row for row in _rows(folder / "orders.csv.gz")}
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for line in _rows(folder / "order_items.csv.gz"):
            order = orders[line["order_id"]]
            role = "primary" if line["is_primary_item"] == "1" else "added"
            money = (line["price_usd"], line["cogs_usd"])
            item = f"P{line['product_id']}"
            writer.writerow([line["order_id"], order["created_at"], order["user_id"], item, 1, *money, role])


@pytest.fixture(scope="module")
def ask(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Run `pairwell report` in that shop."""
    folder = tmp_path_factory.mktemp("fuzzy")
    _write_export(data_dir / "fuzzy_factory", folder / "orders.csv")
    with create_shop(folder / "shop", Settings(shop=Shop(currency="USD"))) as shop:
        assert shop.ingest("orders", folder / "orders.csv").refused_by_reason == {}

    def run(*words: str) -> dict[str, Any]:
        result = CliRunner().invoke(app, ["report", *words, "--json", "--workspace", str(folder / "shop")])
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = msgspec.json.decode(result.stdout)
        return found

    return run


def _values(report: dict[str, Any]) -> dict[str, Any]:
    return {figure["key"]: figure["value"] for figure in report["figures"]}


def _table(report: dict[str, Any], key: str) -> list[dict[str, Any]]:
    (table,) = [table for table in report["tables"] if table["key"] == key]
    rows: list[dict[str, Any]] = table["rows"]
    return rows


@pytest.mark.parametrize(
    ("period", "items_per_order", "aov"),
    [(("--until", "2013-09-25"), "1.000", "51.09"), (("--since", "2013-09-25"), "1.308", "62.59")],
)
def test_items_per_order_and_average_order_value(
    ask: Ask, period: tuple[str, str], items_per_order: str, aov: str
) -> None:
    whole = ("--since", "2012-03-19") if period[0] == "--until" else ("--until", "2015-03-20")
    found = _values(ask("overview", *period, *whole))
    assert f"{found['items_per_order']:.3f}" == items_per_order
    assert f"{found['aov'] / 100:.2f}" == aov


def test_the_previous_period_is_the_one_before(ask: Ask) -> None:
    found = ask("overview", "--since", "2013-09-25", "--until", "2013-10-02")
    before = _values(ask("overview", "--since", "2013-09-18", "--until", "2013-09-25"))
    del before["attributed_revenue_minor"]  # told of the period alone
    previous = {figure["key"]: figure["previous"] for figure in found["figures"]}
    assert {key: value for key, value in previous.items() if key in before} == before
    assert before["items_per_order"] == 1.0


def test_what_was_added_to_each_primary_item(ask: Ask) -> None:
    found = ask("pairs", "--since", "2014-12-05", "--until", "2015-03-20")
    orders = {row["item_id"]: row["orders"] for row in _table(found, "primary_items")}
    assert orders == {"P1": 4_467, "P2": 1_277, "P3": 929, "P4": 581}
    shares = {(row["item_id"], row["added_id"]): f"{row['attach_rate'] * 100:.2f}" for row in _table(found, "added")}
    assert shares == {
        ("P1", "P2"): "5.33", ("P1", "P3"): "12.38", ("P1", "P4"): "20.89",
        ("P2", "P1"): "1.96", ("P2", "P3"): "3.13", ("P2", "P4"): "20.36",
        ("P3", "P1"): "9.04", ("P3", "P2"): "4.31", ("P3", "P4"): "22.39",
        ("P4", "P1"): "2.75", ("P4", "P2"): "1.55", ("P4", "P3"): "3.79",
    }  # fmt: skip
    for row in _table(found, "added"):
        assert row["attach_rate_low"] < row["attach_rate"] < row["attach_rate_high"]
