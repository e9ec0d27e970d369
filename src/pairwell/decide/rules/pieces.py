"""Bundles before the rules: each of their parts is judged as an offer of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import msgspec

from pairwell.decide.rules.sifting import Sifted
from pairwell.records import Candidate, Withheld


def in_pieces(candidates: Sequence[Candidate], judge: Callable[[Sequence[Candidate]], Sifted]) -> Sifted:
    """What becomes of the candidates where `judge`, which keeps their order, is asked of every part of a bundle.

    All of a bundle stays, or none of it. Bundles come last.
    """
    bundles = [candidate for candidate in candidates if candidate.bundle is not None]
    if not bundles:
        return judge(candidates)
    others = [candidate for candidate in candidates if candidate.bundle is None]
    pieces = [piece for bundle in bundles for piece in _pieces(bundle)]
    survivors, withheld = judge([*others, *pieces])
    staying = sum(survivor.bundle is None for survivor in survivors)
    leaving = len(others) - staying
    whole, gone = _rejoin(bundles, pieces, (survivors[staying:], withheld[leaving:]))
    return [*survivors[:staying], *whole], [*withheld[:leaving], *gone]


def _rejoin(bundles: Sequence[Candidate], pieces: Sequence[Candidate], sifted: Sifted) -> Sifted:
    kept, objections = {id(piece) for piece in sifted[0]}, iter(sifted[1])
    left = [None if id(piece) in kept else next(objections) for piece in pieces]
    whole: list[Candidate] = []
    gone: list[Withheld] = []
    own = iter(left)
    for bundle in bundles:
        against = [one for one in itertools.islice(own, len(bundle.adds)) if one is not None]
        if against:
            gone.append(_of_bundle(bundle, against[0]))
        else:
            whole.append(bundle)
    return whole, gone


def _pieces(bundle: Candidate) -> list[Candidate]:
    return [msgspec.structs.replace(bundle, item_id=item_id) for item_id in bundle.adds]


def _of_bundle(bundle: Candidate, piece: Withheld) -> Withheld:
    factors = {**piece.factors, "part": piece.item_id}
    return msgspec.structs.replace(piece, item_id=bundle.item_id, factors=factors)
