"""What reports work out of a snapshot once and read again: files that follow from others, never the only copy."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Mapping
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
_ROWS = 122_880  # a thread reads one group of so many at a time
_UNUSED_S = 3_600.0  # whoever reads a file, or writes one, is done by then
_log = logging.getLogger(__name__)


class Kept(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Rows of one kind, as they follow from a snapshot and from `terms`: whatever else changes them.

    The file is named by all that it follows from, so that it is never out of date, and appears whole or not at all.
    Several processes may make it at once: they make the same. Whoever reads it has `files_in_use`.
    """

    dataset: Dataset
    snapshot: Snapshot
    kind: str  # one of `_READ_FROM`
    terms: bytes

    @property
    def path(self) -> Path:
        """Where the rows are or will be."""
        name = f"{_name_of(self.kind, self.snapshot)}-{_digest(self.terms)}.parquet"
        return self.dataset.folder_for(FOLDER) / name

    def read(self) -> ibis.Table | None:
        """The rows; None where they were not made yet, or are damaged."""
        path = self.path
        try:
            pq.read_metadata(path)
            os.utime(path)  # it is in use
        except FileNotFoundError:
            return None
        except (OSError, pa.ArrowException) as error:
            _log.warning("%s cannot be read and is made anew: %s", path, error)
            return None
        return open_parquet(self.dataset.engine, [path])

    def write(self, rows: ibis.Table) -> ibis.Table:
        """Keep the rows, and give them as they are kept; the rows themselves where nothing can be written."""
        path = self.path
        draft = path.with_name(f"{path.name}-{os.getpid()}-{os.urandom(4).hex()}.draft")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            sweep_kept(path.parent, self.snapshot, only=self.kind)
            _write(rows, draft)
            sync_file(draft)
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            _log.warning("%s could not be kept for the next report: %s", path.name, error)
            return rows.cache()
        return open_parquet(self.dataset.engine, [path])


def sweep_kept(folder: Path, newest: Snapshot, *, only: str | None = None, unused_s: float = _UNUSED_S) -> int:
    """Remove what does not follow from the `newest` snapshot, and half-made files, where nobody used them lately.

    Returns how many. `only`: of one kind. Raises `OSError`.
    """
    wanted = tuple(_name_of(kind, newest) for kind in _READ_FROM)
    limit, gone = time.time() - unused_s, 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if only is not None and not path.name.startswith(f"{only}-"):
            continue
        if path.suffix != ".draft" and path.name.startswith(wanted):
            continue
        with suppress(FileNotFoundError):  # somebody else was first
            if path.stat().st_mtime <= limit:
                path.unlink()
                gone += 1
    return gone


def _write(rows: ibis.Table, draft: Path) -> None:
    with rows.to_pyarrow_batches(chunk_size=_ROWS) as batches, pq.ParquetWriter(draft, batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _name_of(kind: str, snapshot: Snapshot) -> str:
    files = {name: sorted(snapshot.tables.get(name, ())) for name in _READ_FROM[kind]}
    return f"{kind}-{_digest(msgspec.json.encode([snapshot.schema_version, files]))}"


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()
