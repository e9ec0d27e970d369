"""Random conditions and people: sound ones, and those that fail on a null, a missing key or a zero."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, get_args

from pairwell.config.rules.engine import ConditionError, compile_condition, make_context, work_out
from pairwell.config.rules.fields import RECORDS, SCOPES
from pairwell.config.rules.rule import Rule, RuleScope, RuleStage
from pairwell.decide.rules.facts import offer_reader
from pairwell.decide.scene import Scene
from pairwell.records import Candidate, CustomerFacts, Signal

_OF_REQUEST = (
    *("customer.known", "customer.open_complaints > 0", "customer.satisfaction < 0.5", "customer.hesitating"),
    *("customer.satisfaction != null", "customer.days_since_order < 30.0", "customer.returned_share > 0.5"),
    *("'region' in customer.attributes", "customer.attributes.region == 'PL'", "has(customer.attributes.region)"),
    *("'dismiss' in customer.signals", "customer.signals.dismiss > 1", "customer.hesitation >= 2.0"),
    *("request.cart_lines > 1", "request.cart_total_minor / (customer.orders - 2) > 900", "request.hour in [9, 10]"),
    *("size(request.viewed) > 0", "request.viewed.exists(v, v == 'i1')", "now.getDayOfMonth() == 21", "true"),
    *("request.attributes.region == customer.attributes.region", "customer.orders", "customer.needs.size() > 0"),
)
_OF_ITEM = (
    *("item.price_minor > 2000", "item.price_minor != null", "item.published", "item.title.contains('1')"),
    *("item.attributes.colour == 'red'", "'colour' in item.attributes", "item.rating < 4.0", "item.stock == 1"),
    *("item.family == 'f'", "size(item.attributes) > 0", "item.tier >= 2", "item.cost_minor < item.price_minor"),
)
_OF_OFFER = (
    *("offer.kind == 'upgrade'", "offer.price_share > 0.25", "offer.price_share != null", "offer.price_ratio > 1.3"),
    *("offer.margin_minor < 500.0", "offer.confidence < 0.2", "offer.owned", "offer.pinned", "offer.needed"),
    *("offer.price_share <= 0.25 || offer.price_share >= 2.0", "offer.margin_minor * 2.0 > 700.0", "-1.0 < offer.lift"),
    *("offer.days_since_returned < 60.0", "item.price_minor < anchor.price_minor", "item.item_id in request.viewed"),
    *("item.attributes.colour in customer.attributes", "anchor.tier == 1", "offer.margin_minor == -3.0"),
)
_ATOMS: dict[RuleScope, tuple[str, ...]] = {
    "request": _OF_REQUEST,
    "item": _OF_ITEM,
    "offer": (*_OF_REQUEST, *_OF_ITEM, *_OF_OFFER),
}


def make_rules(rng: random.Random, n: int) -> tuple[Rule, ...]:
    """Rules of random conditions, most of them unguarded."""
    return tuple(_rule(rng, f"rule {number}") for number in range(n))


def make_customer(rng: random.Random, now: datetime) -> CustomerFacts | None:
    if rng.random() < 0.3:
        return None
    return CustomerFacts(
        attributes=rng.choice(({}, {"region": "PL"}, {"region": "DE", "red": "x"})),
        consents=rng.choice(({}, {"site": True}, {"site": False}, {"email": True, "site": True})),
        needs=rng.choice(({}, {}, {"warmth": "said"})),
        orders=rng.choice((0, 2, 3, 9)),
        last_order_at=rng.choice((None, now - timedelta(days=rng.randint(1, 90)))),
        discounted_orders=rng.choice((0, 2)),
        units=rng.choice((0, 10)),
        units_returned=rng.choice((0, 7)),
        returned_at={f"i{rng.randint(0, 9)}": now - timedelta(days=rng.choice((3, 90)))},
        open_complaints=rng.choice((0, 0, 0, 0, 0, 0, 1)),
        open_tickets=rng.choice((0, 0, 0, 0, 0, 0, 2)),
        satisfaction=rng.choice((None, 0.2, 0.9)),
    )


def make_signals(rng: random.Random, now: datetime) -> list[Signal]:
    kinds: list[Any] = ["dismiss", "decline", "view", "remove_from_cart"]
    times = sorted(rng.choice((1, 20, 31, 300)) for _ in range(rng.choice((0, 0, 0, 1, 4))))
    return [Signal(at=now - timedelta(minutes=minutes), type=rng.choice(kinds)) for minutes in reversed(times)]


def withholds(rule: Rule, candidate: Candidate, scene: Scene) -> bool:
    """What the whole condition says of records as CEL has them, without any of the shortcuts under test."""
    read = offer_reader(candidate, scene)
    values: dict[str, Any] = {record: {name: read(record, name) for name in RECORDS[record]} for record in RECORDS}
    try:
        said = work_out(compile_condition(rule.when), make_context({**values, "now": scene.inputs.now}))
    except ConditionError:
        return True
    return said is not False


def _rule(rng: random.Random, name: str) -> Rule:
    scope: RuleScope = rng.choice(tuple(SCOPES))
    stage: RuleStage = rng.choice(get_args(RuleStage))
    return Rule(
        name=name,
        stage=stage,
        scope=scope,
        when=_condition(rng, _ATOMS[scope], depth=rng.choice((0, 1, 2, 2, 3))),
        reason=f"because_{name[-1]}",
        later=rng.choice((None, None, "Wait.")),
        unless_acute=rng.random() < 0.2,
        placements=rng.choice(((), (), ("cart",))),
        channels=rng.choice(((), (), ("site",))),
    )


def _condition(rng: random.Random, atoms: tuple[str, ...], *, depth: int) -> str:
    if depth == 0:
        return rng.choice(atoms)
    one, other = (_condition(rng, atoms, depth=depth - 1) for _ in range(2))
    return rng.choice(
        (
            f"{one} && {other}",
            f"{one} && {other}",
            f"({one}) && ({other})",
            f"({one}) || ({other})",
            f"!({one})",
            f"({one}) ? ({other}) : false",
            f"({one}) // && or ||\n && {other}",
        )
    )
