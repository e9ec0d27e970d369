from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from tests.journals import log
from tests.unit.journal.test_store import NOW, decision

from pairwell.config.published import publish_settings
from pairwell.config.settings import Cap, Persuasion
from pairwell.config.workspace import create_workspace
from pairwell.dataset.store import Dataset
from pairwell.errors import NotFoundError
from pairwell.events import Event, EventLine, EventOrder, EventUsage
from pairwell.facts.posteriors import PosteriorStore
from pairwell.facts.store import FactStore
from pairwell.journal.round import Claim
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.operations.schema import claims, contacts, events
from pairwell.posterior import Posterior
from pairwell.records import Decision
from pairwell.shop.keeping.compact import compact
from pairwell.shop.keeping.place import Place
from pairwell.shop.keeping.retention import tidy

LATER = NOW + timedelta(days=401)


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Place:
    workspace = create_workspace(tmp_path / "shop")
    settings = publish_settings(workspace).settings
    total = Cap(name="first 100", scope="offer", outcome="accept", items=("mat",), window_h=None, limit=100)
    settings = msgspec.structs.replace(settings, caps=(*settings.caps, total))
    return Place(
        workspace=workspace,
        settings=settings,
        database=database,
        dataset=Dataset(workspace),
        facts=FactStore(database),
    )


def _at(made: Decision, name: str, now: datetime) -> Decision:
    inputs = msgspec.structs.replace(made.inputs, decision_id=name, now=now)
    answer = msgspec.structs.replace(made.answer, decision_id=name, valid_until=now + timedelta(minutes=30))
    return msgspec.structs.replace(made, inputs=inputs, answer=answer)


def _events(at: datetime, number: int) -> Iterator[Event]:
    order = EventOrder(order_id=f"o-{number}", lines=[EventLine(item_id="mat")])
    usage = EventUsage(account_id="a", meter="m", quantity=1.0)
    yield Event(event_id=f"o-{number}", type="order", at=at, customer_id="c-17", order=order)
    yield Event(event_id=f"v-{number}", type="view", at=at, customer_id="c-17", item_id="mat")
    yield Event(event_id=f"u-{number}", type="usage", at=at, usage=usage)


def _ids(database: Database, column: sa.Column[str]) -> set[str]:
    with database.read() as connection:
        return set(connection.scalars(sa.select(column)))


def test_what_is_too_old_goes_and_what_is_kept_stays_whole(place: Place) -> None:
    journal = Journal(place.database)
    usual = decision("d-old")
    claim = Claim(cap="first 100", offer_no=0, outcome="accept")
    log(journal, usual, claims=[claim])
    log(journal, _at(usual, "d-new", LATER - timedelta(days=10)), claims=[claim])
    accept = Event(event_id="a-1", type="accept", at=NOW, decision_id="d-old", offer_no=0)
    told = [*_events(NOW, 1), accept, *_events(LATER - timedelta(days=5), 2)]
    (receipt,) = journal.log_events([told], now=LATER)
    assert receipt.refused == []
    first = tidy(place, now=LATER)
    assert first.rows["events"] == 0, "no event goes before the dataset has it"
    compact(place, now=LATER)
    rows = tidy(place, now=LATER).rows
    assert first.rows["decisions"] == 1
    assert rows["events"] == 3
    assert _ids(place.database, events.c.event_id) == {"u-1", "o-2", "v-2", "u-2"}
    assert _ids(place.database, contacts.c.decision_id) == {"d-new"}
    assert _ids(place.database, claims.c.decision_id) == {"d-old", "d-new"}, "a total without a window counts for ever"
    assert journal.read_decision("d-new").inputs.decision_id == "d-new"
    with pytest.raises(NotFoundError):
        journal.read_decision("d-old")
    assert {row["order_id"] for row in place.dataset.history("orders").to_pyarrow().to_pylist()} == {"o-1", "o-2"}
    tables = ("decisions", "events", "contacts", "claims", "posteriors", "triggered")
    assert tidy(place, now=LATER).rows == dict.fromkeys(tables, 0)


def test_files_and_models_go_only_where_nothing_refers_to_them(place: Place) -> None:
    journal, models = Journal(place.database), place.workspace.models
    for number in range(3):
        journal.log_events([list(_events(NOW + timedelta(days=number), number))], now=LATER)
        compact(place, now=NOW + timedelta(days=number))
    named, unnamed = "a" * 24, "b" * 24
    for name in (named, unnamed):
        (models / name).mkdir(parents=True)
        os.utime(models / name, (0, 0))
    of_model = decision("d-1")
    log(journal, msgspec.structs.replace(of_model, inputs=msgspec.structs.replace(of_model.inputs, model=named)))
    for path in place.workspace.dataset.iterdir():
        os.utime(path, (0, 0))
    done = tidy(place, now=NOW + timedelta(days=30))
    assert (done.snapshots, done.models, done.busy) == (2, [unnamed], False)
    listed = {name for names in place.dataset.newest().tables.values() for name in names}
    assert {path.name for path in place.workspace.dataset.iterdir()} == listed
    assert len(place.dataset.history("orders").to_pyarrow()) == 3
    compact(place, now=LATER)


def test_nothing_goes_where_all_is_kept_for_ever(place: Place) -> None:
    kept = msgspec.structs.replace(place.settings.retention, decisions_days=0, events_days=0, behaviour_days=0)
    forever = msgspec.structs.replace(place, settings=msgspec.structs.replace(place.settings, retention=kept))
    journal = Journal(place.database)
    log(journal, decision("d-old"))
    journal.log_events([list(_events(NOW, 1))], now=LATER)
    compact(forever, now=LATER)
    rows = tidy(forever, now=LATER).rows
    assert (rows["decisions"], rows["events"]) == (0, 0)


def test_what_was_learned_from_offers_stays_as_long_as_a_decision_names_it(place: Place) -> None:
    posteriors = PosteriorStore(place.database)

    def learn(at: datetime) -> Posterior:
        return posteriors.publish(
            lambda epoch: Posterior(
                epoch=epoch,
                learned_at=at,
                until=at,
                decisions=0,
                prior=Persuasion(),
                quiet={},
                showing={},
                friction={},
            )
        )

    for day in range(8):
        learn(NOW + timedelta(days=day))
    named = decision("d-new")
    inputs = msgspec.structs.replace(named.inputs, epoch=2)
    made = msgspec.structs.replace(named, inputs=inputs)
    log(Journal(place.database), _at(made, "d-new", LATER - timedelta(days=10)))
    old = msgspec.structs.replace(inputs, epoch=4)
    log(Journal(place.database), _at(msgspec.structs.replace(named, inputs=old), "d-old", NOW))
    assert tidy(place, now=LATER).rows["posteriors"] == 4
    newest = posteriors.newest()
    assert newest is not None
    assert newest.epoch == 8
    assert [posteriors.at(epoch).epoch for epoch in (2, 6, 7)] == [2, 6, 7]
    for epoch in (1, 3, 4, 5):
        with pytest.raises(NotFoundError):
            posteriors.at(epoch)
