"""Which items stand to an item in a relation: what people said, in their order, then what was learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from pairwell.candidates.ladder import climb
from pairwell.candidates.learned import LearnedPairs
from pairwell.errors import NotFoundError
from pairwell.model.backoff import ENOUGH
from pairwell.records import Borrowed, CuratedRelation, Item, Pair, Relation

_ALL = 1_000_000  # more than are kept of any item


class PairsFound(msgspec.Struct, frozen=True, kw_only=True):
    """What stands to an item in a relation: curated ones in people's order, then learned ones, best first."""

    item_id: str
    title: str | None
    relation: Relation
    model: str
    pairs: list[Pair]
    backoff: list[Borrowed] = []  # what others speak for, where an item's own evidence is not enough


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of which item; `curated` are the relations that people set for it, in their order."""

    item_id: str
    relation: Relation
    n: int = 10
    curated: Sequence[CuratedRelation] = ()
    inside: bool = False  # someone of the shop asks, who may see margins


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where answers come from: a model, and the facts of items."""

    model: LearnedPairs
    items: Mapping[str, Item]


def find_pairs(question: Question, sources: Sources) -> PairsFound:
    """What `related` finds, with the item's title and the model asked. Raises `NotFoundError` for an unknown item."""
    here = sources.items.get(question.item_id)
    if here is None and not sources.model.knows(question.item_id):
        raise NotFoundError(
            f"Item {question.item_id!r} is neither in the catalogue nor in what was learned.",
            hint="Check the id, or run `pairwell ingest items FILE`.",
        )
    return PairsFound(
        item_id=question.item_id,
        title=here.title if here else None,
        relation=question.relation,
        model=sources.model.id,
        pairs=related(question, sources),
        backoff=_borrowed(question, sources.model) if question.relation == "complement" else [],
    )


def related(question: Question, sources: Sources) -> list[Pair]:
    """Up to `n` items in the relation: curated ones first, then learned ones; nothing that people keep apart."""
    barred = {question.item_id}
    if question.relation != "never":
        barred.update(r.item_id for r in question.curated if r.relation == "never")
    said = [r.item_id for r in question.curated if r.relation == question.relation and r.item_id not in barred]
    learned = {pair.item_id: pair for pair in _learned(question, sources.model)}
    counted = _counted(question.item_id, sources.model) if said else {}
    pairs = [
        _curated(learned.get(item_id) or _set_by_people(item_id, counted.get(item_id), question, sources))
        for item_id in dict.fromkeys(said)
    ]
    pairs += [pair for item_id, pair in learned.items() if item_id not in barred and item_id not in said]
    if question.relation == "upgrade":
        return [climb(pair, question.item_id, sources.items, margin=question.inside) for pair in pairs[: question.n]]
    return pairs[: question.n]


def _borrowed(question: Question, model: LearnedPairs) -> list[Borrowed]:
    """What likes and groups speak for, of an item that has too few pairs above the floor; nothing kept apart."""
    if len(model.pairs(question.item_id, n=ENOUGH, above_floor=True)) >= ENOUGH:
        return []
    barred = {r.item_id for r in question.curated if r.relation in ("never", "complement")}
    found = model.backoff(question.item_id, n=question.n + len(barred))
    return [borrowed for borrowed in found if borrowed.item_id not in barred][: question.n]


def _learned(question: Question, model: LearnedPairs) -> list[Pair]:
    if question.relation == "never":  # only people can say that
        return []
    found = {
        "complement": model.pairs,
        "substitute": model.substitutes,
        "variant": model.variants,
        "upgrade": model.upgrades,
        "requires": model.required,
        "follow_up": model.follow_ups,
    }
    return found[question.relation](question.item_id, n=question.n + len(question.curated))


def _counted(item_id: str, model: LearnedPairs) -> Mapping[str, Pair]:
    """Everything that was bought together with an item, by id."""
    return {pair.item_id: pair for pair in model.pairs(item_id, n=_ALL)}


def _curated(pair: Pair) -> Pair:
    return msgspec.structs.replace(pair, curated=True)


def _set_by_people(item_id: str, counted: Pair | None, question: Question, sources: Sources) -> Pair:
    """What only people put into the relation, with what the orders say of both."""
    model, item = sources.model, sources.items.get(item_id)
    title = item.title if item else None
    if counted is not None:
        return msgspec.structs.replace(counted, title=title, score=0.0)
    return only_said(
        item_id, title=title, anchor_orders=model.orders_of(question.item_id), item_orders=model.orders_of(item_id)
    )


def only_said(item_id: str, *, title: str | None = None, anchor_orders: int = 0, item_orders: int = 0) -> Pair:
    """A pair that people put together and orders do not tell of."""
    return Pair(
        item_id=item_id,
        title=title,
        score=0.0,
        together=0,
        anchor_orders=anchor_orders,
        item_orders=item_orders,
        confidence=0.0,
        lift=0.0,
        effect=0.0,
        llr=0.0,
        p_adjusted=1.0,
        above_floor=False,
    )
