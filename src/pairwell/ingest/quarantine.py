"""Rows that were refused, kept for a person: file, line, reason, and the row."""

from __future__ import annotations

import csv
import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

import msgspec

from pairwell.config.workspace import Workspace
from pairwell.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from pairwell.ingest.sources import RefusedRow

COLUMNS = ("file", "line", "reason", "row")
_NAMED = 10


class Quarantine:
    """Writes `.pairwell/quarantine/TABLE-HASH.csv`, there whole once it is kept, and only where a row was refused.

    It is named by its content, so that the same files again add none. Raises `StorageError` where it cannot be
    written: no row is dropped silently.
    """

    def __init__(self, draft: Path, folder: Path, table: str) -> None:
        self._draft = draft
        self._folder = folder
        self._table = table
        self._stream: TextIO | None = None
        self.reasons: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None

    def add(self, row: RefusedRow) -> None:
        """Keep one refused row."""
        try:
            writer = csv.writer(self._opened(), lineterminator="\n")
            writer.writerow((row.file, row.line, row.reason, row.row))
        except OSError as error:
            raise _unwritable(self._draft, error) from error
        self.reasons[row.reason] += 1

    def add_all(self, rows: Iterable[RefusedRow]) -> None:
        """Keep several refused rows."""
        for row in rows:
            self.add(row)

    def keep(self) -> Path | None:
        """Put the file in its place; None where no row was refused."""
        if self._stream is None:
            return None
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._draft.open("rb") as content:
                digest = hashlib.file_digest(content, lambda: hashlib.blake2b(digest_size=6)).hexdigest()
            return self._draft.replace(self._folder / f"{self._table}-{digest}.csv")
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def _opened(self) -> TextIO:
        if self._stream is None:
            self._stream = self._draft.open("w", encoding="utf-8", newline="")
            csv.writer(self._stream, lineterminator="\n").writerow(COLUMNS)
        return self._stream


def count_refused(workspace: Workspace) -> int:
    """Rows in quarantine, over all runs."""
    return sum(_count_rows(path) for path in sorted(workspace.quarantine.glob("*.csv")))


def count_reasons(workspace: Workspace) -> Counter[str]:
    """Rows in quarantine by reason, over all runs. Raises `StorageError`."""
    paths = sorted(workspace.quarantine.glob("*.csv"))
    return Counter(one.reason for path in paths for one in _read_lines(path))


class RefusedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the quarantine."""

    name: str
    table: str  # that its rows were meant for
    at: datetime  # when it was written last
    rows: int
    reasons: dict[str, int]  # rows by reason, most first
    sources: list[str]  # files that the rows came from, in the order of their names


class RefusedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One refused row, as it was kept."""

    file: str
    line: str  # of the file
    reason: str
    row: str


def list_refused(workspace: Workspace) -> list[RefusedFile]:
    """The files of the quarantine, newest first. Raises `StorageError`."""
    found = [_describe(path) for path in workspace.quarantine.glob("*.csv")]
    return sorted(found, key=lambda one: (one.at, one.name), reverse=True)


def read_refused(workspace: Workspace, name: str) -> Iterator[RefusedLine]:
    """The rows in the file of the quarantine that is called so. Raises `NotFoundError` naming those there are."""
    paths = {path.name: path for path in workspace.quarantine.glob("*.csv")}
    if name not in paths:
        known = ", ".join(sorted(paths)[:_NAMED]) or "none"
        raise NotFoundError(f"The quarantine has no file {name[:100]!r}.", hint=f"There are: {known}.", field="file")
    yield from _read_lines(paths[name])


def _read_lines(path: Path) -> Iterator[RefusedLine]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for cells in itertools.islice(csv.reader(stream), 1, None):
                if len(cells) == len(COLUMNS):
                    yield RefusedLine(file=cells[0], line=cells[1], reason=cells[2], row=cells[3])
    except OSError as error:
        raise _unread(path, error) from error


def _describe(path: Path) -> RefusedFile:
    reasons, sources = Counter[str](), set[str]()
    for one in _read_lines(path):
        reasons[one.reason] += 1
        sources.add(one.file)
    return RefusedFile(
        name=path.name,
        table=_table(path),
        at=datetime.fromtimestamp(path.stat().st_mtime, tz=UTC),
        rows=reasons.total(),
        reasons=dict(reasons.most_common()),
        sources=sorted(sources),
    )


def refused_in(path: Path) -> Iterator[tuple[str, str]]:
    """The rows in one file of the quarantine, each with the table that it was refused for."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from ((_table(path), row[-1]) for row in itertools.islice(csv.reader(stream), 1, None) if row)


def rewrite_quarantine(workspace: Workspace, keep: Callable[[str, str], bool]) -> int:
    """Drop the rows that are not to `keep`, asked with table and row; returns how many. Files without any other go."""
    return sum(_rewrite(path, keep) for path in sorted(workspace.quarantine.glob("*.csv")))


def _rewrite(path: Path, keep: Callable[[str, str], bool]) -> int:
    gone = sum(not keep(table, row) for table, row in refused_in(path))
    if not gone:
        return 0
    draft = path.with_name(f".{path.name}")
    with path.open(encoding="utf-8", newline="") as stream, draft.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        rows = csv.reader(stream)
        writer.writerow(next(rows))
        writer.writerows(row for row in rows if row and keep(_table(path), row[-1]))
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
    if not _count_rows(path):
        path.unlink()
    return gone


def _table(path: Path) -> str:
    return path.stem.rsplit("-", 1)[0]


def _count_rows(path: Path) -> int:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return max(sum(1 for _ in csv.reader(stream)) - 1, 0)
    except OSError as error:
        raise _unread(path, error) from error


def _unread(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{path} cannot be read: {error.strerror}.", hint="Check its permissions.")


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Refused rows cannot be kept in {path}: {error.strerror}.",
        hint="Check that the disk has room and that you may write there; nothing was stored.",
    )
