"""Files are read by the published settings, and what was not published yet is told."""

from __future__ import annotations

from pathlib import Path

import pytest

import pairwell
from pairwell.shop.face import Shop

_ORDERS = "order_id,item_id,quantity,unit_price,placed_at\n" + "".join(
    f"{n},{'ab'[n % 2]},{1 + n % 3},10.00,2025-01-{n:02d}\n" for n in range(1, 29)
)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(_ORDERS, encoding="utf-8")
    return path


def _write(shop: Shop, old: str, new: str) -> None:
    path = shop.workspace.settings_file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('currency = "EUR"', 'currency = "GBP"', "shop.currency"),
        ('timezone = "UTC"', 'timezone = "Europe/Warsaw"', "shop.timezone"),
        ("tax_rate = 0.0", "tax_rate = 0.23", "shop.tax_rate"),
        ("[currency.rates]", "[currency.rates]\nPLN = 0.23", "currency.rates.PLN"),
    ],
)
def test_settings_of_reading_that_are_not_published_are_told(  # noqa: PLR0917 - what is changed, and how
    tmp_path: Path, orders: Path, old: str, new: str, name: str, dry_run: bool
) -> None:
    with pairwell.create(tmp_path / "shop") as shop:
        _write(shop, old, new)
        first, *_ = shop.ingest("orders", orders, dry_run=dry_run).notes
        assert f"`{name}`" in first
        assert "pairwell publish" in first


def test_a_draft_that_cannot_be_read_stops_nothing(tmp_path: Path, orders: Path) -> None:
    with pairwell.create(tmp_path / "shop") as shop:
        _write(shop, 'currency = "EUR"', "currency = ")
        report = shop.ingest("orders", orders)
        assert (report.taken, any("publish" in note for note in report.notes)) == (28, False)


def test_once_published_they_are_read(tmp_path: Path, orders: Path) -> None:
    with pairwell.create(tmp_path / "shop") as shop:
        _write(shop, 'currency = "EUR"', 'currency = "GBP"')
        shop.publish()
        assert not any("publish" in note for note in shop.ingest("orders", orders).notes)
        assert set(shop.dataset.table("orders").to_pyarrow()["currency"].to_pylist()) == {"GBP"}


def test_what_says_nothing_of_reading_may_wait(tmp_path: Path, orders: Path) -> None:
    with pairwell.create(tmp_path / "shop") as shop:
        _write(shop, "holdout = 0.05", "holdout = 0.1")
        report = shop.ingest("orders", orders)
        assert (report.taken, any("publish" in note for note in report.notes)) == (28, False)
