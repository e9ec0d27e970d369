from __future__ import annotations

import pytest

from pairwell.config.rules.checking import find_fault
from pairwell.config.rules.fields import RECORDS, field_of
from pairwell.config.rules.rule import Rule, RuleScope


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
    ],
)
def test_a_fault_says_where_and_what_instead(when: str, at: int, said: str, hint: str | None) -> None:
    fault = find_fault(rule(when))
    assert fault is not None
    assert said in fault.said
    assert fault.at == at
    assert hint is None or hint in (fault.hint or "")


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
            literal = literals.get(field_of(record, name).type)
            when = f"size({record}.{name}) > 0" if literal is None else f"{record}.{name} == {literal}"
            assert find_fault(rule(when)) is None, when
