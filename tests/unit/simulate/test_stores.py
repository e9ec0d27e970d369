from __future__ import annotations

import csv
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from pairwell.errors import StorageError
from pairwell.simulate.counter import open_counter
from pairwell.simulate.history import history
from pairwell.simulate.sellers import Chain, make_sellers
from pairwell.simulate.store_exports import write_stores
from pairwell.simulate.stores import Sale, paid, sell_in_stores, true_skills
from pairwell.simulate.world import World


@pytest.fixture(scope="module")
def sales(world: World) -> list[Sale]:
    return sell_in_stores(world)


def test_there_is_a_store_in_each_region(world: World) -> None:
    sellers = make_sellers(world)
    assert {seller.store for seller in sellers} == set(world.ground.crowd.regions)
    assert len({seller.seller_id for seller in sellers}) == len(sellers) == 24
    assert make_sellers(world) == sellers


def test_customers_are_served_in_the_store_of_their_region(world: World, sales: list[Sale]) -> None:
    stores = {seller.seller_id: seller.store for seller in make_sellers(world)}
    crowd = world.ground.crowd
    assert all(stores[sale.seller_id] == crowd.regions[crowd.index[sale.customer_id]] for sale in sales)


def test_some_orders_of_the_history_are_placed_in_stores(world: World, sales: list[Sale]) -> None:
    orders = set(history(world)["order_id"].to_pylist())
    placed = [sale.order_id for sale in sales]
    assert len(set(placed)) == len(placed)
    assert set(placed) < orders
    assert 0.38 < len(placed) / len(orders) < 0.42


def test_a_seller_changes_only_what_goes_along(sales: list[Sale]) -> None:
    for sale in sales:
        extra = {occasion.add_on for occasion in sale.occasions}
        assert len({line.item for line in sale.lines}) == len(sale.lines) > 0
        assert paid(sale.lines) == sale.usual_minor or extra


def test_skill_shows_in_what_is_sold_along(world: World, sales: list[Sale]) -> None:
    sold = _sold_along(sales)
    truth = {skill.seller_id: skill for skill in true_skills(world, sales)}
    skills = [seller.skill for seller in make_sellers(world)]
    added = [truth[seller.seller_id].expected - truth[seller.seller_id].usual for seller in make_sellers(world)]
    assert all((more > 0) == (skill > 0) for more, skill in zip(added, skills, strict=True))
    rates = [np.mean(sold[seller.seller_id]) for seller in make_sellers(world)]
    assert np.corrcoef(rates, [truth[seller.seller_id].expected for seller in make_sellers(world)])[0, 1] > 0.9


def test_customers_differ_so_that_a_plain_ranking_misleads(world: World, sales: list[Sale]) -> None:
    """What the usual seller would sell along differs with whom a seller meets, and so does how much is known."""
    truth = true_skills(world, sales)
    usual, orders = [skill.usual for skill in truth], [skill.orders for skill in truth]
    assert max(usual) - min(usual) > 0.02
    assert max(orders) > 3 * min(orders)


def test_the_same_stores_write_the_same_bytes(small: World, tmp_path: Path) -> None:
    first, second = (write_stores(small, tmp_path / name) for name in ("a", "b"))
    assert all(path.read_bytes() == second[table].read_bytes() for table, path in first.items())


def test_the_files_say_who_sold_what_and_who_should_sell_how_much(small: World, tmp_path: Path) -> None:
    paths, sales = write_stores(small, tmp_path), sell_in_stores(small)
    orders, sellers, targets = (_read(paths[table]) for table in ("orders", "sellers", "targets"))
    assert len(orders) == sum(len(sale.lines) for sale in sales)
    spent = sum(float(row["Unit Price"]) * int(row["Quantity"]) - float(row["Line Discount"]) for row in orders)
    assert round(100 * spent) == sum(paid(sale.lines) for sale in sales)
    names = [seller.seller_id for seller in make_sellers(small)]
    assert [row["seller_id"] for row in sellers] == [row["seller_id"] for row in targets] == names
    assert {row["period"] for row in targets} == {"2026-06"}
    aimed, usual = (sum(each) for each in zip(*_aims(targets, sales), strict=True))
    assert aimed == pytest.approx(usual, rel=0.1)


def test_of_what_came_back_each_line_was_sold_before(small: World, tmp_path: Path) -> None:
    paths = write_stores(small, tmp_path)
    sold = {(row["Order Number"], row["SKU"]): row for row in _read(paths["orders"])}
    returns = _read(paths["returns"])
    assert 0 < len(returns) < len(sold) / 20
    for row in returns:
        line = sold[row["Order Number"], row["SKU"]]
        assert row["Quantity"] == line["Quantity"]
        assert line["Order Date"] < row["Returned At"] < f"{small.history_end:%Y-%m-%d %H:%M:%S}"
    assert {row["Customer ID"] for row in _read(paths["customers"])} == {row["Customer ID"] for row in sold.values()}


_TWO = Chain(stores=2, staff=4, better=2, share=1.0, mark="S")


def test_a_small_chain_serves_every_region_and_two_of_its_sellers_are_better(small: World) -> None:
    sellers, counter = make_sellers(small, _TWO), open_counter(small)
    assert {seller.store for seller in sellers} == {"City", "Coast"}
    assert sorted(seller.skill for seller in sellers) == [0.0] * 6 + [1.0] * 2
    sales = sell_in_stores(counter, _TWO)
    assert len(sales) == len(set(history(counter)["order_id"].to_pylist()))
    better = {seller.seller_id for seller in make_sellers(counter, _TWO) if seller.skill}
    gains = {skill.seller_id: skill.expected - skill.usual for skill in true_skills(counter, sales, _TWO)}
    assert {seller for seller, gain in gains.items() if gain > 0.05} == better
    assert all(gains[seller] == pytest.approx(0) for seller in gains.keys() - better)


def test_sales_of_a_time_are_those_of_all_that_fall_into_it(small: World) -> None:
    until = small.history_end + timedelta(days=20)
    since = until - timedelta(days=40)
    some = sell_in_stores(small, _TWO, since=since, until=until)
    assert some == [sale for sale in sell_in_stores(small, _TWO, until=until) if sale.at >= since]
    assert all(since <= sale.at < until for sale in some)
    assert any(sale.at > small.history_end for sale in some)


def test_the_counter_s_people_are_others_and_its_goods_the_same(small: World) -> None:
    before, counter = history(small), open_counter(small)
    assert not set(counter.customers) & set(small.customers)
    assert counter.ground.edges is small.ground.edges
    assert counter.ground.market is small.ground.market
    assert counter.life.day.tolist()[:200] != small.life.day.tolist()[:200]
    assert history(small).equals(before)
    assert history(open_counter(small)).equals(history(counter))


def test_a_folder_that_cannot_be_made_is_an_error(small: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        write_stores(small, tmp_path / "file")


def _aims(targets: list[dict[str, str]], sales: list[Sale]) -> list[tuple[float, float]]:
    """What each seller should sell in the month, and what the usual one would have sold."""
    usual: dict[str, int] = defaultdict(int)
    for sale in sales:
        usual[sale.seller_id] += sale.usual_minor if f"{sale.at:%Y-%m}" == targets[0]["period"] else 0
    return [(100 * float(row["revenue"]), float(usual[row["seller_id"]])) for row in targets]


def _sold_along(sales: list[Sale]) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = defaultdict(list)
    for sale in sales:
        items = {line.item for line in sale.lines}
        found[sale.seller_id] += [occasion.add_on in items for occasion in sale.occasions]
    return found


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
