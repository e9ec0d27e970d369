"""One decision from its inputs alone: the stages in order, and what each let through."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

import msgspec

from pairwell.candidates.anchors import CART_PLACEMENTS, find_anchors, find_ignored
from pairwell.candidates.due import Due
from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.propose import Proposal, Sources, propose
from pairwell.config.settings import OfferKind, Settings
from pairwell.decide.caps import Places, cap, ends_of
from pairwell.decide.choice import Clash, Slot, Standing, Stream, fill_slots
from pairwell.decide.explain import explain_offer, title_of
from pairwell.decide.guards import check_slate, guard
from pairwell.decide.own_texts import choose_text, own_reason
from pairwell.decide.prospects import prospects
from pairwell.decide.rules.applying import count_failures
from pairwell.decide.rules.sifting import Sifted, withhold
from pairwell.decide.rules.stages import applicability, eligibility, suitability
from pairwell.decide.scene import Scene
from pairwell.decide.sets import PricedSet, price_set, settle
from pairwell.decide.texts import find_locale, speaks
from pairwell.decide.worth import Valued, factors_of, one_place_down, slate_cost, worthless, worthwhile
from pairwell.experiments.assignment import Arm, assign_arm, unit_of
from pairwell.model.completion import cart_power
from pairwell.posterior import Posterior
from pairwell.records import (
    Answer,
    Candidate,
    Decision,
    DecisionInputs,
    Ignored,
    Item,
    Offer,
    PassedOver,
    Silence,
    SilenceReason,
    Stage,
    Withheld,
)

_RULES: tuple[Callable[[Sequence[Candidate], Scene], Sifted], ...] = (eligibility, applicability, suitability)
_SILENCES: Mapping[Stage, SilenceReason] = {"guards": "guarded", "caps": "capped"}
_STAGES: tuple[Stage, ...] = ("eligibility", "applicability", "suitability", "guards", "caps", "worth")
_MOST_PASSED = 4  # offers of a decision of which it is kept that they were passed over


class Led(NamedTuple):
    """What became of candidates on their way through the stages."""

    valued: list[Valued]  # came through all
    doubtful: list[Valued]  # came to be valued, and showing them adds nothing
    withheld: list[Withheld]  # left before

    @property
    def left(self) -> list[Withheld]:
        """All who did not come through, and where they left."""
        return [*self.withheld, *map(worthless, self.doubtful)]


class Course(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """How a decision went: what was proposed, who left where, who was drawn and what silence would save."""

    scene: Scene
    proposal: Proposal
    drawn: list[Slot]
    undrawn: list[Valued]  # worthwhile, but in no slot
    doubtful: list[Valued]  # not worth showing by themselves
    worth_minor: float  # of the slate that was drawn
    cost_minor: float  # of showing it

    @property
    def worth_showing(self) -> bool:
        """Whether the slate that was drawn brings more than showing it costs, or teaches what the budget bears."""
        budget = self.scene.settings.choice.learning_budget_minor
        if any(slot.drawn.trial for slot in self.drawn):
            return self.cost_minor - self.worth_minor <= budget
        return self.worth_minor > self.cost_minor

    @property
    def learning_minor(self) -> float:
        """The expected loss that is taken to learn: what its trials cost beyond what they are worth."""
        return math.fsum(-slot.drawn.net_minor for slot in self.slots if slot.drawn.trial)

    @property
    def slots(self) -> list[Slot]:
        """What was drawn; empty where it is not worth showing."""
        return self.drawn if self.worth_showing else []

    @cached_property
    def left(self) -> list[Withheld]:
        """Who left before choice, and where. Worked out when asked, as few answers show it."""
        return [*self.proposal.withheld, *lead_through(self.proposal.candidates, self.scene).left]

    @property
    def passed_over(self) -> list[PassedOver]:
        """The most promising of those that were valued and are in no slot: what is bought of them, nobody showed."""
        shown = {item_id for slot in self.slots for item_id in slot.drawn.candidate.adds}
        unshown = [*self.undrawn, *self.doubtful, *(slot.drawn for slot in self.drawn if not self.worth_showing)]
        best: dict[tuple[OfferKind, str], PassedOver] = {}
        for one in sorted(unshown, key=_most_promising)[::-1]:
            key = one.candidate.kind, one.candidate.name
            if key not in best and shown.isdisjoint(one.candidate.adds):
                best[key] = PassedOver(*key, one.basis)
                if len(best) == _MOST_PASSED:
                    break
        return [*best.values()]

    @property
    def withheld(self) -> list[Withheld]:
        """Who left where."""
        beside = {id(barred.candidate): slot.drawn.candidate.item_id for slot in self.drawn for barred in slot.barred}
        undrawn = sorted(self.undrawn, key=_dearest_first)
        return [
            *self.left,
            *(self._not_worth_showing(slot.drawn) for slot in self.drawn if not self.worth_showing),
            *(_not_drawn(one, beside.get(id(one.candidate))) for one in undrawn),
        ]

    def _not_worth_showing(self, valued: Valued) -> Withheld:
        sums = {"slate_worth_minor": self.worth_minor, "slate_cost_minor": self.cost_minor}
        return withhold(valued.candidate, "worth", "slate_not_worth_its_cost", {**factors_of(valued), **sums})


def choose(
    inputs: DecisionInputs,
    *,
    model: LearnedPairs | None,
    items: Mapping[str, Item],
    settings: Settings,
    posterior: Posterior | None = None,
) -> Decision:
    """The decision that `inputs` lead to; the same inputs, model, facts and settings give the same bytes.

    Raises `RequestError` for a placement that is not in the settings.
    """
    scene = Scene(inputs, model=model, items=items, settings=settings, posterior=posterior)
    return decide(scene, run_stages(scene))


def propose_for(inputs: DecisionInputs, *, model: LearnedPairs | None, settings: Settings) -> Proposal:
    """The candidates for a request. On a page of an item, what was viewed before is mostly another choice."""
    request = inputs.request
    anchors = find_anchors(request, inputs.items)
    beside_cart = request.placement in CART_PLACEMENTS
    sources = Sources(
        model=model,
        relations=inputs.relations,
        kinds=settings.placements[request.placement].kinds,
        power=cart_power(len(anchors), settings.learn.power_growth),
        viewed=[item_id for item_id in request.viewed if item_id in inputs.items] if beside_cart else (),
        cart=[line.item_id for line in request.cart],
        due=_due(inputs),
    )
    return propose(anchors, sources)


def _due(inputs: DecisionInputs) -> Due | None:
    if not (inputs.repeats or inputs.bought_at):
        return None
    return Due(now=inputs.now, bought_at=inputs.bought_at, repeats=inputs.repeats)


def run_stages(scene: Scene, proposal: Proposal | None = None) -> Course:
    """Lead the candidates through rules, guards, worth and choice."""
    proposal = proposal or propose_for(scene.inputs, model=scene.model, settings=scene.settings)
    settled = settle(proposal.candidates, scene)
    if settled is not proposal.candidates:
        proposal = msgspec.structs.replace(proposal, candidates=settled)
    led = lead_through(prospects(proposal.candidates, scene), scene)
    count_failures(led.withheld, scene)
    slots = _draw(led.valued, scene)
    drawn = {id(slot.drawn.candidate) for slot in slots}
    return Course(
        scene=scene,
        proposal=proposal,
        drawn=slots,
        undrawn=[one for one in led.valued if id(one.candidate) not in drawn],
        doubtful=led.doubtful,
        worth_minor=sum(slot.drawn.worth_minor for slot in slots),
        cost_minor=slate_cost([slot.drawn for slot in slots], scene),
    )


def lead_through(candidates: Sequence[Candidate], scene: Scene) -> Led:
    """Who comes through all stages, and who leaves where."""
    withheld: list[Withheld] = []
    for stage in (*_RULES, guard, cap):
        candidates, left = stage(candidates, scene)
        withheld.extend(left)
    valued, doubtful = worthwhile(candidates, scene)
    return Led(valued, doubtful, withheld)


def decide(scene: Scene, course: Course) -> Decision:
    """The record of a course: slate, arm, answer or silence."""
    inputs = scene.inputs
    unit = inputs.unit or unit_of(inputs.request)
    arm = assign_arm(inputs.lot or unit, inputs.decision_id, scene.settings.choice)
    slots = course.slots
    slate = _slate(scene, slots)
    check_slate(slate, scene)
    Places(scene).check(slate)
    silence = _silence(scene, course, arm)
    answer = Answer(
        decision_id=inputs.decision_id,
        valid_until=_valid_until(slate, scene),
        silence=silence,
        offers=[] if silence else slate,
        ignored=[*find_ignored(inputs.request, scene.items), *_unspoken(inputs.request.locale)],
        currency=scene.settings.shop.currency,
        model=inputs.model,
        settings=inputs.settings,
        arm=arm,
    )
    return Decision(
        inputs=inputs,
        unit=unit,
        arm=arm,
        shown=silence is None,
        answer=answer,
        slate=slate,
        bases=[slot.drawn.basis for slot in slots],
        passed_over=course.passed_over,
        learning_minor=course.learning_minor,
        # It follows from the inputs; kept only where the answer shows it, so that asking again answers the same.
        withheld=course.withheld if inputs.request.explain else [],
    )


def _valid_until(slate: Sequence[Offer], scene: Scene) -> datetime:
    usual = scene.inputs.now + timedelta(minutes=scene.placement.valid_minutes)
    return min(usual, ends_of(slate, scene) or usual)


def _unspoken(locale: str) -> list[Ignored]:
    return [] if speaks(locale) else [Ignored(field="locale", id=locale)]


def clash_with(drawn: Valued, scene: Scene, gone: frozenset[str] = frozenset()) -> Clash:
    """Whether another offer must not stand beside `drawn`: the same item in some form, or a step up for that line.

    `gone`: of these items `drawn` took the last one that a total leaves.
    """
    items, links = drawn.candidate.adds, scene.links
    families = {family for item_id in items if (family := scene.family_of(item_id)) is not None}
    said = gone.union(items, *map(links.variants_of, items), *map(links.substitutes_of, items))
    learned = frozenset().union(*map(scene.stand_ins, items))
    replaced = drawn.candidate.anchor_id if drawn.candidate.kind == "upgrade" else None
    only_alike = not families and replaced is None

    def clashes(other: Valued) -> bool:
        candidate = other.candidate
        if candidate.bundle is None:  # nearly all: nothing but their item is looked for
            adds: Sequence[str] = (candidate.item_id,)
            alike = candidate.item_id in said or (candidate.item_id in learned and candidate.pin is None)
        else:
            adds = candidate.adds
            alike = not said.isdisjoint(adds) or (candidate.pin is None and not learned.isdisjoint(adds))
        if alike or only_alike:
            return alike
        if candidate.kind == "upgrade" and candidate.anchor_id == replaced:
            return True
        return not families.isdisjoint([scene.family_of(item_id) for item_id in adds])

    return clashes


def _draw(valued: Sequence[Valued], scene: Scene) -> list[Slot]:
    places = Places(scene)
    return fill_slots(
        valued,
        slots=scene.slots,
        choice=scene.settings.choice,
        stream=Stream(scene.inputs.decision_id),
        standing=Standing(
            lambda drawn: clash_with(drawn, scene, places.take(drawn.candidate.adds)), one_place_down(scene)
        ),
    )


def _most_promising(valued: Valued) -> tuple[float, str, str, str]:
    candidate = valued.candidate
    return valued.net_minor, candidate.kind, candidate.name, candidate.anchor_id


def _dearest_first(valued: Valued) -> tuple[float, str, str, str]:
    candidate = valued.candidate
    return -valued.score, candidate.item_id, candidate.kind, candidate.anchor_id


def _not_drawn(valued: Valued, beside: str | None) -> Withheld:
    if beside is None:
        return withhold(valued.candidate, "choice", "not_drawn", factors_of(valued))
    return withhold(valued.candidate, "choice", "clashes_with_slate", {"with": beside, **factors_of(valued)})


def _slate(scene: Scene, slots: Sequence[Slot]) -> list[Offer]:
    locale = find_locale(scene.request.locale)
    offers: list[Offer] = []
    for offer_no, slot in enumerate(slots):
        candidate = slot.drawn.candidate
        reasons, table = explain_offer(slot.drawn, scene, locale)
        text = choose_text(candidate, scene)
        priced = None if candidate.bundle is None else price_set(candidate, scene)
        offers.append(
            Offer(
                offer_no=offer_no,
                kind=candidate.kind,
                item_id=candidate.item_id,
                item_ids=msgspec.UNSET if priced is None else priced.item_ids,
                title=(text and text.title) or _title(candidate, priced, scene),
                price_minor=slot.drawn.price_minor,
                anchor_id=None if candidate.kind == "repeat" else candidate.anchor_id,
                replaces=candidate.anchor_id if candidate.kind == "upgrade" else None,
                discount_minor=0 if priced is None else priced.discount_minor,
                reasons=[*own_reason(text), *reasons],
                compare=table,
                url=scene.items[candidate.item_id].url or msgspec.UNSET,
                image_url=(text and text.image_url) or scene.items[candidate.item_id].image_url or msgspec.UNSET,
                text_variant=(text and text.variant) or msgspec.UNSET,
                propensity=slot.propensity,
                worth_minor=slot.drawn.worth_minor,
                score=slot.drawn.score,
            )
        )
    return offers


def _title(candidate: Candidate, priced: PricedSet | None, scene: Scene) -> str | None:
    if priced is None:
        return scene.items[candidate.item_id].title
    return " + ".join(title_of(item_id, scene) for item_id in priced.item_ids)


def _silence(scene: Scene, course: Course, arm: Arm) -> Silence | None:
    if not course.slots:
        return _nothing_left(scene, course)
    if arm == "holdout":
        return Silence(reason="holdout")
    return Silence(reason="withheld_at_random") if arm == "withheld" else None


def _nothing_left(scene: Scene, course: Course) -> Silence:
    """The silence named by the stage at which the last candidate left."""
    stages = {"worth"} if course.drawn else {one.stage for one in course.left}
    last = max((_STAGES.index(stage) for stage in stages if stage in _STAGES), default=None)
    if last is None:
        return _no_candidates(scene, course)
    stage = _STAGES[last]
    if stage == "worth":
        return Silence(reason="nothing_worth_it", detail=_saved(course))
    there = [w for w in course.left if w.stage == stage]
    if conditions := sorted({w.factors["later"] for w in there if "later" in w.factors}):
        return Silence(reason="later", detail=" ".join(conditions))
    reasons = sorted({w.reason for w in there})
    return Silence(reason=_SILENCES.get(stage, "withheld_by_rule"), detail=", ".join(reasons))


def _saved(course: Course) -> str:
    """What silence saved against showing what rules, guards and caps had left; better ones may have gone before."""
    if not course.drawn:
        return "nothing that was left is worth more than 0"
    saved = course.cost_minor - course.worth_minor
    return f"what was left: worth {course.worth_minor:.2f}, cost {course.cost_minor:.2f}, saved {saved:.2f}"


def _no_candidates(scene: Scene, course: Course) -> Silence:
    if course.proposal.known:
        return Silence(reason="not_enough_evidence")
    if not scene.anchors:
        return Silence(reason="no_candidates", detail="no_anchor")
    return Silence(reason="no_candidates", detail="no_model" if scene.model is None else "unknown_to_model")
