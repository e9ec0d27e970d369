"""What a merge changes, as expressions over the stored rows and the incoming ones."""

from __future__ import annotations

import ibis

from pairwell.dataset.table import Table


def find_differences(table: Table, incoming: ibis.Table, stored: ibis.Table) -> ibis.Table:
    """One row for every key that is new, different or gone, with the columns of its group.

    Nulls equal each other. A revision that repeats the one in force at its moment is no difference.
    """
    standing = _in_force(table, incoming, stored) if table.revised else stored.semi_join(incoming, list(table.group))
    columns = _with_key(table)
    written = incoming.difference(standing).select(*columns)
    gone = standing.anti_join(incoming, list(table.key)).select(*columns)
    return written.union(gone)


def changed_groups(table: Table, differences: ibis.Table) -> ibis.Table:
    """The groups that have a difference, once each."""
    return differences.select(*table.group).distinct()


def _with_key(table: Table) -> list[str]:
    return list(dict.fromkeys((*table.key, *table.group)))


def _in_force(table: Table, incoming: ibis.Table, stored: ibis.Table) -> ibis.Table:
    """The stored rows that stand when each incoming revision starts, under the moment of that revision."""
    owner, moment = list(table.owner), str(table.moment)
    starts = incoming.select(*owner, starts=moment).distinct()
    known = stored.select(*owner, since=moment).distinct()
    since = (
        starts.join(known, owner)
        .filter(lambda t: t.since <= t.starts)
        .group_by(*owner, "starts")
        .aggregate(since=lambda t: t.since.max())
    )
    standing = stored.rename(since=moment).join(since, [*owner, "since"])
    return standing.rename({moment: "starts"}).select(*table.schema.names)
