from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from pairwell.config.rules.checking import find_fault
from pairwell.config.rules.fields import RECORDS, Places, field_of
from pairwell.config.rules.rule import Rule, RuleScope
from pairwell.config.settings import OfferKind
from pairwell.events import BehaviourType, NeedSource
from pairwell.records import Item


def rule(when: str, scope: RuleScope = "offer") -> Rule:
    return Rule(name="r", stage="suitability", scope=scope, when=when, reason="because")


@pytest.mark.parametrize(
    "when",
    [
        "customer.open_complaints > 0",
        "customer.satisfaction != null && customer.satisfaction < 0.5",
        "'region' in customer.attributes && customer.attributes.region == 'PL'",
        "has(customer.attributes.region) && customer.attributes['region'] in ['PL', 'DE']",
        "'dismiss' in customer.signals && customer.signals.dismiss >= 2",
        "request.viewed.exists(v, v == item.item_id) || size(request.viewed) > 20",
        "now.getHours() > 20 || request.weekday == 7",
        "offer.price_share != null && offer.price_share > 0.5",
        "'n' in item.attributes && item.attributes.n.matches('^[0-9]+$') && int(item.attributes.n) > 3",
        "customer.orders > 0 ? customer.discounted_share > 0.8 : false",
        "double(customer.orders) * 2.0 > 7.0",
        "// a remark\ntrue",
        "item.kind in ['good', 'plan'] || 'service' == anchor.kind || offer.kind != 'upgrade'",
        "'x' in customer.needs && customer.needs.x == 'said'",
        "request.hour >= 22 && request.hour < 24 && request.hour != 23.0",
        "request.weekday + 1 == 8 || request.weekday == 7 + 1 || 1 + request.weekday == 8",
        "item.stock != null && item.stock == -4",
        "size(item.kind) == 9 || item.title == 'goods' || offer.source.startsWith('pin')",
        "request.placement == 'anywhere' || request.channel != 'anything'",
    ],
)
def test_sound_conditions_pass(when: str) -> None:
    assert find_fault(rule(when)) is None


@pytest.mark.parametrize(
    ("when", "at", "said", "hint"),
    [
        ("customer.open_complaint > 0", 9, "`customer.open_complaint` is not a field", "`customer.open_complaints`"),
        ("custmer.orders > 0", 0, "there is no `custmer`", "`customer`"),
        ("customer.loyalty == 'gold'", 9, "not a field", "`customer.attributes.loyalty`"),
        ("customer", 0, "alone says nothing", "known, attributes"),
        ("[offer] == []", 1, "alone says nothing", "kind, source"),
        ("customer.orders >", 17, "not valid CEL", "`&&` is and"),
        ("customer.orders > 1 and true", 20, "`and` means nothing in CEL", "`&&`"),
        ("offer.price_share == None", 21, "`None` means nothing in CEL", "`null`"),
        ("lower(item.title) == 'a'", 0, "no function `lower`", None),
        ("startWith(item.title)", 0, "no function `startWith`", "`startsWith`"),
        ("customer.orders > '3'", 0, "cannot be worked out", "type int"),
        ("customer.known && (true || customer.orders > 'a')", 27, "cannot be worked out", "type int"),
        ("customer.orders * 2.0 > 1.0", 0, "cannot be worked out", "write 2.0"),
        ("customer.known == 'yes'", 18, "never equal to a text", "true or false"),
        ("customer.orders != '1'", 19, "never equal to a text", "a number"),
        ("customer.orders", 0, "neither true nor false", "true or false"),
        ("customer.satisfaction < 0.5", 0, "customer.satisfaction is null", "`customer.satisfaction != null && ...`"),
        ("customer.attributes.x == 'a'", 0, "there is no 'x'", "`'x' in customer.attributes && ...`"),
        ("100 / customer.orders > 3", 0, "division by zero", None),
        ("request.locale.matches('[')", 0, "not a valid regex", None),
        ("request.viewed.exists(customer, customer == 'a')", 22, "alone says nothing", None),
        ("now.getFullYear('Mars/Base') == 2026", 16, "`getFullYear` takes no time zone", "`request.hour`"),
        ("request.attributes.foo > 3", 0, "cannot be worked out", "`request.attributes.foo` is of type string."),
    ],
)
def test_a_fault_says_where_and_what_instead(when: str, at: int, said: str, hint: str | None) -> None:
    fault = find_fault(rule(when))
    assert fault is not None
    assert said in fault.said
    assert fault.at == at
    assert hint is None or hint in (fault.hint or "")


_KIND = "is 'good', 'service' or 'plan', and never"


@pytest.mark.parametrize(
    ("when", "at", "said", "hint"),
    [
        ('item.kind == "goods"', 13, f'`item.kind` {_KIND} "goods"', "Did you mean `good`?"),
        ("item.kind != 'GOOD'", 13, f"`item.kind` {_KIND} 'GOOD'", "Did you mean `good`?"),
        ("'goods' == (anchor.kind)", 0, f"`anchor.kind` {_KIND} 'goods'", "Did you mean `good`?"),
        ("!(item.kind in ['good', 'servce'])", 24, f"`item.kind` {_KIND} 'servce'", "Did you mean `service`?"),
        ("offer.owned && offer.kind == 'crosssell'", 29, "'bundle' or 'repeat', and never", "`cross_sell`"),
        ("offer.source == 'pin'", 16, "'repeat' or 'curated', and never 'pin'", "`pairs`"),
        ("'x' in customer.needs && customer.needs.x == 'told'", 45, "'said', 'used' or 'bought', and never", None),
        ("customer.needs.exists(n, customer.needs[n] != 'sayd')", 46, "`customer.needs[n]` is 'said'", "`said`"),
        ("request.placement == 'crat'", 21, "'cart' or 'checkout', and never 'crat'", "Did you mean `cart`?"),
        ("request.channel in ['app', 'emial']", 27, "'app', 'email' or 'site', and never", "Did you mean `email`?"),
        ("request.weekday == 8", 19, "a whole number from 1 to 7, and never 8", "can be is 7"),
        ("request.hour == 24", 16, "a whole number from 0 to 23, and never 24", "can be is 23"),
        ("request.hour in [22, 23, 24]", 25, "from 0 to 23, and never 24", "can be is 23"),
        ("-1 != customer.orders", 0, "a whole number of at least 0, and never -1", "can be is 0"),
        ("customer.orders == 1.5", 19, "a whole number, and never 1.5", "The nearest are 1 and 2."),
        ("item.stock in [1, -1.5]", 18, "a whole number, and never -1.5", "The nearest are -2 and -1."),
        ("request.hour > 23", 15, "and never > 23", "can be is 23"),
        ("24 <= request.hour", 0, "and never >= 24", "can be is 23"),
        ("customer.discounted_share > 80.0", 28, "a number from 0 to 1, and never > 80.0", "can be is 1"),
        ("'declin' in customer.signals", 0, "`customer.signals` has no key `declin`", "Did you mean `decline`?"),
        ("has(customer.signals.declin)", 21, "`customer.signals` has no key `declin`", "Did you mean `decline`?"),
        ("item.kind in ['good', 1]", 22, "is a text, and is never equal to a number", "a text"),
        ("'x' in customer.consents && customer.consents.x == 'yes'", 51, "is never equal to a text", "true or false"),
        ("now == '2026-01-01'", 7, "`now` is a moment, and is never equal to a text", "a moment"),
    ],
)
def test_a_field_is_not_compared_with_what_it_never_is(when: str, at: int, said: str, hint: str | None) -> None:
    places = Places(placements=("cart", "checkout"), channels=("app", "email", "site"))
    fault = find_fault(rule(when), places)
    assert fault is not None
    assert said in fault.said
    assert fault.at == at
    assert hint is None if fault.hint is None else (hint or "") in fault.hint


def test_values_are_those_that_records_and_events_have() -> None:
    assert set(field_of("item", "kind").values) == set(get_args(get_type_hints(Item)["kind"]))
    assert set(field_of("offer", "kind").values) == set(get_args(OfferKind))
    assert set(field_of("customer", "needs").values) == set(get_args(NeedSource))
    assert set(field_of("customer", "signals").keys) == set(get_args(BehaviourType))


@pytest.mark.parametrize(
    ("scope", "when"),
    [("item", "customer.known"), ("item", "now > now"), ("request", "item.published"), ("request", "offer.owned")],
)
def test_a_scope_sees_its_own_records_only(scope: RuleScope, when: str) -> None:
    fault = find_fault(rule(when, scope))
    assert fault is not None
    assert f"a rule of scope `{scope}` cannot see" in fault.said
    assert 'scope = "offer"' in (fault.hint or "")


def test_every_field_can_be_read_and_compared() -> None:
    literals = {"bool": "true", "int": "1", "double": "1.0", "string": "'a'"}
    for record, fields in RECORDS.items():
        for name in fields:
            field = field_of(record, name)
            literal = f"'{field.values[0]}'" if field.values and field.type == "string" else literals.get(field.type)
            when = f"size({record}.{name}) > 0" if literal is None else f"{record}.{name} == {literal}"
            assert find_fault(rule(when)) is None, when
