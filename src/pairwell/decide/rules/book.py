"""The rules of published settings, compiled once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from pairwell.candidates.same import Same
from pairwell.config.rules.rule import Rule, RuleStage
from pairwell.config.settings import Settings, Shop
from pairwell.decide.rules.items import ItemVerdicts
from pairwell.decide.rules.joint import Joint
from pairwell.decide.rules.parts import Parts, take_apart

_MOST_JOINTS = 256  # sets of rules that one request or another left open


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in its place among all. `bit` is that of its item part, 0 where it has none."""

    place: int
    parts: Parts
    bit: int


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one stage that hold for a placement, in order, and those of their parts that the request settles."""

    rules: Sequence[Bound]
    of_request: Joint
    opened: dict[int, tuple[Any, Any]] = {}  # a memory: by the verdicts on a request, what they leave open


class RuleBook:
    """All rules of one version of the settings. Safe to share between threads.

    What it remembers saves time and changes no verdict. `failures` counts, by rule, the offers that were withheld
    because the rule could not be worked out.
    """

    def __init__(self, settings: Settings) -> None:
        self._rules = [
            Bound(place=place, parts=parts, bit=(parts.of_item is not None) << place)
            for place, parts in enumerate(map(take_apart, settings.rules))
        ]
        self._channels = {name: placement.channel for name, placement in settings.placements.items()}
        self._chapters: dict[tuple[str, bool], Mapping[RuleStage, Chapter]] = {}
        self._joints: dict[tuple[int, ...], Joint] = {}
        self._lock = threading.Lock()
        self.items = _verdicts_of(settings.rules, settings.shop)
        self.failures: Counter[str] = Counter()

    def chapter(self, stage: RuleStage, placement: str, *, acute: bool) -> Chapter:
        """The rules of `stage` that hold for a placement; `acute`: without those that an acute need overrides."""
        key = (placement, acute)
        if key not in self._chapters:
            self._chapters[key] = self._bind(placement, acute=acute)
        return self._chapters[key][stage]

    def joint(self, bounds: Iterable[Bound]) -> Joint:
        """The offer parts of these rules together; rules without one are left out."""
        asked = {bound.place: bound.parts.of_offer for bound in bounds if bound.parts.of_offer is not None}
        key = tuple(asked)
        joint = self._joints.get(key)
        if joint is None:
            if len(self._joints) >= _MOST_JOINTS:
                self._joints.clear()
            joint = self._joints[key] = Joint(asked)
        return joint

    def count_failure(self, name: str) -> None:
        """Count an offer that was withheld because the rule `name` could not be worked out."""
        with self._lock:
            self.failures[name] += 1

    def _bind(self, placement: str, *, acute: bool) -> Mapping[RuleStage, Chapter]:
        here = [bound for bound in self._rules if self._holds(bound, placement) and not (acute and _yields(bound))]
        stages: tuple[RuleStage, ...] = ("eligibility", "applicability", "suitability")
        return {stage: _chapter(bound for bound in here if bound.parts.rule.stage == stage) for stage in stages}

    def _holds(self, bound: Bound, placement: str) -> bool:
        rule = bound.parts.rule
        right_place = not rule.placements or placement in rule.placements
        return right_place and (not rule.channels or self._channels[placement] in rule.channels)


def open_book(settings: Settings) -> RuleBook:
    """The rules of `settings`, compiled at the first call."""
    return _opened(Same(settings))


def _yields(bound: Bound) -> bool:
    return bound.parts.rule.unless_acute


def _chapter(rules: Iterable[Bound]) -> Chapter:
    found = tuple(rules)
    parts = {bound.place: bound.parts.of_request for bound in found if bound.parts.of_request is not None}
    return Chapter(rules=found, of_request=Joint(parts))


@lru_cache(maxsize=4)
def _verdicts_of(rules: Sequence[Rule], shop: Shop) -> ItemVerdicts:
    """One memory for all settings with these rules: whoever publishes others changes mostly something else."""
    taken = enumerate(map(take_apart, rules))
    return ItemVerdicts({place: parts.of_item for place, parts in taken if parts.of_item is not None}, shop)


@lru_cache(maxsize=8)
def _opened(same: Same[Settings]) -> RuleBook:
    return RuleBook(same.value)
