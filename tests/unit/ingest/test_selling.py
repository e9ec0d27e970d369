"""Accounts, benefits, stories, sellers and targets from files."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.ingest.load import IngestReport
from pairwell.ingest.periods import Span, read_fee_period, read_span


def twice(loader: Loader, table: str, head: str, *rows: str) -> IngestReport:
    """What a file does that is then taken in again, which changes nothing."""
    first = loader.load(table, head, *rows)
    again = loader.load(table, head, *rows, now=NOW + timedelta(days=1))
    assert (again.snapshot, again.taken, again.refused) == (first.snapshot, first.taken, first.refused)
    return first


def test_accounts_are_customers_that_are_firms(loader: Loader) -> None:
    report = twice(
        loader, "accounts", "account_id,attributes.industry,attributes.kind", "acme,it,other", "zen,,", ",x,"
    )
    assert (report.taken, report.refused_by_reason) == (2, {"no_account_id": 1})
    rows = {name: json.loads(said) for name, said in loader.rows("customers", "customer_id", "attributes")}
    assert rows == {"acme": {"industry": "it", "kind": "firm"}, "zen": {"kind": "firm"}}
    assert loader.rows("customers", "account_id") == [(None,), (None,)]
    facts = loader.facts.customers(["acme"])["acme"]
    assert facts.attributes == {"industry": "it", "kind": "firm"}


def test_what_is_new_of_an_account_holds_from_now(loader: Loader) -> None:
    loader.load("accounts", "account_id,attributes.industry", "acme,it")
    loader.load("accounts", "account_id,attributes.industry", "acme,retail", now=NOW + timedelta(days=1))
    before = loader.dataset.table("customers", as_of=NOW).to_pyarrow().to_pylist()
    after = loader.dataset.table("customers").to_pyarrow().to_pylist()
    assert ("it" in before[0]["attributes"], "retail" in after[0]["attributes"]) == (True, True)


def test_benefits_are_of_a_feature_or_a_meter_and_save_something(loader: Loader) -> None:
    report = twice(
        loader,
        "benefits",
        "feature,meter,minutes,money,text",
        "Lead scoring,,600,,no lists by hand",
        ",Assessments,45,,",
        "sso,logins,,0.50,",
        ",,5,,",
        "empty,,,,",
        "less,,-5,,",
        ",assessments,50,,",
    )
    assert (report.refused_by_reason, report.merged_by_rule) == ({"empty_benefit": 3}, {"repeated_id": 1})
    assert loader.rows("benefits", "feature", "meter", "minutes", "money_minor") == [
        ("", "assessments", 50.0, None),
        ("lead_scoring", "", 600.0, None),
        ("sso", "logins", None, 50),
    ]


def test_stories_are_told_in_languages(loader: Loader) -> None:
    rows = ("s1,We halved it,EN,it", "s1,Вдвое быстрее,ru,it", "s2,words,klingon-,it", "s3,,en,it", ",words,en,it")
    report = twice(loader, "stories", "story_id,text,locale,industry", *rows, "s4,words,,it")
    assert report.refused_by_reason == {"no_locale": 1, "no_story_id": 1, "no_text": 1, "unknown_locale": 1}
    assert loader.rows("stories", "story_id", "locale") == [("s1", "en"), ("s1", "ru")]


def test_sellers_move_between_stores(loader: Loader) -> None:
    twice(loader, "sellers", "seller_id,store,name", "s1,North,Ann", "s2,South,")
    loader.load("sellers", "seller_id,store", "s1,South", now=NOW + timedelta(days=1))
    now = loader.dataset.table("sellers").order_by("seller_id").to_pyarrow().to_pylist()
    assert [(row["seller_id"], row["store"], row["name"]) for row in now] == [
        ("s1", "South", "Ann"),
        ("s2", "South", None),
    ]
    before = loader.dataset.table("sellers", as_of=NOW).order_by("seller_id").to_pyarrow().to_pylist()
    assert [row["store"] for row in before] == ["North", "South"]


def test_targets_are_for_a_month_a_quarter_or_a_year(loader: Loader) -> None:
    loader.settle(shop={"prices_include_tax": False})
    report = twice(
        loader,
        "targets",
        "seller_id,period,revenue,attach_rate",
        "s1,2026-11,1000,",
        "s1,Q4 2026,,30 %",
        "s1,2026,5000,0.25",
        "s1,soon,1,",
        "s1,2026-12,,",
        "s1,2026-12,,1.5",
        ",2026-12,1,",
        "s1,,1,",
        "s1,ноябрь 2026,2000,",
    )
    assert report.refused_by_reason == {
        "bad_share": 1,
        "empty_target": 1,
        "no_period": 1,
        "no_seller_id": 1,
        "unknown_period": 1,
    }
    assert report.merged_by_rule == {"repeated_id": 1}
    assert loader.rows("targets", "first_day", "months", "revenue_minor", "attach_rate") == [
        ("2026-01-01", 12, 500_000, 0.25),
        ("2026-10-01", 3, None, 0.3),
        ("2026-11-01", 1, 200_000, None),
    ]


@pytest.mark.parametrize(
    ("said", "first_day", "months"),
    [
        ("2026-11", "2026-11-01", 1),
        ("11/2026", "2026-11-01", 1),
        ("202611", "2026-11-01", 1),
        ("2026-11-01", "2026-11-01", 1),
        ("01.11.2026", "2026-11-01", 1),
        ("Nov 2026", "2026-11-01", 1),
        ("март 2026 г.", "2026-03-01", 1),
        ("май 2026", "2026-05-01", 1),
        ("październik 2026", "2026-10-01", 1),
        ("2026Q2", "2026-04-01", 3),
        ("4 квартал 2026", "2026-10-01", 3),
        ("IV kwartał 2026", "2026-10-01", 3),
        ("2026", "2026-01-01", 12),
    ],
)
def test_periods_are_read_as_people_write_them(said: str, first_day: str, months: int) -> None:
    assert read_span(said) == Span(first_day, months)


@pytest.mark.parametrize("said", ["", "13.2026", "2026-13", "Q5 2026", "soon", "spring 2026", "1126"])
def test_what_names_no_period_is_none(said: str) -> None:
    assert read_span(said) is None


def test_fees_are_for_a_month_or_a_year() -> None:
    assert [read_fee_period(said) for said in ("per month", "в год", "Miesięcznie", "week")] == [
        "month",
        "year",
        "month",
        None,
    ]
