"""Customers as Arrow tables, from Python."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.unit.measure.customers.planted import planted

import pairwell
from pairwell.errors import EvidenceError, RequestError


def test_one_row_a_customer(tmp_path: Path) -> None:
    visits = planted(np.random.default_rng(5), customers=200)
    file = tmp_path / "orders.csv"
    with file.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["order_id", "customer_id", "placed_at", "item_id", "quantity", "unit_price"])
        for number, (who, day, value) in enumerate(zip(visits.customers, visits.days, visits.values, strict=True)):
            at = date(2022, 1, 1) + timedelta(days=int(day))
            writer.writerow([f"o{number}", visits.customer_ids[who], at, "A", 1, f"{1 + value / 100:.2f}"])
    with pairwell.create(tmp_path / "shop") as shop:
        shop.ingest("orders", file)
        outlook, longer, scores = shop.customer_outlook(), shop.customer_outlook(days=730), shop.customer_scores()
        with pytest.raises(RequestError, match="`days` is 0"):
            shop.customer_outlook(days=0)

    assert outlook["customer_id"].to_pylist() == list(visits.customer_ids) == scores["customer_id"].to_pylist()
    assert outlook["purchases"].to_pylist() == scores["purchases"].to_pylist()
    assert sum(longer["expected_purchases"].to_pylist()) > sum(outlook["expected_purchases"].to_pylist())
    assert set(scores["recency"].to_pylist()) == {1, 2, 3, 4, 5}


def test_an_empty_shop_tells_nothing(tmp_path: Path) -> None:
    with pairwell.create(tmp_path / "shop") as shop:
        with pytest.raises(EvidenceError, match="no order with a date"):
            shop.customer_outlook()
        with pytest.raises(EvidenceError, match="no order with a date"):
            shop.customer_scores()
