"""Forgetting touches what is that person's, and nothing else, whatever else is called the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pairwell import create
from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.events import Event, EventLine, EventOrder, EventReturn, EventStatus
from pairwell.ingest.mapping import Mapping
from pairwell.shop.face import Shop
from pairwell.shop.keeping.refused import is_theirs
from pairwell.shop.keeping.whom import Whom

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
GONE = "536365"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return create(tmp_path / "shop")


def _ingest(shop: Shop, *orders: tuple[str, str], item: str = "lamp") -> list[str]:
    """Orders as pairs of order and customer, all of one day, each with a moment of its own."""
    path = shop.workspace.root.parent / "orders.csv"
    rows = [
        f"{order},{customer},{name},1,10.00,2026-10-01 10:00:{number:02}"
        for number, (order, customer) in enumerate(orders)
        for name in (item, "tent")
    ]
    path.write_text("order_id,customer_id,item_id,quantity,unit_price,placed_at\n" + "\n".join(rows) + "\n")
    return shop.ingest("orders", path).notes


def _orders(shop: Shop) -> dict[str, str | None]:
    rows: list[dict[str, Any]] = shop.dataset.history("orders").to_pyarrow().to_pylist()
    return {row["order_id"]: row["customer_id"] for row in rows}


def _lines(shop: Shop) -> list[tuple[Any, ...]]:
    rows = shop.dataset.history("order_lines").to_pyarrow().to_pylist()
    return sorted((row["order_id"], row["line_no"], row["item_id"]) for row in rows)


def test_orders_of_others_that_hold_the_id_stay(shop: Shop) -> None:
    told = (("536365", "900001"), ("77536365", "900002"), ("guest-536365", ""), ("800000", GONE), ("x-536365-1", GONE))
    _ingest(shop, *told)
    before = _lines(shop)
    done = shop.keeping.forget(GONE)
    after = _orders(shop)
    others = {"536365": "900001", "77536365": "900002", "guest-536365": None, "800000": None}
    assert others.items() <= after.items()
    renamed = [order for order in after if order not in others]
    assert (len(renamed), after[renamed[0]]) == (1, None)
    assert renamed[0].startswith("forgotten-")
    assert done.removed["dataset orders"] == 2
    assert [line for line in _lines(shop) if line[0] != renamed[0]] == [line for line in before if "x-" not in line[0]]
    assert (done.searched.found, shop.keeping.search(GONE).found) == ([], [])
    assert any(place.endswith(": order_id") for place in done.searched.alike)


def test_the_same_file_again_adds_nobody_elses_order_and_says_what_came_back(shop: Shop) -> None:
    told = (("536365", "900001"), ("77536365", "900002"), ("800000", GONE), ("x-536365-1", GONE))
    assert not any("kept" in note for note in _ingest(shop, *told))
    shop.keeping.forget(GONE)
    assert not any("kept" in note for note in _ingest(shop, *told[:2]))
    assert len(_orders(shop)) == 4
    notes = [note for note in _ingest(shop, *told) if "kept" in note]
    assert [note.split(":")[0].split(",")[0] for note in notes] == [
        "1 order kept without a customer",
        "1 order to the moment and the items like one kept under another id",
    ]
    back = _orders(shop)
    assert back.items() >= dict(told).items()
    assert len(back) == len(told) + 1
    assert shop.keeping.search(GONE).found != []
    assert shop.keeping.forget(GONE).searched.found == []


def test_an_item_called_like_the_customer_is_nobody(shop: Shop) -> None:
    _ingest(shop, ("o-1", "900001"), ("o-2", GONE), item=GONE)
    shop.learn()
    done = shop.keeping.forget(GONE)
    shop.learn()
    searched = shop.keeping.search(GONE)
    assert (done.searched.found, searched.found) == ([], [])
    assert {"items.item_id"} < set(searched.alike)
    assert not searched.bytewise
    assert len(_lines(shop)) == 4


def test_bytes_tell_where_nobody_else_is_called_so(shop: Shop) -> None:
    _ingest(shop, ("o-1", "900001"), (f"o-{GONE}", GONE))
    done = shop.keeping.forget(GONE)
    assert (done.searched.found, done.searched.alike, done.searched.bytewise) == ([], [], True)


@pytest.mark.parametrize(
    ("customer", "order", "told"),
    [
        ("536365", "20261001536365", True),
        ("536365", "99536366", False),
        ("17", "c17-3", True),
        ("17", "o-17", True),
        ("17", "o-117", False),
        ("17", "o-171", False),
        ("ab", "ab1", True),
        ("ab", "cab-1", False),
        ("ab", "o_ab_1", True),
    ],
)
def test_which_order_ids_tell_whose_they_are(customer: str, order: str, told: bool) -> None:
    assert Whom(customer_ids=frozenset([customer])).is_named_by(order) is told


def test_a_short_id_is_taken_out_of_the_orders_that_are_theirs(shop: Shop) -> None:
    _ingest(shop, ("o-17-1", "17"), ("o-17-2", "18"), ("17", "19"), ("o-117", "17"), ("o-18", "18"))
    done = shop.keeping.forget("17")
    after = _orders(shop)
    assert {"o-17-2": "18", "17": "19", "o-117": None, "o-18": "18"}.items() <= after.items()
    assert "o-17-1" not in after
    assert len(after) == 5
    assert done.searched.found == []


def test_a_pseudonyms_orders_are_told_by_the_shops_own_id(shop: Shop) -> None:
    pseudonym = pseudonym_of(read_secret(shop.workspace), GONE)
    _ingest(shop, (f"{GONE}-1", pseudonym), (f"{GONE}-2", "900001"), (f"{pseudonym}-3", pseudonym))
    assert shop.keeping.forget(GONE).searched.found == []
    after = _orders(shop)
    assert after.pop(f"{GONE}-2") == "900001"
    assert all(order.startswith("forgotten-") and customer is None for order, customer in after.items())
    assert len(after) == 2


def test_refused_rows_of_others_stay(shop: Shop) -> None:
    path = shop.workspace.root.parent / "refused.csv"
    columns = ("order_id", "customer_id", "item_id", "placed_at")
    path.write_text(
        f"{','.join(columns)}\no-1,900001,lamp,2026-10-01\n{GONE},900001,lamp,never\no-9,{GONE},lamp,never\n"
        f"x-{GONE}-7,900002,lamp,never\n"
    )
    mapping = Mapping(table="orders", columns={name: name for name in columns})
    shop.ingest("orders", path, mapping)
    assert any(place.startswith(".pairwell/quarantine/") for place in shop.keeping.search(GONE).found)
    done = shop.keeping.forget(GONE)
    assert done.searched.found == []
    assert done.removed["files of quarantine (rows)"] == 1
    (kept,) = shop.workspace.quarantine.glob("*.csv")
    assert kept.read_text().count("never") == 2


def test_their_subscriptions_go_and_those_of_others_stay(shop: Shop) -> None:
    path = shop.workspace.root.parent / "subscriptions.csv"
    columns = ("subscription_id", "account_id", "plan_id", "started_at", "ended_at")
    path.write_text(
        f"{','.join(columns)}\n"
        f"s-1,{GONE},pro,2026-01-01,\ns-2,{GONE},team,2026-01-01,2026-02-01\ns-3,900001,pro,2026-01-01,\n"
        f"s-4,{GONE},pro,never,\n{GONE},900001,team,2026-01-01,\n"
    )
    shop.ingest("subscriptions", path, Mapping(table="subscriptions", columns={name: name for name in columns}))
    assert len(shop.keeping.search(GONE).found) >= 3  # in the table, among what was refused, and in the facts
    done = shop.keeping.forget(GONE)
    assert (done.searched.found, done.removed["dataset subscriptions"]) == ([], 2)
    rows = shop.dataset.history("subscriptions").to_pyarrow().to_pylist()
    assert sorted((row["subscription_id"], row["account_id"]) for row in rows) == [(GONE, "900001"), ("s-3", "900001")]
    assert shop.facts.owned(GONE, ["pro", "team"]) == set()
    assert shop.facts.owned("900001", ["pro", "team"]) == {"pro", "team"}


def test_the_usage_and_attributes_of_an_account_go_and_those_of_others_stay(shop: Shop) -> None:
    usage, accounts = (shop.workspace.root.parent / f"{name}.csv" for name in ("usage", "accounts"))
    usage.write_text(
        f"account_id,meter,at,quantity\n{GONE},calls,2026-01-01,3\n{GONE},calls,2026-02-01,many\n900001,calls,2026-01-01,5\n"
    )
    accounts.write_text(f"account_id,industry,region\n{GONE},it,north\n900001,retail,south\n")
    shop.ingest("usage", usage)
    shop.ingest("accounts", accounts)
    assert any("usage-" in place for place in shop.keeping.search(GONE).found)
    done = shop.keeping.forget(GONE)
    assert (done.searched.found, done.removed["dataset usage"], done.removed["dataset customers"]) == ([], 1, 1)
    assert done.removed["files of quarantine (rows)"] == 1
    assert [row["account_id"] for row in shop.dataset.history("usage").to_pyarrow().to_pylist()] == ["900001"]
    assert list(shop.facts.customers([GONE, "900001"])) == ["900001"]


def test_whose_a_refused_row_is_that_names_nobody() -> None:
    short = Whom(customer_ids=frozenset(["1742"]))
    theirs = ('{"CONTACT_ID":"1742","TITLE":"Deal"}', '{"id":5,"who":{"id":1742}}', '{"links":[{"id":"1742"}]}')
    others = (
        '{"CONTACT_ID":"17421","TITLE":"1742 desks"}',
        '{"order_id":"1742","item_id":"1742","quantity":1742}',
        '{"order_id":"o-1","attributes.points":"1742"}',
        '{"customer_id":"9","OLD_ID":"1742"}',
    )
    assert [is_theirs(short, "orders", row) for row in (*theirs, *others)] == [True] * 3 + [False] * 4
    assert is_theirs(short, "customers", '{"customer_id":"1742"}')
    assert not is_theirs(short, "items", '{"id":"1742"}')
    assert is_theirs(short, "subscriptions", '{"account_id":"1742"}')
    assert not is_theirs(short, "subscriptions", '{"account_id":"9","customer_id":"1742"}')
    assert is_theirs(short, "usage", '{"account_id":"1742"}')
    assert not is_theirs(short, "plans", '{"plan_id":"1742"}')


def test_a_deal_of_a_short_contact_is_found_and_forgotten(shop: Shop) -> None:
    deal = {"ID": "5", "STAGE_ID": "WON", "OPPORTUNITY": "1", "CURRENCY_ID": "EUR", "CLOSEDATE": "2026-03-05"}
    deals = [deal | {"CONTACT_ID": "1742"}, deal | {"ID": "6", "CONTACT_ID": "1743"}]
    path = shop.workspace.root.parent / "deals.json"
    path.write_text(json.dumps({"result": deals}), encoding="utf-8")
    shop.ingest("orders", path)
    (place,) = shop.keeping.search("1742").found
    assert place.startswith(".pairwell/quarantine/orders-")
    done = shop.keeping.forget("1742")
    assert (done.searched.found, done.removed["files of quarantine (rows)"]) == ([], 1)
    assert shop.keeping.search("1743").found == [place]


def test_a_subscription_alone_is_found_by_its_account(shop: Shop) -> None:
    path = shop.workspace.root.parent / "subscriptions.csv"
    columns = ("subscription_id", "account_id", "plan_id", "started_at")
    path.write_text(f"{','.join(columns)}\ns-1,{GONE},pro,2026-01-01\n")
    shop.ingest("subscriptions", path, Mapping(table="subscriptions", columns={name: name for name in columns}))
    assert any("subscriptions-" in place for place in shop.keeping.search(GONE).found)


def _order(name: str, order_id: str, customer: str | None) -> Event:
    order = EventOrder(order_id=order_id, lines=[EventLine(item_id="tent")])
    return Event(event_id=name, type="order", at=NOW, customer_id=customer, order=order)


def test_orders_told_by_events_are_carried_once_also_after_a_customer_is_forgotten(shop: Shop) -> None:
    back = EventReturn(order_id=GONE, item_id="tent")
    waits = EventReturn(order_id=f"{GONE}1", item_id="tent")
    told = [
        _order("e-1", GONE, "900001"),
        _order("e-2", f"o-{GONE}", GONE),
        _order("e-3", f"guest-{GONE}", None),
        Event(event_id="e-4", type="return", at=NOW, returned=waits),
    ]
    assert shop.log_events(told, NOW).refused == []
    assert shop.keeping.compact().waiting == 1
    assert shop.keeping.forget(GONE).searched.found == []
    late = [
        Event(event_id="e-5", type="return", at=NOW, returned=back),
        Event(event_id="e-6", type="status", at=NOW, status=EventStatus(order_id=f"guest-{GONE}", status="completed")),
    ]
    assert shop.log_events(late, NOW).refused == []
    assert shop.keeping.compact().waiting == 1
    after = _orders(shop)
    assert {GONE: "900001", f"guest-{GONE}": None}.items() <= after.items()
    assert len(after) == 3
    assert shop.keeping.search(GONE).found == []


def test_what_nobody_told_of_their_order_goes_with_it(shop: Shop) -> None:
    """A file says whose the order is; the journal heard of it without a customer."""
    mine, others = f"o-{GONE}", "900009"
    status, back = EventStatus(order_id=mine, status="completed"), EventReturn(order_id=others, item_id="tent")
    told = [
        Event(event_id="e-1", type="status", at=NOW, status=status),
        Event(event_id="e-2", type="return", at=NOW, customer_id=GONE, returned=back),
        _order("e-3", others, "900001"),
        Event(event_id="e-4", type="status", at=NOW, status=EventStatus(order_id=others, status="completed")),
    ]
    assert shop.log_events(told, NOW).refused == []
    _ingest(shop, (mine, GONE))
    assert "events.order_id" in shop.keeping.search(GONE).found
    assert shop.keeping.forget(GONE).searched.found == []
    again = [Event(event_id="e-5", type="status", at=NOW, status=EventStatus(order_id=others, status="completed"))]
    assert shop.log_events(again, NOW).refused == []
    shop.keeping.compact()
    after = _orders(shop)
    assert (after[others], mine in after, len(after)) == ("900001", False, 2)
    assert shop.keeping.search("900001").found != []
