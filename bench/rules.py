"""What twenty rules cost a decision with fifty candidates: bench/rules.py [DECISIONS], 400 by default."""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.property.random_shops import TableModel
from tests.unit.decide.tents import pair

from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Choice, Guards, Persuasion, Settings
from pairwell.decide.choose import decide, run_stages
from pairwell.decide.rules.book import RuleBook
from pairwell.decide.scene import Scene
from pairwell.records import CartLine, CustomerFacts, DecisionInputs, DecisionRequest, Item

NOW = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
CANDIDATES = 50
REQUEST_CONDITIONS = (
    "customer.open_complaints > 3",
    "customer.open_tickets > 3",
    "customer.hesitating",
    "customer.orders > 1000000",
    "customer.discounted_share > 0.9 && customer.orders >= 3",
    "customer.returned_share > 0.7",
    "customer.satisfaction != null && customer.satisfaction < 0.1",
    "customer.days_since_order != null && customer.days_since_order < 0.01",
    "request.hour > 22 && request.weekday < 2 && request.cart_items > 1000000",
    "'blocked' in request.attributes && request.attributes.blocked == 'true'",
    "'region' in customer.attributes && customer.attributes.region == 'XX'",
)
ITEM_CONDITIONS = (
    "item.category.startsWith('Alcohol')",
    "'adult' in item.attributes && item.attributes.adult == 'true'",
    "item.rating != null && item.rating < 2.0",
    "item.brand == 'banned'",
    "item.price_minor != null && item.price_minor > 100000000",
    "item.kind == 'service' && item.stock != null && item.stock < 3",
)
OFFER_CONDITIONS = (
    "offer.price_share != null && offer.price_share > 0.95",
    "offer.kind == 'cross_sell' && offer.margin_minor < 1.0",
    "offer.owned && offer.confidence != null && offer.confidence > 0.9",
)


def make_rules() -> tuple[Rule, ...]:
    """Seventeen rules of request and item, three of offers; none of them holds, so that all are asked."""
    scopes = (("request", REQUEST_CONDITIONS), ("item", ITEM_CONDITIONS), ("offer", OFFER_CONDITIONS))
    return tuple(
        msgspec.convert({"name": when, "stage": "suitability", "scope": scope, "when": when, "reason": "bench"}, Rule)
        for scope, conditions in scopes
        for when in conditions
    )


def make_items(n: int) -> dict[str, Item]:
    items = [
        Item(
            item_id=f"i{number}",
            title=f"Thing {number}",
            category=f"Home > Shelf {number % 40}",
            brand=f"brand {number % 90}",
            price_minor=100 + number % 700,
            cost_minor=50,
            rating=3.0 + number % 3,
            attributes={"colour": "red", "adult": "false"},
        )
        for number in range(n)
    ]
    anchor = Item(item_id="anchor", title="Anchor", price_minor=90_000, cost_minor=50_000)
    return {"anchor": anchor, **{item.item_id: item for item in items}}


def make_scene(settings: Settings, items: dict[str, Item], model: TableModel, number: int) -> Scene:
    """Another cart each time, so that no price share comes again."""
    inputs = DecisionInputs(
        decision_id=f"01JRULES{number}",
        request=DecisionRequest(
            placement="cart",
            customer_id="c",
            cart=[CartLine(item_id="anchor", unit_price_minor=50_000 + number)],
            attributes={"region": "PL"},
        ),
        engine="0",
        model="m",
        settings="s",
        now=NOW,
        items=dict.fromkeys(items, 0),
        relations=[],
        owned=[],
        declines=[],
        customer=CustomerFacts(
            attributes={"region": "PL"}, orders=9, units=20, last_order_at=NOW - timedelta(days=9), satisfaction=0.9
        ),
    )
    return Scene(inputs, model=model, items=items, settings=settings)


def time_decision(scene: Scene) -> float:
    start = time.thread_time()  # its own work, without what else the machine does
    decision = decide(scene, run_stages(scene))
    taken = time.thread_time() - start
    assert decision.slate, "a rule that holds back spares the work behind it"
    return taken


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    items = make_items(CANDIDATES)
    model = TableModel(
        id="m", add_ons={"anchor": [pair(f"i{number}") for number in range(CANDIDATES)]}, ladders={}, once=frozenset()
    )
    plain = Settings(choice=Choice(salt="s"), guards=Guards(), persuasion=Persuasion(from_effect=0.0), rules=())
    ruled = msgspec.structs.replace(plain, rules=make_rules())
    times: dict[str, list[float]] = {"without": [], "with": []}
    for number in range(n):
        # Alternating, so that whatever else the machine does falls on both.
        times["without"].append(time_decision(make_scene(plain, items, model, number)))
        times["with"].append(time_decision(make_scene(ruled, items, model, number)))
    costs = [more - less for more, less in zip(times["with"], times["without"], strict=True)]
    middle = {name: statistics.median(found) * 1e3 for name, found in times.items()}
    found = {
        "rules": len(ruled.rules),
        "candidates": CANDIDATES,
        "first_decision_ms": round(times["with"][0] * 1e3, 3),
        "without_ms": round(middle["without"], 3),
        "with_ms": round(middle["with"], 3),
        "rules_ms": round(statistics.median(costs) * 1e3, 3),
        **catalogue(50_000),
    }
    print(json.dumps(found, indent=2))


def catalogue(n: int) -> dict[str, float | int]:
    """What it takes to ask ten rules of every item ahead, and of the one item that changed."""
    items = make_items(n)
    rules = make_rules()
    ten = [msgspec.structs.replace(rule, name=f"{i}", scope="item") for i, rule in enumerate(rules[11:17] * 2)][:10]
    book = RuleBook(Settings(rules=tuple(ten)))
    start = time.perf_counter()
    book.items.read(items.values())
    whole = time.perf_counter() - start
    changed = {**items, "i7": msgspec.structs.replace(items["i7"], stock=0)}
    start = time.perf_counter()
    book.items.read(changed.values())
    again = time.perf_counter() - start
    return {"catalogue": n, "catalogue_s": round(whole, 3), "one_changed_s": round(again, 4)}


if __name__ == "__main__":
    main()
