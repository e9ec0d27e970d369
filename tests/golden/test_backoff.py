"""Backing off on real catalogues: nothing out of nothing."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from pairwell.config.settings import Settings
from pairwell.learn.backoff.borrow import learn_backoff
from pairwell.learn.baskets import make_baskets
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.describe import describe
from pairwell.learn.mining.pairs import learn_pairs

pytestmark = pytest.mark.slow


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        return list(csv.DictReader(file))


def test_pizza_place_lends_nothing(data_dir: Path) -> None:
    folder, learn = data_dir / "pizza_place", Settings().learn
    kinds = {row["pizza_type_id"]: row for row in _rows(folder / "pizza_types.csv.gz")}
    listings = [
        Listing(
            item_id=row["pizza_id"],
            title=kinds[row["pizza_type_id"]]["name"],
            category=kinds[row["pizza_type_id"]]["category"],
            family=row["pizza_type_id"],
            price_minor=round(float(row["price"]) * 100),
            attributes={"ingredients": kinds[row["pizza_type_id"]]["ingredients"]},
        )
        for row in sorted(_rows(folder / "pizzas.csv.gz"), key=lambda row: row["pizza_id"])
    ]
    codes = {listing.item_id: code for code, listing in enumerate(listings)}
    lines = _rows(folder / "order_details.csv.gz")
    orders = np.array([int(line["order_id"]) for line in lines])
    baskets = make_baskets(
        list(codes),
        np.unique(orders, return_inverse=True)[1],
        np.array([codes[line["pizza_id"]] for line in lines]),
        np.arange(np.unique(orders).size),
    )

    assert learn_backoff(describe(listings), baskets, learn_pairs(baskets, learn), learn).items.size == 0
