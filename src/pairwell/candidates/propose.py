"""Candidates from every source: what people pinned, what goes with the cart, what is one step better."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from pairwell.candidates.backing import backed
from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.viewed import lately_viewed
from pairwell.config.settings import OfferKind
from pairwell.records import Candidate, CuratedRelation, Evidence, Pair, Relation, Withheld

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
    learned = [*add_ons, *_upgrades(ordered, sources)]
    pins, misplaced = _pins(ordered, sources, learned)
    pinned = {_key(pin) for pin in pins}
    candidates = [*pins, *(candidate for candidate in learned if _key(candidate) not in pinned)]
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
    return candidate.kind, candidate.item_id


# --- learned --------------------------------------------------------------------------------------


def _strong_pairs(anchors: Sequence[str], sources: Sources) -> dict[str, list[Pair]]:
    """For each anchor its pairs above the evidence floor; fewer of each, the more anchors there are."""
    if sources.model is None or not anchors or "cross_sell" not in sources.kinds:
        return {}
    each = _of_each(len(anchors))
    return {anchor: sources.model.pairs(anchor, n=each, above_floor=True) for anchor in anchors}


def _of_each(anchors: int) -> int:
    low, high = _PAIRS_OF_AN_ANCHOR
    return min(high, max(low, _PAIRS_OF_ALL_ANCHORS // anchors))


def _add_ons(strong: Mapping[str, Sequence[Pair]], power: float) -> list[Candidate]:
    found: defaultdict[str, list[tuple[str, Pair]]] = defaultdict(list)
    for anchor, pairs in strong.items():
        for pair in pairs:
            found[pair.item_id].append((anchor, pair))
    merged = [_merge(pairs, power) for item_id, pairs in found.items() if item_id not in strong]
    return sorted(merged, key=_best_first)[:_POOL]


def _merge(pairs: Sequence[tuple[str, Pair]], power: float) -> Candidate:
    if len(pairs) == 1:
        return _candidate(*pairs[0], "cross_sell", pairs[0][1].score)
    anchor, strongest = max(pairs, key=lambda found: found[1].score)
    # fsum is exact, so that the order of the cart cannot change the last bit.
    total = math.fsum(pair.score**power for _, pair in pairs)
    return _candidate(anchor, strongest, "cross_sell", total ** (1 / power))


def _borrowed(
    strong: Mapping[str, Sequence[Pair]], taken: Collection[str], model: LearnedPairs | None
) -> list[Candidate]:
    """What others speak for, where the anchors' own pairs do not fill the room; each item for one anchor."""
    if model is None or not strong:
        return []
    room = {anchor: _of_each(len(strong)) - len(pairs) for anchor, pairs in strong.items()}
    found = [
        backed(anchor, borrowed, model)
        for anchor, n in room.items()
        if n > 0
        for borrowed in model.backoff(anchor, n=n)
        if borrowed.item_id not in taken
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
    here = frozenset(anchors)
    found = [
        _candidate(anchor, pair, "upgrade", pair.score)
        for anchor in anchors
        for pair in sources.model.upgrades(anchor, n=_UPGRADES_OF_AN_ANCHOR)
        if pair.item_id not in here
    ]
    return sorted(found, key=_best_first)


def _candidate(anchor: str, pair: Pair, kind: OfferKind, score: float) -> Candidate:
    return Candidate(
        item_id=pair.item_id,
        kind=kind,
        source="upgrades" if kind == "upgrade" else "pairs",
        anchor_id=anchor,
        score=score,
        evidence=evidence_of(pair),
    )


def _best_first(candidate: Candidate) -> tuple[float, str, str]:
    return -candidate.score, candidate.item_id, candidate.anchor_id


def evidence_of(pair: Pair) -> Evidence:
    """What the orders say of a pair, without its place in a list."""
    return Evidence(
        together=pair.together,
        anchor_orders=pair.anchor_orders,
        item_orders=pair.item_orders,
        confidence=pair.confidence,
        lift=pair.lift,
        effect=pair.effect,
        llr=pair.llr,
        p_adjusted=pair.p_adjusted,
        above_floor=pair.above_floor,
    )


def _below_floor(
    strong: Mapping[str, Sequence[Pair]], proposed: Collection[str], model: LearnedPairs | None
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
    known = {_key(candidate): candidate for candidate in learned}
    pins: dict[tuple[str, ...], Candidate] = {}
    misplaced: list[Withheld] = []
    for relation in _in_order(anchors, sources.relations):
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
