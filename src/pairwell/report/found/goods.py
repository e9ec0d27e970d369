"""Items whose cost nobody states, and items bought together that are never offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import ibis

from pairwell.engines.engine import storage_failures
from pairwell.events import items_named
from pairwell.measure.findings.unoffered import Unoffered, find_unoffered
from pairwell.measure.offers.rows import Told
from pairwell.measure.sales.goods import count_together
from pairwell.measure.sales.lines import sold_lines
from pairwell.report.found.record import Found
from pairwell.report.offered import Opened
from pairwell.report.record import Cell, Column
from pairwell.report.sales import Sales, read_sales
from pairwell.said import Said, exact, percent, phrase, phrase_count, unfilled

_MUCH = 0.05  # of revenue
_WEIGHED: Final = frozenset({"offered", "worth", "choice"})  # stages of what the engine knows and can offer
_PAIRS, _ROWS = 500, 10  # looked at, and shown
_POINT: Final = 0.01
_TOGETHER: Final = unfilled(
    "Of the {pairs} most frequent pairs, {found} surely stand together more than {times} times as often as chance has "
    "it, and no answer of the period or of the four weeks before it named either of the two."
)
_LOOK: Final = unfilled(
    "`pairwell pairs {item}` says whether the model knows the pair; else run `pairwell learn`. Perhaps nobody asked "
    "with one of them alone in the cart. Where the cheaper item costs more than `guards.add_on_price_share` of the "
    "other, that guard removes it from a cart with the other alone."
)


def find_goods(opened: Opened) -> Iterator[Found]:
    """What is to be said of items, by orders of the period."""
    sales = read_sales(opened.asked, keep_held=True)
    if sales is not None:
        yield from _without_costs(sales)
        yield from _never_offered(sales, opened.now.told)


def _without_costs(sales: Sales) -> Iterator[Found]:
    """Items whose margin is a guess, where they are more than a twentieth of the revenue."""
    period = sales.periods.period
    lines = sold_lines(sales.history, sales.history.orders(period))
    kept = lines.mutate(
        kept=lines.revenue - lines.refund, unsure=ibis.ifelse(lines.estimated == 0, 0, lines.revenue - lines.refund)
    )
    by_item = kept.group_by("item_id").aggregate(revenue=kept.kept.sum(), guessed=kept.unsure.sum())
    with storage_failures():
        revenue = int(by_item.revenue.sum().to_pyarrow().as_py() or 0)
        rows = by_item.filter(by_item.guessed > 0).order_by(ibis.desc("guessed"), "item_id").to_pyarrow().to_pylist()
    guessed = sum(int(row["guessed"]) for row in rows)
    if revenue <= 0 or guessed <= _MUCH * revenue:
        return
    shop, titles = sales.history.shop, sales.titles([row["item_id"] for row in rows[:_ROWS]])
    yield Found(
        key="unknown_costs",
        title=phrase("Items whose cost nobody states"),
        money=phrase("It loses nothing by itself; how far the margins are off, nobody can tell without costs."),
        evidence=_guessed(len(rows), guessed / revenue, shop.margin_rate),
        setting=phrase("costs of items"),
        do=phrase("Ingest a file of items with a column `cost`: `pairwell ingest items FILE`."),
        columns=[
            *_NAMED,
            Column(key="revenue", title=phrase("Revenue without a cost, after returns"), unit="money"),
            Column(key="point", title=phrase("For each point the rate is off"), unit="money"),
        ],
        rows=[
            {**_named(row["item_id"], titles), "revenue": int(row["guessed"]), "point": round(row["guessed"] * _POINT)}
            for row in rows[:_ROWS]
        ],
    )


def _guessed(items: int, of_revenue: float, rate: float) -> Said:
    return phrase_count(
        "{count} item with {share} of the revenue, whose margin is taken to be `shop.margin_rate` ({rate}, or that of "
        "the category), and with it what an offer is worth.",
        "{count} items with {share} of the revenue, whose margin is taken to be `shop.margin_rate` ({rate}, or that of "
        "the category), and with it what an offer is worth.",
        items,
        share=percent(of_revenue, 0),
        rate=percent(rate, 0),
    )


def _never_offered(sales: Sales, told: Told) -> Iterator[Found]:
    """Pairs of the items that most orders hold, of which neither was in any slate since the period began."""
    offered = {item for name in told.names.offers for item in items_named(name)}
    if not offered:
        return  # nothing is offered at all, which is no finding about pairs
    current = sales.current
    with storage_failures():
        orders = int(current.count().to_pyarrow().as_py())
    kept = sales.held.filter(sales.held.returned < sales.held.units)  # what came back in full was not bought together
    pairs = count_together(kept.semi_join(current, "order_id"), _PAIRS).listed
    learn = sales.asked.settings.learn
    found = find_unoffered(pairs, offered, orders=orders, times=learn.min_effect, fewest=learn.min_together)
    if not found:
        return
    rows = [row for row in _pairs(sales, found[: 2 * _ROWS]) if row.pop("stage") not in _WEIGHED][:_ROWS]
    if not rows:
        return  # the engine weighs them, and finds that showing would add less than it costs
    share = sales.asked.settings.guards.add_on_price_share
    guarded = sum(float(row["price_share"] or 0) > share for row in rows) > len(rows) / 2
    yield Found(
        key="never_offered",
        title=phrase("Items bought together that are never offered"),
        money=phrase(
            "They are bought together without an offer; what one would add, nobody can tell before it is tried."
        ),
        evidence=phrase(_TOGETHER, pairs=len(pairs), found=len(found), times=exact(learn.min_effect)),
        setting="guards.add_on_price_share" if guarded else f"pairwell pairs {rows[0]['item_id']}",
        do=phrase(_LOOK, item=rows[0]["item_id"]),
        columns=[
            *_NAMED,
            Column(key="with", title=phrase("With"), unit="text"),
            Column(key="with_id", title=phrase("Item"), unit="text"),
            Column(key="orders", title=phrase("Orders with both"), unit="count"),
            Column(key="times_chance", title=phrase("More often than by chance"), unit="times"),
            Column(key="price_share", title=phrase("Cheaper of dearer price"), unit="share"),
            *([_FATE] if any("fate" in row for row in rows) else []),
        ],
        rows=rows,
    )


def _pairs(sales: Sales, found: list[Unoffered]) -> list[dict[str, Cell]]:
    ids = sorted({item for one in found for item in (one.pair.first, one.pair.second)})
    titles, prices = sales.titles(ids), _prices(sales, ids)
    rows = list[dict[str, Cell]]()
    for one in found:
        first, second = one.pair.first, one.pair.second
        known: list[float] = sorted(price for item in (first, second) if (price := prices.get(item)))
        both: dict[str, Cell] = {"with": titles.get(second, second), "with_id": second, "orders": one.pair.orders}
        share = known[0] / known[1] if len(known) == len((first, second)) else None
        known_of = {"times_chance": round(one.times_chance, 1), "price_share": share, **_fate(sales, one, prices)}
        rows.append({**_named(first, titles), **both, **known_of})
    return rows


def _fate(sales: Sales, one: Unoffered, prices: Mapping[str, Any]) -> dict[str, Cell]:
    """What the engine does today with the cheaper of the two, the other in the cart."""
    ask = sales.asked.fate_of
    dearer, cheaper = sorted((one.pair.first, one.pair.second), key=lambda item: -(prices.get(item) or 0))
    fate = None if ask is None else ask(dearer, cheaper)
    return {"stage": None} if fate is None else {"stage": fate.stage, "fate": fate.said}


def _prices(sales: Sales, ids: list[str]) -> dict[str, Any]:
    items = sales.asked.dataset.table("items")
    with storage_failures():
        found = items.filter(items.item_id.isin(ids)).select("item_id", "price_minor").to_pyarrow()
    return dict(zip(found["item_id"].to_pylist(), found["price_minor"].to_pylist(), strict=True))


def _named(item_id: str, titles: dict[str, str]) -> dict[str, Cell]:
    return {"title": titles.get(item_id, item_id), "item_id": item_id}


_FATE: Final = Column(key="fate", title=phrase("What the engine does with it today"), unit="text")
_NAMED: Final = (
    Column(key="title", title=phrase("Item"), unit="text"),
    Column(key="item_id", title=phrase("Id"), unit="text"),
)
