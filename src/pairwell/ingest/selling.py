"""What people who sell work with: benefits, stories, sellers and their targets, as tables of the dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.dataset.store import Dataset
from pairwell.ingest.lists import date_rows, judge_rows, shape_rows
from pairwell.ingest.offer_texts import LOCALE
from pairwell.ingest.outcome import Shaped, Staged
from pairwell.ingest.periods import Span, read_span
from pairwell.ingest.told import meant_by
from pairwell.plans import meter_name


def shape_selling(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """One of the tables of `SELLING`; of several rows of one thing the last counts."""
    rows = dataset.engine.read_parquet(staged.rows)
    judged = SELLING[staged.table](rows, dataset, staged, now)
    return shape_rows(staged, dataset, judged, {staged.table: judged.filter(judged.verdict.isnull())}, {})


def _benefits(rows: ibis.Table, dataset: Dataset, staged: Staged, _now: datetime) -> ibis.Table:
    named = rows
    for column in ("feature", "meter"):
        named = meant_by(named.mutate(**{column: named[column].fill_null("")}), column, meter_name, dataset, staged)
    of_nothing = (named.feature == "") & (named.meter == "")
    saves = (named.minutes > 0).fill_null(False) | (named.money_minor > 0).fill_null(False)
    below = (named.minutes < 0).fill_null(False) | (named.money_minor < 0).fill_null(False)
    empty = (of_nothing | ~saves | below).ifelse("empty_benefit", ibis.null("string"))
    return judge_rows(named, ["feature", "meter"], empty)


def _stories(rows: ibis.Table, _dataset: Dataset, _staged: Staged, _now: datetime) -> ibis.Table:
    unknown = (~rows.locale.re_search(LOCALE)).ifelse("unknown_locale", ibis.null("string"))
    return judge_rows(rows, ["story_id", "locale"], unknown)


def _sellers(rows: ibis.Table, dataset: Dataset, _staged: Staged, now: datetime) -> ibis.Table:
    known = dataset.history("sellers").select("seller_id").distinct()
    dated = date_rows(rows, known, ["seller_id"], now)
    return judge_rows(dated, ["seller_id", "valid_from"], ibis.null("string"))


def _targets(rows: ibis.Table, dataset: Dataset, staged: Staged, _now: datetime) -> ibis.Table:
    spans = _spans(rows, dataset, staged)
    meant = rows.left_join(spans, "period").drop("period_right")
    rate = meant.attach_rate
    refusal = ibis.cases(
        (meant.first_day.isnull(), "unknown_period"),
        (meant.revenue_minor.isnull() & rate.isnull(), "empty_target"),
        (((rate < 0) | (rate > 1)).fill_null(False), "bad_share"),
        else_=ibis.null("string"),
    )
    return judge_rows(meant, ["seller_id", "first_day", "months"], refusal)


def _spans(rows: ibis.Table, dataset: Dataset, staged: Staged) -> ibis.Table:
    """`period`, as files write it, with `first_day` and `months`; null where it cannot be read."""
    words = rows.select("period").distinct().order_by("period").to_pyarrow()["period"].to_pylist()
    read = [read_span(word) or Span(None, None) for word in words]
    columns = {
        "period": pa.array(words, pa.string()),
        "first_day": pa.array([span.first_day for span in read], pa.string()),
        "months": pa.array([span.months for span in read], pa.int64()),
    }
    path = staged.folder / "spans.parquet"
    pq.write_table(pa.table(columns), path)
    return dataset.engine.read_parquet(path)


SELLING: Mapping[str, Callable[[ibis.Table, Dataset, Staged, datetime], ibis.Table]] = {
    "benefits": _benefits,
    "stories": _stories,
    "sellers": _sellers,
    "targets": _targets,
}
