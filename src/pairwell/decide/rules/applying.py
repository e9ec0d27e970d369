"""The shop's own rules on the candidates of one request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pairwell.config.rules.engine import ConditionError, run
from pairwell.config.rules.rule import RuleStage
from pairwell.decide.rules.book import Bound, Chapter
from pairwell.decide.rules.facts import is_acute, offer_reader, reader_of
from pairwell.decide.rules.sifting import Objection, Sifted, withhold
from pairwell.decide.rules.values import context_of, told
from pairwell.decide.scene import Scene
from pairwell.records import Candidate, Withheld


class _Open(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that the request alone has not ruled out; `failed`: why the request's part cannot be told."""

    bound: Bound
    failed: str | None


def apply_rules(candidates: Sequence[Candidate], scene: Scene, *, stage: RuleStage) -> Sifted:
    """Those of `candidates` that no rule of `stage` holds back; the first rule that does gives the reason.

    A rule that cannot be worked out holds back, and says so in the factors.
    """
    chapter = scene.rules.chapter(stage, scene.request.placement, acute=is_acute(scene))
    opened = list(_open_rules(chapter, scene)) if candidates and chapter.rules else []
    if not opened:
        return list(candidates), []
    sieve = _Sieve(opened, scene)
    survivors: list[Candidate] = []
    withheld: list[Withheld] = []
    for candidate in candidates:
        objection = sieve.objection(candidate)
        if objection is None:
            survivors.append(candidate)
        else:
            withheld.append(withhold(candidate, stage, *objection))
    return survivors, withheld


def _open_rules(chapter: Chapter, scene: Scene) -> Iterator[_Open]:
    context = context_of(chapter.wanted, reader_of(scene))
    for bound in chapter.rules:
        parts, failed, holds = bound.parts, None, True
        if parts.of_request is not None:
            try:
                holds = run(parts.of_request.program, context)
            except ConditionError as error:
                failed = str(error)
        if holds:
            yield _Open(bound=bound, failed=failed)
            if not bound.bit and parts.of_offer is None:
                return  # it withholds all, so that no later rule is asked


class _Sieve:
    def __init__(self, opened: Sequence[_Open], scene: Scene) -> None:
        self._opened = opened
        self._bits = sum(one.bound.bit for one in opened)
        self._without_bit = [one for one in opened if not one.bound.bit]
        self._scene = scene

    def objection(self, candidate: Candidate) -> Objection | None:
        holding, failing = self._of_item(candidate)
        told_of_item = (holding | failing) & self._bits
        for one in self._opened if told_of_item else self._without_bit:
            bit = one.bound.bit
            if not bit or told_of_item & bit:
                failed = one.failed or (_failure(one.bound, candidate, self._scene) if failing & bit else None)
                verdict = _of_offer(one.bound, candidate, self._scene)
                if verdict is not False:
                    return self._object(one.bound, candidate, failed or (None if verdict is True else verdict))
        return None

    def _of_item(self, candidate: Candidate) -> tuple[int, int]:
        return self._scene.rules.items.of(self._scene.items[candidate.item_id]) if self._bits else (0, 0)

    def _object(self, bound: Bound, candidate: Candidate, failed: str | None) -> Objection:
        rule = bound.parts.rule
        factors = {"rule": rule.name, **told(bound.parts.references, offer_reader(candidate, self._scene))}
        if rule.later is not None:
            factors["later"] = rule.later
        if failed is not None:
            factors["rule_failed"] = failed
            self._scene.rules.count_failure(rule.name)
        return rule.reason, factors


def _of_offer(bound: Bound, candidate: Candidate, scene: Scene) -> bool | str:
    part = bound.parts.of_offer
    return True if part is None else part.verdict(offer_reader(candidate, scene))


def _failure(bound: Bound, candidate: Candidate, scene: Scene) -> str | None:
    """Why a rule's item part cannot be told; the memory keeps only that."""
    part = bound.parts.of_item
    verdict = None if part is None else part.verdict(offer_reader(candidate, scene))
    return verdict if isinstance(verdict, str) else None
