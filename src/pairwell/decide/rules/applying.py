"""The shop's own rules on the candidates of one request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pairwell.config.rules.rule import RuleStage
from pairwell.decide.rules.book import Bound, Chapter, RuleBook, open_book
from pairwell.decide.rules.facts import is_acute, offer_reader
from pairwell.decide.rules.joint import Joint, Verdicts
from pairwell.decide.rules.parts import Part
from pairwell.decide.rules.sifting import Sifted, withhold
from pairwell.decide.rules.values import told
from pairwell.decide.scene import Scene
from pairwell.decide.terms import Objection
from pairwell.records import Candidate, Withheld

_FAILED = "rule_failed"
_MOST_OPENED = 256  # different verdicts on requests, for each stage and placement


class _Open(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that the request alone has not ruled out; `failed`: why the request's part cannot be told."""

    bound: Bound
    failed: str | None


class _Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The open rules of one stage, in order."""

    rules: Sequence[_Open]
    joint: Joint  # of their offer parts
    bits: int  # of their item parts
    withholds_all: bool  # the last of them does, whatever is offered


_NONE_OPEN = _Opened(rules=(), joint=Joint({}), bits=0, withholds_all=False)


def apply_rules(candidates: Sequence[Candidate], scene: Scene, *, stage: RuleStage) -> Sifted:
    """Those of `candidates` that no rule of `stage` holds back; the first rule that does gives the reason.

    A rule that cannot be worked out holds back, and says so in the factors.
    """
    book = open_book(scene.settings)
    chapter = book.chapter(stage, scene.request.placement, acute=is_acute(scene))
    opened = _open(chapter, candidates, scene, book) if candidates and chapter.rules else _NONE_OPEN
    if not opened.rules:
        return list(candidates), []
    sieve = _Sieve(opened, scene, book)
    survivors: list[Candidate] = []
    withheld: list[Withheld] = []
    verdicts = opened.joint.ask(candidates, scene)
    suspects = sieve.suspects(candidates, verdicts)
    if not any(suspects):
        return list(candidates), []
    for candidate, of_offer, suspect in zip(candidates, verdicts, suspects, strict=True):
        objection = sieve.objection(candidate, of_offer) if suspect else None
        if objection is None:
            survivors.append(candidate)
        else:
            withheld.append(withhold(candidate, stage, *objection))
    return survivors, withheld


def count_failures(withheld: Iterable[Withheld], scene: Scene) -> None:
    """Count, for whoever watches the shop, those that left because a rule could not be worked out."""
    for one in withheld:
        if _FAILED in one.factors:
            open_book(scene.settings).count_failure(one.factors["rule"])


def _open(chapter: Chapter, candidates: Sequence[Candidate], scene: Scene, book: RuleBook) -> _Opened:
    (of_request,) = chapter.of_request.ask(candidates[:1], scene)  # the same for all of them
    opened: _Opened | None
    said, opened = chapter.opened.get(id(of_request), (None, None))
    if opened is None or said is not of_request:
        rules = list(_open_rules(chapter, of_request))
        opened = _opened(rules, book) if rules else _NONE_OPEN
        if len(chapter.opened) >= _MOST_OPENED:
            chapter.opened.clear()
        chapter.opened[id(of_request)] = of_request, opened  # which keeps that from being another's id
    return opened


def _opened(rules: Sequence[_Open], book: RuleBook) -> _Opened:
    last = rules[-1].bound
    return _Opened(
        rules=rules,
        joint=book.joint(one.bound for one in rules),
        bits=sum(one.bound.bit for one in rules),
        withholds_all=not last.bit and last.parts.of_offer is None,
    )


def _open_rules(chapter: Chapter, of_request: Verdicts) -> Iterator[_Open]:
    for bound in chapter.rules:
        verdict = _verdict(bound, bound.parts.of_request, of_request)
        if verdict is not False:
            yield _Open(bound=bound, failed=None if verdict is True else str(verdict))
            if not bound.bit and bound.parts.of_offer is None:
                return  # it withholds all, so that no later rule is asked


class _Sieve:
    """The open rules of one stage, in order."""

    def __init__(self, opened: _Opened, scene: Scene, book: RuleBook) -> None:
        self._opened = opened.rules
        self._bits = opened.bits
        self._withholds_all = opened.withholds_all
        self._scene = scene
        self._book = book

    def suspects(self, candidates: Sequence[Candidate], verdicts: Sequence[Verdicts]) -> Sequence[object]:
        """For each candidate whether any rule may have something against it: most have nothing against any."""
        if self._withholds_all:
            return [True] * len(candidates)
        if not self._bits:
            return verdicts
        items = self._scene.items
        flags = self._book.items.flag([items[candidate.item_id] for candidate in candidates], self._bits)
        return [flag or verdict for flag, verdict in zip(flags, verdicts, strict=True)]

    def objection(self, candidate: Candidate, of_offer: Verdicts) -> Objection | None:
        """The first open rule that holds the candidate back."""
        holding = failing = 0
        if self._bits:
            holding, failing = self._book.items.of(self._scene.items[candidate.item_id])
        for one in self._opened:
            bound = one.bound
            verdict = _verdict(bound, bound.parts.of_offer, of_offer)
            if verdict is not False and (not bound.bit or (holding | failing) & bound.bit):
                failed = one.failed or (self._why(bound, candidate) if failing & bound.bit else None)
                return self._object(bound, candidate, failed or (None if verdict is True else str(verdict)))
        return None

    def _object(self, bound: Bound, candidate: Candidate, failed: str | None) -> Objection:
        rule = bound.parts.rule
        factors = {"rule": rule.name, **told(bound.parts.references, offer_reader(candidate, self._scene))}
        if rule.later is not None:
            factors["later"] = rule.later
        if failed is not None:
            factors[_FAILED] = failed
        return rule.reason, factors

    def _why(self, bound: Bound, candidate: Candidate) -> str | None:
        """Why a rule's item part cannot be told; the memory keeps only that."""
        part = bound.parts.of_item
        verdict = None if part is None else part.verdict(offer_reader(candidate, self._scene))
        return verdict if isinstance(verdict, str) else None


def _verdict(bound: Bound, part: Part | None, verdicts: Verdicts) -> bool | str:
    """Whether a part of a rule holds, or why that cannot be told; what it has not holds."""
    if part is None:
        return True
    return False if verdicts is None else verdicts[bound.place]
