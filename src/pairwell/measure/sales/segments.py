"""What orders can be sliced by: when, where, by whom they were sold, and what is known of the customer."""

from __future__ import annotations

import json
from typing import Final, Literal

import ibis
import msgspec

from pairwell.config.explaining import name_neighbours
from pairwell.engines.engine import storage_failures
from pairwell.engines.functions import field_of
from pairwell.errors import RequestError
from pairwell.measure.sales.lines import History
from pairwell.said import phrase

GRAINS: Final[dict[str, str]] = {"day": "D", "week": "W", "month": "M"}
OF_ITEMS: Final = ("category", "brand", "item")
_OF_ORDERS: Final = {"channel": "channel", "seller": "seller_id", "new_or_returning": "kind"}
_NAMED = "customer."
UNKNOWN: Final = "(unknown)"


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """What to slice by, and of what it is a property."""

    name: str
    of: Literal["time", "order", "item", "customer"]


def find_segment(name: str, history: History) -> Segment:
    """The segment called `name`: one of orders, time or items, else an attribute of customers.

    `customer.NAME` is always the attribute. Raises `RequestError` naming those there are.
    """
    if name in GRAINS:
        return Segment(name=name, of="time")
    if name in _OF_ORDERS:
        return Segment(name=name, of="order")
    if name in OF_ITEMS:
        return Segment(name=name, of="item")
    attribute, known = name.removeprefix(_NAMED), customer_attributes(history)
    if attribute in known:
        return Segment(name=attribute, of="customer")
    every = [*_OF_ORDERS, *GRAINS, *OF_ITEMS, *known]
    near = name_neighbours(name, every)
    raise RequestError(phrase("There is no segment {name} in this shop.", name=repr(name[:80])), hint=near, field="by")


def customer_attributes(history: History) -> list[str]:
    """The names of all attributes that customers have, in alphabetical order."""
    customers = history.dataset.table("customers", snapshot=history.snapshot)
    with storage_failures():
        found = customers.select("attributes").distinct().to_pyarrow()["attributes"].to_pylist()
    return sorted({name for text in found if text for name in json.loads(text)})


def with_segment(orders: ibis.Table, segment: Segment, history: History) -> ibis.Table:
    """Measured orders with `segment`: a local date of time, else a text. Not for segments of items."""
    if segment.of == "time":
        return orders.mutate(segment=orders.day.truncate(GRAINS[segment.name]))
    if segment.of == "order":
        return orders.mutate(segment=orders[_OF_ORDERS[segment.name]].fill_null(UNKNOWN))
    customers = history.dataset.table("customers", snapshot=history.snapshot)
    stated = customers.select("customer_id", segment=field_of(customers.attributes, segment.name))
    joined = orders.left_join(stated, "customer_id").drop("customer_id_right")
    return joined.mutate(segment=joined.segment.fill_null(UNKNOWN))
