"""A rule taken apart: what the request settles once, what the item settles for all requests, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from pairwell.config.rules.conditions import Reference, find_references, flatten, split_conjuncts
from pairwell.config.rules.cuts import find_cuts
from pairwell.config.rules.engine import ConditionError, Program, compile_condition, run
from pairwell.config.rules.fields import SCOPES
from pairwell.config.rules.rule import Rule
from pairwell.decide.rules.values import Read, Wanted, context_of, want


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Those of a condition's conjuncts that need the same records."""

    program: Program
    wanted: tuple[Wanted, ...]
    cuts: Mapping[str, tuple[float, ...]]  # of numbers that are only compared with literals, by variable

    def verdict(self, read: Read) -> bool | str:
        """Whether it holds, or why that cannot be told."""
        try:
            return run(self.program, context_of(self.wanted, read))
        except ConditionError as error:
            return str(error)


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in parts that must all hold; it says the same as the whole, as false wins over any failure."""

    rule: Rule
    references: tuple[Reference, ...]
    of_request: Part | None
    of_item: Part | None
    of_offer: Part | None


@lru_cache(maxsize=1_024)
def take_apart(rule: Rule) -> Parts:
    """The parts of a rule that was checked."""
    request: list[str] = []
    item: list[str] = []
    offer: list[str] = []
    for conjunct in split_conjuncts(rule.when):
        records = {reference.record for reference in find_references(conjunct)}
        if records <= set(SCOPES["request"]):
            request.append(conjunct)
        else:
            (item if records <= set(SCOPES["item"]) else offer).append(conjunct)
    paths = {reference.path: reference for reference in find_references(rule.when)}
    return Parts(
        rule=rule,
        references=tuple(paths[path] for path in sorted(paths)),
        of_request=make_part(_joined(request)) if request else None,
        of_item=make_part(_joined(item)) if item else None,
        of_offer=make_part(_joined(offer)) if offer else None,
    )


def make_part(source: str) -> Part:
    """The part whose condition is `source`."""
    return Part(
        program=compile_condition(flatten(source)), wanted=want(find_references(source)), cuts=find_cuts(source)
    )


def _joined(conjuncts: Iterable[str]) -> str:
    return " && ".join(f"({conjunct})" for conjunct in conjuncts)
