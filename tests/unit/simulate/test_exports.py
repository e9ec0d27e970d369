from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from pairwell.errors import StorageError
from pairwell.simulate.exports import POSTAGE, Dirt, write_exports
from pairwell.simulate.history import history
from pairwell.simulate.world import World


def test_the_files_say_what_happened(small: World, tmp_path: Path) -> None:
    made = write_exports(small, tmp_path, dirt=Dirt(cancelled=0, postage=0, duplicates=0))
    lines, rows = history(small).to_pylist(), read(made.orders)
    assert len(rows) == made.order_rows == len(lines)
    assert Counter((row["Order Number"], row["SKU"]) for row in rows) == Counter(
        (line["order_id"], line["item_id"]) for line in lines
    )
    spent = sum(round(100 * float(row["Unit Price"])) * int(row["Quantity"]) for row in rows)
    assert spent == sum(line["unit_price_minor"] * line["quantity"] for line in lines)
    assert {row["Customer ID"] for row in rows} <= {row["Customer ID"] for row in read(made.customers)}
    assert {row["SKU"] for row in rows} <= {row["SKU"] for row in read(made.items)}


def test_dirt_is_counted(small: World, tmp_path: Path) -> None:
    made = write_exports(small, tmp_path, dirt=Dirt(cancelled=0.05, postage=0.1, duplicates=0.05))
    rows = read(made.orders)
    assert sum(row["Order Number"].startswith("C") for row in rows) == made.cancelled > 0
    assert sum(int(row["Quantity"]) < 0 for row in rows) == made.cancelled
    assert sum(row["SKU"] == POSTAGE for row in rows) == made.postage > 0
    assert len(rows) - len({tuple(row.values()) for row in rows}) == made.duplicates > 0
    assert len(rows) == history(small).num_rows + made.cancelled + made.postage + made.duplicates


def test_the_same_shop_writes_the_same_bytes(small: World, tmp_path: Path) -> None:
    first, second = (write_exports(small, tmp_path / name) for name in ("a", "b"))
    for one, other in ((first.items, second.items), (first.customers, second.customers), (first.orders, second.orders)):
        assert one.read_bytes() == other.read_bytes()


def test_a_folder_that_cannot_be_made_is_an_error(small: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        write_exports(small, tmp_path / "file")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
