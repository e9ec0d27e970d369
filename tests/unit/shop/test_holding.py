"""What is in is counted once for the same files."""

from __future__ import annotations

from pathlib import Path

import pytest

import pairwell
from pairwell.dataset.gates import describe
from pairwell.shop import holding


def test_the_same_files_are_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = list[int]()

    def counting(*asked: object) -> object:
        counted.append(1)
        return describe(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(holding, "describe", counting)
    file = tmp_path / "orders.csv"
    file.write_text("order_id,placed_at,item_id,quantity,unit_price\n1,2026-11-01 10:00,tent,1,235.00\n")
    with pairwell.create(tmp_path / "shop") as shop:
        assert [shop.held().holdings.orders for _ in range(2)] == [0, 0]
        shop.ingest("orders", file)
        assert [shop.held().holdings.orders for _ in range(3)] == [1, 1, 1]
    assert len(counted) == 2
    with pairwell.create(tmp_path / "another") as shop:
        assert shop.held().holdings.orders == 0
