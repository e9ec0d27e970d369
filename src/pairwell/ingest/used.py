"""What accounts used, as the table of usage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import ibis

from pairwell.dataset.store import Dataset
from pairwell.engines.functions import micros
from pairwell.ingest.lists import shape_rows
from pairwell.ingest.outcome import Shaped, Staged, write
from pairwell.ingest.told import meant_by
from pairwell.plans import meter_name

_AHEAD = timedelta(days=1)
_UNIT_SEPARATOR = "\x1f"  # keeps ("ab", "c") and ("a", "bc") apart


def shape_usage(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """How much of each meter each account used; what is told again under its id replaces what was known of it.

    Rows without an id are called by account, meter and moment: those of one file are added, and of several files the
    last one counts, so that an export of the same days may come again, corrected.
    """
    rows = meant_by(dataset.engine.read_parquet(staged.rows), "meter", meter_name, dataset, staged)
    called = rows.mutate(
        derived=rows.usage_id.isnull(),
        usage_id=ibis.coalesce(rows.usage_id, _content(rows).hexdigest("md5")),
        refusal=_refusal(rows, now),
    )
    path = write(dataset, _judged(called), staged.folder / "judged.parquet")
    judged = dataset.engine.read_parquet(path)
    return shape_rows(staged, dataset, judged, {"usage": judged.filter(judged.verdict.isnull())}, {})


def _content(rows: ibis.Table) -> ibis.Value:
    said = [rows.account_id, rows.meter, micros(rows["at"]).cast("string")]
    return ibis.literal(_UNIT_SEPARATOR).join(said)


def _refusal(rows: ibis.Table, now: datetime) -> ibis.Value:
    latest = ibis.literal((now + _AHEAD).astimezone(UTC), type="timestamp('UTC', 6)")
    return ibis.cases(
        (rows.meter == "", "no_meter"),
        (rows["at"] > latest, "future_event"),
        (rows.quantity < 0, "negative_usage"),
        else_=ibis.null("string"),
    )


def _judged(rows: ibis.Table) -> ibis.Table:
    good = rows.filter(rows.refusal.isnull())
    last = good.group_by("usage_id").aggregate(last_seq=good.seq.max(), last_file=good.file.argmax(good.seq))
    told = rows.left_join(last, "usage_id").drop("usage_id_right")
    of_last = good.join(last, "usage_id").filter(lambda t: t.file == t.last_file)
    # As decimals: their sum is the same in whatever order it is taken.
    sums = of_last.group_by("usage_id").aggregate(added=of_last.quantity.cast("decimal(38, 9)").sum())
    summed = told.left_join(sums, "usage_id").drop("usage_id_right")
    added = (summed.derived & (summed.file == summed.last_file)).fill_null(False)
    again = ibis.cases(
        (summed.seq == summed.last_seq, ibis.null("string")), (added, "usage_added"), else_="repeated_id"
    )
    return summed.mutate(
        verdict=ibis.coalesce(summed.refusal, again),
        quantity=summed.derived.ifelse(summed.added.cast("float64"), summed.quantity),
    )
