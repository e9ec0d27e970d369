"""Bundles before the rules: each of their parts is judged as an offer of its own."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pairwell.decide.rules.sifting import Sifted
from pairwell.records import Candidate, Withheld


def in_pieces(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates with a piece for every part of each bundle; themselves where there is none."""
    if all(candidate.bundle is None for candidate in candidates):
        return candidates
    return [piece for candidate in candidates for piece in _pieces(candidate)]


def rejoin(candidates: Sequence[Candidate], pieces: Sequence[Candidate], sifted: Sifted) -> Sifted:
    """What became of the candidates, where this became of their pieces: a bundle stays only if all of it does."""
    survivors, withheld = sifted
    if pieces is candidates:
        return survivors, withheld
    kept = {id(piece) for piece in survivors}
    left = iter(withheld)
    found: list[Candidate] = []
    gone: list[Withheld] = []
    pieces_left = iter(pieces)
    for candidate in candidates:
        own = [next(pieces_left) for _ in candidate.adds]
        objections = [next(left) for piece in own if id(piece) not in kept]
        if not objections:
            found.append(candidate)
        else:
            gone.append(objections[0] if candidate.bundle is None else _of_bundle(candidate, objections[0]))
    return found, gone


def _pieces(candidate: Candidate) -> Sequence[Candidate]:
    if candidate.bundle is None:
        return [candidate]
    return [msgspec.structs.replace(candidate, item_id=item_id) for item_id in candidate.adds]


def _of_bundle(candidate: Candidate, piece: Withheld) -> Withheld:
    factors = {**piece.factors, "part": piece.item_id}
    return msgspec.structs.replace(piece, item_id=candidate.item_id, factors=factors)
