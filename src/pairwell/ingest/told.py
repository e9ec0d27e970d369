"""What customers agreed to, need and said, and what became of orders, as tables of the dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.dataset.store import Dataset
from pairwell.engines.functions import micros
from pairwell.ingest.assemble import shaped
from pairwell.ingest.outcome import Shaped, Staged, write
from pairwell.ingest.sayings import read_feedback, read_how, read_status

_AHEAD = timedelta(days=1)  # a wrong date in the future would outlast every newer word
_BOUNDS = {"csat": (1, 5), "nps": (0, 10), "review": (1, 5)}
_MILLION = 1_000_000  # scores as whole numbers, so that they are written alike everywhere
_UNIT_SEPARATOR = "\x1f"  # keeps ("ab", "c") and ("a", "bc") apart


def shape_told(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """One of the tables of `TOLD`; of several rows on one thing at one moment one counts."""
    rows = dataset.engine.read_parquet(staged.rows)
    judged = dataset.engine.read_parquet(
        write(dataset, TOLD[staged.table](rows, dataset, staged, now), staged.folder / "judged.parquet")
    )
    good = shaped(judged.filter(judged.verdict.isnull()), staged.table)
    path = write(dataset, good, staged.folder / f"{staged.table}.parquet")
    verdicts = judged.filter(judged.verdict.notnull()).select("seq", "verdict")
    return Shaped(tables={staged.table: path}, verdicts=verdicts, changed=0, changed_by_rule={})


def _consents(rows: ibis.Table, _dataset: Dataset, _staged: Staged, now: datetime) -> ibis.Table:
    refusal = _first((_is_ahead(rows["at"], now), "future_event"))
    # As of events: what a clock or a time zone dates ahead counts as of now, or a no said meanwhile would not.
    counted = ibis.least(rows["at"], ibis.literal(now.astimezone(UTC), type="timestamp('UTC', 6)"))
    refused = rows.mutate(refusal=refusal, at=counted)
    return _judged(refused, ["customer_id", "channel", "at"], refused.given.asc())  # the no counts


def _needs(rows: ibis.Table, dataset: Dataset, staged: Staged, now: datetime) -> ibis.Table:
    meant = meant_by(rows.mutate(how=rows.how.fill_null("said")), "how", read_how, dataset, staged)
    unknown = (meant.how.isnull(), "unknown_how")
    refused = meant.mutate(refusal=_first((_is_ahead(meant.since, now), "future_event"), unknown))
    return _judged(refused, ["customer_id", "need", "since"], refused.how.desc())


def _statuses(rows: ibis.Table, dataset: Dataset, staged: Staged, now: datetime) -> ibis.Table:
    meant = meant_by(rows, "status", read_status, dataset, staged)
    unknown = (meant.status.isnull(), "unknown_status")
    refused = meant.mutate(refusal=_first((_is_ahead(meant["at"], now), "future_event"), unknown))
    return _judged(refused, ["order_id", "at"], refused.status.asc())  # "cancelled" comes first


def _feedback(rows: ibis.Table, dataset: Dataset, staged: Staged, now: datetime) -> ibis.Table:
    meant = meant_by(rows, "kind", read_feedback, dataset, staged)
    refusal = _first(
        (_is_ahead(meant["at"], now), "future_event"),
        (meant.kind.isnull(), "unknown_feedback"),
        (meant.kind.isin(("csat", "nps")) & meant.score.isnull(), "no_score"),
        (_is_out_of_bounds(meant), "bad_score"),
    )
    refused = meant.mutate(refusal=refusal, feedback_id=_content(meant))
    return _judged(refused, ["feedback_id"], refused.seq.asc(), repeated="exact_duplicate")


TOLD: Mapping[str, Callable[[ibis.Table, Dataset, Staged, datetime], ibis.Table]] = {
    "consents": _consents,
    "needs": _needs,
    "feedback": _feedback,
    "order_status": _statuses,
}


def _content(rows: ibis.Table) -> ibis.Value:
    """As `pairwell.facts.heard.feedback_id` makes it."""
    score = (rows.score * _MILLION).round().cast("int64").cast("string")
    said = [micros(rows["at"]).cast("string"), rows.customer_id, rows.kind, score, rows.text, rows.order_id]
    return ibis.literal(_UNIT_SEPARATOR).join([value.fill_null("") for value in said]).hexdigest("md5")


def _is_out_of_bounds(rows: ibis.Table) -> ibis.Value:
    outside = [(rows.kind == kind) & ~rows.score.between(*bounds) for kind, bounds in _BOUNDS.items()]
    return ibis.or_(*outside).fill_null(False)


def _is_ahead(moment: ibis.Value, now: datetime) -> ibis.Value:
    return moment > ibis.literal((now + _AHEAD).astimezone(UTC), type="timestamp('UTC', 6)")


def _first(*refusals: tuple[ibis.Value, str]) -> ibis.Value:
    return ibis.cases(*refusals, else_=ibis.null("string"))


def meant_by(
    rows: ibis.Table, column: str, read: Callable[[str], str | None], dataset: Dataset, staged: Staged
) -> ibis.Table:
    """`rows` with what each word of `column` means; null where that is not known."""
    words = rows.select(column).distinct().order_by(column).to_pyarrow()[column].to_pylist()
    path = staged.folder / f"meant-{column}.parquet"
    meant = pa.table({"word": pa.array(words, pa.string()), "meant": pa.array(map(read, words), pa.string())})
    pq.write_table(meant, path)
    named = rows.left_join(dataset.engine.read_parquet(path), [(column, "word")])
    return named.drop("word", column).rename({column: "meant"})


def _judged(rows: ibis.Table, key: list[str], first: ibis.Value, repeated: str = "repeated_moment") -> ibis.Table:
    place = ibis.row_number().over(group_by=[*key, rows.refusal.isnull()], order_by=[first, rows.seq.desc()])
    again = (place > 0).ifelse(repeated, ibis.null("string"))
    return rows.mutate(verdict=ibis.coalesce(rows.refusal, again))
