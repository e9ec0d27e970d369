"""The three stages of rules: those that every shop has, then the shop's own, in order."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.config.rules.rule import RuleStage
from pairwell.decide.rules.applying import apply_rules
from pairwell.decide.rules.built_in import not_applicable, not_eligible, not_suitable
from pairwell.decide.rules.sifting import Judge, Sifted, sift
from pairwell.decide.scene import Scene
from pairwell.records import Candidate


def eligibility(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what may be offered at all."""
    return _keep(candidates, scene, stage="eligibility", judge=not_eligible)


def applicability(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what is relevant now."""
    return _keep(candidates, scene, stage="applicability", judge=not_applicable)


def suitability(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what is right towards this person."""
    return _keep(candidates, scene, stage="suitability", judge=not_suitable)


def _keep(candidates: Sequence[Candidate], scene: Scene, *, stage: RuleStage, judge: Judge) -> Sifted:
    survivors, withheld = sift(candidates, scene, stage=stage, judge=judge)
    kept, left = apply_rules(survivors, scene, stage=stage)
    return kept, [*withheld, *left]
