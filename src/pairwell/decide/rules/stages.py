"""The three stages of rules: those that every shop has, then the shop's own, in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from pairwell.config.rules.rule import RuleStage
from pairwell.decide.rules.applying import apply_rules
from pairwell.decide.rules.built_in import (
    not_applicable,
    not_eligible,
    not_suitable,
    perhaps_not_applicable,
    perhaps_not_eligible,
    perhaps_not_suitable,
)
from pairwell.decide.rules.pieces import in_pieces
from pairwell.decide.rules.sifting import Judge, Sifted, sift
from pairwell.decide.scene import Scene
from pairwell.records import Candidate


class _Built(NamedTuple):
    """A built-in rule, and the ids of those against whom it may have something; None: against anybody."""

    judge: Judge
    suspects: Callable[[Sequence[Candidate], Scene], Collection[str] | None]


def eligibility(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what may be offered at all."""
    return _keep(candidates, scene, stage="eligibility", built_in=_Built(not_eligible, perhaps_not_eligible))


def applicability(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what is relevant now."""
    return _keep(candidates, scene, stage="applicability", built_in=_Built(not_applicable, perhaps_not_applicable))


def suitability(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what is right towards this person."""
    return _keep(candidates, scene, stage="suitability", built_in=_Built(not_suitable, perhaps_not_suitable))


def _keep(candidates: Sequence[Candidate], scene: Scene, *, stage: RuleStage, built_in: _Built) -> Sifted:
    def built(asked: Sequence[Candidate]) -> Sifted:
        suspects = built_in.suspects(asked, scene)
        return sift(asked, scene, stage=stage, judge=built_in.judge, suspects=suspects)

    survivors, withheld = in_pieces(candidates, built)
    kept, left = in_pieces(survivors, lambda asked: apply_rules(asked, scene, stage=stage))
    return kept, [*withheld, *left]
