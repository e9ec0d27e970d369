"""Forgetting on both databases, on a shop with next to nothing in it."""

from __future__ import annotations

import gzip
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
import sqlalchemy as sa
from tests.journals import log
from tests.unit.journal.test_store import decision

from pairwell import create
from pairwell import open as open_workspace
from pairwell.config.published import publish_settings
from pairwell.errors import ForgottenError, RequestError
from pairwell.events import Event, EventLine, EventOrder, EventReturn
from pairwell.facts.taste import REPEAT, Bucket, Generation, Learned, bucket_of, without_customers
from pairwell.operations.schema import events, metadata
from pairwell.shop.face import Shop

CUSTOMER, VISITOR, OTHER = "kunde-7f3a9c41-x", "browser-55d1e0aa", "other-0b7c2d9e"
NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Shop]:
    made = create(tmp_path / "shop")
    if not database_url.startswith("sqlite"):
        path = made.workspace.settings_file
        path.write_text(path.read_text().replace('url = ""', f'url = "{database_url}"', 1))
        publish_settings(made.workspace)
        made.close()
        made = open_workspace(tmp_path / "shop")
    with made:
        yield made


def _view(name: str, **whose: str) -> Event:
    return msgspec.convert({"event_id": name, "type": "view", "at": NOW, "item_id": "tent", **whose}, Event)


def _rows(shop: Shop) -> str:
    """Everything in the operations database, as text."""
    with shop.journal._database.read() as connection:
        return " ".join(str(row) for table in metadata.sorted_tables for row in connection.execute(sa.select(table)))


def _meet(shop: Shop) -> None:
    made = decision(f"d-{CUSTOMER[:3]}", request_id=f"r-{CUSTOMER}")
    request = msgspec.structs.replace(made.inputs.request, customer_id=CUSTOMER, visitor_id=VISITOR)
    inputs = msgspec.structs.replace(made.inputs, request=request)
    log(shop.journal, msgspec.structs.replace(made, inputs=inputs, unit=f"c:{CUSTOMER}"))
    lines = [EventLine(item_id="tent")]
    order = EventOrder(order_id=f"o-{CUSTOMER}", lines=lines)
    back = EventReturn(order_id=f"o-{CUSTOMER}", item_id="tent")
    told = [
        _view(f"v-{CUSTOMER}", visitor_id=VISITOR),
        _view("v-2", customer_id=OTHER, visitor_id="b-2"),
        Event(event_id="o-1", type="order", at=NOW, customer_id=CUSTOMER, order=order),
        Event(event_id="r-1", type="return", at=NOW, returned=back),
    ]
    assert shop.log_events(told, NOW).accepted == 4


def test_a_forgotten_customer_is_in_no_row(shop: Shop) -> None:
    _meet(shop)
    shop.keeping.compact()
    there = set(shop.keeping.search(CUSTOMER).found)
    pages = set() if shop.published.settings.operations.url else {".pairwell/operations.db"}
    assert there >= {"people", "decisions.request_id", "events.event_id", "events.order_id"} | pages
    done = shop.keeping.forget(CUSTOMER)
    assert done.searched.found == []
    assert (done.visitors, done.removed["operations people"], done.removed["dataset events"]) == (1, 2, 1)
    assert bool(done.notes) == shop.published.settings.operations.url.startswith("postgresql")
    rows = _rows(shop)
    assert CUSTOMER not in rows
    assert VISITOR not in rows
    assert OTHER in rows
    with pytest.raises(ForgottenError):
        shop.journal.read_decision(f"d-{CUSTOMER[:3]}")
    assert shop.journal.count().decisions == 1
    assert shop.keeping.compact().events == 0
    assert shop.keeping.forget(CUSTOMER).removed == {}


def test_who_is_met_while_being_forgotten_leaves_no_row_of_before(shop: Shop) -> None:
    _meet(shop)
    stop, failures = threading.Event(), list[BaseException]()

    def go_on() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                shop.log_events([_view(f"w-{number}", visitor_id=f"b-{number}")], NOW)
            except Exception as error:  # noqa: BLE001 - told by the test
                failures.append(error)

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        done = shop.keeping.forget(CUSTOMER)
    finally:
        stop.set()
        writer.join()
    assert failures == []
    assert done.searched.found == []
    with shop.journal._database.read() as connection:
        held = connection.scalar(sa.select(sa.func.count()).select_from(events).where(events.c.payload == b""))
    assert held == 3


def test_a_shared_bucket_of_tastes_keeps_the_others(shop: Shop) -> None:
    number = bucket_of(CUSTOMER)
    items = np.array([[0, 1], [1, -1], [1, 0]], "<i4")
    bucket = Bucket(
        number, [CUSTOMER, OTHER, "c-3"], items, items.astype("<f4"), np.array([0, 0, 0], "<i4"), np.zeros(0, REPEAT)
    )
    made = Generation(model="m", learned_at=NOW)
    shop.tastes.write(Learned(item_ids=["a", "b"], buckets=[bucket], generation=made))
    assert CUSTOMER in shop.tastes.read([CUSTOMER])
    assert shop.keeping.forget(CUSTOMER).removed == {"operations taste": 1}
    assert not shop.tastes.read([CUSTOMER])
    with shop.journal._database.read() as connection:
        payload = connection.scalar(sa.select(metadata.tables["taste"].c.payload))
    assert payload is not None
    assert OTHER.encode() in payload
    assert without_customers(payload, [CUSTOMER]) == payload


def test_an_empty_id_is_refused(shop: Shop) -> None:
    with pytest.raises(RequestError):
        shop.keeping.forget("")


def test_a_short_id_is_sought_in_columns_only(shop: Shop) -> None:
    shop.log_events([_view("e-1", customer_id="1")], NOW)
    assert shop.keeping.search("1").found == ["people"]
    done = shop.keeping.forget("1")
    assert (done.searched.found, done.searched.bytewise) == ([], False)


def _spill(shop: Shop, process: int) -> Path:
    """What Spark leaves of a report, packed, in a folder of the process."""
    folder = shop.workspace.hidden / "spark" / f"{process}-x7" / "blockmgr-1"
    folder.mkdir(parents=True)
    (folder / "shuffle_0_0_0.data").write_bytes(gzip.compress(CUSTOMER.encode() * 50))
    return folder.parent


def test_what_spark_spilled_for_a_process_that_has_ended_is_removed(shop: Shop) -> None:
    _meet(shop)
    left = _spill(shop, 2**22 + 1)  # no process has such a number
    assert shop.keeping.search(CUSTOMER).unsearched == [str(left.relative_to(shop.workspace.root))]
    done = shop.keeping.forget(CUSTOMER)
    assert done.removed["files of spark"] == 1
    assert not left.exists()
    assert done.searched.proven


def test_what_spark_holds_for_a_process_that_lives_is_told_as_unsearched(shop: Shop) -> None:
    _meet(shop)
    held = _spill(shop, os.getpid())
    done = shop.keeping.forget(CUSTOMER)
    assert held.exists()
    assert done.searched.unsearched == [str(held.relative_to(shop.workspace.root))]
    assert (done.searched.found, done.searched.proven) == ([], False)
    shutil.rmtree(held)
    assert shop.keeping.forget(CUSTOMER).searched.proven
