from __future__ import annotations

from collections import Counter
from datetime import datetime

import numpy as np
import pyarrow.compute as pc

from pairwell.simulate.history import history
from pairwell.simulate.world import World


def test_tents_sell_in_summer_and_down_in_winter(world: World) -> None:
    tents, downs = _share_of(world, "TENT2"), _share_of(world, "DOWNJACKET")
    assert tents["summer"] > 1.5 * tents["winter"]
    assert downs["winter"] > 1.5 * downs["summer"]


def test_saturdays_are_busier_than_tuesdays(world: World) -> None:
    days = Counter(moment.weekday() for moment in history(world)["placed_at"].to_pylist())
    assert days[5] > 1.15 * days[1]


def test_december_is_busier_than_february(world: World) -> None:
    months = Counter((moment.year, moment.month) for moment in history(world)["placed_at"].to_pylist())
    assert months[2025, 12] > 1.2 * months[2026, 2]


def test_nothing_is_sold_while_it_is_out_of_stock(world: World) -> None:
    stock, index = world.ground.market.in_stock, world.ground.catalogue.index
    lines = history(world).select(["placed_at", "item_id"]).to_pylist()
    assert all(stock[world.size.day_of(line["placed_at"]), index[line["item_id"]]] for line in lines)
    assert 0.01 < 1 - stock.mean() < 0.10


def test_lines_are_sold_at_the_price_of_the_day(small: World) -> None:
    market, index = small.ground.market, small.ground.catalogue.index
    for line in history(small).to_pylist():
        day, item = small.size.day_of(line["placed_at"]), index[line["item_id"]]
        assert line["unit_price_minor"] == market.price[day, item]
        assert line["discount_minor"] == line["quantity"] * market.discount[day, item]


def test_some_prices_rise_and_some_weeks_are_promoted(world: World) -> None:
    price = world.ground.market.price
    risen = (price[-1] > price[0]).mean()
    assert 0.1 < risen < 0.4
    assert (price[1:] >= price[:-1]).all()
    assert 0.02 < (world.ground.market.discount > 0).mean() < 0.20


def test_a_vanished_complement_is_taken_along_less_often(world: World) -> None:
    turns = [(each, each.until) for each in world.truth.planted() if each.until and each.expected_together > 5]
    before, after = zip(*(_attached(world, each.anchor_id, each.item_id, at) for each, at in turns), strict=True)
    assert np.mean(after) < 0.5 * np.mean(before)


def _share_of(world: World, key: str) -> dict[str, float]:
    """Lines of a need among all lines of summer and of winter."""
    lines = history(world)
    months = np.array([moment.month for moment in lines["placed_at"].to_pylist()])
    wanted = np.array([item.startswith(f"{key}-") for item in lines["item_id"].to_pylist()])
    return {
        "summer": float(wanted[np.isin(months, [6, 7])].mean()),
        "winter": float(wanted[np.isin(months, [12, 1])].mean()),
    }


def _attached(world: World, anchor: str, add_on: str, turn: datetime) -> tuple[float, float]:
    """Share of the anchor's orders that hold the add-on, before and after a moment."""
    lines = history(world)
    with_anchor = lines.filter(pc.equal(lines["item_id"], anchor))
    holding = set(lines.filter(pc.equal(lines["item_id"], add_on))["order_id"].to_pylist())
    rows = list(zip(with_anchor["placed_at"].to_pylist(), with_anchor["order_id"].to_pylist(), strict=True))
    before = [order in holding for at, order in rows if at < turn]
    after = [order in holding for at, order in rows if at >= turn]
    return sum(before) / max(len(before), 1), sum(after) / max(len(after), 1)
