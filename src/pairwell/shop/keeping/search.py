"""Where a person is still found: in every file of the workspace, and in every page of its database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

from pairwell.config.workspace import Workspace
from pairwell.facts.taste import TasteStore
from pairwell.operations.database import Database
from pairwell.operations.erasing import fold_log, found_in, tables_with
from pairwell.operations.schema import customers, owned, people
from pairwell.shop.keeping.whom import Whom

_IDS = {"customer_id", "visitor_id"}


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person was found."""

    found: list[str]  # paths and columns; empty: nowhere
    files: int  # that were looked through
    bytewise: bool  # false: an id is too short to tell its bytes from others, so only columns were looked at


def search_person(workspace: Workspace, database: Database, whom: Whom) -> Searched:
    """Look for these ids everywhere. Raises `JournalError` and `StorageError` where something cannot be read."""
    if database.engine.dialect.name == "sqlite":
        fold_log(database)
    needles = whom.needles()
    paths = sorted(path for path in workspace.root.rglob("*") if path.is_file() and not path.is_symlink())
    found = [str(path.relative_to(workspace.root)) for path in paths if _is_in(path, whom, needles)]
    found += _rows_of(database, whom)
    if database.engine.dialect.name == "postgresql":
        found += sorted({place for needle in needles for place in tables_with(database, needle.decode())})
    whole = len(needles) == len(whom.customer_ids | whom.visitor_ids)
    return Searched(found=list(dict.fromkeys(found)), files=len(paths), bytewise=whole)


def _is_in(path: Path, whom: Whom, needles: Collection[bytes]) -> bool:
    if path.suffix == ".parquet" and _columns_hold(path, whom, needles):
        return True
    return bool(needles) and found_in(path, list(needles))


def _columns_hold(path: Path, whom: Whom, needles: Collection[bytes]) -> bool:
    """Its pages are compressed: the bytes alone would tell nothing."""
    try:
        with pq.ParquetFile(path) as file:
            names = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
            return any(_batch_holds(batch, whom, needles) for batch in file.iter_batches(columns=names))
    except (OSError, pa.ArrowException):
        return False  # no table of ours; its bytes are looked at all the same


def _batch_holds(batch: pa.RecordBatch, whom: Whom, needles: Collection[bytes]) -> bool:
    ids = pa.array(sorted(whom.customer_ids | whom.visitor_ids), pa.string())
    for name in batch.schema.names:
        column = batch.column(name)
        if name in _IDS and pc.any(pc.is_in(column, value_set=ids)).as_py():
            return True
        if any(pc.any(pc.match_substring(column, needle.decode())).as_py() for needle in needles):
            return True
    return False


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
    if TasteStore(database).read(ids):
        yield "taste"
