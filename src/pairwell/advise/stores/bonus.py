"""What each seller gets for add-ons that customers kept, by the rule of the settings, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from pairwell.advise.stores.noes import read_declined, within
from pairwell.advise.stores.records import BonusLine, BonusSheet, Held, Reached, SellerBonus, Why
from pairwell.advise.stores.scoreboard import reached_targets
from pairwell.advise.stores.sold import Told, read_told
from pairwell.config.bonus import Bonus
from pairwell.engines.engine import storage_failures
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History, sold_lines
from pairwell.measure.sales.orders import items_of_orders, measured_orders
from pairwell.operations.database import Database

_BEFORE: Final = timedelta(days=31)  # an order may name a decision of so long before
_COLUMNS: Final = (
    "order_id", "line_no", "item_id", "quantity", "returned", "revenue", "cost", "decision_id", "offer_no",
    "seller_id", "placed_at",
)  # fmt: skip


def make_bonus(history: History, database: Database, rule: Bonus, period: Period, newest: datetime) -> BonusSheet:
    """The bonuses of the orders of a period, as far as returns are told of them by now.

    Nobody has any by the rule "none". Raises `JournalError` where what customers declined cannot be read.
    """
    sellers = [] if rule.rule == "none" else _sellers(history, database, rule, period, newest)
    return BonusSheet(
        currency=history.shop.currency,
        timezone=history.shop.timezone,
        since=period.since,
        until=period.until,
        rule=rule,
        sellers=sorted(sellers, key=lambda one: (one.name or one.seller_id, one.seller_id)),
    )


def _sellers(history: History, database: Database, rule: Bonus, period: Period, newest: datetime) -> list[SellerBonus]:
    declined = read_declined(database, Period(period.since - _BEFORE, period.until))
    refused = {(one.decision_id, one.offer_no) for one in declined}
    told, reached = read_told(history), reached_targets(history, newest, period)
    noes = Counter(one.seller_id for one in declined if within(one, period))
    return [
        _seller(
            rule,
            (seller_id, told.get(seller_id, Told()).name),
            [judge_line(rule, row, refused) for row in rows],
            noes[seller_id],
            share_reached(reached.get(seller_id, []), period),
        )
        for seller_id, rows in _rows(history, rule, period).items()
    ]


def _rows(history: History, rule: Bonus, period: Period) -> dict[str, list[dict[str, Any]]]:
    """By seller the lines beside the primary item, those of an offer alone where only they count; oldest first."""
    placed = history.orders(period)
    named = placed.filter(placed.seller_id.notnull())
    lines = sold_lines(history, named)
    heads = measured_orders(history, named, items_of_orders(lines))
    heads = heads.select("order_id", "seller_id", "placed_at", "primary_item")
    beside = lines.join(heads, "order_id").filter(lambda rows: rows.item_id != rows.primary_item)
    if rule.counts == "offered":
        beside = beside.filter(beside.decision_id.notnull())
    titles = history.items().select("item_id", "title")
    titled = beside.left_join(titles, "item_id").select(*_COLUMNS, "title")
    found: dict[str, list[dict[str, Any]]] = {}
    with storage_failures():
        rows = titled.order_by("placed_at", "order_id", "line_no").to_pyarrow().to_pylist()
    for row in rows:
        found.setdefault(row["seller_id"], []).append(row)
    return found


def judge_line(rule: Bonus, row: Mapping[str, Any], refused: Collection[tuple[str, int]]) -> BonusLine:
    """What one line adds and takes off. What the customer had declined first adds nothing: they were pressed."""
    quantity, returned = row["quantity"], min(row["returned"], row["quantity"])
    margin = None if row["revenue"] is None or row["cost"] is None else row["revenue"] - row["cost"]
    whole = _worth(rule, quantity, margin)
    pressed = row["decision_id"] is not None and (row["decision_id"], row["offer_no"]) in refused
    back = Decimal(str(returned)) / Decimal(str(quantity)) if quantity else Decimal(0)
    return BonusLine(
        order_id=row["order_id"],
        line_no=row["line_no"],
        placed_at=row["placed_at"],
        item_id=row["item_id"],
        title=row["title"],
        quantity=quantity,
        returned=returned,
        margin_minor=margin,
        decision_id=row["decision_id"],
        earned_minor=0 if pressed else _whole(whole * (1 - back)),
        deducted_minor=_whole(whole * back * Decimal(str(rule.return_share))),
        why="declined_first" if pressed else _why(rule, margin, back),
    )


def _worth(rule: Bonus, quantity: float, margin: int | None) -> Decimal:
    """What a line would earn if all of it is kept; a loss earns nothing."""
    if rule.rule == "per_add_on":
        return rule.amount_minor * Decimal(str(max(quantity, 0.0)))
    return Decimal(str(rule.share)) * max(margin or 0, 0)


def _why(rule: Bonus, margin: int | None, back: Decimal) -> Why:
    if rule.rule == "margin_share" and (margin is None or margin <= 0):
        return "margin_unknown" if margin is None else "no_margin"
    if back >= 1:
        return "returned"
    return "partly_returned" if back else "kept"


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def share_reached(targets: Sequence[Reached], period: Period) -> float | None:
    """The share reached of the revenue target: the shortest that holds the period, else all that lie within it."""
    told = [one for one in targets if one.target_revenue_minor]
    around = [one for one in told if one.since <= period.since and period.until <= one.until]
    if around:
        return min(around, key=lambda one: one.until - one.since).revenue_share
    inside = [one for one in told if period.since <= one.since and one.until <= period.until]
    wanted = sum(one.target_revenue_minor or 0 for one in inside)
    return sum(one.revenue_minor for one in inside) / wanted if wanted else None


def _seller(
    rule: Bonus, who: tuple[str, str | None], lines: Sequence[BonusLine], declines: int, reached: float | None
) -> SellerBonus:
    earned, back = (sum(getattr(one, name) for one in lines) for name in ("earned_minor", "deducted_minor"))
    before = max(0, earned - back - declines * rule.decline_minor)
    capped = max(0, before - rule.cap_minor) if rule.cap_minor else 0
    held = _held(rule, reached)
    return SellerBonus(
        seller_id=who[0],
        name=who[1],
        earned_minor=earned,
        returns_minor=back,
        declines=declines,
        declines_minor=declines * rule.decline_minor,
        capped_minor=capped,
        bonus_minor=0 if held else before - capped,
        held=held,
        revenue_share=reached,
        lines=lines,
    )


def _held(rule: Bonus, reached: float | None) -> Held | None:
    if not rule.threshold:
        return None
    if reached is None:
        return "no_target"
    return "below_threshold" if reached < rule.threshold else None
