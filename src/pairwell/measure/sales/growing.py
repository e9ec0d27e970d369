"""Whose kept sums other rows change, where files were added to those that they were worked out from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import ibis
import msgspec

from pairwell.dataset.kept import Earlier
from pairwell.measure.sales.lines import History

_MOST: Final = 0.25  # of all rows; where more are new, everything is worked out anew


class Renewed(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What is worked out anew, from which rows."""

    rows: ibis.Table  # events, or orders: all of whom they are, as if there were nobody else
    whose: ibis.Table  # whose kept rows these replace


@contextmanager
def renewed_visits(history: History, earlier: Earlier) -> Iterator[Renewed | None]:
    """The events of everybody whose visits may have changed (and more), and their `unit`; None where that is most.

    That is whom the new events name, and customers who were ever met together with these visitors: one of them may
    have got the visitor's events, or lost them. Whose orders changed is among them, too.
    """
    events = history.dataset.table("events", snapshot=history.snapshot)
    new = _added(history, earlier, "events")
    if _count(new) > _MOST * _count(events):
        yield None
        return
    both = events.filter(events.customer_id.notnull(), events.visitor_id.notnull())
    with _distinct(new.visitor_id).cache() as seen:
        linked = both.semi_join(seen, "visitor_id").customer_id
        named = [
            _distinct(new.customer_id),
            _distinct(linked),
            _distinct(_changed_orders(history, earlier).customer_id),
        ]
        with ibis.union(*named, distinct=True).cache() as customers:
            beside = _distinct(both.semi_join(customers, "customer_id").visitor_id)
            with ibis.union(seen, beside, distinct=True).cache() as met:
                theirs = events.semi_join(customers, "customer_id")
                others = events.anti_join(customers, "customer_id").semi_join(met, "visitor_id")
                units = [
                    customers.select(unit=ibis.literal("c:") + customers.customer_id),
                    seen.select(unit=ibis.literal("v:") + seen.visitor_id),
                ]
                yield Renewed(rows=ibis.union(theirs, others), whose=ibis.union(*units))


@contextmanager
def renewed_orders(history: History, earlier: Earlier) -> Iterator[Renewed | None]:
    """All orders of the customers of whom one may have changed, and their `customer_id`; None where that is most.

    Of orders without a customer those that are new. None, too, where an older one of them changed.
    """
    orders = history.dataset.table("orders", snapshot=history.snapshot)
    with _changed_orders(history, earlier, "order_lines", "returns").cache() as changed:
        new = _added(history, earlier, "orders")
        aged = changed.filter(changed.customer_id.isnull()).anti_join(new, "order_id")
        if _count(changed) > _MOST * _count(orders) or _count(aged):
            yield None
            return
        with _distinct(changed.customer_id).cache() as customers:
            theirs = orders.semi_join(customers, "customer_id")
            nobodys = orders.filter(orders.customer_id.isnull()).semi_join(new, "order_id")
            with ibis.union(theirs, nobodys).cache() as rows:
                yield Renewed(rows=rows, whose=customers)


def _changed_orders(history: History, earlier: Earlier, *tables: str) -> ibis.Table:
    """The order_id and customer_id of orders that new files tell of, cancelled ones too.

    Beside those of orders and of what became of them these are the files of `tables`, and of items that they hold.
    """
    every = history.dataset.history("orders", snapshot=history.snapshot).select("order_id", "customer_id")
    ids = [
        _added(history, earlier, name).select("order_id") for name in ("order_status", *tables) if _new(earlier, name)
    ]
    if _new(earlier, "items"):
        lines = history.dataset.history("order_lines", snapshot=history.snapshot)
        ids.append(lines.semi_join(_added(history, earlier, "items"), "item_id").select("order_id"))
    new = _added(history, earlier, "orders").select("order_id", "customer_id")
    if not ids:
        return new
    told = every.semi_join(ibis.union(*ids) if len(ids) > 1 else ids[0], "order_id")
    return ibis.union(new, told, distinct=True)


def _added(history: History, earlier: Earlier, name: str) -> ibis.Table:
    files = tuple(_new(earlier, name))
    only = msgspec.structs.replace(history.snapshot, tables={name: files} if files else {})
    return history.dataset.history(name, snapshot=only)


def _new(earlier: Earlier, name: str) -> Sequence[str]:
    return earlier.added.get(name, ())


def _distinct(column: ibis.Column) -> ibis.Table:
    """The values of a column once each, without null."""
    rows = column.as_table()
    return rows.filter(rows[column.get_name()].notnull()).distinct()


def _count(rows: ibis.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())
