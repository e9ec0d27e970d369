"""Bonuses of sellers as a report, each amount with the order lines that it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pairwell.advise.stores.records import BonusLine, BonusSheet, SellerBonus
from pairwell.config.bonus import Bonus
from pairwell.measure.period import Period
from pairwell.report.record import Cell, Column, Report, Table
from pairwell.said import amount, joined, percent, phrase

_WHY: Final = {
    "kept": phrase("kept"),
    "partly_returned": phrase("came back in part"),
    "returned": phrase("came back"),
    "declined_first": phrase("the customer had declined it: adds nothing"),
    "margin_unknown": phrase("its margin is unknown"),
    "no_margin": phrase("it leaves no margin"),
}
_HELD: Final = {
    "no_target": phrase("nothing: no revenue target was told for this period"),
    "below_threshold": phrase("nothing: the target is not reached far enough"),
}
_SELLER: Final = Column(key="seller", title=phrase("Seller"), unit="text")


def bonus_report(sheet: BonusSheet) -> Report:
    """The report: what each gets, and every line."""
    tables = [_sellers(sheet), _lines(sheet)] if sheet.rule.rule != "none" else []
    return Report(
        name="bonus",
        title=phrase("Bonuses of sellers"),
        currency=sheet.currency,
        timezone=sheet.timezone,
        period=Period(sheet.since, sheet.until),
        tables=tables,
        notes=list(_notes(sheet)),
    )


def _sellers(sheet: BonusSheet) -> Table:
    return Table(
        key="sellers",
        title=phrase("Bonuses"),
        columns=[
            _SELLER,
            Column(key="lines", title=phrase("Order lines"), unit="count"),
            Column(key="earned", title=phrase("Earned"), unit="money"),
            Column(key="returns", title=phrase("Off for returns"), unit="money"),
            Column(key="declines", title=phrase("Off for declined offers"), unit="money"),
            Column(key="capped", title=phrase("Off by the limit"), unit="money"),
            Column(key="bonus", title=phrase("Bonus"), unit="money"),
            Column(key="held", title=phrase("Why not more"), unit="text"),
        ],
        rows=[_seller_row(one) for one in sheet.sellers],
        note=None if sheet.sellers else phrase("No seller sold an add-on that counts in this period."),
    )


def _seller_row(one: SellerBonus) -> dict[str, Cell]:
    return {
        "seller": _name(one),
        "lines": len(one.lines),
        "earned": one.earned_minor,
        "returns": -one.returns_minor,
        "declines": -one.declines_minor,
        "capped": -one.capped_minor,
        "bonus": one.bonus_minor,
        "held": None if one.held is None else _HELD[one.held],
    }


def _name(one: SellerBonus) -> str:
    return f"{one.name} ({one.seller_id})" if one.name else one.seller_id


def _lines(sheet: BonusSheet) -> Table:
    return Table(
        key="lines",
        title=phrase("Order lines"),
        columns=[
            _SELLER,
            Column(key="order", title=phrase("Order"), unit="text"),
            Column(key="line", title=phrase("Line"), unit="count"),
            Column(key="item", title=phrase("Item"), unit="text"),
            Column(key="quantity", title=phrase("Quantity"), unit="number"),
            Column(key="returned", title=phrase("Came back"), unit="number"),
            Column(key="margin", title=phrase("Margin"), unit="money"),
            Column(key="earned", title=phrase("Earned"), unit="money"),
            Column(key="deducted", title=phrase("Off for returns"), unit="money"),
            Column(key="why", title=phrase("Why"), unit="text"),
        ],
        rows=[_line_row(_name(one), line) for one in sheet.sellers for line in one.lines],
    )


def _line_row(seller: str, line: BonusLine) -> dict[str, Cell]:
    return {
        "seller": seller,
        "order": line.order_id,
        "line": line.line_no,
        "item": line.title or line.item_id,
        "quantity": line.quantity,
        "returned": line.returned,
        "margin": line.margin_minor,
        "earned": line.earned_minor,
        "deducted": -line.deducted_minor,
        "why": _WHY[line.why],
    }


def _notes(sheet: BonusSheet) -> Iterator[str]:
    rule = sheet.rule
    if rule.rule == "none":
        yield phrase('There is no bonus: `bonus.rule` is "none".')
        return
    yield joined(*_rule(rule, sheet.currency))
    yield phrase("Returns that are told later change it: pay it when goods can no longer come back.")


def _rule(rule: Bonus, currency: str) -> Iterator[str]:
    """The rule as settings state it."""
    if rule.rule == "per_add_on":
        yield phrase("{amount} for each add-on that is kept.", amount=amount(rule.amount_minor, currency, symbol=True))
    else:
        yield phrase("{share} of the margin of each add-on that is kept.", share=percent(rule.share))
    yield (
        phrase("Add-ons count that were taken from an offer.")
        if rule.counts == "offered"
        else phrase("Every item beside the primary one of an order counts.")
    )
    yield phrase(
        "One that comes back takes off {share} of what it would have earned, a declined offer {amount}; what a "
        "customer had declined first adds nothing.",
        share=percent(rule.return_share, 0),
        amount=amount(rule.decline_minor, currency, symbol=True),
    )
    if rule.threshold:
        yield phrase("Paid from {share} of the revenue target on.", share=percent(rule.threshold, 0))
    if rule.cap_minor:
        yield phrase("At most {amount} a seller and period.", amount=amount(rule.cap_minor, currency, symbol=True))
