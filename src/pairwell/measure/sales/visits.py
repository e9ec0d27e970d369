"""How often a visit ends in an order, from events and orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import ibis
import msgspec
import pyarrow as pa

from pairwell.dataset.kept import Kept
from pairwell.engines.functions import micros
from pairwell.measure.period import Period
from pairwell.measure.sales.growing import renewed_visits
from pairwell.measure.sales.lines import History

_PAUSE: Final = 1_800_000_000  # microseconds; after half an hour without an event another visit begins
_CARTED: Final = ("add_to_cart", "checkout")
_FORM: Final = 2  # of what is kept; another where the same events come to other visits


def kept_visits(history: History) -> ibis.Table | None:
    """Every visit that events tell of, worked out once for a snapshot; None where there are no events.

    A visit is events of one customer, or of one visitor, at most half an hour apart; a visitor whom events name
    together with one customer is that customer. Columns: `customer` (a number) and `unit` (its name), `began` and
    `ended` in microseconds since 1970, `carted` and `ordered`: 1 where something was put into the cart or ordered
    there. An order belongs to the visit that it falls into, or that ended at most half an hour before; one that is
    put into the cart elsewhere counts as carted, too. Where files were added since, only visits are worked out anew of
    those whom they may concern.
    """
    if not history.snapshot.tables.get("events"):
        return None
    kept = Kept(dataset=history.dataset, snapshot=history.snapshot, kind="visits", terms=msgspec.json.encode(_FORM))
    found = kept.read()
    if found is not None:
        return found
    earlier = kept.earlier()
    if earlier is not None:
        with renewed_visits(history, earlier) as renewed:
            if renewed is not None:
                told = _of_whom(renewed.rows).semi_join(renewed.whose, "unit")
                with _made(told, _orders(history), after=_last_number(earlier.rows)) as made:
                    standing = earlier.rows.anti_join(renewed.whose, "unit").select(*made.columns)
                    return kept.write(standing.union(made))
    told = _of_whom(history.dataset.table("events", snapshot=history.snapshot))
    with _made(told, _orders(history)) as made:
        return kept.write(made.order_by("customer"))  # which is what reports group by


def _last_number(rows: ibis.Table) -> int:
    last = rows.customer.max().to_pyarrow().as_py()
    return -1 if last is None else int(last)


@contextmanager
def _made(told: ibis.Table, orders: ibis.Table, *, after: int = -1) -> Iterator[ibis.Table]:
    """The visits that events tell of; their customers are numbered from the one `after` on."""
    # What is numbered in any order is numbered once.
    with _numbered(told, after).cache() as units, _visits(told, units).cache() as visits:
        yield _with_orders(visits, orders)


def visits_of(visits: ibis.Table, span: Period, of_visitors: ibis.Table | None = None) -> ibis.Table:
    """The visits that began in a span; `of_visitors`: orders of nobody by name, as `orders_of_visitors` gives them."""
    began, ended = (int(moment.timestamp() * 1_000_000) for moment in (span.since, span.until))
    within = visits.filter((visits.began >= began) & (visits.began < ended))
    return within if of_visitors is None else _with_orders(within, of_visitors)


def looks_of(history: History, visits: ibis.Table) -> ibis.Table:
    """Visits of a snapshot with `looked`: how many different items were looked at in each."""
    told = _of_whom(history.dataset.table("events", snapshot=history.snapshot))
    within = told.filter(told.looked.notnull()).join(visits.select("unit", "began", "ended"), "unit")
    within = within.filter((within.began <= within["at"]) & (within["at"] <= within.ended))
    counts = within.group_by("unit", "began").aggregate(looked=within.looked.nunique())
    joined = visits.left_join(counts, ["unit", "began"])
    return joined.select(*visits.columns, looked=joined.looked.fill_null(0))


def orders_of_visitors(history: History, visitors: Mapping[str, str]) -> ibis.Table | None:
    """The `unit` and the moment of orders without a customer, by whose they are; None where nobody knows of any."""
    if not visitors:
        return None
    ids, units = (pa.array(part, pa.string()) for part in (visitors.keys(), visitors.values()))
    orders = history.dataset.table("orders", snapshot=history.snapshot)
    nobodys = orders.filter(orders.customer_id.isnull())
    known = nobodys.join(ibis.memtable(pa.table({"order_id": ids, "unit": units})), "order_id")
    return known.select("unit", at=micros(known.placed_at))


def _numbered(told: ibis.Table, after: int) -> ibis.Table:
    """Everybody whose events are told, with a number: those are compared sooner than names."""
    return told.select("unit").distinct().mutate(customer=(ibis.row_number() + after + 1).cast("int64"))


def _visits(told: ibis.Table, units: ibis.Table) -> ibis.Table:
    told = told.join(units, "unit").select("customer", "at", "carted")
    turn = ibis.window(group_by="customer", order_by=["at"])
    paused = told.mutate(new=(told.at - told.at.lag().over(turn) > _PAUSE).fill_null(True).cast("int64"))
    # Of the events of one moment that which begins a visit goes first, or the others would fall into the one before.
    order = ["at", ibis.desc("new")]
    running = ibis.window(group_by="customer", order_by=order, preceding=None, following=0)
    numbered = paused.mutate(visit=paused.new.sum().over(running))
    visits = numbered.group_by("customer", "visit").aggregate(
        began=numbered.at.min(), ended=numbered.at.max(), carted=numbered.carted.max()
    )
    zero = ibis.literal(0).cast("float64")
    return visits.join(units, "customer").select("customer", "unit", "began", "ended", "carted", ordered=zero)


def _of_whom(events: ibis.Table) -> ibis.Table:
    """Events of somebody: whose, when, whether something was put into the cart, and which item was looked at."""
    carted = events.type.isin(_CARTED).cast("float64")
    looked = ibis.cases((events.type == "view", events.item_id))
    told = events.select("customer_id", "visitor_id", at=micros(events["at"]), carted=carted, looked=looked)
    both = told.filter(told.customer_id.notnull(), told.visitor_id.notnull())
    owners = both.group_by("visitor_id").aggregate(owner=both.customer_id.max(), owners=both.customer_id.nunique())
    joined = told.left_join(owners.filter(owners.owners == 1), "visitor_id")
    customer = ibis.coalesce(joined.customer_id, joined.owner)
    unit = ibis.coalesce(ibis.literal("c:") + customer, ibis.literal("v:") + joined.visitor_id)
    return joined.select("at", "carted", "looked", unit=unit).filter(lambda rows: rows.unit.notnull())


def _orders(history: History) -> ibis.Table:
    orders = history.dataset.table("orders", snapshot=history.snapshot)
    named = orders.filter(orders.customer_id.notnull())
    return named.select(unit=ibis.literal("c:") + named.customer_id, at=micros(named.placed_at))


def _with_orders(visits: ibis.Table, orders: ibis.Table) -> ibis.Table:
    """With 1 for `ordered` and `carted` where an order falls into a visit; no two visits of one unit meet it."""
    both = visits.select("unit", "began", "ended").join(orders, "unit")
    met = both.filter((both.began <= both.at) & (both.at <= both.ended + _PAUSE)).select("unit", "began").distinct()
    joined = visits.left_join(met.mutate(met=ibis.literal(1).cast("float64")), ["unit", "began"])
    ordered = ibis.greatest(joined.ordered, joined.met.fill_null(0.0))
    return joined.select(
        "customer", "unit", "began", "ended", carted=ibis.greatest(joined.carted, ordered), ordered=ordered
    )
