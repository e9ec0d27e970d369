"""What a shop system exports, comes in, goes out and is imported there: nothing of it is lost."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pairwell import create
from pairwell import open as open_workspace
from pairwell.cli.main import app

FILES = Path(__file__).resolve().parents[2] / "ingest" / "vendors" / "files"
COMPLEMENTS = (
    "Complementary products (product.metafields.shopify--discovery--product_recommendation.complementary_products)"
)
Run = Callable[..., Result]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    folder = tmp_path / "shop"
    create(folder).close()

    def call(*words: str | Path) -> Result:
        return CliRunner().invoke(app, [*map(str, words), "--workspace", str(folder)])

    return call


def relations(folder: Path) -> set[tuple[str, ...]]:
    with open_workspace(folder) as shop:
        found = shop.dataset.table("relations").to_pyarrow().to_pylist()
    return {tuple(str(row[name]) for name in ("anchor_id", "item_id", "relation", "rank")) for row in found}


def test_shopify(run: Run, tmp_path: Path) -> None:
    original = FILES / "shopify_products.csv"
    assert run("ingest", "items", original).exit_code == 0
    before = relations(tmp_path / "shop")
    out = tmp_path / "complements.csv"
    result = run("export", "shopify", "--keep-pins", "--to", out, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["complements"] == 4
    with open_workspace(tmp_path / "shop") as shop:
        assert shop.export("shopify", tmp_path / "same.csv", keep_pins=True).pinned == 4
    assert (tmp_path / "same.csv").read_bytes() == out.read_bytes()
    # As Shopify imports it: cells that the file has are replaced, in the first row of each product; all others stay.
    cells = {row["URL handle"]: row for row in read(out)}
    imported, seen = read(original), set[str]()
    for row in imported:
        handle = row["Handle"]
        if handle in cells and handle not in seen:
            assert cells[handle]["Title"] == row["Title"]
            row[COMPLEMENTS] = cells[handle][COMPLEMENTS]
        seen.add(handle)
    assert imported == read(original)
    again = tmp_path / "again.csv"
    write(again, imported)
    assert run("ingest", "items", again).exit_code == 0
    assert relations(tmp_path / "shop") == before


def test_woocommerce(run: Run, tmp_path: Path) -> None:
    original = FILES / "woocommerce_products.csv"
    assert run("ingest", "items", original).exit_code == 0
    before = relations(tmp_path / "shop")
    out = tmp_path / "lists.csv"
    assert run("export", "woocommerce", "--keep-pins", "--to", out).exit_code == 0
    # As WooCommerce imports it: a row is found by its ID, else by its SKU.
    cells = {row["SKU"] or f"id:{row['ID']}": row for row in read(out)}
    imported = read(original)
    for row in imported:
        found = cells.get(row["SKU"] or f"id:{row['ID']}")
        if found:
            row |= {name: found[name] for name in ("Upsells", "Cross-sells")}
    named = [{**row, "Cross-sells": row["Cross-sells"].replace("id:31", "belt")} for row in read(original)]
    assert imported == named
    again = tmp_path / "again.csv"
    write(again, imported)
    assert run("ingest", "items", again).exit_code == 0
    assert relations(tmp_path / "shop") == before


def test_what_is_left_out_is_told_on_stderr_and_the_file_alone_stands_on_stdout(run: Run) -> None:
    assert run("ingest", "items", FILES / "shopify_products.csv").exit_code == 0
    result = run("export", "shopify")
    assert result.stdout.splitlines() == [
        f"Title,URL handle,{COMPLEMENTS}",
        "Camping Mat,camping-mat,ground-peg-set",
        "Trekking Tent,trekking-tent,ground-peg-set; camping-mat",
    ]
    assert "Pin left out: LAMP beside trekking-tent as complement, for unpublished" in result.stderr


def test_bad_requests_say_what_to_do(run: Run, tmp_path: Path) -> None:
    def said(*words: str | Path) -> str:
        result = run("export", *words)
        assert result.exit_code != 0
        return str(result.exception)

    assert "There are no items" in said("shopify")
    assert run("ingest", "items", FILES / "woocommerce_products.csv").exit_code == 0
    assert "no name for any of the 9 items" in said("shopify")
    assert "no system that lists are written for" in said("shopfy")
    assert "0 beside a product" in said("csv", "-n", "0")
    assert "stdout" in said("csv", "--json")
    assert "only there" in said("yml")
    assert "cannot be written" in said("csv", "--to", tmp_path / "nowhere" / "out.csv")
    assert not list(tmp_path.glob("*.draft"))


def test_magento(run: Run, tmp_path: Path) -> None:
    original = FILES / "magento_products.csv"
    assert run("ingest", "items", original).exit_code == 0
    before = relations(tmp_path / "shop")
    out = tmp_path / "lists.csv"
    assert run("export", "magento", "--keep-pins", "--to", out).exit_code == 0
    # As Magento imports it: a row is found by its SKU, and cells that are empty change nothing.
    cells = {row["sku"]: {name: cell for name, cell in row.items() if cell} for row in read(out)}
    imported = [{**row, **(cells.get(row["sku"], {}) if not row["store_view_code"] else {})} for row in read(original)]
    changed = {row["sku"]: row for row in imported if not row["store_view_code"]}
    assert (changed["WJ"]["crosssell_skus"], changed["WJ"]["crosssell_position"]) == (
        "WAX,BRUSH",
        "1,2",
    )  # as it was shown
    assert [row for row in imported if row["sku"] != "WJ"] == [row for row in read(original) if row["sku"] != "WJ"]
    again = tmp_path / "again.csv"
    write(again, imported)
    assert run("ingest", "items", again).exit_code == 0
    assert relations(tmp_path / "shop") == before
