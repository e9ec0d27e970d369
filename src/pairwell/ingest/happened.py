"""A log of what shoppers did, as the table of events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.dataset.store import Dataset
from pairwell.ingest.assemble import shaped
from pairwell.ingest.happenings import read_happening
from pairwell.ingest.outcome import Shaped, Staged, count_verdicts, write

_AHEAD = timedelta(days=1)  # clocks of shoppers go wrong by time zones, not by more
_CONTENT = ("type", "customer_id", "visitor_id", "item_id", "placement")
_UNIT_SEPARATOR = "\x1f"  # keeps ("ab", "c") and ("a", "bc") apart
_PURCHASE = "purchase"


def shape_events(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """Events under our own names. One without an id is called by its content, so that equal rows are one event.

    A visit that the log names becomes part of the visitor: `visitor/visit`.
    """
    rows = dataset.engine.read_parquet(staged.rows)
    named = rows.left_join(_happenings(rows, dataset, staged.folder), [("type", "called")]).drop("type")
    events = named.mutate(type=named.happening, visitor_id=_visitor(named))
    identified = events.mutate(
        derived=events.event_id.isnull(),
        event_id=ibis.coalesce(events.event_id, _content(events).hexdigest("md5")),
        refusal=_refusal(events, now),
    )
    path = write(dataset, _judge(identified), staged.folder / "judged.parquet")
    judged = dataset.engine.read_parquet(path)
    good = judged.filter(judged.verdict.isnull())
    table = write(dataset, shaped(good, "events"), staged.folder / "events.parquet")
    verdicts = judged.filter(judged.verdict.notnull()).select("seq", "verdict")
    notes = _notes(count_verdicts(verdicts))
    return Shaped(tables={"events": table}, verdicts=verdicts, changed=0, changed_by_rule={}, notes=notes)


def _notes(counts: Mapping[str, int]) -> tuple[str, ...]:
    bought = counts.get("purchase_event", 0)
    note = (
        f"{bought:,} rows are purchases, which make orders: where they name their order, run `pairwell ingest orders` "
        "on this export, too, with a mapping that says which column is order_id."
    )
    return (note,) if bought else ()


def _happenings(rows: ibis.Table, dataset: Dataset, folder: Path) -> ibis.Table:
    """What each name of an event in the log means: called, happening (null: not known)."""
    names = rows.select("type").distinct().order_by("type").to_pyarrow()["type"].to_pylist()
    meant = [read_happening(name) for name in names]
    path = folder / "happenings.parquet"
    pq.write_table(pa.table({"called": pa.array(names, pa.string()), "happening": pa.array(meant, pa.string())}), path)
    return dataset.engine.read_parquet(path)


def _visitor(events: ibis.Table) -> ibis.Value:
    """A visit is told apart by whose it is: many logs count the visits of each visitor from one."""
    whose = ibis.coalesce(events.visitor_id, events.customer_id)
    visit = ibis.coalesce(whose + "/" + events.session_id, events.session_id)
    return ibis.coalesce(visit, events.visitor_id)


def _content(events: ibis.Table) -> ibis.Value:
    at = events["at"].epoch_seconds().cast("string") + "." + events["at"].microsecond().cast("string")
    stated = [events[name].fill_null("") for name in _CONTENT]
    return ibis.literal(_UNIT_SEPARATOR).join([at, *stated])


def _refusal(events: ibis.Table, now: datetime) -> ibis.Value:
    latest = ibis.literal((now + _AHEAD).astimezone(UTC), type="timestamp('UTC', 6)")
    return ibis.cases(
        (events.happening.isnull(), "unknown_event"),
        (events.happening == _PURCHASE, "purchase_event"),
        (events["at"] > latest, "future_event"),
        else_=ibis.null("string"),
    )


def _judge(events: ibis.Table) -> ibis.Table:
    later = ibis.row_number().over(group_by=["event_id", events.refusal.isnull()], order_by=events.seq.desc()) > 0
    repeated = ibis.cases(
        (later & events.derived, "exact_duplicate"), (later, "repeated_id"), else_=ibis.null("string")
    )
    return events.mutate(verdict=ibis.coalesce(events.refusal, repeated))
