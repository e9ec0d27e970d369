"""Where a person is still found: in every file of the workspace, and in every page of its database."""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Carried, load_snapshot
from pairwell.engines.spilled import folders_of, spilled_beside
from pairwell.facts.taste import TasteStore
from pairwell.ingest.quarantine import refused_in
from pairwell.journal.forgetting import places_of
from pairwell.operations.database import Database
from pairwell.operations.erasing import columns_with, files_of, fold_log, found_in
from pairwell.operations.schema import customers, owned, people
from pairwell.shop.keeping.refused import is_theirs
from pairwell.shop.keeping.whom import Whom, is_long

_GOES_ON = re.compile(rb"[\w-]")


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person was found."""

    found: list[str]  # paths and columns; empty: nowhere
    files: int  # that were looked through
    bytewise: bool  # false: bytes cannot tell an id from others, as it is short or is something else's, too
    alike: list[str] = []  # where the same letters stand in what is not theirs: items, orders of others
    unsearched: list[str] = []  # folders of what Spark spilled, in its own packing; only their going proves anything

    @property
    def proven(self) -> bool:
        """Whether they are found nowhere, and everything was searched."""
        return not self.found and not self.unsearched


class _Hits(msgspec.Struct, frozen=True, kw_only=True):
    theirs: list[str] = []
    alike: list[str] = []


def search_person(workspace: Workspace, database: Database, whom: Whom) -> Searched:
    """Look for these ids everywhere. Raises `JournalError` and `StorageError` where something cannot be read."""
    if database.engine.dialect.name == "sqlite":
        fold_log(database)
    spilled = spilled_beside(workspace.staging)
    paths = sorted(path for path in _walk(workspace.root, spilled) if path.is_file() and not path.is_symlink())
    pages = {path.resolve() for path in files_of(database)}
    search = _Search(workspace, whom)
    hits = [search.look_into(path) for path in paths if path.resolve() not in pages]
    rows, blurred = _hits_of_database(workspace, database, whom)
    return Searched(
        found=list(dict.fromkeys(place for hit in (*hits, rows) for place in hit.theirs)),
        alike=list(dict.fromkeys(place for hit in (*hits, rows) for place in hit.alike)),
        files=len(paths),
        bytewise=all(is_long(one) for one in whom.ids) and not blurred,
        unsearched=[str(folder.relative_to(workspace.root)) for folder in folders_of(spilled)],
    )


def _walk(root: Path, without: Path) -> Iterator[Path]:
    """Everything under `root` but `without`, whose files come and go."""
    for name, folders, files in os.walk(root):
        folders[:] = [folder for folder in folders if Path(name, folder) != without]
        yield from (Path(name, file) for file in files)


class _Search:
    """Looks into the files of one workspace for one person."""

    def __init__(self, workspace: Workspace, whom: Whom) -> None:
        self._workspace = workspace
        self._whom = whom
        self._needles = whom.needles()
        # What is kept there follows from settings and sales, or was written by whoever runs the shop.
        own = (workspace.models, workspace.mappings, workspace.settings, workspace.hidden / "learning")
        self._of_nobody = (*own, workspace.settings_file)

    def look_into(self, path: Path) -> _Hits:
        """What is known of the columns of a file tells whose a word is; of other files any word counts."""
        place, folder = str(path.relative_to(self._workspace.root)), path.parent
        if folder == self._workspace.dataset and path.suffix == ".parquet":
            return self._of_table(path, place)
        if folder == self._workspace.snapshots:
            return self._sorted(place, theirs=self._waits(path), alike=self._holds(path))
        if folder == self._workspace.quarantine and path.suffix == ".csv":
            theirs = any(is_theirs(self._whom, table, row) for table, row in refused_in(path))
            return self._sorted(place, theirs=theirs, alike=self._holds(path))
        held = self._holds(path)
        return self._sorted(place, theirs=held and not self._is_of_nobody(path), alike=held)

    def _sorted(self, place: str, *, theirs: bool, alike: bool) -> _Hits:
        return _Hits(theirs=[place]) if theirs else _Hits(alike=[place] if alike else [])

    def _is_of_nobody(self, path: Path) -> bool:
        return any(path == one or one in path.parents for one in self._of_nobody)

    def _waits(self, path: Path) -> bool:
        if not path.stem.isdigit():
            return False
        carried = load_snapshot(path.parent, int(path.stem)).carried or Carried(journal=0, upto=0)
        return not self._whom.order_ids.isdisjoint(carried.waiting)

    def _holds(self, path: Path) -> bool:
        """Whether the file holds one of the long ids as a word."""
        if path.suffix == ".parquet" and any(True for _ in self._columns_with(path, self._pattern())):
            return True
        return any(_holds_word(path, needle) for needle in self._needles)

    def _pattern(self) -> str:
        return "|".join(rf"(?:^|[^\w-]){re.escape(needle.decode())}(?:[^\w-]|$)" for needle in self._needles)

    def _of_table(self, path: Path, place: str) -> _Hits:
        """Its pages are compressed: the bytes alone would tell nothing."""
        ids = {
            "customer_id": self._whom.customer_ids,
            "visitor_id": self._whom.visitor_ids,
            "order_id": self._whom.order_ids,
        }
        if path.name.startswith(("subscriptions-", "usage-")):
            ids["account_id"] = self._whom.customer_ids
        for batch in _batches(path):
            for name in ids.keys() & set(batch.schema.names):
                sought = pa.array(sorted(ids[name]), pa.string())
                if pc.any(pc.is_in(batch.column(name), value_set=sought)).as_py():
                    return _Hits(theirs=[place])
        letters = "|".join(re.escape(needle.decode()) for needle in self._needles)
        return _Hits(alike=[f"{place}: {name}" for name in self._columns_with(path, letters)])

    def _columns_with(self, path: Path, pattern: str) -> Iterator[str]:
        if not self._needles:
            return
        known = set[str]()
        for batch in _batches(path):
            for name in batch.schema.names:
                if name not in known and pc.any(pc.match_substring_regex(batch.column(name), pattern)).as_py():
                    known.add(name)
                    yield name


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The texts of a Parquet file; nothing where it is none."""
    try:
        with pq.ParquetFile(path) as file:
            names = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
            yield from file.iter_batches(columns=names)
    except (OSError, pa.ArrowException):
        return  # no table of ours; its bytes are looked at all the same


def _holds_word(path: Path, needle: bytes) -> bool:
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.find(needle)
        while at >= 0:
            end = at + len(needle)
            if not (_GOES_ON.match(content[max(at - 1, 0) : at]) or _GOES_ON.match(content[end : end + 1])):
                return True
            at = content.find(needle, at + 1)
    return False


def _hits_of_database(workspace: Workspace, database: Database, whom: Whom) -> tuple[_Hits, bool]:
    """What is in its rows and pages, and whether its bytes cannot tell because rows of others hold the same letters."""
    needles = whom.needles()
    theirs = list(_rows_of(database, whom))
    pages = [path for path in files_of(database) if found_in(path, needles)]
    if not pages and files_of(database):
        return _Hits(theirs=theirs), False
    columns = sorted({place for needle in needles for place in columns_with(database, needle.decode())})
    alike = [place for place in columns if place not in theirs and place.split(".")[0] not in theirs]
    if pages and (theirs or not columns):  # of no row: left over from what was deleted
        theirs += [str(path.relative_to(workspace.root)) for path in pages if path.is_relative_to(workspace.root)]
    return _Hits(theirs=theirs, alike=alike), bool(pages and alike)


def _rows_of(database: Database, whom: Whom) -> Iterator[str]:
    ids = sorted(whom.customer_ids)
    asked = {
        "people": people.c.name.in_(list(whom.names())),
        "customers": customers.c.customer_id.in_(ids),
        "owned": owned.c.customer_id.in_(ids),
    }
    with database.read() as connection:
        for name, held in asked.items():
            if connection.scalar(sa.select(sa.exists(sa.select(sa.literal(1)).where(held)))):
                yield name
        letters = [needle.decode() for needle in whom.needles()]
        yield from places_of(connection, list(whom.names()), whom.order_ids, letters)
    if TasteStore(database).read(ids):
        yield "taste"
