"""Counts of itemsets and rules on public data: those of arules, of Borgelt's PyFIM, and what was planted."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from pairwell.learn.baskets import Baskets, make_baskets
from pairwell.learn.itemsets.mine import Itemsets, Wanted, frequent_itemsets
from pairwell.learn.itemsets.rules import Rules, find_rules
from pairwell.learn.itemsets.support import least_count

pytestmark = pytest.mark.slow


def _baskets(orders: Iterable[Sequence[str]]) -> Baskets:
    held = list(orders)
    names, items = np.unique(np.array([item for order in held for item in order]), return_inverse=True)
    numbers = np.repeat(np.arange(len(held)), [len(order) for order in held])
    return make_baskets(names.tolist(), numbers, items, np.zeros(len(held), dtype=np.int64))


def _numbered(orders: list[list[str]]) -> Baskets:
    """Orders of items that are numbers; faster than names."""
    items = np.array([item for order in orders for item in order], dtype=np.int64)
    numbers = np.repeat(np.arange(len(orders)), [len(order) for order in orders])
    names = [f"{item:06d}" for item in range(items.max() + 1)]
    return make_baskets(names, numbers, items, np.zeros(len(orders), dtype=np.int64))


def _lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(lines)


@pytest.fixture(scope="module")
def groceries(data_dir: Path) -> Baskets:
    rows = csv.reader(_lines(data_dir / "groceries" / "groceries.csv.gz"))
    return _baskets([name.strip() for name in row if name.strip()] for row in rows)


def _rules(baskets: Baskets, support: float, confidence: float) -> Rules:
    itemsets = frequent_itemsets(baskets, min_count=least_count(support, baskets.n_orders))
    return find_rules(baskets, itemsets, confidence)


@pytest.mark.parametrize(
    ("support", "confidence", "by_length"),
    [
        (0.001, 0.5, {2: 11, 3: 1461, 4: 3211, 5: 939, 6: 46}),  # 5,668
        (0.001, 0.8, {3: 29, 4: 229, 5: 140, 6: 12}),  # 410
        (0.006, 0.25, {2: 150, 3: 297, 4: 16}),  # 463
    ],
)
def test_groceries_give_the_rules_of_arules(
    groceries: Baskets, support: float, confidence: float, by_length: dict[int, int]
) -> None:
    rules = _rules(groceries, support, confidence)
    assert Counter(rules.itemsets.sizes[rules.sets].tolist()) == by_length


def test_the_top_rule_of_groceries_by_lift(groceries: Baskets) -> None:
    rules = _rules(groceries, 0.001, 0.8)
    top = int(rules.lift.argmax())
    assert [groceries.item_ids[item] for item in rules.antecedent(top)] == ["liquor", "red/blush wine"]
    assert groceries.item_ids[rules.consequents[top]] == "bottled beer"
    numbers = (rules.support[top], rules.confidence[top], rules.lift[top])
    assert numbers == pytest.approx((0.001931876, 0.9047619, 11.23527), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "counts"), [("retail", [159, 580, 2_691, 7_589]), ("T10I4D100K", [385, 1_073, 13_255, 27_532])]
)
def test_fimi_itemsets_are_those_of_other_miners(data_dir: Path, name: str, counts: list[int]) -> None:
    baskets = _numbered([line.split() for line in _lines(data_dir / "fimi" / f"{name}.dat.gz")])
    supports = [least_count(share, baskets.n_orders) for share in (0.01, 0.005, 0.002, 0.001)]
    assert [frequent_itemsets(baskets, min_count=count).counts.size for count in supports] == counts


def _named(found: Itemsets, names: Sequence[str]) -> dict[frozenset[str], float]:
    return {
        frozenset(names[item] for item in found.items[start:stop].tolist()): count / found.n_orders
        for start, stop, count in zip(found.offsets, found.offsets[1:], found.counts.tolist(), strict=False)
    }


def test_the_bakery_gives_what_was_planted(data_dir: Path) -> None:
    folder = data_dir / "extended_bakery"
    with (folder / "goods.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file, quotechar="'", skipinitialspace=True))
    titles = {row[0]: f"{row[1]} {row[2]}" for row in rows}
    orders: dict[str, list[str]] = {}
    for receipt, _, item in csv.reader(_lines(folder / "75000i_receipt_qty_item.csv.gz"), skipinitialspace=True):
        orders.setdefault(receipt, []).append(item)
    baskets = _baskets(orders.values())
    assert frequent_itemsets(baskets, min_count=2_250).counts.size == 77
    assert frequent_itemsets(baskets, min_count=750).counts.size == 124
    maximal = frequent_itemsets(baskets, min_count=750, wanted=Wanted(kind="maximal"))
    names = [titles.get(item, item) for item in baskets.item_ids]
    planted = {items: share for items, share in _named(maximal, names).items() if len(items) > 1}
    assert len(planted) == 14
    assert planted[frozenset({"Apricot Danish", "Cherry Tart", "Opera Cake"})] == pytest.approx(0.0411, abs=5e-5)
    assert planted[frozenset({"Marzipan Cookie", "Tuile Cookie"})] == pytest.approx(0.0509, abs=5e-5)
