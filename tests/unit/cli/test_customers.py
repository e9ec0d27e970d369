from __future__ import annotations

import json
from pathlib import Path

import pytest

from pairwell import create
from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.errors import NotFoundError
from pairwell.shop.face import Shop

from .conftest import Command


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A workspace that knows one customer, by files as small as can be."""
    orders, consents = tmp_path / "orders.csv", tmp_path / "consents.csv"
    orders.write_text(
        "order_id,item_id,title,quantity,unit_price,placed_at,customer_id\n"
        "1,cup,Cup,2,3.00,2026-01-01,ann\n2,pot,Pot,1,9.00,2026-01-02,ann\n"
    )
    consents.write_text("customer_id,channel,given,at\nann,email,no,2026-01-01\nann,sms,yes,2026-01-01\n")
    with create(tmp_path / "shop") as shop:
        shop.ingest("orders", orders)
        shop.ingest("consents", consents)
    return tmp_path / "shop"


def test_what_is_known_of_a_customer_is_shown(pairwell: Command, told: Path) -> None:
    shown = pairwell("customer", "ann", "--workspace", told)
    assert shown.exit_code == 0
    assert "Orders: 2, the last on 2026-01-02 00:00; 0 with something taken off" in shown.stdout
    assert "Consents: email no, sms yes" in shown.stdout
    found = json.loads(pairwell("customer", "ann", "--workspace", told, "--json").stdout)
    assert (found["orders"], found["units"], found["consents"]) == (2, 3, {"email": False, "sms": True})


def test_of_whom_nothing_is_known_is_said_so(pairwell: Command, told: Path) -> None:
    assert isinstance(pairwell("customer", "zed", "--workspace", told).exception, NotFoundError)


def test_status_counts_what_was_told(pairwell: Command, told: Path) -> None:
    shown = pairwell("status", "--workspace", told)
    assert "Told of them: 2 consents, 0 needs, 0 pieces of feedback, 0 order statuses" in shown.stdout


def test_a_pseudonymous_customer_is_found_by_the_shops_own_id(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "order_id,item_id,title,quantity,unit_price,placed_at,customer_id\n1,cup,Cup,2,3.00,2026-01-01,ann\n"
    )
    with create(tmp_path / "shop") as shop:
        drafted = shop.workspace.settings_file
        drafted.write_text(drafted.read_text().replace("pseudonyms = false", "pseudonyms = true"))
        shop.publish()
    with Shop(shop.workspace) as again:
        again.ingest("orders", orders)
        assert again.customer("ann") == again.customer(pseudonym_of(read_secret(again.workspace), "ann"))
