"""The dataset of one workspace: read it as of a moment, merge into it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import ibis
import msgspec
import pyarrow as pa

from pairwell.config.durable import sync_folder
from pairwell.config.storing import Engine
from pairwell.config.turns import files_in_use
from pairwell.config.workspace import Workspace
from pairwell.dataset.merging import Incoming, Merged, Place, merge_table, open_incoming, withdraw
from pairwell.dataset.moments import cancelled_orders, newest_revisions, rows_until
from pairwell.dataset.snapshots import (
    Carried,
    Snapshot,
    Source,
    first_listed,
    load_snapshot,
    newest_snapshot,
    publish_snapshot,
)
from pairwell.dataset.tables import SCHEMA_VERSION, find_table
from pairwell.engines.engine import open_engine, open_parquet, storage_failures
from pairwell.errors import StorageError

_OF_ORDERS = ("orders", "order_lines", "returns")


Rewrite = Callable[[Place, Snapshot, Path], Mapping[str, Merged]]
"""What becomes of some tables of a snapshot; drafts go into the folder."""


class MergeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge did."""

    snapshot: int  # the newest one afterwards; the old number where nothing changed
    stored: dict[str, int]  # keys that are new, different or gone, by table of the merge


class Dataset:
    """The tables of a workspace: immutable Parquet files, listed by snapshots.

    A kill at any moment leaves the newest snapshot as it was or the next one whole. Several processes may
    merge at once. One object serves one thread. Only with DuckDB can it be merged into; any engine reads it.
    """

    def __init__(self, workspace: Workspace, engine: Engine = Engine()) -> None:  # noqa: B008 - it is frozen
        self._workspace = workspace
        self._chosen = engine

    @cached_property
    def engine(self) -> ibis.BaseBackend:
        """The engine that computes the tables; opened when it is first asked for."""
        return open_engine(self._chosen, spill=self._workspace.staging)

    def newest(self) -> Snapshot:
        """The newest snapshot; number 0 without files before the first merge."""
        return newest_snapshot(self._workspace.snapshots)

    def read_snapshot(self, number: int) -> Snapshot:
        """Snapshot `number`. Raises `NotFoundError` where there is none."""
        return load_snapshot(self._workspace.snapshots, number)

    def table(self, name: str, *, snapshot: Snapshot | None = None, as_of: datetime | None = None) -> ibis.Table:
        """Table `name` with all its columns, as it was known at `as_of` (default: all that is known).

        Of items and customers there is one row each, of relations and texts the newest list of every source.
        Lines of orders count from the moment of their order; orders whose newest status is cancelled are left out,
        with their lines and returns. Empty before the first merge.
        """
        table, pinned = find_table(name), snapshot or self.newest()
        rows = rows_until(table, self.history(name, snapshot=pinned), as_of)
        if name in _OF_ORDERS and "order_status" in pinned.tables:
            rows = rows.anti_join(self.cancelled(snapshot=pinned, as_of=as_of), "order_id")
        if name == "order_lines" and as_of is not None:
            return rows.semi_join(self.table("orders", snapshot=pinned, as_of=as_of), "order_id")
        return newest_revisions(table, rows) if table.revised else rows

    def cancelled(self, *, snapshot: Snapshot | None = None, as_of: datetime | None = None) -> ibis.Table:
        """The `order_id` of the orders that were cancelled, as it was known at `as_of` (default: all that is known)."""
        return cancelled_orders(self.table("order_status", snapshot=snapshot, as_of=as_of))

    def history(self, name: str, *, snapshot: Snapshot | None = None) -> ibis.Table:
        """Every stored row of table `name`, older revisions and derived items included."""
        table, pinned = find_table(name), snapshot or self.newest()
        with storage_failures():
            return self._place.open_rows(table, pinned.tables.get(name, ()))

    def stored_by(self, name: str) -> dict[str, datetime]:
        """By when each of the newest files of table `name` was there.

        Snapshots that are swept away say nothing any more; the time of the file itself does.
        """
        listed = first_listed(self._workspace.snapshots, name)
        with storage_failures():
            written = {one: datetime.fromtimestamp(self.file(one).stat().st_mtime, UTC) for one in listed}
        return {one: min(at, written[one]) for one, at in listed.items()}

    def history_by_file(self, name: str) -> ibis.Table:
        """As `history`, each row with the path of its file as `filename`."""
        with storage_failures():
            return self._place.open_files(find_table(name), self.newest().tables.get(name, ()))

    def file(self, name: str) -> Path:
        """The path of the stored file `name`, which some snapshot lists."""
        return self._workspace.dataset / name

    def folder_for(self, purpose: str) -> Path:
        """Where what follows from the stored files may be kept for `purpose`; nothing there is ever the only copy."""
        return self._workspace.hidden / purpose

    def merge(
        self, incoming: Mapping[str, Path], *, source: Source, now: datetime, cancelled: Path | None = None
    ) -> MergeResult:
        """Merge one staged Parquet file a table; every owner that comes in replaces what is stored of it.

        `cancelled`: a Parquet file of the `order_id` of orders that are taken out, with their lines and returns.
        What is stored already changes nothing. Raises `MappingError` where rows break the schema, `SourceError`
        where a file cannot be read, `StorageError` where writing fails; then all is as before.
        """
        try:
            with files_in_use(self._workspace.hidden), storage_failures():
                return self._merge(incoming, source, now, cancelled)
        except (OSError, pa.ArrowException) as error:
            raise StorageError(
                f"The rows of {source.name!r} could not be stored: {error}.",
                hint="The dataset is as it was. Free some space or mend the rights, then try again.",
            ) from error

    def carry(self, incoming: Mapping[str, Path], *, source: Source, after: Carried | None, to: Carried) -> bool:
        """Merge what a journal told after `after` up to `to`, once: the snapshot is the one moment.

        False where the dataset is not at `after`, since another process carried the same events; then nothing changed.
        Raises as `merge` does.
        """
        try:
            with files_in_use(self._workspace.hidden), storage_failures():
                return self._carry(incoming, source, after, to)
        except (OSError, pa.ArrowException) as error:
            raise StorageError(
                f"What the journal told could not be stored: {error}.",
                hint="The dataset is as it was. Free some space or mend the rights, then try again.",
            ) from error

    def _carry(self, incoming: Mapping[str, Path], source: Source, after: Carried | None, to: Carried) -> bool:
        for folder in (self._workspace.dataset, self._workspace.snapshots, self._workspace.staging):
            folder.mkdir(parents=True, exist_ok=True)
        sync_folder(self._workspace.hidden)
        checked = [open_incoming(self.engine, find_table(name), path) for name, path in incoming.items()]
        while (base := self.newest()).carried == after:
            with tempfile.TemporaryDirectory(prefix="carry-", dir=self._workspace.staging) as drafts:
                merged = self._merge_onto(base, checked, Path(drafts))
                changed = _following(base, merged, source=source, now=source.at)
                number = base.number + 1
                following = msgspec.structs.replace(changed, number=number, created_at=source.at, carried=to)
                if self._publish(following, Path(drafts)):
                    return True
        return False

    def rewrite(self, change: Rewrite, *, source: Source, now: datetime, unnamed: Collection[str] = ()) -> MergeResult:
        """Publish what `change` makes of the newest snapshot. Raises `StorageError`; then all is as before.

        Orders that wait to be told of are no longer named where they are among `unnamed`.
        """
        try:
            with storage_failures():
                return self._rewrite(change, source, now, unnamed)
        except (OSError, pa.ArrowException) as error:
            raise StorageError(
                f"The dataset could not be written anew: {error}.",
                hint="It is as it was. Free some space or mend the rights, then try again.",
            ) from error

    def _rewrite(self, change: Rewrite, source: Source, now: datetime, unnamed: Collection[str]) -> MergeResult:
        self._workspace.staging.mkdir(parents=True, exist_ok=True)
        while True:
            with tempfile.TemporaryDirectory(prefix="rewrite-", dir=self._workspace.staging) as drafts:
                base = self.newest()
                made = change(self._place, base, Path(drafts))
                following = _following(_unnamed(base, unnamed), made, source=source, now=now)
                if following != base and following.number == base.number:
                    following = msgspec.structs.replace(following, number=base.number + 1, created_at=now)
                if following == base or self._publish(following, Path(drafts)):
                    return MergeResult(snapshot=following.number, stored={n: m.stored for n, m in made.items()})

    @cached_property
    def _place(self) -> Place:
        return Place(self.engine, self._workspace.dataset)

    def _merge(
        self, incoming: Mapping[str, Path], source: Source, now: datetime, cancelled: Path | None
    ) -> MergeResult:
        for folder in (self._workspace.dataset, self._workspace.snapshots, self._workspace.staging):
            folder.mkdir(parents=True, exist_ok=True)
        sync_folder(self._workspace.hidden)
        checked = [open_incoming(self.engine, find_table(name), path) for name, path in incoming.items()]
        while True:
            with tempfile.TemporaryDirectory(prefix="merge-", dir=self._workspace.staging) as drafts:
                base = self.newest()
                merged = self._merge_onto(base, checked, Path(drafts))
                if cancelled is not None:
                    merged |= self._withdraw(base, merged, cancelled, Path(drafts))
                following = _following(base, merged, source=source, now=now)
                # Without its number, another writer came first: merge again, onto what that one made.
                if following is base or self._publish(following, Path(drafts)):
                    return MergeResult(snapshot=following.number, stored={n: m.stored for n, m in merged.items()})

    def _merge_onto(self, base: Snapshot, checked: list[Incoming], drafts: Path) -> dict[str, Merged]:
        return {
            one.table.name: merge_table(self._place, one, base.tables.get(one.table.name, ()), drafts)
            for one in checked
        }

    def _withdraw(
        self, base: Snapshot, merged: Mapping[str, Merged], cancelled: Path, drafts: Path
    ) -> dict[str, Merged]:
        orders = open_parquet(self.engine, [cancelled]).select("order_id")
        before = {name: merged.get(name) or Merged(files=base.tables.get(name, ()), stored=0) for name in _OF_ORDERS}
        return {name: withdraw(self._place, find_table(name), one, orders, drafts) for name, one in before.items()}

    def _publish(self, snapshot: Snapshot, drafts: Path) -> bool:
        sync_folder(self._workspace.dataset)
        return publish_snapshot(self._workspace.snapshots, snapshot, draft=drafts / "snapshot.json")


def _following(base: Snapshot, merged: Mapping[str, Merged], *, source: Source, now: datetime) -> Snapshot:
    """The snapshot after `base`; `base` itself where nothing was stored."""
    if not any(one.stored for one in merged.values()):
        return base
    return Snapshot(
        number=base.number + 1,
        schema_version=SCHEMA_VERSION,
        created_at=now,
        tables={**base.tables, **{name: one.files for name, one in merged.items()}},
        sources=(*base.sources, source),
        carried=base.carried,
    )


def _unnamed(base: Snapshot, order_ids: Collection[str]) -> Snapshot:
    """The snapshot itself where none of the orders waits, else the next one without those."""
    waiting = () if base.carried is None else base.carried.waiting
    kept = tuple(order_id for order_id in waiting if order_id not in order_ids)
    if base.carried is None or kept == waiting:
        return base
    return msgspec.structs.replace(base, carried=msgspec.structs.replace(base.carried, waiting=kept))
