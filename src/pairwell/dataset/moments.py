"""What was true as of a moment, as expressions over all stored rows."""

from __future__ import annotations

from datetime import UTC, datetime

import ibis

from pairwell.dataset.table import Table

_DERIVED = "derived"


def rows_until(table: Table, rows: ibis.Table, as_of: datetime | None) -> ibis.Table:
    """The rows whose moment is not after `as_of`; all of them where either is absent."""
    if as_of is None or table.moment is None:
        return rows
    return rows.filter(rows[table.moment] <= ibis.literal(as_of.astimezone(UTC), type="timestamp('UTC', 6)"))


def cancelled_orders(statuses: ibis.Table) -> ibis.Table:
    """The `order_id` of orders whose newest status says that they were cancelled."""
    newest = statuses.group_by("order_id").aggregate(status=statuses.status.argmax(statuses["at"]))
    return newest.filter(newest.status == "cancelled").select("order_id")


def newest_revisions(table: Table, rows: ibis.Table) -> ibis.Table:
    """The last revision of every owner; what it leaves null is taken from those before it, unless each is whole."""
    if table.key == (*table.owner, table.moment) and not table.whole:
        return _newest_values(table, rows)
    return _newest_groups(table, rows)


def _newest_values(table: Table, rows: ibis.Table) -> ibis.Table:
    identity = [name for name in table.owner if name != _DERIVED]
    values = [name for name in table.schema.names if name not in identity]
    order = _statement_order(table, rows)
    # `last` passes over nulls: what a newer revision does not say stands as it was said last.
    newest = {name: rows[name].last(order_by=order) for name in values}
    return rows.group_by(*identity).aggregate(**newest).select(*table.schema.names)


def _statement_order(table: Table, rows: ibis.Table) -> list[ibis.Value]:
    moment = rows[str(table.moment)].asc()
    # What people stated outweighs whatever was worked out, older or newer.
    return [rows[_DERIVED].desc(), moment] if _DERIVED in table.owner else [moment]


def _newest_groups(table: Table, rows: ibis.Table) -> ibis.Table:
    owner, moment = list(table.owner), str(table.moment)
    newest = rows.group_by(*owner).aggregate(**{moment: rows[moment].max()})
    return rows.semi_join(newest, [*owner, moment])
