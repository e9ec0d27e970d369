"""Where the engine loses what an oracle would have earned at the same visits, with the same tired customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from pairwell.backtest.loop.bounds import showable
from pairwell.backtest.loop.engine import Decided
from pairwell.backtest.loop.living import Lived, Span
from pairwell.records import Withheld
from pairwell.simulate.chances import chances
from pairwell.simulate.oracle import Showable, best_slate
from pairwell.simulate.visits import Shown, Visit
from pairwell.simulate.world import World

_UNSHOWN = frozenset({"holdout", "withheld"})
_Key = tuple[str, str]  # kind, item


class Losses(msgspec.Struct, frozen=True, kw_only=True):
    """Expected margin in minor units. Each is what the best slate loses by one more step of the engine's.

    `not_proposed` + … + `sparing` = `reachable` - `earned`. By lot: of the best slate, not of the one that was drawn.
    """

    reachable: float  # by the best slate on every visit, at the fatigue that the engine caused
    not_proposed: float  # no source proposed it
    rules_and_caps: float  # withheld by rules, guards or caps
    thought_worthless: float  # withheld as not worth showing by itself
    silence: float  # the slate was not worth its cost
    by_lot: float  # holdout and slates withheld at random
    drawing: float  # other offers were drawn than the best of those thought worth showing
    sparing: float  # fewer of those drawn, or none, or in another order, would have earned more
    earned: float  # both against silence at the same fatigue

    def __add__(self, other: Losses) -> Losses:
        return Losses(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


_STEPS = Losses.__struct_fields__[1:-1]


def find_losses(span: Span, decided: Mapping[str, Decided], lived: Lived) -> Losses:
    """Add up the losses of every visit; the decisions must have been asked to explain."""
    visits = zip(span.visits, lived["fatigue"].tolist(), strict=True)
    found = [_of_visit(span, visit, decided[visit.visit_id], fatigue) for visit, fatigue in visits]
    return Losses(**{name: sum(getattr(one, name) for one in found) for name in Losses.__struct_fields__})


def _of_visit(span: Span, visit: Visit, decided: Decided, fatigue: float) -> Losses:
    world, everything = span.world, showable(span.world, visit, span.settings)

    def worth(slate: list[Shown]) -> float:
        true = chances(world, visit, slate, fatigue=fatigue)
        return true.margin_shown - true.margin_unasked

    def best(allowed: Callable[[_Key], bool]) -> float:
        return worth(best_slate(world, visit, _only(world, everything, allowed), fatigue=fatigue))

    drawn = {(shown.kind, shown.item_id) for shown in decided.drawn}
    left = {(one.kind, one.item_id): _passed(one) for one in decided.withheld}
    passed = [drawn | {key for key, steps in left.items() if steps >= step} for step in (1, 2, 3)]
    reached = [best(lambda _: True), *(best(keys.__contains__) for keys in passed)]
    spoken = reached[-1] if decided.drawn else 0.0
    treated = spoken if decided.arm not in _UNSHOWN else 0.0
    spared = best({(shown.kind, shown.item_id) for shown in decided.shown}.__contains__)
    earned = worth(list(decided.shown))
    steps = (-np.diff([*reached, spoken, treated, spared, earned])).tolist()
    return Losses(reachable=reached[0], earned=earned, **dict(zip(_STEPS, steps, strict=True)))


def _passed(one: Withheld) -> int:
    """How far a candidate came: 1 proposed, 2 past rules, guards and caps, 3 thought worth showing by itself."""
    if one.stage == "candidates":
        return 0
    if one.stage == "worth":
        return 3 if one.reason == "slate_not_worth_its_cost" else 2
    return 3 if one.stage == "choice" else 1


def _only(world: World, everything: Showable, allowed: Callable[[_Key], bool]) -> Showable:
    keys = zip(everything.items.tolist(), everything.olds.tolist(), strict=True)
    may = [allowed(("cross_sell" if old < 0 else "upgrade", world.items[item].item_id)) for item, old in keys]
    return everything.only(np.array(may, dtype=np.bool_))
