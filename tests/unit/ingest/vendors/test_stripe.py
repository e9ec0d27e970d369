from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from tests.unit.ingest.vendors.conftest import FILES, Importer

LISTED, EXPORTED = "stripe_subscriptions.json", "stripe_subscriptions.csv"
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
SECOND = datetime(2026, 2, 2, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def owned(importer: Importer, *customers: str) -> dict[str, list[str]]:
    items = ["price_calls", "price_team", "price_pro", "mug", "cup"]
    return {one: sorted(importer.facts.owned(one, items)) for one in customers}


def everybody(importer: Importer) -> dict[str, list[str]]:
    return owned(importer, *(f"cus_{letter}" for letter in "abcdefghij"))


def test_every_subscription_is_accounted_for(importer: Importer) -> None:
    report = importer.take("subscriptions", LISTED)
    assert report.recognised == "stripe"
    assert (report.read, report.taken, report.refused) == (11, 9, 2)
    assert report.refused_by_reason == {"subscription_not_begun": 2}
    rows = importer.rows("subscriptions", "subscription_id", "account_id", "plan_id", "ended_at", "seats", "is_trial")
    assert sorted(rows) == [
        ("sub_active", "cus_a", "price_calls", None, None, False),  # metered: nobody counts seats
        ("sub_active", "cus_a", "price_team", None, 3, False),
        ("sub_gone", "cus_f", "price_team", SECOND, 3, False),
        ("sub_kept", "cus_j", "price_pro", None, 1, False),  # only its bills rest
        ("sub_late", "cus_d", "price_team", None, 3, False),
        ("sub_later", "cus_b", "price_pro", MARCH, 1, False),  # ran to the end of its period
        ("sub_paused", "cus_g", "price_pro", FEBRUARY, 1, False),
        ("sub_trial", "cus_c", "price_pro", None, 1, True),
        ("sub_unpaid", "cus_e", "price_team", FEBRUARY, 3, False),
    ]


def test_a_plan_is_owned_while_it_runs(importer: Importer) -> None:
    importer.take("subscriptions", LISTED)
    assert everybody(importer) == {
        "cus_a": ["price_calls", "price_team"],
        "cus_b": [],
        "cus_c": [],  # tries it
        "cus_d": ["price_team"],
        "cus_e": [],
        "cus_f": [],
        "cus_g": [],
        "cus_h": [],
        "cus_i": [],
        "cus_j": ["price_pro"],
    }


def test_the_same_file_again_changes_nothing_and_a_newer_one_replaces(importer: Importer) -> None:
    importer.take("subscriptions", LISTED)
    again = importer.take("subscriptions", LISTED)
    assert not any(again.stored.values())
    page = json.loads((FILES / LISTED).read_text(encoding="utf-8"))
    first = page["data"][0]
    first["items"]["data"] = first["items"]["data"][:1]  # the meter is gone, the team plan became pro
    first["items"]["data"][0]["price"]["id"] = "price_pro"
    page["data"][1] |= {"status": "canceled", "ended_at": 1769990400}
    page["data"][2] |= {"status": "active"}
    importer.take("subscriptions", importer.write("newer.json", json.dumps(page)))
    assert owned(importer, "cus_a", "cus_b", "cus_c", "cus_d") == {
        "cus_a": ["price_pro"],
        "cus_b": [],
        "cus_c": ["price_pro"],
        "cus_d": ["price_team"],
    }


def test_one_that_is_cancelled_for_later_runs_until_then(importer: Importer) -> None:
    page = json.loads((FILES / LISTED).read_text(encoding="utf-8"))
    running = {**page["data"][0], "status": "active", "ended_at": None}
    page["data"] = [
        {**running, "id": "sub_past", "customer": "cus_past", "cancel_at": 1_769_990_400},
        {**running, "id": "sub_ahead", "customer": "cus_ahead", "cancel_at": 4_102_444_800},
    ]
    importer.take("subscriptions", importer.write("cancelled.json", json.dumps(page)))
    assert owned(importer, "cus_past")["cus_past"] == []
    assert owned(importer, "cus_ahead")["cus_ahead"] != []


def test_the_dashboards_export_says_the_same_of_plans(importer: Importer) -> None:
    report = importer.take("subscriptions", EXPORTED)
    assert (report.recognised, report.read, report.taken, report.refused) == ("stripe", 6, 5, 1)
    began = {moment for (moment,) in importer.rows("subscriptions", "started_at")}
    assert began == {datetime(2026, 1, 1, tzinfo=UTC)}
    before = everybody(importer)
    assert {who for who, plans in before.items() if plans} == {"cus_a"}
    assert "example.com" not in str(importer.rows("subscriptions", "subscription_id", "account_id", "plan_id"))


def test_what_is_bought_stays_beside_what_is_subscribed(importer: Importer) -> None:
    importer.take("subscriptions", LISTED)
    text = "order,customer,item,price,quantity,date\n1,cus_f,mug,5,1,2026-01-05\n2,cus_a,cup,5,1,2026-01-05\n"
    importer.take("orders", importer.write("orders.csv", text))
    assert owned(importer, "cus_a", "cus_f") == {"cus_a": ["cup", "price_calls", "price_team"], "cus_f": ["mug"]}


def test_pseudonyms_hold_for_subscriptions(importer: Importer) -> None:
    importer.take("subscriptions", LISTED, pseudonyms=True)
    accounts = {one for (one,) in importer.rows("subscriptions", "account_id")}
    assert len(accounts) == 8
    assert not any(one.startswith("cus_") for one in accounts)


@pytest.mark.parametrize("status", ["canceled", "unpaid", "paused"])
def test_what_ended_at_no_moment_that_is_told_ended_all_the_same(importer: Importer, status: str) -> None:
    header, first, *_ = (FILES / EXPORTED).read_text(encoding="utf-8").splitlines()
    row = first.replace(",active,", f",{status},").replace("2026-02-01 00:00,", ",")
    importer.take("subscriptions", importer.write("bare.csv", f"{header}\n{row}\n"), source="stripe")
    assert owned(importer, "cus_a") == {"cus_a": []}
