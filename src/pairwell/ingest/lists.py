"""Catalogues, customers and relations that people state, as tables of the dataset."""

from __future__ import annotations

from datetime import UTC, datetime

import ibis

from pairwell.dataset.store import Dataset
from pairwell.ingest.assemble import shaped
from pairwell.ingest.outcome import Shaped, Staged, write

KINDS = ("good", "service", "plan")
NOTHING = "nothing"  # of a relation: what other lists say of the pair does not count
RELATIONS = ("complement", "substitute", "upgrade", "variant", "requires", "never", NOTHING)
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def shape_items(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """A catalogue. What it says first holds since ever, what it changes later holds from `now`."""
    rows = dataset.engine.read_parquet(staged.rows)
    known = dataset.history("items")
    dated = date_rows(rows, known.filter(~known.derived).select("item_id").distinct(), ["item_id"], now)
    kind = dated.kind
    unknown = (kind.notnull() & ~kind.isin(KINDS)).ifelse("unknown_kind", ibis.null("string"))
    judged = judge_rows(dated, ["item_id", "valid_from"], unknown)
    good = judged.filter(judged.verdict.isnull())
    full = good.mutate(derived=False, published=good.published.fill_null(True))
    return shape_rows(staged, dataset, judged, {"items": full}, _stocks(staged, good))


def _stocks(staged: Staged, items: ibis.Table) -> dict[str, int | None]:
    """What there is of each item of which the catalogue says so; None: it is no longer counted.

    A vendor's catalogue that tells of stock says it of every item: where it gives no number, nobody counts.
    """
    told = staged.mapping.source is not None and "stock" in staged.mapping.columns
    said = items if told else items.filter(items.stock.notnull())
    rows = said.order_by("valid_from").select("item_id", "stock").to_pyarrow().to_pylist()
    return {row["item_id"]: None if row["stock"] is None else int(row["stock"]) for row in rows}


def shape_customers(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """A list of customers. What it says first holds since ever, what it changes later holds from `now`."""
    return _customers(staged, dataset, dataset.engine.read_parquet(staged.rows), now)


def shape_accounts(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """A list of firms, as customers who are one."""
    rows = dataset.engine.read_parquet(staged.rows)
    return _customers(staged, dataset, rows.mutate(customer_id=rows.account_id, account_id=ibis.null("string")), now)


def _customers(staged: Staged, dataset: Dataset, rows: ibis.Table, now: datetime) -> Shaped:
    known = dataset.history("customers")
    stated = known.filter(known.attributes.notnull() | known.account_id.notnull()).select("customer_id").distinct()
    judged = judge_rows(
        date_rows(rows, stated, ["customer_id"], now), ["customer_id", "valid_from"], ibis.null("string")
    )
    return shape_rows(staged, dataset, judged, {"customers": judged.filter(judged.verdict.isnull())}, {})


def shape_relations(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """Relations that people set; the list of an anchor replaces the one the same source gave before.

    A list that takes something back says so from `now`, since it takes back what was said till then.
    """
    rows = dataset.engine.read_parquet(staged.rows).mutate(source=ibis.literal(staged.source))
    known = dataset.history("relations").filter(lambda said: said.source == staged.source).select("anchor_id")
    taking = rows.filter(rows.relation == NOTHING).select("anchor_id")
    dated = date_rows(rows, known.union(taking, distinct=True), ["anchor_id"], now)
    wrong = ~dated.relation.isin(RELATIONS) | (dated.anchor_id == dated.item_id)
    unknown = wrong.ifelse("unknown_relation", ibis.null("string"))
    judged = judge_rows(dated, ["anchor_id", "item_id", "relation", "valid_from"], unknown)
    return shape_rows(staged, dataset, judged, {"relations": judged.filter(judged.verdict.isnull())}, {})


def date_rows(rows: ibis.Table, known: ibis.Table, key: list[str], now: datetime) -> ibis.Table:
    """Give rows without `valid_from` a moment: `now` where the thing was stated before, else since ever."""
    joined = rows.left_join(known.mutate(stated=True), key)
    since = joined.stated.fill_null(False).ifelse(_moment(now), _moment(_ALWAYS))
    dated = joined.mutate(valid_from=ibis.coalesce(joined.valid_from, since))
    return dated.select(*rows.columns)


def _moment(at: datetime) -> ibis.Value:
    return ibis.literal(at.astimezone(UTC), type="timestamp('UTC', 6)")


def judge_rows(rows: ibis.Table, key: list[str], refusal: ibis.Value) -> ibis.Table:
    """`rows` with a `verdict`: the rule that refuses each, or that a later row of the same key takes its place."""
    judged = rows.mutate(refusal=refusal)
    later = ibis.row_number().over(group_by=[*key, judged.refusal.isnull()], order_by=judged.seq.desc()) > 0
    repeated = later.ifelse("repeated_id", ibis.null("string"))
    return judged.mutate(verdict=ibis.coalesce(judged.refusal, repeated))


def shape_rows(
    staged: Staged, dataset: Dataset, judged: ibis.Table, rows: dict[str, ibis.Table], stocks: dict[str, int | None]
) -> Shaped:
    """The tables of `rows`, by name, with the verdicts on all that were judged."""
    tables = {
        name: write(dataset, shaped(table, name), staged.folder / f"{name}.parquet") for name, table in rows.items()
    }
    verdicts = judged.filter(judged.verdict.notnull()).select("seq", "verdict")
    return Shaped(tables=tables, verdicts=verdicts, changed=0, changed_by_rule={}, stocks=stocks)
