"""Snapshots: which files made up the dataset at one moment."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import msgspec

from pairwell.config.durable import sync_folder, write_synced
from pairwell.dataset.tables import SCHEMA_VERSION
from pairwell.errors import NotFoundError, StorageError, WorkspaceError

_NAME = re.compile(r"([1-9]\d*)\.json")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where one merge came from."""

    name: str
    files: tuple[str, ...]
    at: datetime
    rows: dict[str, int]  # by table


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """How far the events of one journal are in the dataset."""

    journal: int  # which one
    upto: int  # the number of its last event that is
    waiting: tuple[str, ...] = ()  # orders of which only returns were told, until a file tells of them
    usage: bool = False  # whether what accounts used is among it; older snapshots left that in the journal


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The files of all tables at one moment, and every source that went into them."""

    number: int
    schema_version: int
    created_at: datetime
    tables: dict[str, tuple[str, ...]]
    sources: tuple[Source, ...]
    carried: Carried | None = None  # None: no event of any journal is


EMPTY = Snapshot(
    number=0, schema_version=SCHEMA_VERSION, created_at=datetime(1970, 1, 1, tzinfo=UTC), tables={}, sources=()
)


def newest_snapshot(folder: Path) -> Snapshot:
    """The snapshot of the highest number in `folder`; `EMPTY` where there is none."""
    return load_snapshot(folder, max(numbers_of(folder), default=0))


def numbers_of(folder: Path) -> list[int]:
    """The numbers of the snapshots in `folder`, ascending."""
    if not folder.is_dir():
        return []
    return sorted(int(match[1]) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name)))


def load_snapshot(folder: Path, number: int) -> Snapshot:
    """Snapshot `number`. Raises `NotFoundError`, `StorageError` (damaged) or `WorkspaceError` (too new)."""
    if number == 0:
        return EMPTY
    path = folder / f"{number}.json"
    try:
        content = path.read_bytes()
        version = msgspec.json.decode(content, type=_Versioned).schema_version
        if version <= SCHEMA_VERSION:
            return msgspec.json.decode(content, type=Snapshot)
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no snapshot {number}.", hint="Read the newest one instead.") from error
    except (OSError, msgspec.MsgspecError) as error:
        raise StorageError(
            f"Snapshot {path} cannot be read: {error}.", hint="Restore the file, or the workspace, from a backup."
        ) from error
    raise WorkspaceError(
        f"Snapshot {number} has schema version {version}; this release knows versions up to {SCHEMA_VERSION}.",
        hint="Use the newer release of pairwell that wrote it.",
    )


def first_listed(folder: Path, table: str) -> dict[str, datetime]:
    """By file of a table of the newest snapshot, when the oldest snapshot that is still there and lists it was made."""
    numbers = numbers_of(folder)
    load = cache(partial(load_snapshot, folder))
    newest = load(max(numbers, default=0)).tables.get(table, ())

    def made_at(name: str) -> datetime:
        # A file that is listed stays so until it is replaced for good.
        place = bisect_left(numbers, True, key=lambda number: name in load(number).tables.get(table, ()))
        return load(numbers[place]).created_at

    return {name: made_at(name) for name in newest}


def publish_snapshot(folder: Path, snapshot: Snapshot, *, draft: Path) -> bool:
    """Make `snapshot` the newest by way of the file `draft`; false where another writer took its number first.

    It is there whole or not at all, and survives a power cut once this returns true.
    """
    write_synced(draft, msgspec.json.format(msgspec.json.encode(snapshot), indent=1))
    try:
        os.link(draft, folder / f"{snapshot.number}.json")
    except FileExistsError:
        return False
    finally:
        draft.unlink()  # a link shares its bytes: writing the draft again would change the snapshot
    sync_folder(folder)
    return True


class _Versioned(msgspec.Struct, frozen=True):
    schema_version: int
