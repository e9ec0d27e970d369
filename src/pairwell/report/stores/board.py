"""The scoreboard of sellers as a report: in groups, never as a ranking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pairwell.advise.stores.fair import WRONG
from pairwell.advise.stores.records import Judged, Reached, Scoreboard, SellerScore, Standing
from pairwell.measure.period import Period
from pairwell.measure.sales.metrics import METRIC
from pairwell.report.record import Cell, Column, Report, Table
from pairwell.said import day, joined, percent, phrase, phrase_count, unfilled

NAME: Final = "scoreboard"
STANDINGS: Final[dict[Standing, str]] = {
    "above": phrase("above"),
    "as_expected": phrase("as expected"),
    "below": phrase("below"),
    "too_few": phrase("too few sales to tell"),
}
_SELLER: Final = Column(key="seller", title=phrase("Seller"), unit="text")
_STORE: Final = Column(key="store", title=phrase("Store"), unit="text")
_HOW: Final = phrase(
    "Expected is what the other sellers' customers would have taken of the same goods (indirect standardisation, "
    "Breslow and Day 1987). Shrunk is the same ratio drawn to what sellers usually are, the more the less is known "
    "(empirical Bayes, Morris 1983)."
)
_JUDGED: Final = unfilled(
    "Above and below are said of what stands out among all of these rates (Benjamini and Hochberg, {wrong}); each "
    "interval is for its row alone."
)
_NOBODY: Final = phrase("No order of this period names a seller. Name the column `seller_id` when you ingest orders.")


def board_report(board: Scoreboard) -> Report:
    """The report: what each sold, two rates compared fairly, targets, and what to know."""
    return Report(
        name=NAME,
        title=phrase("Sellers"),
        currency=board.currency,
        timezone=board.timezone,
        period=Period(board.since, board.until),
        tables=[table for table in _tables(board) if table.rows or table.note],
        notes=list(_notes(board)),
    )


def _tables(board: Scoreboard) -> Iterator[Table]:
    yield _sales(board)
    if not board.sellers:
        return
    yield _rates(board, "add_ons", phrase("Orders with an add-on, beside what the goods explain"))
    if any(one.fitting.rate.chances for one in board.sellers):
        yield _rates(board, "fitting", phrase("Orders with what goes with the item, beside what the goods explain"))
    if board.steps:
        yield _rates(board, "upgrades", phrase("Upgrades taken, beside what the goods explain"))
    yield _targets(board)


def name_of(one: SellerScore) -> str:
    """What a seller is called: by name and id, so that two of one name are told apart."""
    return f"{one.name} ({one.seller_id})" if one.name else one.seller_id


def _sales(board: Scoreboard) -> Table:
    stores = any(one.store for one in board.sellers)
    return Table(
        key="sales",
        title=phrase("Sales"),
        columns=[
            _SELLER,
            *([_STORE] if stores else []),
            Column(key="orders", title=METRIC["orders"].title, unit="count"),
            Column(key="revenue", title=METRIC["revenue"].title, unit="money"),
            Column(key="aov", title=METRIC["aov"].short, unit="money", interval=True),
        ],
        rows=[_sales_row(one) for one in board.sellers],
        note=None if board.sellers else _NOBODY,
    )


def _sales_row(one: SellerScore) -> dict[str, Cell]:
    row: dict[str, Cell] = {
        "seller": name_of(one),
        "store": one.store,
        "orders": one.orders,
        "revenue": one.revenue_minor,
        "aov": one.aov_minor,
    }
    if one.aov_interval is not None:
        row |= {"aov_low": one.aov_interval.low, "aov_high": one.aov_interval.high}
    return row


def _rates(board: Scoreboard, key: str, title: str) -> Table:
    groups = list(STANDINGS)
    judged = [(one, getattr(one, key)) for one in board.sellers]
    judged.sort(key=lambda pair: groups.index(pair[1].standing))  # in a group they stay in alphabetical order
    return Table(
        key=key,
        title=title,
        columns=[
            _SELLER,
            Column(key="chances", title=phrase("Chances"), unit="count"),
            Column(key="rate", title=phrase("Taken"), unit="share", interval=True),
            Column(key="expected", title=phrase("Expected"), unit="share"),
            Column(key="ratio", title=phrase("Taken / expected"), unit="times", interval=True),
            Column(key="shrunk", title=phrase("Shrunk"), unit="times"),
            Column(key="standing", title=phrase("Verdict"), unit="text"),
        ],
        rows=[_rate_row(one, found) for one, found in judged if found.rate.chances],
    )


def _rate_row(one: SellerScore, judged: Judged) -> dict[str, Cell]:
    rate = judged.rate
    row: dict[str, Cell] = {
        "seller": name_of(one),
        "chances": rate.chances,
        "rate": rate.share,
        "expected": None if rate.expected is None else rate.expected / rate.chances,
        "ratio": judged.ratio,
        "shrunk": judged.ratio_shrunk,
        "standing": STANDINGS[judged.standing],
    }
    if rate.interval is not None:
        row |= {"rate_low": rate.interval.low, "rate_high": rate.interval.high}
    if judged.ratio_interval is not None:
        row |= {"ratio_low": judged.ratio_interval.low, "ratio_high": judged.ratio_interval.high}
    return row


def _targets(board: Scoreboard) -> Table:
    return Table(
        key="targets",
        title=phrase("Targets"),
        columns=[
            _SELLER,
            Column(key="span", title=phrase("Period"), unit="text"),
            Column(key="elapsed", title=phrase("Of its time"), unit="share"),
            Column(key="revenue", title=METRIC["revenue"].title, unit="money"),
            Column(key="target", title=phrase("Target"), unit="money"),
            Column(key="reached", title=phrase("Reached"), unit="share"),
            Column(key="attach", title=METRIC["attach_rate"].short, unit="share", interval=True),
            Column(key="attach_target", title=phrase("Target"), unit="share"),
            Column(key="attach_met", title=phrase("Verdict"), unit="text"),
        ],
        rows=[_target_row(one, reached, board.timezone) for one in board.sellers for reached in one.targets],
        note=None
        if any(one.targets for one in board.sellers)
        else phrase("No target of this period was told: `pairwell ingest targets FILE`."),
    )


def _target_row(one: SellerScore, reached: Reached, zone: str) -> dict[str, Cell]:
    first, last = (moment.astimezone(ZoneInfo(zone)).date() for moment in (reached.since, reached.until))
    row: dict[str, Cell] = {
        "seller": name_of(one),
        "span": phrase("{since} to {until}", since=day(first), until=day(last - timedelta(days=1))),
        "elapsed": reached.elapsed,
        "revenue": reached.revenue_minor,
        "target": reached.target_revenue_minor,
        "reached": reached.revenue_share,
        "attach": reached.attach_rate,
        "attach_target": reached.target_attach_rate,
        "attach_met": _met(reached),
    }
    if reached.attach_interval is not None:
        row |= {"attach_low": reached.attach_interval.low, "attach_high": reached.attach_interval.high}
    return row


def _met(reached: Reached) -> str | None:
    if reached.target_attach_rate is None:
        return None
    if reached.attach_met is None:
        return phrase("cannot be told")
    return STANDINGS["above"] if reached.attach_met else STANDINGS["below"]


def _notes(board: Scoreboard) -> Iterator[str]:
    if not board.sellers:
        return
    yield phrase(
        "Sellers stand in alphabetical order, in groups where they are compared: most of what lies between two of "
        "them is chance, and a ranking would rank that."
    )
    yield joined(_HOW, phrase(_JUDGED, wrong=percent(WRONG, 0)))
    yield phrase(
        "Compared are sellers on the goods that their customers came for; shifts, places and regular customers are "
        "not told apart."
    )
    yield phrase("A chance to upgrade: an order with an item or with its first upgrade, not both.")
    if not board.compared:
        yield phrase("No seller sold enough, of goods that others sold too, to be compared.")
    if board.unnamed:
        yield phrase_count(
            "{count} order of the period names no seller and is left out.",
            "{count} orders of the period name no seller and are left out.",
            board.unnamed,
        )
