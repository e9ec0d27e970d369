"""Random catalogues, settings, pasts and requests: small enough to collide, wild enough to hurt."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

import msgspec
from tests.property.random_caps import make_caps, make_contacts
from tests.property.random_habits import make_follow_ups, make_purchases, make_repeats
from tests.property.random_rules import make_customer, make_signals

from pairwell.config.settings import (
    Choice,
    Decline,
    Guards,
    Learn,
    OfferKind,
    Persuasion,
    Placement,
    Settings,
    Shop,
    Slots,
)
from pairwell.model.bundles import LearnedBundle
from pairwell.records import (
    BackoffLevel,
    Borrowed,
    CartLine,
    CuratedRelation,
    DecisionInputs,
    DecisionRequest,
    Evidence,
    Item,
    Looked,
    Pair,
    Ranked,
)
from pairwell.records import Decline as DeclineRecord

NOW = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
_RELATIONS = ("complement", "substitute", "upgrade", "variant", "requires", "never")
_PLACEMENTS = ("product", "cart", "checkout", "after_purchase", "counter")


class TableModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is a table: what goes with what, written down."""

    id: str
    add_ons: Mapping[str, list[Pair]]
    ladders: Mapping[str, list[Pair]]
    once: frozenset[str]
    borrowed: Mapping[str, list[Borrowed]] = {}
    others: Mapping[tuple[str, str], list[Pair]] = {}  # by method and item
    twins: Mapping[str, Mapping[str, Literal["variant", "substitute"]]] = {}
    looks: Mapping[str, Looked] = {}
    sets: Sequence[LearnedBundle] = ()
    shares_kept: Mapping[str, float] = {}  # of sales; all are kept where nothing is said

    def knows(self, item_id: str) -> bool:
        return item_id in self.add_ons

    def orders_of(self, item_id: str) -> int:
        return 100 if self.knows(item_id) else 0

    def bought_once(self, item_id: str) -> bool:
        return item_id in self.once

    def kept(self, item_id: str) -> float:
        return self.shares_kept.get(item_id, 1.0)

    def pairs(self, item_id: str, *, n: int = 10, above_floor: bool = False) -> list[Pair]:
        return [pair for pair in self.add_ons.get(item_id, []) if pair.above_floor or not above_floor][:n]

    def backoff(self, item_id: str, *, n: int = 10) -> list[Borrowed]:
        return self.borrowed.get(item_id, [])[:n]

    def upgrades(self, item_id: str, *, n: int = 10) -> list[Pair]:
        return self.ladders.get(item_id, [])[:n]

    def ranked(self, item_id: str, kind: OfferKind, *, n: int) -> list[Ranked]:
        pairs = self.upgrades(item_id, n=n) if kind == "upgrade" else self.pairs(item_id, n=n, above_floor=True)
        return [Ranked(pair.item_id, pair.score, evidence_of(pair)) for pair in pairs]

    def substitutes(self, item_id: str, *, n: int = 10) -> list[Pair]:
        return self.others.get(("substitutes", item_id), [])[:n]

    def variants(self, item_id: str, *, n: int = 10) -> list[Pair]:
        return self.others.get(("variants", item_id), [])[:n]

    def follow_ups(self, item_id: str, *, n: int = 10) -> list[Pair]:
        return self.others.get(("follow_ups", item_id), [])[:n]

    def bundles_with(self, item_id: str, *, n: int = 10) -> list[LearnedBundle]:
        return [one for one in self.sets if item_id in one.item_ids][:n]

    def required(self, item_id: str, *, n: int = 10) -> list[Pair]:
        return self.others.get(("required", item_id), [])[:n]

    def stand_ins(self, item_id: str) -> Mapping[str, Literal["variant", "substitute"]]:
        return self.twins.get(item_id, {})

    def looked(self, item_id: str) -> Looked | None:
        return self.looks.get(item_id)

    def evidence(self, anchor_id: str, item_id: str) -> Evidence | None:
        found = (pair for pair in self.add_ons.get(anchor_id, []) if pair.item_id == item_id)
        return next((evidence_of(pair) for pair in found), None)


def evidence_of(pair: Pair) -> Evidence:
    """What the orders say of a pair, without its place in a list."""
    return msgspec.convert(pair, Evidence, from_attributes=True)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one decision is made of."""

    inputs: DecisionInputs
    model: TableModel | None
    items: dict[str, Item]
    settings: Settings


def make_case(rng: random.Random) -> Case:
    """A shop and a request, fixed by the state of `rng`."""
    items = {f"i{number}": _item(rng, f"i{number}") for number in range(rng.randint(2, 24))}
    ids = sorted(items)
    model = None if rng.random() < 0.02 else _model(rng, ids)
    settings = msgspec.structs.replace(_settings(rng), caps=make_caps(rng, ids, NOW))
    inputs = _inputs(rng, items, model)
    if inputs.customer is not None:
        habits = {"repeats": make_repeats(rng, ids, NOW), "bought_at": make_purchases(rng, ids, NOW)}
        inputs = msgspec.structs.replace(inputs, **habits)
    if model is not None:
        model = msgspec.structs.replace(model, others=make_follow_ups(rng, model.add_ons), sets=_sets(rng, ids))
    return Case(inputs=inputs, model=model, items=items, settings=settings)


def _item(rng: random.Random, item_id: str) -> Item:
    price = rng.choice((None, 0, 1, *([rng.randint(1, 5_000)] * 20)))
    return Item(
        item_id=item_id,
        revision=rng.randint(1, 3),
        title=rng.choice((None, f"Thing {item_id}", "100 % cotton (s)")),
        family=rng.choice((None, None, None, None, None, "f", "g")),
        tier=rng.choice((None, 1, 2, 3)),
        price_minor=price,
        cost_minor=rng.choice((None, None, 0, rng.randint(0, 5_000), round((price or 0) * rng.random()))),
        rating=rng.choice((None, 3.14, 4.0, 4.96)),
        stock=rng.choice((*([None] * 8), 0, 1, 5)),
        published=rng.random() < 0.95,
        attributes=rng.choice(({}, {"colour": "red"}, {"colour": "blue", "cost": "3.10", "margin": "9"})),
    )


def _model(rng: random.Random, ids: list[str]) -> TableModel:
    return TableModel(
        id="m",
        add_ons={item_id: _pairs(rng, ids, item_id) for item_id in ids if rng.random() < 0.9},
        ladders={item_id: _pairs(rng, ids, item_id)[:4] for item_id in ids if rng.random() < 0.8},
        once=frozenset(item_id for item_id in ids if rng.random() < 0.3),
        borrowed={item_id: _borrowed(rng, ids, item_id) for item_id in ids if rng.random() < 0.5},
        twins={item_id: {rng.choice(ids): rng.choice(("variant", "substitute"))} for item_id in ids[::4]},
        looks={item_id: _looked(number) for number, item_id in enumerate(ids) if number % 3},
    )


def _sets(rng: random.Random, ids: list[str]) -> list[LearnedBundle]:
    sizes = (rng.choice((2, 2, 3, 4)) for _ in range(rng.choice((0, 12, 40))))
    return [_set(rng, rng.sample(ids, min(size, len(ids)))) for size in sizes]


def _set(rng: random.Random, item_ids: list[str]) -> LearnedBundle:
    together = rng.randint(3, 100)
    return LearnedBundle(
        item_ids=item_ids,
        products=list(range(len(item_ids))),
        together=together,
        ordinary=together,
        expected=rng.choice((0.0, rng.random() * together)),
    )


def _looked(number: int) -> Looked:
    return Looked(visits=10 * number, carted=number, share=0.1 + number / 1_000)


def _pairs(rng: random.Random, ids: list[str], anchor: str) -> list[Pair]:
    others = [item_id for item_id in ids if item_id != anchor and rng.random() < 0.7]
    return sorted((_pair(rng, item_id) for item_id in others), key=lambda pair: (-pair.score, pair.item_id))


def _borrowed(rng: random.Random, ids: list[str], anchor: str) -> list[Borrowed]:
    others = [item_id for item_id in ids if item_id != anchor and rng.random() < 0.3]
    found = [
        Borrowed(
            item_id=item_id,
            title=None,
            score=rng.choice((0.5, rng.random())),
            level=rng.choice(get_args(BackoffLevel)),
            anchor_by=rng.choice((anchor, "Home > Tents", "50 % off (s)")),
            item_by=rng.choice((item_id, "Lighting")),
            together=rng.randint(3, 400),
            anchor_orders=rng.randint(1, 2_000),
            item_orders=rng.randint(1, 2_000),
            confidence=rng.choice((0.0, 1.0, rng.random())),
            lift=rng.random() * 20,
            effect=rng.random() * 20,
            p_adjusted=rng.random() / 100,
        )
        for item_id in others
    ]
    return sorted(found, key=lambda borrowed: (-borrowed.score, borrowed.item_id))


def _pair(rng: random.Random, item_id: str) -> Pair:
    return Pair(
        item_id=item_id,
        title=None,
        score=rng.choice((0.5, rng.random())),
        together=rng.randint(1, 400),
        anchor_orders=rng.randint(1, 2_000),
        item_orders=rng.randint(1, 2_000),
        confidence=rng.choice((0.0, 1.0, rng.random(), *([rng.random() / 4] * 4))),
        lift=rng.random() * 20,
        effect=rng.random() * 20,
        llr=rng.random() * 100,
        p_adjusted=rng.random() / 100,
        above_floor=rng.random() < 0.8,
    )


def _settings(rng: random.Random) -> Settings:
    low = rng.choice((1.0, 1.05, 1.3))
    return Settings(
        shop=Shop(
            prices_include_tax=rng.random() < 0.5,
            tax_rate=rng.choice((0.0, 0.2, 0.23, 1.0)),
            margin_rate=rng.choice((0.0, 0.3, 0.3, 1.0)),
            objective=rng.choice(("margin", "margin", "revenue")),
            currency=rng.choice(("EUR", "JPY")),
        ),
        guards=Guards(
            add_on_price_share=rng.choice((0.0, 0.07, 0.3, 0.3, 0.7, 5.0, 5.0)),
            upgrade_price_corridor=(low, low * rng.choice((1.0, 1.6, 4.0, 4.0, 30.0))),
            margin_floor_minor=rng.choice((-200, 0, 0, 0, 50, 400)),
            discount_max_share=rng.choice((0.0, 0.01, 0.07, 1.0)),
        ),
        learn=Learn(bundle_discount_share=rng.choice((0.02, 0.1, 0.1, 1.0))),
        slots=Slots(max=rng.choice((1, 2, 4, 4, 8))),
        placements={
            name: Placement(
                kinds=rng.choice((("cross_sell",), ("upgrade",), get_args(OfferKind), get_args(OfferKind))),
                attention_minor=rng.choice((0.0, 0.0, 0.0, 2.0, 30.0)),
                friction=rng.choice((0.0, 0.0, 0.002, 0.05)),
                interrupts=rng.random() < 0.2,
            )
            for name in _PLACEMENTS
        },
        persuasion=Persuasion(
            cross_sell=rng.choice((0.04, 0.04, 0.5, 0.5, 1.0, 0.0, -0.3)),
            upgrade=rng.choice((0.03, 0.03, 0.5, 0.5, 1.0, 0.0, -0.3)),
            repeat=rng.choice((0.06, 0.06, 1.0, 0.0, -0.3)),
            bundle=rng.choice((0.5, 1.0, 1.0, 1.0, -0.3)),
            half_fit=rng.choice((1e-6, 0.05, 0.05, 1.0)),
        ),
        choice=Choice(
            salt=rng.choice(("a", "b")),
            holdout=rng.choice((0.0, 0.0, 0.05, 0.5, 1.0)),
            withheld=rng.choice((0.0, 0.02, 0.5)),
            temperature=rng.choice((1e-3, 0.1, 1.0, 10.0)),
            exploration=rng.choice((0.0, 0.02, 1.0)),
        ),
        decline=Decline(quiet_days=rng.choice((0.0, 30.0, 30.0, 1e9)), declines_to_silence=rng.choice((1, 2, 3, 3))),
    )


def _inputs(rng: random.Random, items: dict[str, Item], model: TableModel | None) -> DecisionInputs:
    ids = sorted(items)
    read = [item_id for item_id in ids if rng.random() < 0.97]
    return DecisionInputs(
        decision_id=f"01J{rng.randint(0, 10**9)}",
        request=_request(rng, ids),
        engine="0",
        model=None if model is None else model.id,
        settings="s",
        now=NOW,
        items={item_id: items[item_id].revision for item_id in read},
        relations=[_relation(rng, ids) for _ in range(rng.choice((0, 0, 3, 9)))],
        owned=[item_id for item_id in ids if rng.random() < 0.15],
        declines=[
            DeclineRecord(item_id=rng.choice(ids), at=NOW - timedelta(days=rng.choice((1, 29, 31, 400))))
            for _ in range(rng.choice((0, 0, 0, 0, 1, 3)))
        ],
        customer=make_customer(rng, NOW),
        signals=make_signals(rng, NOW),
        contacts=make_contacts(rng, ids, NOW),
        taken={"first": rng.choice((0, 1, 4, 5))} if rng.random() < 0.95 else {},
    )


def _request(rng: random.Random, ids: list[str]) -> DecisionRequest:
    some = [*ids, "nobody-knows"]
    who: dict[str, Any] = rng.choice(({}, {"customer_id": f"c{rng.randint(0, 99)}"}, {"visitor_id": "v"}))
    cart = [
        CartLine(
            item_id=rng.choice(some),
            quantity=rng.choice((1, 1, 2, 9)),
            unit_price_minor=rng.choice((None, None, 0, rng.randint(1, 5_000), rng.randint(1, 50_000))),
        )
        for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 3, 5)))
    ]
    return DecisionRequest(
        placement=rng.choice(_PLACEMENTS),
        cart=cart,
        viewed=[rng.choice(some) for _ in range(rng.choice((0, 1, 2)))],
        available=rng.choice((None, None, None, None, None, rng.sample(some, len(some) // 2))),
        limit=rng.choice((None, None, 1, 3, 50)),
        locale=rng.choice(("en", "ru", "pl", "de", "pl_PL", "x?")),
        explain=True,
        **who,
    )


def _relation(rng: random.Random, ids: list[str]) -> CuratedRelation:
    kind: Any = rng.choice(_RELATIONS)
    return CuratedRelation(
        anchor_id=rng.choice(ids), item_id=rng.choice(ids), relation=kind, rank=rng.choice((0, 0, 1, 2))
    )
