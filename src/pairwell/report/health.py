"""Whether an overview rests on fresh and whole data: how new it is, what was refused, and what is live."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from pairwell.engines.engine import storage_failures
from pairwell.journal.newest import read_newest_decision
from pairwell.measure.period import moment_of
from pairwell.report.asking import Health
from pairwell.report.record import Column, Table
from pairwell.report.sales import Sales
from pairwell.said import Said, joined, moment, number, phrase, phrase_count

_NONE = phrase("none yet")
_DAYS_WITHOUT = 3  # from then on the feed of orders may have stopped


def health_table(sales: Sales, health: Health) -> Table:
    """One row a question, with what to do where something is amiss."""
    return Table(
        key="health",
        title=phrase("Data health"),
        columns=[
            Column(key="what", title=phrase("What"), unit="text"),
            Column(key="found", title=phrase("Found"), unit="text"),
            Column(key="do", title=phrase("What to do"), unit="text"),
        ],
        rows=[{"what": what, "found": found, "do": do} for what, found, do in _rows(sales, health)],
    )


def _rows(sales: Sales, health: Health) -> Iterator[tuple[str, str, str]]:
    newest = sales.periods.last
    answered = read_newest_decision(sales.asked.database)
    stopped = _stopped(newest, answered) if sales.periods.dated else ""
    yield phrase("Newest order"), _when(newest, sales) if sales.periods.dated else phrase("without a date"), stopped
    yield phrase("Newest event"), *_event(sales)
    yield phrase("Newest answer in the journal"), *_answer(answered, sales)
    yield phrase("Rows refused"), number(health.refused), _refused(health)
    yield phrase("Model"), *_model(sales, health)


def _event(sales: Sales) -> tuple[str, str]:
    events = sales.history.dataset.table("events", snapshot=sales.history.snapshot)
    with storage_failures():
        at = events["at"].max().to_pyarrow().as_py()  # files know it: of a part of them it would take reading
        if at is not None and at > sales.asked.now:
            at = events["at"].max(where=events["at"] <= moment_of(sales.asked.now)).to_pyarrow().as_py()
    if at is None:
        return _NONE, phrase("Let pages send `view` events, or ingest the log of the shop.")
    return _when(at, sales), ""


def _stopped(ordered: datetime, answered: datetime | None) -> str:
    """Whether offers are asked for, and orders no longer told."""
    days = 0 if answered is None else (answered - ordered).days
    if days < _DAYS_WITHOUT:
        return ""
    return phrase_count(
        "Offers were asked for {count} day after it. Where customers ordered since, the orders do not arrive: ingest "
        "them, or send `order` events.",
        "Offers were asked for {count} days after it. Where customers ordered since, the orders do not arrive: ingest "
        "them, or send `order` events.",
        days,
    )


def _refused(health: Health) -> str:
    expected = phrase_count(
        "{count} of them is no goods, such as postage: that is as expected.",
        "{count} of them are no goods, such as postage: that is as expected.",
        health.no_goods,
    )
    mend = phrase("See `pairwell status`, mend the file, and ingest it again.")
    wrong = health.refused - health.no_goods
    return joined(expected if health.no_goods else "", mend if wrong else "")


def _answer(at: datetime | None, sales: Sales) -> tuple[str, str]:
    return (_NONE, phrase("Ask for offers: `POST /v1/decisions`.")) if at is None else (_when(at, sales), "")


def _model(sales: Sales, health: Health) -> tuple[str, str]:
    if health.broken is not None:
        return phrase("cannot be read"), health.broken
    if health.learned_to is None:
        return _NONE, phrase("Run `pairwell learn`.")
    days = (sales.periods.last - health.learned_to).days if sales.periods.dated else 0
    found = phrase("learned up to {moment}", moment=_when(health.learned_to, sales))
    if days <= 0:
        return found, ""
    older = phrase_count(
        "It is {count} day older than the newest order: run `pairwell learn`.",
        "It is {count} days older than the newest order: run `pairwell learn`.",
        days,
    )
    return found, older


def _when(at: datetime, sales: Sales) -> Said:
    return moment(at.astimezone(ZoneInfo(sales.history.shop.timezone)))
