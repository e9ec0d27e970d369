"""What off-policy estimates say of other settings in a simulated shop, beside what is true there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pairwell.backtest.month import shown_of
from pairwell.backtest.offpolicy.estimates import Estimate, NotEstimable
from pairwell.backtest.whatif.again import decide_again
from pairwell.backtest.whatif.lottery import Key, Lottery, path_of
from pairwell.backtest.whatif.simulate import Asked, Measure, weigh_worths
from pairwell.backtest.whatif.weighing import Weighing, settle, weigh_pair
from pairwell.decide.choice import Slot
from pairwell.decide.worth import Valued
from pairwell.records import Decision
from pairwell.simulate.chances import chances
from pairwell.simulate.responses import Audience
from pairwell.simulate.visits import Shown, Visit
from pairwell.simulate.world import World

_DRAWS = 32
_MEASURES: tuple[Measure, ...] = ("added", "offers", "orders")


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate for a request beside the truth, minor units."""

    estimate: Estimate
    truth: float

    @property
    def covers(self) -> bool:
        """Whether the truth lies within the interval."""
        return self.estimate.low <= self.truth <= self.estimate.high


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: as it was, as it would have been and the change; or the refusal."""

    measure: Measure
    requests: int
    found: dict[str, Compared] | NotEstimable


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """A visit and how tired its customer was of what had been shown."""

    visit: Visit
    fatigue: float


def audit(world: World, seen: Iterable[Visit], logged: Mapping[str, Decision], asked: Asked) -> list[Audited]:
    """Estimate from `logged` decisions, by visit, and hold against the true chances of the same visits.

    True is what other settings earn where every visit is met with the fatigue that the logged slates had caused, as
    the estimates take it. Draws of slates are averaged.
    """
    known = _remember(world, seen, logged)
    made, true = list[Weighing](), dict[str, tuple[dict[Measure, float], dict[Measure, float]]]()
    for visit_id, decision in logged.items():
        pair = decide_again(decision, asked.past, asked.other)
        if isinstance(pair, str):
            continue
        lots = Lottery(pair.before), Lottery(pair.after)
        if (row := weigh_pair(pair, *lots)) is not None:
            made.append(row)
            before, after = (_true(world, known[visit_id], lot) for lot in lots)
            true[row.asked.decision_id] = before, after
    rows, outcomes = settle(made, asked.till)
    truths = [true[row.asked.decision_id] for row in rows]
    audited = []
    for worth in weigh_worths(rows, outcomes):
        was, would = (math.fsum(one[side][worth.measure] for one in truths) / len(truths) for side in (0, 1))
        found: dict[str, Compared] | NotEstimable
        if isinstance(worth.found, NotEstimable):
            found = worth.found
        else:
            found = {
                "before": Compared(estimate=worth.found.before, truth=was),
                "after": Compared(estimate=worth.found.after, truth=would),
                "change": Compared(estimate=worth.found.change, truth=would - was),
            }
        audited.append(Audited(measure=worth.measure, requests=worth.requests, found=found))
    return audited


def _remember(world: World, seen: Iterable[Visit], logged: Mapping[str, Decision]) -> dict[str, _Known]:
    """Every visit with the fatigue that the slates shown before it left."""
    audience, known = Audience(world), dict[str, _Known]()
    for visit in seen:
        known[visit.visit_id] = _Known(visit=visit, fatigue=audience.fatigue(visit.customer_id, visit.at))
        audience.respond(visit, [shown for offer in logged[visit.visit_id].answer.offers for shown in shown_of(offer)])
    return known


def _true(world: World, known: _Known, lottery: Lottery) -> dict[Measure, float]:
    """What a policy truly earns on a visit, the mean over draws of its own."""
    drawn = [lottery.drawn(f"truth/{known.visit.visit_id}/{number}") for number in range(_DRAWS)]
    earned = dict[tuple[Key, ...], dict[Measure, float]]()
    for slots in drawn:
        if (path := path_of(slots)) not in earned:
            earned[path] = _earned(world, known, slots)
    found = [earned[path_of(slots)] for slots in drawn]
    return {measure: math.fsum(one[measure] for one in found) / _DRAWS for measure in _MEASURES}


def _earned(world: World, known: _Known, slots: Sequence[Slot]) -> dict[Measure, float]:
    """What a slate truly earns; of a bundle every part counts as its share of it, as in outcomes."""
    parts = [(slot.drawn, shown) for slot in slots for shown in _shown(slot.drawn)]
    true = chances(world, known.visit, [shown for _, shown in parts], fatigue=known.fatigue)
    shares = [valued.gain_minor / len(valued.candidate.adds) for valued, _ in parts]
    shown = sum(true.finish_shown * one.shown * gain for one, gain in zip(true.offers, shares, strict=True))
    unasked = sum(true.finish_unasked * one.unasked * gain for one, gain in zip(true.offers, shares, strict=True))
    return {"added": shown - unasked, "offers": shown, "orders": true.margin_shown}


def _shown(valued: Valued) -> list[Shown]:
    """An offer as a simulated customer sees it; a bundle is its parts one by one."""
    candidate = valued.candidate
    if candidate.kind == "upgrade":
        return [Shown(item_id=candidate.item_id, kind="upgrade", replaces=candidate.anchor_id)]
    return [Shown(item_id=item_id) for item_id in candidate.adds]
