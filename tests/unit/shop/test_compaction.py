from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pairwell import create
from pairwell import open as open_workspace
from pairwell.config.published import publish_settings
from pairwell.events import (
    Event,
    EventConsent,
    EventFeedback,
    EventLine,
    EventNeed,
    EventOrder,
    EventReturn,
    EventStatus,
    EventUsage,
)
from pairwell.shop.face import Shop

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


def _order(name: str, *items: str, order_id: str = "o-1", at: datetime = NOW, customer: str | None = "c-1") -> Event:
    lines = [EventLine(item_id=item, quantity=2, unit_price_minor=500, discount_minor=100) for item in items]
    order = EventOrder(order_id=order_id, lines=lines)
    return Event(event_id=name, type="order", at=at, customer_id=customer, order=order)


def _rows(shop: Shop, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = shop.dataset.history(table).to_pyarrow().to_pylist()
    return rows


def _log(shop: Shop, *events: Event) -> None:
    receipt = shop.log_events(events, NOW + timedelta(days=2))
    assert receipt.refused == []


def test_every_event_finds_its_table_once(shop: Shop) -> None:
    back = EventReturn(order_id="o-1", item_id="mat", quantity=1, refund_minor=400)
    _log(
        shop,
        _order("e1", "tent", "mat"),
        Event(event_id="e2", type="return", at=NOW + timedelta(days=1), returned=back),
        Event(event_id="e3", type="status", at=NOW, status=EventStatus(order_id="o-1", status="completed")),
        Event(
            event_id="e4", type="consent", at=NOW, customer_id="c-1", consent=EventConsent(channel="Email", given=True)
        ),
        Event(event_id="e5", type="need", at=NOW, customer_id="c-1", need=EventNeed(need="Camping")),
        Event(event_id="e6", type="feedback", at=NOW, customer_id="c-1", feedback=EventFeedback(kind="csat", score=4)),
        Event(event_id="e7", type="view", at=NOW, visitor_id="v-1", item_id="tent"),
    )
    facts = shop.facts.customers(["c-1"])["c-1"]
    done = shop.keeping.compact()
    assert (done.events, done.waiting) == (7, 0)
    (order,) = _rows(shop, "orders")
    assert (order["order_id"], order["customer_id"], order["placed_at"]) == ("o-1", "c-1", NOW)
    lines = {(r["line_no"], r["item_id"], r["quantity"], r["unit_price_minor"]) for r in _rows(shop, "order_lines")}
    assert lines == {(1, "tent", 2.0, 500), (2, "mat", 2.0, 500)}
    (returned,) = _rows(shop, "returns")
    assert (returned["line_no"], returned["quantity"], returned["refund_minor"]) == (2, 1.0, 400)
    counts = {name: len(_rows(shop, name)) for name in ("order_status", "consents", "needs", "feedback", "events")}
    assert counts == {"order_status": 1, "consents": 1, "needs": 1, "feedback": 1, "events": 1}
    assert {row["item_id"] for row in _rows(shop, "items")} == {"tent", "mat"}
    before = shop.dataset.newest()
    again = shop.keeping.compact()
    assert (again.events, again.stored, shop.dataset.newest()) == (0, {}, before)
    after = shop.facts.customers(["c-1"])["c-1"]
    assert (after.orders, after.units, after.units_returned, after.consents, after.needs) == (
        facts.orders,
        facts.units,
        facts.units_returned,
        facts.consents,
        facts.needs,
    )


def test_an_order_told_by_a_file_and_by_events_counts_once(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order_id,customer_id,placed_at,item_id,quantity,unit_price\no-1,c-1,2026-11-20,tent,1,5.00\n")
    shop.ingest("orders", path)
    _log(shop, _order("e1", "tent", "mat"))
    shop.keeping.compact()
    assert len(_rows(shop, "orders")) == 1
    assert {row["item_id"] for row in _rows(shop, "order_lines")} == {"tent", "mat"}
    assert shop.facts.customers(["c-1"])["c-1"].orders == 1
    _log(shop, _order("e2", "lamp", at=NOW + timedelta(hours=1)), _order("e3", "rope", at=NOW - timedelta(hours=1)))
    shop.keeping.compact()
    assert [row["item_id"] for row in _rows(shop, "order_lines")] == ["lamp"]
    shop.ingest("orders", path)
    assert [row["item_id"] for row in _rows(shop, "order_lines")] == ["tent"]


def test_a_return_of_an_order_that_a_file_told_meets_its_line(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order_id,customer_id,placed_at,item_id,quantity,unit_price\no-1,c-1,2026-11-20,tent,1,5.00\n")
    shop.ingest("orders", path)
    back, lost = EventReturn(order_id="o-1", item_id="tent"), EventReturn(order_id="o-9", item_id="tent")
    _log(
        shop,
        Event(event_id="e1", type="return", at=NOW, returned=back),
        Event(event_id="e2", type="return", at=NOW, returned=lost),
    )
    done = shop.keeping.compact()
    assert [(row["order_id"], row["line_no"]) for row in _rows(shop, "returns")] == [("o-1", 1)]
    assert done.waiting == 1
    path.write_text(path.read_text().replace("o-1,", "o-9,"))
    shop.ingest("orders", path)
    done = shop.keeping.compact()
    assert {row["order_id"] for row in _rows(shop, "returns")} == {"o-1", "o-9"}
    assert done.waiting == 0


def test_what_is_carried_is_not_read_from_the_journal_again(shop: Shop) -> None:
    _log(shop, Event(event_id="v-1", type="view", at=NOW, visitor_id="v", item_id="tent"))
    upto = shop.keeping.compact().upto
    _log(shop, Event(event_id="v-2", type="view", at=NOW, visitor_id="v", item_id="tent"))
    until = NOW + timedelta(days=1)
    assert [one.event_id for one in shop.journal.behaviour(["view"], until=until, after=upto)] == ["v-2"]
    assert [row["event_id"] for row in _rows(shop, "events")] == ["v-1"]


def test_killed_before_the_snapshot_nothing_happened(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    _log(shop, _order("e1", "tent"))
    with monkeypatch.context() as patched:
        patched.setattr("pairwell.dataset.store.publish_snapshot", _killed)
        with pytest.raises(KeyboardInterrupt):
            shop.keeping.compact()
    assert shop.dataset.newest().number == 0
    with monkeypatch.context() as patched:
        patched.setattr("pairwell.shop.keeping.compact.write_facts", _killed)
        with pytest.raises(KeyboardInterrupt):
            shop.keeping.compact()
    assert len(_rows(shop, "orders")) == 1
    assert shop.keeping.compact().events == 0
    _log(shop, _order("e2", "mat", order_id="o-2"))
    assert shop.keeping.compact().events == 1
    assert len(_rows(shop, "orders")) == 2


def _used(name: str, quantity: float, *, account: str = "acme", customer: str | None = None) -> Event:
    usage = EventUsage(account_id=account, meter="API calls", quantity=quantity)
    return Event(event_id=name, type="usage", at=NOW, customer_id=customer, usage=usage)


def _usage(shop: Shop) -> list[tuple[str, str, str, float]]:
    return sorted((row["usage_id"], row["account_id"], row["meter"], row["quantity"]) for row in _rows(shop, "usage"))


def test_use_told_by_events_is_carried_once_beside_that_of_files(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(
        "usage_id,account_id,meter,at,quantity\nu-1,acme,api-calls,2026-11-20,3\nf-9,acme,mails,2026-11-20,7\n"
    )
    shop.ingest("usage", path)
    _log(shop, _used("u-1", 3.0), _used("u-2", 2.5), _used("u-2", 2.5))
    assert shop.keeping.compact().stored == {"usage": 2}
    expected = [
        ("f-9", "acme", "mails", 7.0),
        ("u-1", "acme", "api_calls", 3.0),
        ("u-2", "acme", "api_calls", 2.5),
    ]
    assert _usage(shop) == expected
    before = shop.dataset.newest()
    assert (shop.keeping.compact().events, shop.dataset.newest(), _usage(shop)) == (0, before, expected)
    _log(shop, _used("u-3", 1.0, account="zen"))
    shop.keeping.compact()
    assert _usage(shop) == [*expected, ("u-3", "zen", "api_calls", 1.0)]


def test_use_that_an_earlier_version_left_in_the_journal_is_carried_once(shop: Shop) -> None:
    _log(shop, _used("u-1", 3.0), Event(event_id="v-1", type="view", at=NOW, visitor_id="v", item_id="tent"))
    upto = shop.keeping.compact().upto
    newest = shop.dataset.newest()
    assert newest.carried is not None
    older = {**newest.tables, "usage": ()}
    carried = msgspec.structs.replace(newest.carried, usage=False)
    left = msgspec.structs.replace(newest, number=newest.number + 1, tables=older, carried=carried)
    shop.workspace.snapshots.joinpath(f"{left.number}.json").write_bytes(msgspec.json.encode(left))
    assert _usage(shop) == []
    assert (shop.keeping.compact().upto, _usage(shop)) == (upto, [("u-1", "acme", "api_calls", 3.0)])
    before = shop.dataset.newest()
    assert (shop.keeping.compact().stored, shop.dataset.newest()) == ({}, before)


def test_what_a_forgotten_account_used_goes_from_the_journal_and_the_dataset(shop: Shop) -> None:
    _log(shop, _used("u-1", 3.0, account="account-17"), _used("u-2", 1.0, account="account-18"))
    shop.keeping.compact()
    _log(shop, _used("u-3", 4.0, account="account-17"))
    done = shop.keeping.forget("account-17")
    assert (done.searched.found, done.removed["dataset usage"]) == ([], 1)
    assert (done.removed["operations people"], done.removed["operations events"]) == (1, 2)
    shop.keeping.compact()
    assert _usage(shop) == [("u-2", "account-18", "api_calls", 1.0)]


_LOOP = """
import sys
from pairwell import open
with open(sys.argv[1]) as shop:
    print("ready", flush=True)
    while True:
        shop.keeping.compact()
"""


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_at_random_moments_every_event_is_there_once(tmp_path: Path, times: int) -> None:
    rng, told = random.Random(times), 0
    with create(tmp_path / "shop") as shop:
        for _ in range(times):
            running = subprocess.Popen([sys.executable, "-c", _LOOP, str(tmp_path / "shop")], stdout=subprocess.PIPE)
            assert running.stdout is not None
            running.stdout.readline()
            until = time.monotonic() + rng.uniform(0.02, 0.6)
            while time.monotonic() < until:
                names = range(told, told + 5)
                _log(shop, *(_order(f"e{n}", "tent", "mat", order_id=f"o-{n}", customer=f"c-{n}") for n in names))
                _log(
                    shop, *(Event(event_id=f"v{n}", type="view", at=NOW, visitor_id="v", item_id="tent") for n in names)
                )
                told += 5
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
            running.stdout.close()
        shop.keeping.compact()
        orders = sorted(row["order_id"] for row in _rows(shop, "orders"))
        assert orders == sorted(f"o-{n}" for n in range(told))
        assert len(_rows(shop, "order_lines")) == 2 * told
        assert len(_rows(shop, "events")) == told


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
