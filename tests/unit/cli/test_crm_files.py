"""Deals and contacts of a CRM, and subscriptions of Stripe, through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.conftest import Command
from tests.unit.ingest.vendors.conftest import FILES

from pairwell import create
from pairwell.errors import MappingError

_DEALS = (FILES / "hubspot_deals.json", FILES / "hubspot_line_items.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new workspace."""
    create(tmp_path / "shop").close()
    return tmp_path / "shop"


def test_deals_contacts_and_subscriptions_come_in(pairwell: Command, folder: Path) -> None:
    def take(*words: object) -> dict[str, Any]:
        shown = pairwell("ingest", *words, "--workspace", folder, "--json")
        assert shown.exit_code == 0, shown.output
        told: dict[str, Any] = json.loads(shown.stdout)
        for one in (told, *told["beside"]):
            assert one["read"] == one["taken"] + one["merged"] + one["refused"]
        return told

    orders = take("orders", *_DEALS)
    assert (orders["recognised"], orders["read"], orders["taken"]) == ("hubspot", 9, 3)
    assert orders["refused_by_reason"] == {"deal_not_won": 2, "deal_without_products": 1, "line_without_deal": 1}
    (consents,) = take("customers", FILES / "hubspot_contacts.json", "--source", "hubspot")["beside"]
    assert (consents["table"], consents["taken"]) == ("consents", 1)
    assert take("subscriptions", FILES / "stripe_subscriptions.json")["stored"] == {"subscriptions": 9}
    found = json.loads(pairwell("customer", "151", "--workspace", folder, "--json").stdout)
    assert (found["orders"], found["consents"]) == (1, {"email": False})
    assert ", 9 subscriptions" in pairwell("status", "--workspace", folder).stdout
    gone = json.loads(pairwell("forget", "cus_a", "--workspace", folder, "--json").stdout)
    assert (gone["removed"]["dataset subscriptions"], gone["searched"]["found"]) == (2, [])


def test_a_file_of_another_kind_is_told_where_it_belongs(pairwell: Command, folder: Path) -> None:
    told = pairwell("ingest", "orders", FILES / "hubspot_contacts.csv", "--source", "bitrix24", "--workspace", folder)
    assert isinstance(told.exception, MappingError)
    assert "is not Bitrix24's deals with their products" in str(told.exception)
    assert "pairwell ingest customers FILE --source hubspot" in (told.exception.hint or "")


def test_where_nothing_is_won_it_says_what_to_do(pairwell: Command, folder: Path, tmp_path: Path) -> None:
    text = (FILES / "bitrix24_deals.csv").read_text(encoding="utf-8").replace('"S"', '""')
    (tmp_path / "deals.csv").write_text(text.replace("Сделка успешна", "Отгружено"), encoding="utf-8")
    settings = folder / "pairwell.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"EUR"', '"RUB"', 1), encoding="utf-8")
    assert pairwell("publish", "--workspace", folder).exit_code == 0
    shown = pairwell("ingest", "orders", tmp_path / "deals.csv", "--workspace", folder)
    assert "No deal is known as won" in shown.stdout
    mapping = next((folder / ".pairwell" / "mappings").glob("orders-*.toml"))
    mapping.write_text('won = ["Отгружено"]\n' + mapping.read_text(encoding="utf-8"), encoding="utf-8")
    again = pairwell("ingest", "orders", tmp_path / "deals.csv", "--mapping", mapping, "--workspace", folder, "--json")
    assert json.loads(again.stdout)["stored"]["orders"] == 1
