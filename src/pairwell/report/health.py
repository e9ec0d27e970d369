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
from pairwell.said import Said, moment, number, phrase, phrase_count

_NONE = phrase("none yet")


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
    yield phrase("Newest order"), _when(newest, sales) if sales.periods.dated else phrase("without a date"), ""
    yield phrase("Newest event"), *_event(sales)
    yield phrase("Newest answer in the journal"), *_answer(sales)
    refused = phrase("See `pairwell status`, mend the file, and ingest it again.") if health.refused else ""
    yield phrase("Rows refused"), number(health.refused), refused
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


def _answer(sales: Sales) -> tuple[str, str]:
    at = read_newest_decision(sales.asked.database)
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
