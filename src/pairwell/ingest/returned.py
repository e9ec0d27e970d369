"""A list of returns, as a table of the dataset."""

from __future__ import annotations

import ibis

from pairwell.dataset.store import Dataset
from pairwell.ingest.assemble import shaped
from pairwell.ingest.matching import meet, stated_line
from pairwell.ingest.outcome import Shaped, Staged, count_changes, write
from pairwell.ingest.sales import stored_sales, summed_returns

_CHANGES = ("return_cut", "return_date", "return_whole_line")


def shape_returns(staged: Staged, dataset: Dataset) -> Shaped:
    """Returns of orders in the dataset; each meets the line that it names, or the only one possible."""
    rows = dataset.engine.read_parquet(staged.rows).rename(stated_line="line_no")
    same = [name for name in rows.columns if name not in {"seq", "file", "line"}]
    rows = rows.mutate(
        repeated=ibis.row_number().over(group_by=same, order_by=rows.seq) > 0,
        return_date=rows["at"].isnull(),
        return_whole_line=rows.quantity.isnull(),
        quantity=rows.quantity.abs(),
        refund_minor=rows.refund_minor.abs(),
    )
    asked = rows.filter(~rows.repeated)
    sold = stored_sales(dataset)
    met = meet(asked, stated_line(asked, sold), dataset.table("returns"))
    judged = met.mutate(verdict=_verdict(met, sold), return_cut=met.cut)
    path = write(dataset, judged, staged.folder / "met.parquet")
    judged = dataset.engine.read_parquet(path)
    kept = judged.filter(judged.verdict.isnull())
    changed, by_rule = count_changes(kept, _CHANGES)
    repeated = rows.filter(rows.repeated).select("seq", verdict=ibis.literal("exact_duplicate"))
    table = write(dataset, shaped(_returns(kept), "returns"), staged.folder / "returns.parquet")
    return Shaped(
        tables={"returns": table},
        verdicts=judged.filter(judged.verdict.notnull()).select("seq", "verdict").union(repeated),
        changed=changed,
        changed_by_rule=by_rule,
    )


def _verdict(met: ibis.Table, sold: ibis.Table) -> ibis.Value:
    """An order that is known, of which no line was met, is unclear rather than unknown."""
    vague = met.stated_line.isnull() & met.item_id.isnull()
    unclear = vague & met.order_id.isin(sold.order_id) & (met.verdict == "return_without_order")
    zero = (met.quantity == 0).fill_null(False)
    return ibis.cases((zero, "zero_quantity"), (unclear, "return_line_unclear"), else_=met.verdict)


def _returns(kept: ibis.Table) -> ibis.Table:
    priced = (kept.paid_minor * kept.kept / kept.bought).round().cast("int64")
    rows = kept.select(
        "line_no",
        "at",
        order_id=kept.sold_order,
        quantity=kept.kept,
        refund_minor=ibis.coalesce(kept.refund_minor, priced),
    )
    return summed_returns(rows)
