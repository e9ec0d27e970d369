"""Which items stand to an item in a relation, as far as is known without people saying so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from pairwell.candidates.learned import LearnedPairs
from pairwell.errors import NotFoundError
from pairwell.records import Item, Pair, Relation


class PairsFound(msgspec.Struct, frozen=True, kw_only=True):
    """What stands to an item in a relation, best first."""

    item_id: str
    title: str | None
    relation: Relation
    model: str
    pairs: list[Pair]


def find_pairs(
    item_id: str, relation: Relation, *, model: LearnedPairs, items: Mapping[str, Item], n: int = 10
) -> PairsFound:
    """What `related` finds, with the item's title and the model asked. Raises `NotFoundError` for an unknown item."""
    here = items.get(item_id)
    if here is None and not model.knows(item_id):
        raise NotFoundError(
            f"Item {item_id!r} is neither in the catalogue nor in what was learned.",
            hint="Check the id, or run `pairwell ingest items FILE`.",
        )
    return PairsFound(
        item_id=item_id,
        title=here.title if here else None,
        relation=relation,
        model=model.id,
        pairs=related(item_id, relation, model=model, items=items, n=n),
    )


def related(
    item_id: str, relation: Relation, *, model: LearnedPairs, items: Mapping[str, Item], n: int = 10
) -> list[Pair]:
    """Up to `n` items in `relation` to `item_id`, best first.

    Complements and upgrades are learned. Variants share the family. Substitutes share the whole category, are of
    another family and not bought together above the floor; the nearest in price come first. What only people can
    say (`requires`, `never`) has none.
    """
    if relation == "complement":
        return model.pairs(item_id, n=n)
    if relation == "upgrade":
        return model.upgrades(item_id, n=n)
    here = items.get(item_id)
    if here is None:
        return []
    if relation == "variant":
        return [_pair(here, other, model) for other in _nearest(here, _variants(here, items))[:n]]
    return (
        [pair for pair in _substitutes(here, model, items) if not pair.above_floor][:n]
        if relation == "substitute"
        else []
    )


def _variants(here: Item, items: Mapping[str, Item]) -> list[Item]:
    return [] if here.family is None else [i for i in items.values() if i.family == here.family and i is not here]


def _substitutes(here: Item, model: LearnedPairs, items: Mapping[str, Item]) -> Iterable[Pair]:
    if here.category is None:
        return ()
    alike = [i for i in items.values() if i.category == here.category and i is not here and not _same_family(i, here)]
    return (_pair(here, other, model) for other in _nearest(here, alike))


def _same_family(one: Item, other: Item) -> bool:
    return one.family is not None and one.family == other.family


def _nearest(here: Item, others: Iterable[Item]) -> list[Item]:
    return sorted(others, key=lambda other: (_distance(here, other), other.item_id))


def _distance(here: Item, other: Item) -> float:
    """How far apart the prices are, as a ratio; infinite where one is unknown."""
    if not here.price_minor or not other.price_minor:
        return float("inf")
    low, high = sorted((here.price_minor, other.price_minor))
    return high / low


def _pair(here: Item, other: Item, model: LearnedPairs) -> Pair:
    found = model.evidence(here.item_id, other.item_id)
    return Pair(
        item_id=other.item_id,
        title=other.title,
        score=1 / _distance(here, other),
        together=found.together if found else 0,
        anchor_orders=model.orders_of(here.item_id),
        item_orders=model.orders_of(other.item_id),
        confidence=found.confidence if found else 0.0,
        lift=found.lift if found else 0.0,
        effect=found.effect if found else 0.0,
        llr=found.llr if found else 0.0,
        p_adjusted=found.p_adjusted if found else 1.0,
        above_floor=found.above_floor if found else False,
    )
