"""What reports work out of a snapshot once and read again: files that follow from others, never the only copy."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import ibis
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.config.durable import sync_file
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import open_parquet

FOLDER = "sums"
_READ_FROM: Mapping[str, tuple[str, ...]] = {
    "orders": ("orders", "order_lines", "items", "returns", "order_status"),
    "visits": ("events", "orders", "order_status"),
}
_KEY = b"pairwell"  # of the metadata that say which files the rows follow from
_ROWS = 122_880  # a thread reads one group of so many at a time
_AT_ONCE = 2  # files of one kind that stay: of the newest snapshot, and of the one before it or of other settings
_UNUSED_S = 600.0  # whoever reads a file, or writes one, is done by then
_log = logging.getLogger(__name__)


class Earlier(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Rows of some files of a snapshot, which hold all that was stored when they were made, unchanged since."""

    rows: ibis.Table
    added: Mapping[str, Sequence[str]]  # by table, the files that came since


class Kept(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Rows of one kind, as they follow from a snapshot and from `terms`: whatever else changes them.

    The file is named by all that it follows from, so that it is never out of date, and appears whole or not at all.
    Several processes may make it at once: each is as good. Whoever reads it has `files_in_use`.
    """

    dataset: Dataset
    snapshot: Snapshot
    kind: str  # one of `_READ_FROM`
    terms: bytes

    @property
    def path(self) -> Path:
        """Where the rows are or will be."""
        name = f"{self.kind}-{_digest(self._source)}-{_digest(self.terms)}.parquet"
        return self.dataset.folder_for(FOLDER) / name

    def read(self) -> ibis.Table | None:
        """The rows; None where they were not made yet, or are damaged."""
        return self._open(self.path)

    def earlier(self) -> Earlier | None:
        """What was kept before files were added, the fewest; None where nothing was, or an old file is gone."""
        now, found = self._files, list[tuple[int, Path, Mapping[str, Sequence[str]]]]()
        for path in self.path.parent.glob(f"{self.kind}-*-{_digest(self.terms)}.parquet"):
            made = _source_of(path)
            if made is None or made.schema_version != self.snapshot.schema_version:
                continue
            came = {name: sorted({*now[name]} - {*made.files.get(name, ())}) for name in now}
            if all({*files} <= {*now.get(name, ())} for name, files in made.files.items()):
                found.append((sum(map(len, came.values())), path, came))
        for _, path, added in sorted(found, key=lambda one: one[:2]):
            rows = self._open(path)
            if rows is not None:
                return Earlier(rows=rows, added=added)
        return None

    def write(self, rows: ibis.Table) -> ibis.Table:
        """Keep the rows, and give them as they are kept; the rows themselves where nothing can be written."""
        path = self.path
        draft = path.with_name(f"{path.name}-{os.getpid()}-{os.urandom(4).hex()}.draft")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(rows, self._source, draft)
            sync_file(draft)
            draft.replace(path)
            sweep_kept(path.parent)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            _log.warning("%s could not be kept for the next report: %s", path.name, error)
            return rows.cache()
        return open_parquet(self.dataset.engine, [path])

    @property
    def _files(self) -> dict[str, list[str]]:
        return {name: sorted(self.snapshot.tables.get(name, ())) for name in _READ_FROM[self.kind]}

    @property
    def _source(self) -> bytes:
        return msgspec.json.encode(_Source(schema_version=self.snapshot.schema_version, files=self._files))

    def _open(self, path: Path) -> ibis.Table | None:
        try:
            pq.read_metadata(path)
            os.utime(path)  # it is in use
        except FileNotFoundError:
            return None
        except (OSError, pa.ArrowException) as error:
            _log.warning("%s cannot be read and is made anew: %s", path, error)
            return None
        return open_parquet(self.dataset.engine, [path])


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    """What rows follow from, beside their terms."""

    schema_version: int
    files: dict[str, list[str]]


def sweep_kept(folder: Path, stored: Collection[str] | None = None, *, unused_s: float = _UNUSED_S) -> int:
    """Remove all but the newest of each kind, and drafts, where nobody used them for `unused_s`; returns how many.

    With them goes what does not follow from the files `stored` alone. Who has the files of the workspace alone may say
    0 for `unused_s`: nobody reads or writes any. Raises `OSError`.
    """
    limit, gone = time.time() - unused_s, 0
    for path in _superfluous(folder, stored):
        with suppress(FileNotFoundError):  # somebody else was first
            if path.stat().st_mtime <= limit:
                path.unlink()
                gone += 1
    return gone


def has_superseded(folder: Path) -> bool:
    """Whether there is anything that newer files superseded. Raises `OSError`."""
    return bool(_superfluous(folder, None))


def _superfluous(folder: Path, stored: Collection[str] | None) -> list[Path]:
    ages, found = dict[Path, float](), list[Path]()
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.suffix == ".draft" or (stored is not None and not _follows(path, stored)):
            found.append(path)
            continue
        with suppress(FileNotFoundError):
            ages[path] = -path.stat().st_mtime
    ordered = sorted(ages, key=ages.__getitem__)
    of_kinds = ([path for path in ordered if path.name.startswith(f"{kind}-")] for kind in _READ_FROM)
    return [*found, *(path for of_kind in of_kinds for path in of_kind[_AT_ONCE:])]


def _follows(path: Path, stored: Collection[str]) -> bool:
    source = _source_of(path)
    return source is not None and all(name in stored for files in source.files.values() for name in files)


def _write(rows: ibis.Table, source: bytes, draft: Path) -> None:
    # Not in batches: streaming a union, DuckDB waits for itself for ever (github.com/duckdb/duckdb/issues/22215).
    table = rows.to_pyarrow()
    pq.write_table(table.replace_schema_metadata({_KEY: source}), draft, row_group_size=_ROWS)


def _source_of(path: Path) -> _Source | None:
    """What the rows of a file follow from; None where it cannot be read."""
    try:
        return msgspec.json.decode((pq.read_metadata(path).metadata or {}).get(_KEY, b""), type=_Source)
    except (OSError, pa.ArrowException, msgspec.MsgspecError):
        return None


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()
