"""Forget a person: in the operations database, in every file, and in what follows from them."""

from __future__ import annotations

import shutil
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from pairwell.config.turns import files_alone
from pairwell.config.workspace import Workspace
from pairwell.dataset import forgetting as of_dataset
from pairwell.dataset.snapshots import Source
from pairwell.dataset.sweeping import sweep_dataset
from pairwell.engines.spilled import folders_left, spilled_beside
from pairwell.errors import StorageError
from pairwell.facts.forgetting import forget_facts
from pairwell.ingest.facts import write_facts
from pairwell.ingest.quarantine import rewrite_quarantine
from pairwell.journal import forgetting as of_journal
from pairwell.operations.database import Database
from pairwell.operations.erasing import erase_traces
from pairwell.shop.keeping.place import Place
from pairwell.shop.keeping.refused import is_theirs
from pairwell.shop.keeping.register import KnownBackup, read_register
from pairwell.shop.keeping.search import Searched, search_person
from pairwell.shop.keeping.whom import Whom, finish, left_over, named, write_down

_TOUCHED = ("people", "decisions", "events", "contacts", "triggered", "customers", "owned", "taste")


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
    whom = _with_visitors(place, named(place.workspace, one_id, visitor=visitor))
    return search_person(place.workspace, place.database, _with_orders(place, whom))


def _everything_of(place: Place, whom: Whom) -> Whom:
    """With their visitors and orders, and with whom an earlier run did not finish."""
    return _with_orders(place, _with_visitors(place, whom).joined(left_over(place.workspace)))


def _with_visitors(place: Place, whom: Whom) -> Whom:
    """With the visitors who are nobody else."""
    with place.database.read() as connection:
        visitors = of_journal.visitors_of(connection, whom.customer_ids)
    if whom.customer_ids:
        visitors |= of_dataset.visitors_of(place.dataset, whom.customer_ids)
    return whom.joined(Whom(visitor_ids=frozenset(visitors)))


def _with_orders(place: Place, whom: Whom) -> Whom:
    """With those of their orders whose ids tell whose they are."""
    with place.database.read() as connection:
        told = of_journal.orders_of(connection, list(whom.names()))
    telling = {order_id for order_id in told if whom.is_named_by(order_id)}
    telling -= of_dataset.orders_of_others(place.dataset, telling, whom.customer_ids)
    stored = of_dataset.orders_of(place.dataset, whom.customer_ids)
    telling |= {order_id for order_id in stored if whom.is_named_by(order_id)}
    return whom.joined(Whom(order_ids=frozenset(telling)))


def _forget_rows(place: Place, whom: Whom, now: datetime) -> dict[str, int]:
    """Rewrite the dataset. Facts are brought up to it before, since they follow from the files that go."""
    write_facts(place.dataset, place.facts, timezone=place.settings.shop.timezone, now=now)
    gone = of_dataset.Gone(**msgspec.structs.asdict(whom))
    change = partial(of_dataset.without_customers, gone=gone)
    source = Source(name=of_dataset.SOURCE, files=(), at=now, rows={})
    made = place.dataset.rewrite(change, source=source, now=now, unnamed=whom.order_ids)
    place.facts.mark_snapshot(made.snapshot)
    snapshots, files = sweep_dataset(place.workspace, keep=(), until=None)
    return {**made.stored, "snapshots": snapshots, "files": files}


def _forget_files(workspace: Workspace, whom: Whom) -> dict[str, int]:
    try:
        learning = _drop(workspace.hidden / "learning")
        staging = _drop(workspace.staging)
        spilled = sum(_drop(folder) for folder in folders_left(spilled_beside(workspace.staging)))
        faults = [path for path in workspace.faults.glob("*") if path.is_file() and whom.is_in(_text(path))]
        for path in faults:
            path.unlink()
        rows = rewrite_quarantine(workspace, lambda table, row: not is_theirs(whom, table, row))
    except OSError as error:
        raise StorageError(f"Files of the person could not be removed: {error}.", hint="Mend the rights.") from error
    dropped = {"learning": learning, "staging": staging, "spark": spilled}
    return {**dropped, "faults": len(faults), "quarantine (rows)": rows}


def _forget_operations(database: Database, whom: Whom) -> dict[str, int]:
    with database.write() as connection:
        removed = of_journal.forget_people(connection, list(whom.names()), whom.order_ids)
        removed |= forget_facts(connection, whom.customer_ids)
    with database.write() as connection:  # what was under way with the old key meanwhile
        late = of_journal.clear_forgotten(connection)
    return {name: count + late.get(name, 0) for name, count in removed.items()}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _drop(folder: Path) -> int:
    """Remove a folder that nothing is lost with; returns how many files it held."""
    count = sum(path.is_file() for path in folder.rglob("*")) if folder.is_dir() else 0
    if folder.is_dir():
        shutil.rmtree(folder)
    return count
