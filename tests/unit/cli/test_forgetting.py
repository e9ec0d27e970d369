from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.cli.conftest import Command

from pairwell import create
from pairwell import open as open_workspace
from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.errors import ForgottenError
from pairwell.events import Event, EventFeedback, EventLine, EventOrder
from pairwell.shop.face import Shop

NOW = datetime.now(UTC) - timedelta(hours=1)
CUSTOMER, VISITOR, OTHER = "kunde-7f3a9c41-x", "browser-55d1e0aa", "other-0b7c2d9e"


def _live(shop: Shop, folder: Path, customer: str = CUSTOMER, *, learn: bool = False) -> str:
    """Let a customer buy, browse, complain and be answered; returns the id of a decision."""
    first, second = list(shop.facts.items())[:2]
    folder.mkdir()
    (folder / "orders.csv").write_text(
        "order_id,customer_id,placed_at,item_id,quantity,unit_price\n"
        f"x-1,{customer},2025-03-01,{first},1,5.00\nx-1,{customer},2025-03-01,{second},1,5.00\n"
        f"x-2,{OTHER},2025-03-02,{first},1,5.00\nx-3,{customer},never,{first},1,5.00\n"
    )
    (folder / "events.csv").write_text(
        "event_id,at,type,customer_id,visitor_id,item_id\n"
        f"e-1,2025-03-01T10:00:00Z,view,{customer},{VISITOR},{first}\n"
        f"e-2,2025-03-01T10:01:00Z,view,,{VISITOR},{second}\ne-3,2025-03-01T10:00:00Z,view,{OTHER},b-2,{first}\n"
    )
    (folder / "consents.csv").write_text(f"customer_id,channel,given,at\n{customer},email,yes,2025-01-01\n")
    for table in ("orders", "events", "consents"):
        shop.ingest(table, folder / f"{table}.csv")
    decision = shop.decide(
        {
            "placement": "cart",
            "cart": [{"item_id": first, "quantity": 1}],
            "customer_id": customer,
            "visitor_id": VISITOR,
            "request_id": f"r-{customer}",
        }
    ).decision_id
    order = EventOrder(order_id=f"o-{customer}", lines=[EventLine(item_id=second)])
    said = EventFeedback(kind="complaint", text=f"{customer} is angry")
    events = [
        Event(event_id=f"v-{customer}", type="view", at=NOW, visitor_id=VISITOR, item_id=first),
        Event(event_id=f"o-{customer}", type="order", at=NOW, customer_id=customer, order=order),
        Event(event_id="f-1", type="feedback", at=NOW, customer_id=customer, feedback=said),
        Event(event_id="f-2", type="view", at=NOW, customer_id=OTHER, item_id=first),
    ]
    assert shop.log_events(events).accepted == len(events)
    if learn:
        shop.learn()
    return decision


def _bytes(folder: Path, *words: str) -> list[str]:
    needles = [word.encode() for word in words]
    return [str(p) for p in folder.rglob("*") if p.is_file() and any(n in p.read_bytes() for n in needles)]


def test_a_forgotten_customer_is_found_nowhere(learned: Path, tmp_path: Path, pairwell: Command) -> None:
    with open_workspace(learned) as shop:
        decision = _live(shop, tmp_path / "files", learn=True)
        assert CUSTOMER in shop.tastes.read([CUSTOMER])
        before, orders = shop.status(), shop.dataset.table("orders").count().to_pyarrow().as_py()
        shop.keeping.backup(tmp_path / "b.tar.gz")
        there = shop.keeping.search(CUSTOMER)
        assert {"people", "customers", "owned", "taste"} < set(there.found)
        assert any(place.startswith(".pairwell/quarantine") for place in there.found)
        assert any(place.startswith(".pairwell/dataset/orders") for place in there.found)
    told = pairwell("forget", CUSTOMER, "--workspace", learned, "--json")
    assert told.exit_code == 0, told.output
    done = json.loads(told.stdout)
    assert (done["searched"]["found"], done["searched"]["bytewise"], done["visitors"]) == ([], True, 1)
    assert [backup["path"] for backup in done["backups"]] == [str(tmp_path / "b.tar.gz")]
    assert done["removed"]["dataset orders"] == 2
    assert done["removed"]["dataset events"] == 3
    assert not _bytes(learned, CUSTOMER, VISITOR)
    with open_workspace(learned) as shop:
        with pytest.raises(ForgottenError):
            shop.journal.read_decision(decision)
        after = shop.status()
        assert shop.dataset.table("orders").count().to_pyarrow().as_py() == orders
        assert (after.journal, after.model) == (before.journal, before.model)
        assert OTHER in shop.tastes.read([OTHER])
        assert shop.facts.customers([OTHER])[OTHER].orders == 1
        assert [b.event_id for b in shop.journal.behaviour(["view"], until=datetime.now(UTC))] == ["f-2"]
        shop.learn()
        assert not shop.tastes.read([CUSTOMER])
    assert not _bytes(learned, CUSTOMER, VISITOR)
    again = json.loads(pairwell("forget", CUSTOMER, "--workspace", learned, "--json").stdout)
    assert (again["searched"]["found"], again["visitors"]) == ([], 0)
    assert pairwell("forget", CUSTOMER, "--check", "--workspace", learned).exit_code == 0
    assert pairwell("forget", OTHER, "--check", "--workspace", learned).exit_code == 1


@pytest.mark.parametrize("step", ["sweep_dataset", "_forget_operations", "erase_traces"])
def test_killed_half_way_another_run_finishes(
    learned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with open_workspace(learned) as shop:
        _live(shop, tmp_path / "files")
        with monkeypatch.context() as patched:
            patched.setattr(f"pairwell.shop.keeping.forget.{step}", _killed)
            with pytest.raises(KeyboardInterrupt):
                shop.keeping.forget(CUSTOMER)
        done = shop.keeping.forget(OTHER if step == "erase_traces" else CUSTOMER)
        assert done.searched.found == []
        assert shop.keeping.search(CUSTOMER).found == []
    assert not _bytes(learned, CUSTOMER, VISITOR)


def test_a_pseudonym_is_forgotten_by_the_shops_own_id(learned: Path, tmp_path: Path) -> None:
    with open_workspace(learned) as shop:
        pseudonym = pseudonym_of(read_secret(shop.workspace), CUSTOMER)
        _live(shop, tmp_path / "files", pseudonym)
        assert _bytes(learned, pseudonym)
        assert shop.keeping.forget(CUSTOMER).searched.found == []
    assert not _bytes(learned, pseudonym, VISITOR)


def test_no_model_holds_a_customer(learned: Path, tmp_path: Path) -> None:
    with open_workspace(learned) as shop:
        _live(shop, tmp_path / "files", learn=True)
        assert not _bytes(shop.workspace.models, CUSTOMER, VISITOR, OTHER)


def test_a_visitor_alone_can_be_forgotten(learned: Path) -> None:
    with open_workspace(learned) as shop:
        shop.log_events([Event(event_id="n-1", type="view", at=NOW, visitor_id=VISITOR, item_id="tent")])
        assert shop.keeping.search(VISITOR, visitor=True).found
        assert shop.keeping.forget(VISITOR, visitor=True).searched.found == []
    assert not _bytes(learned, VISITOR)


def test_the_check_fails_while_they_are_there_and_not_for_orders_of_others(tmp_path: Path, pairwell: Command) -> None:
    folder, path = tmp_path / "shop", tmp_path / "orders.csv"
    create(folder).close()
    rows = ["order_id,customer_id,item_id,quantity,placed_at", "77536365,900002,tent,1,2026-10-01"]
    path.write_text("\n".join([*rows, "536365,900001,lamp,1,2026-10-02\n"]))
    assert pairwell("ingest", "orders", path, "--workspace", folder).exit_code == 0
    told = pairwell("forget", "536365", "--check", "--workspace", folder)
    assert told.exit_code == 0, told.output
    assert "found nowhere" in told.stdout
    assert "stand for something else" in told.stdout
    path.write_text("\n".join([*rows, "800000,536365,lamp,1,2026-10-02\n"]))
    assert pairwell("ingest", "orders", path, "--workspace", folder).exit_code == 0
    assert pairwell("forget", "536365", "--check", "--workspace", folder).exit_code == 1


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
