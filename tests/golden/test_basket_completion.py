"""Basket completion on real data, held against figures measured independently of this project.

Protocol: one item of each test basket is hidden (smallest md5 of `basket|item`), every trained item outside the basket
is a candidate, unseen items are misses, ties go by item id.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pairwell.backtest.basket import Asked, pose_cases
from pairwell.backtest.judging import Evaluation, judge
from pairwell.config.settings import Settings
from pairwell.learn.baskets import make_baskets, slice_orders
from pairwell.learn.cases import hide_in_each
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.learn.validation import before

pytestmark = pytest.mark.slow

Line = tuple[str, str, int]  # order, item, microseconds since 1970


def _history(lines: Iterable[Line]) -> History:
    orders, items, moments = zip(*lines, strict=True)
    placed: dict[str, int] = {}
    for order, moment in zip(orders, moments, strict=True):
        placed[order] = min(moment, placed.get(order, moment))
    oldest_first = sorted(placed, key=lambda order: (placed[order], order))
    numbers = {order: number for number, order in enumerate(oldest_first)}
    names = sorted(set(items))
    codes = {name: code for code, name in enumerate(names)}
    return History(
        baskets=make_baskets(
            names,
            np.array([numbers[order] for order in orders]),
            np.array([codes[item] for item in items]),
            np.array([placed[order] for order in oldest_first], dtype=np.int64),
        ),
        order_ids=oldest_first,
        customers=np.full(len(oldest_first), -1),
        listings=[Listing(item_id=name) for name in names],
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _online_retail(folder: Path) -> History:
    """Goods only: no cancellations, positive quantities and prices, codes of five digits and perhaps a letter."""
    table = pq.read_table(folder / "online_retail" / "online_retail.parquet")
    invoices = table["InvoiceNo"].cast(pa.string())
    clean = pc.and_(pc.greater(table["Quantity"], 0), pc.greater(table["UnitPrice"], 0))
    clean = pc.and_(clean, pc.invert(pc.starts_with(invoices, "C")))
    clean = pc.fill_null(pc.and_(clean, pc.match_substring_regex(table["StockCode"], r"^\d{5}")), False)
    columns = [
        invoices.filter(clean).to_pylist(),
        table["StockCode"].filter(clean).to_pylist(),
        table["InvoiceDate"].filter(clean).cast(pa.timestamp("us")).cast(pa.int64()).to_pylist(),
    ]
    return _history(zip(*columns, strict=True))


def _pizza_place(folder: Path) -> History:
    placed = {row["order_id"]: _micros(row["date"], row["time"]) for row in _rows(folder / "pizza_place/orders.csv.gz")}
    sold = _rows(folder / "pizza_place/order_details.csv.gz")
    return _history((row["order_id"], row["pizza_id"], placed[row["order_id"]]) for row in sold)


def _extended_bakery(folder: Path) -> History:
    with gzip.open(folder / "extended_bakery/75000i_receipt_qty_item.csv.gz", "rt") as file:
        rows = [line.split(",") for line in file if line.strip()]
    return _history((row[0].strip(), row[2].strip(), int(row[0])) for row in rows)


def _ta_feng(folder: Path, part: str) -> History:
    with gzip.open(folder / f"tafeng/tafeng_{part}.json.gz") as file:
        customers: dict[str, list[list[int]]] = json.load(file)
    baskets = [
        (customer if part == "future" else f"{customer}/{number}", [item for item in basket if item >= 0])
        for customer, ordered in customers.items()
        for number, basket in enumerate(ordered)
    ]
    return _history((name, str(item), place) for place, (name, items) in enumerate(baskets) for item in items)


def _micros(*parts: str) -> int:
    return round(datetime.fromisoformat(" ".join(parts)).replace(tzinfo=UTC).timestamp() * 1e6)


def _evaluate(history: History, cut: int, test: History | None = None) -> Evaluation:
    newer = test or msgspec.structs.replace(
        history,
        baskets=slice_orders(history.baskets, cut, history.baskets.n_orders),
        order_ids=history.order_ids[cut:],
    )
    cases = hide_in_each(newer.baskets, newer.order_ids)
    asked = Asked(cases=cases, revenue=np.zeros(len(cases)))
    return judge(pose_cases(before(history, cut), asked, Settings()))


def _hit_rates(found: Evaluation) -> dict[str, float]:
    return {name: scores.hit_rate_at_10.value for name, scores in found.methods.items()}


def _above_floor(history: History) -> dict[str, set[str]]:
    kept = learn_pairs(history.baskets, Settings().learn).neighbours
    names = history.baskets.item_ids
    rows = [kept.row(code) for code in range(len(names))]
    return {
        name: {names[item] for item in kept.items[row][kept.above_floor[row]].tolist()}
        for name, row in zip(names, rows, strict=True)
    }


def test_online_retail(data_dir: Path) -> None:
    history = _online_retail(data_dir)
    found = _evaluate(history, int(np.searchsorted(history.baskets.placed_at, _micros("2011-11-01"))))

    rates, popular, cosine = _hit_rates(found), found.methods["popularity"], found.methods["cosine"]
    assert found.cases == 3_325
    assert (rates["popularity"], popular.mrr_at_10.value) == (_near(0.0328), _near(0.0131))
    assert (rates["cosine"], cosine.mrr_at_10.value) == (_near(0.2063), _near(0.1088))
    assert rates["confidence"] == _tied(0.1429, found.cases)
    assert rates["pairwell"] >= 0.32
    assert found.methods["pairwell"].hit_rate_at_10.ci[0] > found.methods["cosine"].hit_rate_at_10.ci[1]


def test_extended_bakery(data_dir: Path) -> None:
    history = _extended_bakery(data_dir)
    found = _evaluate(history, 60_000)

    rates = _hit_rates(found)
    assert rates["popularity"] == _near(0.2901)
    assert found.methods["popularity"].mrr_at_10.value == _near(0.0925)
    assert (rates["confidence"], rates["cosine"]) == (_near(0.5605), _near(0.5532))
    assert rates["pairwell"] >= rates["confidence"]


def test_planted_pairs_of_the_bakery_rise_above_the_floor(data_dir: Path) -> None:
    above = _above_floor(_extended_bakery(data_dir))

    # Two of the 14 maximal itemsets of support 1 % or more.
    with (data_dir / "extended_bakery" / "goods.csv").open() as file:
        names = {row["id"]: f"{row['flavor']} {row['food']}".replace("'", "") for row in csv.DictReader(file)}
    by_name = {names[item]: {names[add_on] for add_on in add_ons} for item, add_ons in above.items()}
    assert {"Cherry Tart", "Opera Cake"} <= by_name["Apricot Danish"]
    assert {"Apricot Danish", "Opera Cake"} <= by_name["Cherry Tart"]
    assert "Tuile Cookie" in by_name["Marzipan Cookie"]


def test_pizza_place_has_nothing_to_find(data_dir: Path) -> None:
    history = _pizza_place(data_dir)
    found = _evaluate(history, int(np.searchsorted(history.baskets.placed_at, _micros("2015-11-01"))))

    rates = _hit_rates(found)
    assert rates["popularity"] == _near(0.2514)
    assert rates["pairwell"] >= rates["popularity"]
    assert found.methods["popularity"].mrr_at_10.value == _near(0.0896)
    above = _above_floor(history)
    assert sum(bool(add_ons) for add_ons in above.values()) < 0.01 * len(above)


def test_ta_feng(data_dir: Path) -> None:
    history = _ta_feng(data_dir, "history")
    found = _evaluate(history, history.baskets.n_orders, _ta_feng(data_dir, "future"))

    rates = _hit_rates(found)
    assert found.cases == 11_700
    assert (rates["popularity"], rates["cosine"]) == (_near(0.0555), _near(0.1371))
    assert rates["confidence"] == _tied(0.1422, found.cases)
    assert rates["pairwell"] >= 0.165  # as measured first; the best simple method: .1615
    assert found.differences["confidence"].hit_rate_at_10.ci[0] > 0


def test_adventureworks(data_dir: Path) -> None:
    sold = _rows(data_dir / "adventureworks" / "sales_clean.csv.gz")
    history = _history((row["OrderNumber"], row["ProductKey"], _micros(row["OrderDate"])) for row in sold)
    found = _evaluate(history, int(history.baskets.n_orders * 0.8))

    assert found.methods["cosine"].hit_rate_at_10.value == _near(0.7068)
    assert found.methods["pairwell"].hit_rate_at_10.value >= 0.7068
    assert found.differences["cosine"].hit_rate_at_10.ci[1] > 0
    assert found.differences["confidence"].hit_rate_at_10.ci[0] > 0


def test_foodmart_is_completed_worse_than_by_cosine_but_not_by_more_than_was_measured(data_dir: Path) -> None:
    sold = _rows(data_dir / "foodmart" / "sales_fact_1997.csv.gz")
    day = 86_400_000_000
    orders = ("/".join((row["customer_id"], row["time_id"], row["store_id"])) for row in sold)
    history = _history(
        (order, row["product_id"], int(row["time_id"]) * day) for order, row in zip(orders, sold, strict=True)
    )
    found = _evaluate(history, int(history.baskets.n_orders * 0.8))

    assert found.cases == 3_799
    assert found.methods["cosine"].hit_rate_at_10.value == _near(0.0863)
    assert found.methods["pairwell"].hit_rate_at_10.value >= 0.077


def test_groceries_are_completed_better_than_by_popularity(data_dir: Path) -> None:
    with gzip.open(data_dir / "groceries" / "groceries.csv.gz", "rt") as file:
        baskets = [[item.strip() for item in line.split(",") if item.strip()] for line in file]
    history = _history((str(number), item, number) for number, basket in enumerate(baskets) for item in basket)

    found = _evaluate(history, int(history.baskets.n_orders * 0.8))

    assert found.differences["popularity"].hit_rate_at_10.ci[0] > 0


def _near(figure: float) -> Any:
    return pytest.approx(figure, abs=0.0001)


def _tied(figure: float, cases: int) -> Any:
    # Summed confidences tie often; up to two cases stand at the tenth place in another order of ids.
    return pytest.approx(figure, abs=2 / cases)
