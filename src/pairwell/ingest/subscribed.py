"""Subscriptions, as the table of who holds which plan."""

from __future__ import annotations

from datetime import datetime

import ibis

from pairwell.dataset.store import Dataset
from pairwell.engines.functions import micros
from pairwell.ingest.lists import judge_rows, shape_rows
from pairwell.ingest.outcome import Shaped, Staged

_UNIT_SEPARATOR = "\x1f"  # keeps ("ab", "c") and ("a", "bc") apart


def shape_subscriptions(staged: Staged, dataset: Dataset, _now: datetime) -> Shaped:
    """Subscriptions with the plans they are of; each replaces what was known of it, by its id.

    Of several files the last one that tells of a subscription counts for it, with all its plans there. One without an
    id is called by its account, its plan and when it began, so that the same one again is no other.
    """
    rows = dataset.engine.read_parquet(staged.rows)
    named = rows.mutate(
        subscription_id=ibis.coalesce(rows.subscription_id, _content(rows).hexdigest("md5")),
        is_trial=rows.is_trial.fill_null(False),
    )
    ends_first = (named.ended_at < named.started_at).fill_null(False)
    refusal = ends_first.ifelse("ends_before_start", ibis.null("string"))
    last = named.filter(refusal.isnull()).group_by("subscription_id").agg(last_file=named.file.argmax(named.seq))
    told = named.mutate(refusal=refusal).left_join(last, "subscription_id").drop("subscription_id_right")
    earlier = (told.file != told.last_file).ifelse("repeated_id", ibis.null("string"))
    judged = judge_rows(told, ["subscription_id", "plan_id"], ibis.coalesce(told.refusal, earlier))
    return shape_rows(staged, dataset, judged, {"subscriptions": judged.filter(judged.verdict.isnull())}, {})


def _content(rows: ibis.Table) -> ibis.Value:
    said = [rows.account_id, rows.plan_id, micros(rows.started_at).cast("string")]
    return ibis.literal(_UNIT_SEPARATOR).join(said)
