from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.ingest.facts import write_facts
from pairwell.ingest.load import IngestOptions, ingest_files
from pairwell.operations import schema

pytestmark = pytest.mark.usefixtures("facts_at_once")

HEADER = "subscription_id,account_id,plan_id,started_at,ended_at,seats,is_trial"


def held(loader: Loader, customer: str) -> set[str]:
    return loader.facts.owned(customer, ["basic", "extra", "pro"])


def test_a_subscription_is_replaced_by_its_id(loader: Loader) -> None:
    loader.load("subscriptions", HEADER, "s1,c1,basic,2026-01-01,,2,no", "s1,c1,extra,2026-01-01,,,no")
    assert held(loader, "c1") == {"basic", "extra"}
    loader.load("subscriptions", HEADER, "s1,c1,pro,2026-01-01,,3,no")
    assert held(loader, "c1") == {"pro"}
    loader.load("subscriptions", HEADER, "s1,c2,pro,2026-01-01,,3,no")
    assert (held(loader, "c1"), held(loader, "c2")) == (set(), {"pro"})


def test_of_several_files_the_last_that_tells_of_it_counts(loader: Loader) -> None:
    parts = {
        "january.csv": ("s1,c1,basic,2026-01-01,,2,no", "s1,c1,extra,2026-01-01,,,no", "s2,c2,basic,2026-01-01,,,no"),
        "february.csv": ("s1,c1,pro,2026-01-01,,3,no",),
    }
    files = [loader.folder / name for name in parts]
    for path, rows in zip(files, parts.values(), strict=True):
        path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    report = ingest_files("subscriptions", files, place=loader.place, options=IngestOptions(), now=NOW)
    assert (held(loader, "c1"), held(loader, "c2")) == ({"pro"}, {"basic"})
    assert (report.read, report.taken, report.merged) == (4, 2, 2)


def test_one_id_under_two_accounts_is_what_each_of_them_holds(loader: Loader) -> None:
    loader.load("subscriptions", HEADER, "s1,c5,basic,2026-01-01,,,no", "s1,c6,pro,2026-01-01,,,no")
    assert (held(loader, "c5"), held(loader, "c6")) == ({"basic"}, {"pro"})


def test_a_plan_that_has_not_begun_is_not_owned(loader: Loader) -> None:
    loader.load("subscriptions", HEADER, f"s1,c1,pro,{NOW + timedelta(days=2):%Y-%m-%d},,,no")
    assert held(loader, "c1") == set()


def test_one_without_an_id_is_called_by_its_content(loader: Loader) -> None:
    header = "account_id,plan_id,started_at,ended_at"
    loader.load("subscriptions", header, "c1,pro,2026-01-01,")
    assert held(loader, "c1") == {"pro"}
    loader.load("subscriptions", header, "c1,pro,2026-01-01,2026-02-01")
    assert held(loader, "c1") == set()
    assert len(loader.rows("subscriptions", "subscription_id")) == 1


def test_an_end_that_lies_ahead_is_none_yet(loader: Loader) -> None:
    row = f"s1,c1,pro,2026-01-01,{NOW + timedelta(days=2):%Y-%m-%d},,no"
    loader.load("subscriptions", HEADER, row)
    assert held(loader, "c1") == {"pro"}


def test_what_cannot_be_is_refused_by_its_rule(loader: Loader) -> None:
    report = loader.load(
        "subscriptions",
        HEADER,
        "s1,,pro,2026-01-01,,,no",
        "s2,c1,,2026-01-01,,,no",
        "s3,c1,pro,,,,no",
        "s4,c1,pro,2026-02-01,2026-01-01,,no",
        "s5,c1,pro,2026-02-01,,2.5,no",
        "s6,c1,pro,2026-02-01,,,perhaps",
        "s7,c1,pro,2026-02-01,,,",
        "s7,c1,pro,2026-02-02,,,",
    )
    assert report.refused_by_reason == {
        "bad_flag": 1,
        "bad_number": 1,
        "ends_before_start": 1,
        "no_account_id": 1,
        "no_plan_id": 1,
        "no_started_at": 1,
    }
    assert report.merged_by_rule == {"repeated_id": 1}
    assert loader.rows("subscriptions", "started_at") == [(datetime(2026, 2, 2, tzinfo=UTC),)]


def test_columns_that_are_called_so_are_found(loader: Loader) -> None:
    path = loader.folder / "export.csv"
    path.write_text("account_id,plan_id,started_at,seats,is_trial\nc1,pro,2026-01-01,2,no\nc2,pro,2026-01-03,1,yes\n")
    report = ingest_files("subscriptions", [path], place=loader.place, now=NOW)
    assert (report.taken, report.columns["account_id"], report.columns["seats"]) == (2, "account_id", "seats")
    assert (held(loader, "c1"), held(loader, "c2")) == ({"pro"}, set())


def test_plans_that_nobody_knows_are_named(loader: Loader) -> None:
    loader.load("items", "item_id,title,kind", "pro,Pro,plan")
    report = loader.load("subscriptions", HEADER, "s1,c1,pro,2026-01-01,,,no", "s2,c1,price_1,2026-01-01,,,no")
    (note,) = report.notes
    assert note.startswith("Plans that neither a price list, a catalogue nor an order knows: 1 (price_1).")


def test_plans_of_a_price_list_are_known_and_owned(loader: Loader) -> None:
    loader.load("plans", "plan_id,fee", "pro,100")
    report = loader.load("subscriptions", HEADER, "s1,c1,pro,2026-01-01,,,no")
    assert (report.notes, held(loader, "c1"), loader.facts.items()["pro"].kind) == ([], {"pro"}, "plan")


def test_facts_told_at_once_and_step_by_step_are_the_same(loader: Loader) -> None:
    order = "order_id,item_id,quantity,unit_price,placed_at,customer_id"
    loader.load("orders", order, "1,basic,1,5,2026-01-05,c1", "2,extra,1,5,2026-01-06,c3")
    loader.load("subscriptions", HEADER, "s1,c1,pro,2026-01-01,,,no", "s2,c2,pro,2026-01-01,,,no")
    people = ("c1", "c2", "c3")
    step_by_step = [held(loader, one) for one in people], loader.facts.customers(people)
    with loader.database.write() as connection:
        for table in (schema.owned, schema.customers, schema.epochs):
            connection.execute(table.delete())
    write_facts(loader.dataset, loader.facts, timezone="UTC", now=NOW)
    assert ([held(loader, one) for one in people], loader.facts.customers(people)) == step_by_step
    assert step_by_step[0] == [{"basic", "pro"}, {"pro"}, {"extra"}]
