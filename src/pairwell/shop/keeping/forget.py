"""Forget a person: in the operations database, in every file, and in what follows from them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from pairwell.config.turns import files_alone
from pairwell.config.workspace import Workspace
from pairwell.dataset import forgetting as of_dataset
from pairwell.dataset.snapshots import Source
from pairwell.dataset.sweeping import sweep_dataset
from pairwell.errors import StorageError
from pairwell.facts.forgetting import forget_facts
from pairwell.ingest.facts import write_facts
from pairwell.ingest.quarantine import rewrite_quarantine
from pairwell.journal import forgetting as of_journal
from pairwell.operations.database import Database
from pairwell.operations.erasing import erase_traces
from pairwell.shop.keeping.place import Place
from pairwell.shop.keeping.register import KnownBackup, read_register
from pairwell.shop.keeping.search import Searched, search_person
from pairwell.shop.keeping.whom import Whom, finish, left_over, named, write_down

_TOUCHED = ("people", "decisions", "events", "contacts", "customers", "owned", "taste")


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What was removed, and the proof: where everything was searched afterwards."""

    removed: dict[str, int]  # rows and files, by where they were
    visitors: int  # who were nobody else
    snapshot: int  # of the dataset, the only one there is now
    searched: Searched
    backups: list[KnownBackup]  # made before; those that are still there hold the person
    notes: list[str]  # what is beyond reach


def forget(place: Place, one_id: str, *, visitor: bool, now: datetime) -> Forgotten:
    """Make a person unknown. It may be run again at any time, and finishes what a killed run began.

    Waits until nobody ingests or learns. Raises `StorageError` and `JournalError`: then run it again.
    """
    with files_alone(place.workspace.hidden):
        whom = _everything_of(place, named(place.workspace, one_id, visitor=visitor))
        write_down(place.workspace, whom)
        removed = {f"dataset {name}": count for name, count in _forget_rows(place, whom, now).items()}
        removed |= {f"files of {name}": count for name, count in _forget_files(place.workspace, whom).items()}
        removed |= {f"operations {name}": count for name, count in _forget_operations(place.database, whom).items()}
        notes = erase_traces(place.database, whom.needles(), _TOUCHED)
        finish(place.workspace)
        searched = search_person(place.workspace, place.database, whom)
    return Forgotten(
        removed={name: count for name, count in removed.items() if count},
        visitors=len(whom.visitor_ids) - visitor,
        snapshot=place.dataset.newest().number,
        searched=searched,
        backups=read_register(place.workspace),
        notes=notes,
    )


def check_forgotten(place: Place, one_id: str, *, visitor: bool) -> Searched:
    """Where a person is found."""
    return search_person(place.workspace, place.database, named(place.workspace, one_id, visitor=visitor))


def _everything_of(place: Place, whom: Whom) -> Whom:
    """With the visitors who are nobody else, and with whom an earlier run did not finish."""
    with place.database.read() as connection:
        visitors = of_journal.visitors_of(connection, whom.customer_ids)
    if whom.customer_ids:
        visitors |= of_dataset.visitors_of(place.dataset, whom.customer_ids)
    return whom.joined(Whom(visitor_ids=frozenset(visitors))).joined(left_over(place.workspace))


def _forget_rows(place: Place, whom: Whom, now: datetime) -> dict[str, int]:
    """Rewrite the dataset. Facts are brought up to it before, since they follow from the files that go."""
    write_facts(place.dataset, place.facts, timezone=place.settings.shop.timezone, now=now)
    words = [needle.decode() for needle in whom.needles()]
    gone = of_dataset.Gone(customer_ids=whom.customer_ids, visitor_ids=whom.visitor_ids, words=words)
    change = partial(of_dataset.without_customers, gone=gone)
    source = Source(name="forget", files=(), at=now, rows={})
    made = place.dataset.rewrite(change, source=source, now=now, unnamed=words)
    place.facts.mark_snapshot(made.snapshot)
    snapshots, files = sweep_dataset(place.workspace, keep=(), until=None)
    return {**made.stored, "snapshots": snapshots, "files": files}


def _forget_files(workspace: Workspace, whom: Whom) -> dict[str, int]:
    words = re.compile("|".join(rf"(?<![\w-]){re.escape(one)}(?![\w-])" for one in _ids(whom)))
    try:
        learning = _drop(workspace.hidden / "learning")
        staging = _drop(workspace.staging)
        faults = [path for path in workspace.faults.glob("*") if path.is_file() and words.search(_text(path))]
        for path in faults:
            path.unlink()
        rows = rewrite_quarantine(workspace, lambda row: not words.search(row))
    except OSError as error:
        raise StorageError(f"Files of the person could not be removed: {error}.", hint="Mend the rights.") from error
    return {"learning": learning, "staging": staging, "faults": len(faults), "quarantine (rows)": rows}


def _forget_operations(database: Database, whom: Whom) -> dict[str, int]:
    with database.write() as connection:
        removed = of_journal.forget_people(
            connection, customer_ids=whom.customer_ids, visitor_ids=whom.visitor_ids
        ) | forget_facts(connection, whom.customer_ids)
    with database.write() as connection:  # what was under way with the old key meanwhile
        late = of_journal.clear_forgotten(connection)
    return {name: count + late.get(name, 0) for name, count in removed.items()}


def _ids(whom: Whom) -> Iterator[str]:
    yield from sorted(whom.customer_ids | whom.visitor_ids)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _drop(folder: Path) -> int:
    """Remove a folder that nothing is lost with; returns how many files it held."""
    count = sum(path.is_file() for path in folder.rglob("*")) if folder.is_dir() else 0
    if folder.is_dir():
        shutil.rmtree(folder)
    return count
