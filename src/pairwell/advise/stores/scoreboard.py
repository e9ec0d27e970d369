"""Sales of each seller against targets, and whether they add and upgrade more than the goods explain. No ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pairwell.advise.stores.fair import WRONG, Compared, judge, shrink
from pairwell.advise.stores.records import Judged, Rate, Reached, Scoreboard, SellerScore, Standing
from pairwell.advise.stores.sold import (
    Sold,
    Told,
    add_on_chances,
    fitting_chances,
    read_sold,
    read_told,
    upgrade_chances,
)
from pairwell.engines.engine import storage_failures
from pairwell.measure.interval import Interval
from pairwell.measure.period import Period
from pairwell.measure.sales.estimates import Slice, Value, slice_orders
from pairwell.measure.sales.lines import History

_SUMS: Final = ("orders", "revenue", "aov", "attach_rate", "margin")


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of goods that sellers sold."""

    steps: Mapping[str, str]  # item -> its first upgrade
    fits: Mapping[str, Sequence[str]]  # item -> what surely goes with it


def make_scoreboard(history: History, period: Period, newest: datetime, goods: Goods) -> Scoreboard:
    """The scoreboard of a period."""
    sold = read_sold(history, period)
    told, sums = read_told(history), _sums(sold)
    found = judge(
        [add_on_chances(sold), fitting_chances(sold, goods.fits), upgrade_chances(sold, goods.steps)], len(sold.sellers)
    )
    judged = [_judge(rates) for rates in found]
    reached = reached_targets(history, newest, period)
    scores = [
        _score(seller_id, sums[seller_id], told.get(seller_id, Told()), rates, reached.get(seller_id, []))
        for seller_id, *rates in zip(sold.sellers, *judged, strict=True)
    ]
    return Scoreboard(
        currency=history.shop.currency,
        timezone=history.shop.timezone,
        since=period.since,
        until=period.until,
        newest=newest,
        sellers=sorted(scores, key=lambda one: (one.name or one.seller_id, one.seller_id)),
        unnamed=sold.unnamed,
        compared=sum(compared is not None for rates in found for _, compared, _ in rates),
        steps=len(goods.steps),
    )


def _sums(sold: Sold) -> dict[str, Slice]:
    return {str(part.key[0]): part for part in slice_orders(sold.orders, "seller_id", metrics=_SUMS)}


def _judge(rates: Sequence[tuple[Rate, Compared | None, float]]) -> list[Judged]:
    """Above and below are said of what stands out among all rates of all sellers."""
    shrunk = shrink([compared for _, compared, _ in rates if compared is not None])
    drawn, found = iter(shrunk or []), []
    for rate, compared, p_adjusted in rates:
        if compared is None:
            found.append(Judged(rate=rate, standing="too_few"))
            continue
        found.append(
            Judged(
                rate=rate,
                standing=_standing(compared, p_adjusted),
                ratio=compared.ratio,
                ratio_interval=compared.interval,
                ratio_shrunk=next(drawn) if shrunk else None,
                p_adjusted=p_adjusted,
            )
        )
    return found


def _standing(compared: Compared, p_adjusted: float) -> Standing:
    if p_adjusted > WRONG:
        return "as_expected"
    return "above" if compared.ratio > 1 else "below"


def _score(
    seller_id: str, sums: Slice, told: Told, judged: Sequence[Judged], targets: Sequence[Reached]
) -> SellerScore:
    aov = sums.values["aov"]
    revenue = sums.value("revenue")
    return SellerScore(
        seller_id=seller_id,
        name=told.name,
        store=told.store,
        orders=int(sums.sums["orders"]),
        revenue_minor=None if revenue is None else round(revenue),
        aov_minor=sums.value("aov"),
        aov_interval=aov.interval if isinstance(aov, Value) else None,
        add_ons=judged[0],
        fitting=judged[1],
        upgrades=judged[2],
        targets=targets,
    )


# --- targets ----------------------------------------------------------------------------------------


def target_span(first_day: str, months: int, zone: str) -> Period:
    """From the first moment of a target's first day up to its end, in days of the shop's time zone."""
    first = date.fromisoformat(first_day)
    number = first.year * 12 + first.month - 1 + months
    last = date(number // 12, number % 12 + 1, 1)
    since, until = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (first, last))
    return Period(since=since, until=until)


def read_targets(history: History) -> list[tuple[str, Period, int | None, float | None]]:
    """Seller, span, revenue in minor units and attach rate of every target."""
    table = history.dataset.table("targets", snapshot=history.snapshot)
    with storage_failures():
        rows = table.order_by("seller_id", "first_day", "months").to_pyarrow().to_pylist()
    zone = history.shop.timezone
    return [
        (row["seller_id"], target_span(row["first_day"], row["months"], zone), row["revenue_minor"], row["attach_rate"])
        for row in rows
    ]


def reached_targets(history: History, newest: datetime, period: Period) -> dict[str, list[Reached]]:
    """By seller the targets whose time and the period have days in common."""
    every = [one for one in read_targets(history) if one[1].since < period.until and period.since < one[1].until]
    sums = {span: _sums(read_sold(history, span)) for span in dict.fromkeys(one[1] for one in every)}
    found: dict[str, list[Reached]] = {}
    for seller_id, span, revenue, attach in every:
        part = sums[span].get(seller_id)
        found.setdefault(seller_id, []).append(_against(span, part, (revenue, attach), newest))
    return found


def _against(span: Period, part: Slice | None, target: tuple[int | None, float | None], newest: datetime) -> Reached:
    sold = round((part.value("revenue") if part else 0) or 0)
    attach = part.values["attach_rate"] if part else None
    rate = attach if isinstance(attach, Value) else None
    length = (span.until - span.since).total_seconds()
    return Reached(
        since=span.since,
        until=span.until,
        over=newest >= span.until,
        elapsed=min(1.0, max(0.0, (newest - span.since).total_seconds() / length)),
        revenue_minor=sold,
        target_revenue_minor=target[0],
        revenue_share=sold / target[0] if target[0] else None,
        attach_rate=None if rate is None else float(rate.value),
        attach_interval=None if rate is None else rate.interval,
        target_attach_rate=target[1],
        attach_met=None if target[1] is None or rate is None else _met(rate.interval, target[1]),
    )


def _met(interval: Interval | None, target: float) -> bool | None:
    if interval is None or interval.low <= target <= interval.high:
        return None
    return interval.low > target
