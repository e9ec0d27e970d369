"""Candidates from every source: what people pinned, what goes with the cart, what is one step better, what is due."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from pairwell.candidates.due import Due, again, follow_ups
from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.memory import memory_of
from pairwell.candidates.sets import bundles
from pairwell.candidates.viewed import lately_viewed
from pairwell.config.settings import OfferKind
from pairwell.records import Candidate, CuratedRelation, Evidence, Relation, Withheld

_POOL = 100  # learned add-ons of one decision
_PAIRS_OF_ALL_ANCHORS = 200
_PAIRS_OF_AN_ANCHOR = (10, 50)  # at least, at most
_UPGRADES_OF_AN_ANCHOR = 10
_SHORT_OF_EVIDENCE = 5  # named for an anchor without any pair above the floor
_PINNED: dict[Relation, OfferKind] = {"complement": "cross_sell", "upgrade": "upgrade"}


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates, best first; what was not proposed, and why; and whether the model knows any anchor."""

    candidates: list[Candidate]
    withheld: list[Withheld]
    known: bool


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where candidates come from: a model, what people said, the kinds the placement takes."""

    model: LearnedPairs | None
    relations: Sequence[CuratedRelation]
    kinds: Collection[OfferKind]
    power: float  # scores are raised to it before they are summed over the cart
    viewed: Sequence[str] = ()  # what the customer looked at and may be shown again, newest last
    cart: Collection[str] = ()  # what lies in it
    due: Due | None = None  # what of the customer's habits is read


def propose(anchors: Sequence[str], sources: Sources) -> Proposal:
    """Candidates for `anchors`, the same for every order of anchors and relations.

    Pins come first, in the order people set; an item proposed for several anchors appears once, its score
    summed over them, with the evidence of the strongest. Anchors themselves are not proposed by the model.
    """
    ordered = sorted(set(anchors))
    strong = _strong_pairs(ordered, sources)
    add_ons = _add_ons(strong, sources.power)
    borrowed = _borrowed(strong, {*ordered, *(add_on.item_id for add_on in add_ons)}, sources.model)
    add_ons += [*borrowed, *_viewed(ordered, [*add_ons, *borrowed], sources)]
    add_ons += _follow_ups({*ordered, *(add_on.item_id for add_on in add_ons)}, sources)
    learned = [*add_ons, *_upgrades(ordered, sources), *_bundles(ordered, sources), *_repeats(ordered, sources)]
    pins, misplaced = _pins(ordered, sources, learned)
    pinned = {_key(pin) for pin in pins}
    rest = [candidate for candidate in learned if _key(candidate) not in pinned] if pins else learned
    candidates = [*pins, *rest]
    added = {candidate.item_id for candidate in candidates if candidate.kind == "cross_sell"}
    return Proposal(
        candidates=candidates,
        withheld=[*misplaced, *_below_floor(strong, added, sources.model)],
        known=sources.model is not None and any(sources.model.knows(anchor) for anchor in ordered),
    )


def _key(candidate: Candidate) -> tuple[str, ...]:
    """What makes two candidates one offer: the add-on, or the line and what replaces it."""
    if candidate.kind == "upgrade":
        return candidate.kind, candidate.item_id, candidate.anchor_id
    return (candidate.kind, candidate.item_id) if candidate.bundle is None else (candidate.kind, *candidate.adds)


# --- learned --------------------------------------------------------------------------------------


def _strong_pairs(anchors: Sequence[str], sources: Sources) -> dict[str, Sequence[Candidate]]:
    """For each anchor its pairs above the evidence floor; fewer of each, the more anchors there are."""
    if sources.model is None or not anchors or "cross_sell" not in sources.kinds:
        return {}
    each, memory = _of_each(len(anchors)), memory_of(sources.model)
    return {anchor: memory.pairs(anchor, each) for anchor in anchors}


def _of_each(anchors: int) -> int:
    low, high = _PAIRS_OF_AN_ANCHOR
    return min(high, max(low, _PAIRS_OF_ALL_ANCHORS // anchors))


def _add_ons(strong: Mapping[str, Sequence[Candidate]], power: float) -> list[Candidate]:
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidates in strong.values():
        for candidate in candidates:
            found[candidate.item_id].append(candidate)
    merged = [
        same_item[0] if len(same_item) == 1 else _merge(same_item, power)
        for item_id, same_item in found.items()
        if item_id not in strong
    ]
    return sorted(merged, key=_best_first)[:_POOL]


def _merge(same_item: Sequence[Candidate], power: float) -> Candidate:
    strongest = max(same_item, key=lambda candidate: candidate.score)
    # fsum is exact, so that the order of the cart cannot change the last bit.
    total = math.fsum(candidate.score**power for candidate in same_item)
    return msgspec.structs.replace(strongest, score=total ** (1 / power))


def _borrowed(
    strong: Mapping[str, Sequence[Candidate]], taken: Collection[str], model: LearnedPairs | None
) -> list[Candidate]:
    """What others speak for, where the anchors' own pairs do not fill the room; each item for one anchor."""
    if model is None or not strong:
        return []
    each, memory = _of_each(len(strong)), memory_of(model)
    found = [
        candidate
        for anchor, own in strong.items()
        if len(own) < each
        for candidate in memory.backoff(anchor, each - len(own))
        if candidate.item_id not in taken
    ]
    best = {candidate.item_id: candidate for candidate in sorted(found, key=_best_first, reverse=True)}
    return sorted(best.values(), key=_best_first)[:_POOL]


def _viewed(anchors: Sequence[str], proposed: Sequence[Candidate], sources: Sources) -> list[Candidate]:
    if sources.model is None or not anchors or "cross_sell" not in sources.kinds:
        return []
    taken = {*anchors, *(candidate.item_id for candidate in proposed)}
    return lately_viewed(sources.viewed, anchors[0], taken, sources.model)


def _upgrades(anchors: Sequence[str], sources: Sources) -> list[Candidate]:
    if sources.model is None or "upgrade" not in sources.kinds:
        return []
    here, memory = frozenset(anchors), memory_of(sources.model)
    found = [
        candidate
        for anchor in anchors
        for candidate in memory.upgrades(anchor, _UPGRADES_OF_AN_ANCHOR)
        if candidate.item_id not in here
    ]
    return sorted(found, key=_best_first)


def _follow_ups(taken: Collection[str], sources: Sources) -> list[Candidate]:
    if sources.model is None or sources.due is None or "cross_sell" not in sources.kinds:
        return []
    return follow_ups(sources.due, taken, sources.model)


def _bundles(anchors: Sequence[str], sources: Sources) -> list[Candidate]:
    if sources.model is None or "bundle" not in sources.kinds:
        return []
    return bundles(anchors, {*anchors, *sources.cart}, sources.model)


def _repeats(anchors: Sequence[str], sources: Sources) -> list[Candidate]:
    return [] if sources.due is None or "repeat" not in sources.kinds else again(sources.due, anchors)


def _best_first(candidate: Candidate) -> tuple[float, str, str]:
    return -candidate.score, candidate.item_id, candidate.anchor_id


def _below_floor(
    strong: Mapping[str, Sequence[Candidate]], proposed: Collection[str], model: LearnedPairs | None
) -> list[Withheld]:
    if model is None:
        return []
    silent = [anchor for anchor, pairs in strong.items() if not pairs]
    return [
        Withheld(
            item_id=pair.item_id,
            kind="cross_sell",
            stage="candidates",
            reason="not_enough_evidence",
            factors={"anchor_id": anchor, "together": pair.together, "lift": pair.lift, "p_adjusted": pair.p_adjusted},
        )
        for anchor in silent
        for pair in model.pairs(anchor, n=_SHORT_OF_EVIDENCE)
        if pair.item_id not in proposed
    ]


# --- curated --------------------------------------------------------------------------------------


def _pins(
    anchors: Sequence[str], sources: Sources, learned: Iterable[Candidate]
) -> tuple[list[Candidate], list[Withheld]]:
    wanted = _in_order(anchors, sources.relations)
    known = {_key(candidate): candidate for candidate in learned} if wanted else {}
    pins: dict[tuple[str, ...], Candidate] = {}
    misplaced: list[Withheld] = []
    for relation in wanted:
        pin = _pin(relation, place=len(pins), model=sources.model)
        if pin.kind not in sources.kinds:
            misplaced.append(_misplaced(pin))
        elif _key(pin) not in pins:
            pins[_key(pin)] = _with_score(pin, known.get(_key(pin)))
    return list(pins.values()), misplaced


def _in_order(anchors: Sequence[str], relations: Iterable[CuratedRelation]) -> list[CuratedRelation]:
    here = frozenset(anchors)
    wanted = [r for r in relations if r.relation in _PINNED and r.anchor_id in here and r.item_id != r.anchor_id]
    return sorted(wanted, key=lambda r: (r.rank, r.anchor_id, r.item_id, r.relation))


def _pin(relation: CuratedRelation, *, place: int, model: LearnedPairs | None) -> Candidate:
    return Candidate(
        item_id=relation.item_id,
        kind=_PINNED[relation.relation],
        source="curated",
        anchor_id=relation.anchor_id,
        score=0.0,
        evidence=_evidence(relation, model),
        pin=place,
    )


def _evidence(relation: CuratedRelation, model: LearnedPairs | None) -> Evidence | None:
    if model is None or relation.relation != "complement":
        return None
    return model.evidence(relation.anchor_id, relation.item_id)


def _with_score(pin: Candidate, learned: Candidate | None) -> Candidate:
    if learned is None:
        return pin
    return msgspec.structs.replace(pin, score=learned.score, evidence=pin.evidence or learned.evidence)


def _misplaced(pin: Candidate) -> Withheld:
    return Withheld(
        item_id=pin.item_id,
        kind=pin.kind,
        stage="candidates",
        reason="kind_not_in_placement",
        factors={"anchor_id": pin.anchor_id, "pin": pin.pin},
    )
