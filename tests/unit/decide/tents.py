"""A camping shop small enough to work out by hand: a tent, what goes with it, and one step up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from tests.property.random_shops import TableModel

from pairwell.config.settings import Choice, Persuasion, Settings
from pairwell.decide.scene import Scene
from pairwell.posterior import Posterior
from pairwell.records import CartLine, CuratedRelation, DecisionInputs, DecisionRequest, Item, Pair, Relation

NOW = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
ITEMS = {
    item.item_id: item
    for item in (
        Item(item_id="tent", title="Tent", price_minor=23_500, cost_minor=16_500, rating=4.1, tier=1, family="tents"),
        Item(
            item_id="tent+",
            title="Storm tent",
            price_minor=29_900,
            cost_minor=20_000,
            rating=4.6,
            tier=2,
            family="tents",
            attributes={"season": "winter", "margin": "99"},
        ),
        Item(item_id="mat", title="Mat", price_minor=700, cost_minor=300, family="mats"),
        Item(item_id="mat-red", title="Red mat", price_minor=700, cost_minor=300, family="mats"),
        Item(item_id="lamp", title="Lamp", price_minor=2_500, cost_minor=1_500),
        Item(item_id="stove", title="Stove", price_minor=9_000, cost_minor=5_000),
        Item(item_id="gas", title="Gas", price_minor=500, cost_minor=400),
    )
}
CERTAIN = Choice(salt="s", holdout=0.0, withheld=0.0, temperature=0.001, exploration=0.0)
# An offer in the cart costs one checkout in a thousand, half as many as is usual: the mat is worth its place then.
CALM = {
    name: msgspec.structs.replace(one, friction=min(one.friction, 0.001)) for name, one in Settings().placements.items()
}
# Offers that cost next to nothing, so that what is tested is the rest.
SURE = Settings(
    choice=CERTAIN,
    persuasion=Persuasion(cross_sell=0.04, upgrade=0.03, half_fit=0.05, from_effect=0.0, second_thoughts=1.0),
    placements={name: msgspec.structs.replace(one, friction=0.0001) for name, one in Settings().placements.items()},
)


def pair(item_id: str, *, confidence: float = 0.2, score: float = 0.5, above_floor: bool = True) -> Pair:
    return Pair(
        item_id=item_id,
        title=None,
        score=score,
        together=312,
        anchor_orders=1_904,
        item_orders=900,
        confidence=confidence,
        lift=5.2,
        effect=15.0,
        llr=400.0,
        p_adjusted=1e-9,
        above_floor=above_floor,
    )


MODEL = TableModel(
    id="m1",
    add_ons={
        "tent": [pair("mat", score=0.9), pair("lamp", score=0.5, confidence=0.1), pair("stove", score=0.4)],
        "lamp": [pair("gas", above_floor=False)],
        "gas": [],
    },
    ladders={"tent": [pair("tent+", confidence=0.25)]},
    once=frozenset({"tent", "tent+", "lamp"}),
)


def ask(*item_ids: str, placement: str = "cart", **more: Any) -> DecisionRequest:
    """A request with these items in the cart, once each, at their own prices, that asks for what was withheld."""
    more.setdefault("explain", True)
    return DecisionRequest(placement=placement, cart=[CartLine(item_id=item_id) for item_id in item_ids], **more)


def read(request: DecisionRequest, **more: Any) -> DecisionInputs:
    """What a decision on `request` would have read of the camping shop."""
    usual: dict[str, Any] = {
        "decision_id": "01JTENTS",
        "request": request,
        "engine": "0",
        "model": "m1",
        "settings": "s1",
        "now": NOW,
        "items": dict.fromkeys(ITEMS, 0),
        "relations": [],
        "owned": [],
        "declines": [],
    }
    return msgspec.convert({**usual, **more}, DecisionInputs, from_attributes=True)


def scene(
    request: DecisionRequest,
    *,
    settings: Settings = SURE,
    items: dict[str, Item] | None = None,
    model: TableModel = MODEL,
    known: Sequence[str] | None = None,
    posterior: Posterior | None = None,
    **more: Any,
) -> Scene:
    """The scene of `request`; `items` stand beside or instead of the shop's, `known` limits which were read."""
    shop = {**ITEMS, **(items or {})}
    inputs = read(request, items=dict.fromkeys(known or shop, 0), **more)
    return Scene(inputs, model=model, items=shop, settings=settings, posterior=posterior)


def said(anchor_id: str, relation: Relation, item_id: str, rank: int = 0) -> CuratedRelation:
    return CuratedRelation(anchor_id=anchor_id, item_id=item_id, relation=relation, rank=rank)
