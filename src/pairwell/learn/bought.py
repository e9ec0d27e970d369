"""What every customer bought, listed once for everything that asks."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.config.settings import Settings
from pairwell.learn.baskets import Array
from pairwell.learn.days import dated, local_days
from pairwell.learn.history import History
from pairwell.learn.popularity import bought_once, once_by_kind
from pairwell.learn.purchases import Purchases, list_purchases


class Bought(msgspec.Struct, frozen=True, kw_only=True):
    """Purchases of every customer; the one after the last is nobody: without any."""

    days: Array  # of each order: the day of the shop, -1 where it has no date
    dated: Purchases  # in orders with a date
    once: Array  # of each item: whether one has it or has not, and does not buy it again


def list_bought(history: History, settings: Settings) -> Bought:
    """What the customers of `history` bought in dated orders, on which days, and what they buy but once."""
    baskets = history.baskets
    days = np.where(dated(baskets.placed_at), local_days(baskets.placed_at, settings.shop.timezone), -1)
    listed = list_purchases(baskets, np.where(days >= 0, history.customers, -1), _n_customers(history))
    once = bought_once(listed, days, len(baskets.item_ids), settings.learn)
    return Bought(days=days, dated=listed, once=once | once_by_kind(history.listings))


def list_all(history: History, bought: Bought | None = None) -> Purchases:
    """What they bought in any order, dated or not; without a second listing where `bought` says it already."""
    if bought is not None and (bought.days >= 0).all():
        return bought.dated
    return list_purchases(history.baskets, history.customers, _n_customers(history))


def _n_customers(history: History) -> int:
    return max(len(history.customer_ids), int(history.customers.max(initial=-1)) + 1) + 1
