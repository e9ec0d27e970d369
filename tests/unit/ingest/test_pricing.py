"""Price lists: plans with meters told in any of their ways, what cannot be, and the items that plans are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.dataset.priced import read_plans, read_price_list
from pairwell.plans import Meter, Plan, Tier

HEAD = "plan_id,family,tier,fee,period"
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def net(loader: Loader) -> None:
    loader.settle(shop={"prices_include_tax": False})


def plans(loader: Loader) -> dict[str, Plan]:
    return read_plans(loader.dataset)


def test_a_row_with_columns_for_each_meter_is_a_plan(loader: Loader) -> None:
    head = f"{HEAD},title,features,features.sso,meters.messages.included,meters.messages.price,meters.calls.included"
    report = loader.load(
        "plans",
        head,
        "payg,chat,1,75.00,month,Pay as you go,,no,1,0.505,—",
        'scale,chat,2,1200,yearly,Scale,"Lead scoring; Export",yes,15000,0.1,unlimited',
    )
    assert (report.taken, report.refused, report.stored) == (2, 0, {"plans": 2, "items": 2})
    found = plans(loader)
    assert found["payg"].meters == (
        Meter(meter="messages", included=Decimal(1), tiers=(Tier(price_minor=Decimal("50.5")),)),
    )
    assert found["scale"] == Plan(
        plan_id="scale",
        family="chat",
        tier=2,
        fee_minor=120_000,
        title="Scale",
        period="year",
        features=("lead_scoring", "export", "sso"),
        meters=(
            Meter(meter="calls", tiers=(Tier(price_minor=Decimal(0)),)),
            Meter(meter="messages", included=Decimal(15_000), tiers=(Tier(price_minor=Decimal(10)),)),
        ),
    )


def test_a_row_for_each_meter_and_step_is_the_same_as_json(loader: Loader) -> None:
    rows = (
        "pro,100,api calls,1000,0.02,5000,100,50,,",
        "pro,,API calls,,0.01,,,,,",
        "pro,100,seats used,3,,,,,yes,no",
    )
    loader.load("plans", "plan_id,fee,meter,included,price,up_to,block,cap,per_seat,volume", *rows)
    long = plans(loader)["pro"]
    assert long.meters[0] == Meter(
        meter="api_calls",
        included=Decimal(1000),
        block=Decimal(100),
        tiers=(Tier(price_minor=Decimal(2), up_to=Decimal(5000)), Tier(price_minor=Decimal(1))),
        cap_minor=5000,
    )
    assert long.meters[1] == Meter(meter="seats_used", included=Decimal(3), per_seat=True)
    json = (
        '[{"meter":"API-calls","included":1000,"block":100,"cap_minor":5000,"tiers":'
        '[{"price_minor":2,"up_to":5000},{"price_minor":"1"}]},{"meter":"seats_used","included":3,"per_seat":true}]'
    )
    again = loader.load("plans", "plan_id,fee,meters", f'pro,100,"{json.replace(chr(34), chr(34) * 2)}"')
    assert (again.refused, again.stored) == (0, {"plans": 0, "items": 0})


def test_what_cannot_be_is_refused_by_its_rule(loader: Loader) -> None:
    head = "plan_id,kind,fee,period,seats_included,seats_max,meters,meter,included,price,block"
    report = loader.load(
        "plans",
        head,
        ",,1,,,,,,,,",
        "a,,,,,,,,,,",
        "b,thing,1,,,,,,,,",
        "c,,1,week,,,,,,,",
        "d,,1,,5,3,,,,,",
        "e,,-1,,,,,,,,",
        "f,,1,,,,not json,,,,",
        "g,,1,,,,,calls,-2,,",
        "h,,1,,,,,calls,2,,0",
        "i,,1,,,,,calls,2,1,",
        "i,,1,,,,,calls,2,3,",
        "j,,1,,,,,calls,2,,",
        "j,,2,,,,,mails,2,,",
        "k,,some,,,,,,,,",
        "l,,1,,,2.5,,,,,",
    )
    assert report.refused_by_reason == {
        "no_plan_id": 1,
        "no_fee": 1,
        "unknown_kind": 1,
        "unknown_period": 1,
        "bad_plan": 2,
        "bad_meter": 5,
        "plan_contradicts": 2,
        "bad_number": 2,
    }
    assert (report.taken, plans(loader)) == (0, {})


def test_blocks_of_nothing_are_refused_and_none_is_one(loader: Loader) -> None:
    report = loader.load("plans", "plan_id,fee,meter,included,block", "a,1,calls,2,0", "b,1,calls,2,")
    assert report.refused_by_reason == {"bad_meter": 1}
    assert plans(loader)["b"].meters == (Meter(meter="calls", included=Decimal(2)),)


def test_the_last_of_several_plain_rows_counts(loader: Loader) -> None:
    report = loader.load("plans", HEAD, "pro,f,1,10,month", "pro,f,1,12,month")
    assert (report.merged_by_rule, plans(loader)["pro"].fee_minor) == ({"repeated_id": 1}, 1200)


def test_a_plan_may_be_told_once_and_its_meters_below(loader: Loader) -> None:
    rows = ("pro,f,3,10,month,,", "pro,,,,,calls,5", "pro,,,,,calls,5")
    report = loader.load("plans", f"{HEAD},meter,included", *rows)
    assert (report.taken, report.merged_by_rule) == (2, {"repeated_id": 1})
    assert plans(loader)["pro"].meters == (Meter(meter="calls", included=Decimal(5)),)


def test_without_a_tier_what_a_month_costs_orders_a_family(loader: Loader) -> None:
    rows = ("large,f,,50,month", "small,f,,10,month", "same,f,,120,year", "alone,g,,99,month", "said,f,7,1,month")
    loader.load("plans", HEAD, *rows)
    assert {name: plan.tier for name, plan in plans(loader).items()} == {
        "said": 7,
        "small": 2,
        "same": 2,
        "large": 3,
        "alone": 1,
    }


def test_add_ons_are_a_family_of_their_own_and_are_services(loader: Loader) -> None:
    loader.load("plans", "plan_id,kind,fee,requires", "pro,plan,100,", "sms,Add-on,5,pro; max", "mail,дополнение,5,")
    found = plans(loader)
    assert (found["sms"].kind, found["sms"].family, found["sms"].requires) == ("add_on", "sms", ("pro", "max"))
    assert (found["pro"].kind, found["pro"].family, found["mail"].kind) == ("plan", "plans", "add_on")
    items = loader.facts.items()
    assert {name: items[name].kind for name in items} == {"pro": "plan", "sms": "service", "mail": "service"}
    assert (items["pro"].price_minor, items["pro"].family, items["sms"].family) == (10_000, "plans", None)


def test_what_a_catalogue_says_of_a_plan_counts_before_the_price_list(loader: Loader) -> None:
    loader.load("items", "item_id,title,price,kind", "pro,Professional,99,plan")
    loader.load("plans", f"{HEAD},title,cost", "pro,f,2,120,month,Pro,30")
    item = loader.facts.items()["pro"]
    assert (item.title, item.price_minor, item.tier, item.cost_minor) == ("Professional", 9900, 2, 3000)


def test_the_same_list_changes_nothing_and_a_new_fee_holds_from_now(loader: Loader) -> None:
    loader.load("plans", f"{HEAD},seats_max", "pro,f,1,10,month,5", "max,f,2,20,month,9")
    first = loader.dataset.newest().number
    again = loader.load("plans", f"{HEAD},seats_max", "pro,f,1,10,month,5", "max,f,2,20,month,9")
    assert (again.snapshot, again.stored) == (first, {"plans": 0, "items": 0})
    later = NOW + timedelta(days=30)
    loader.load("plans", f"{HEAD},seats_max", "pro,f,1,12,month,unlimited", "max,f,2,20,month,9", now=later)
    listed = read_price_list(loader.dataset)
    assert [(one.plan.plan_id, one.valid_from) for one in listed.revisions] == [
        ("max", ALWAYS),
        ("pro", ALWAYS),
        ("pro", later),
    ]
    assert {name: plan.fee_minor for name, plan in listed.at(NOW).items()} == {"max": 2000, "pro": 1000}
    assert read_plans(loader.dataset, as_of=NOW)["pro"].seats_max == 5
    assert (plans(loader)["pro"].fee_minor, plans(loader)["pro"].seats_max) == (1200, None)


def test_fees_and_prices_of_units_are_kept_without_tax(loader: Loader) -> None:
    loader.settle(shop={"prices_include_tax": True, "tax_rate": 0.2})
    loader.load("plans", "plan_id,fee,cost,meter,price", "pro,120,30,calls,0.012")
    plan = plans(loader)["pro"]
    assert (plan.fee_minor, plan.cost_minor, plan.meters[0].tiers) == (10_000, 3000, (Tier(price_minor=Decimal(1)),))
