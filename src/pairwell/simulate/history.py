"""The orders of a world that has seen no offers, as one table of lines."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa

from pairwell.clock import to_micros
from pairwell.simulate.arrays import Ints
from pairwell.simulate.world import World

_FIRST_ORDER = 100_001
_MICROS = 1_000_000


def history(world: World, until: datetime | None = None) -> pa.Table:
    """Lines of all orders before `until` (the end of the history), by time.

    Columns: order_id, placed_at, customer_id, item_id, quantity, unit_price_minor, discount_minor (of the line).
    """
    end = to_micros(until or world.history_end)
    life = world.life
    at = to_micros(world.size.opened) + (life.day * 86_400 + life.second) * _MICROS
    rows = np.flatnonzero(life.finished & (at < end) & (life.pick[:, 0] >= 0))
    rows = rows[np.lexsort((rows, at[rows]))]
    number, item, quantity = _lines(world, rows)
    visit = rows[number]
    day = life.day[visit]
    market, catalogue = world.ground.market, world.ground.catalogue
    return pa.table({
        "order_id": pa.array([str(_FIRST_ORDER + each) for each in number.tolist()]),
        "placed_at": pa.array(at[visit], pa.timestamp("us", "UTC")),
        "customer_id": pa.array([world.customers[each] for each in life.who[visit].tolist()]),
        "item_id": pa.array([catalogue.items[each].item_id for each in item.tolist()]),
        "quantity": pa.array(quantity),
        "unit_price_minor": pa.array(market.price[day, item]),
        "discount_minor": pa.array(market.discount[day, item] * quantity),
    })  # fmt: skip


def _lines(world: World, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Order number, item and quantity of every line; an item that goes along twice is one line."""
    life = world.life
    items = np.concatenate([life.pick[rows], life.along[rows]], axis=1)
    pieces = np.concatenate([life.quantity[rows], np.ones_like(life.along[rows])], axis=1)
    number, place = np.nonzero(items >= 0)
    item = items[number, place]
    _, first = np.unique(number * len(world.items) + item, return_index=True)
    first.sort()
    return number[first], item[first], pieces[number, place][first]
