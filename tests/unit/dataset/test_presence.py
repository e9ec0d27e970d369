"""What a workspace was told of, by the files that it stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairwell import create
from pairwell.config.workspace import Workspace
from pairwell.dataset.presence import find_told
from pairwell.shop.face import Shop

_ORDERS = "order_id,item_id,placed_at,unit_price{more}\no{n},tent,2026-10-01,100{cell}\n"
_PLANS = "plan_id,title,fee\npayg,Pay as you go,75\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return create(tmp_path / "shop")


def _ingest(shop: Shop, table: str, rows: str) -> frozenset[str]:
    path = shop.workspace.root / f"{table}-{len(rows)}.csv"
    path.write_text(rows, "utf-8")
    shop.ingest(table, path)
    return find_told(shop.workspace)


def test_before_anything_nothing_is_told(tmp_path: Path) -> None:
    assert find_told(Workspace(tmp_path)) == frozenset()


def test_orders_tell_of_sellers_where_one_names_somebody(shop: Shop) -> None:
    assert _ingest(shop, "orders", _ORDERS.format(more="", n=1, cell="")) == frozenset()
    assert _ingest(shop, "orders", _ORDERS.format(more=",seller_id", n=22, cell=",s1")) == {"sellers"}


def test_sellers_that_no_order_names_are_not_enough(shop: Shop) -> None:
    assert _ingest(shop, "sellers", "seller_id,name\ns1,Till 1\n") == frozenset()


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("plans", _PLANS),
        ("accounts", "account_id,name\nacme,Acme\n"),
        ("subscriptions", "account_id,plan_id,started_at\nacme,payg,2026-01-15\n"),
    ],
)
def test_a_firm_a_plan_or_what_one_holds_tells_of_accounts(shop: Shop, table: str, rows: str) -> None:
    if table == "subscriptions":
        assert _ingest(shop, "plans", _PLANS)
    assert _ingest(shop, table, rows) == {"accounts"}


def test_customers_who_are_no_firms_tell_of_none(shop: Shop) -> None:
    assert _ingest(shop, "customers", "customer_id,region\nc1,Coast\n") == frozenset()


def test_a_file_that_cannot_be_read_may_tell_of_anything(shop: Shop) -> None:
    assert _ingest(shop, "orders", _ORDERS.format(more="", n=333, cell="")) == frozenset()
    for file in shop.workspace.dataset.glob("orders-*.parquet"):
        other = shop.workspace.dataset / "orders-damaged.parquet"
        file.replace(other)
        other.write_bytes(b"PAR1")
    (newest,) = shop.workspace.snapshots.glob("1.json")
    text = newest.read_text("utf-8")
    name = next(one for one in text.split('"') if one.startswith("orders-"))
    newest.write_text(text.replace(name, "orders-damaged.parquet"), "utf-8")
    assert find_told(shop.workspace) == {"sellers"}
