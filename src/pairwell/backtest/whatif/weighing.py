"""From decisions computed twice, and what came of them, to the samples that off-policy estimates are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.backtest.offpolicy.samples import Floats, Sample, Weighed
from pairwell.backtest.whatif.again import Pair
from pairwell.backtest.whatif.lottery import DRAWS, Key, Lottery, keys_of, path_of
from pairwell.backtest.whatif.outcomes import Asked, Outcome, Till, find_outcomes
from pairwell.decide.choice import Slot
from pairwell.decide.scene import Scene
from pairwell.decide.worth import Valued
from pairwell.journal.past import read_whose


class Foreseen(NamedTuple):
    """What a model expects an item of a slate to earn, minor units."""

    shown: float
    anyway: float  # without being shown


class ByPlace(NamedTuple):
    """One policy at one request, for the slate that was drawn; lists go by place in it.

    Lots of holdout and withholding, by which it may not have been shown, are not in the weights.
    """

    weights: list[float]
    reach: list[float]
    expected: list[Foreseen]
    direct: list[Foreseen]
    unsupported: int  # offers of its draws that could not have been shown
    offers: int  # of its draws


class ByOrder(NamedTuple):
    """One policy at one request, for the whole order; `expected` and `direct` are above what the cart earns."""

    weight: float
    expected: float
    direct: float
    unsupported: float  # share of its draws that could not have happened


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """A request and both policies at it, before anything is known of the outcome."""

    asked: Asked
    shown: bool
    unshown: float  # the chance that a lot keeps a slate from being shown
    gains: list[float]  # what a unit of each offer of the slate earns, shown or not
    cart_minor: float  # what the cart earns
    by_place: tuple[ByPlace, ByPlace]  # as it was, as it would have been
    by_order: tuple[ByOrder, ByOrder]


def weigh_pair(pair: Pair, before: Lottery, after: Lottery) -> Weighing | None:
    """Both policies at one request; None where it names nobody, whom every analysis leaves out.

    Also where a slate was not shown for another reason than a lot, so that nobody knows how likely that was.
    """
    decision = pair.decision
    unknown = bool(decision.slate) and not decision.shown and decision.arm not in _BY_LOT
    if decision.unit is None or decision.arm == "none" or unknown:
        return None
    keys, unshown = keys_of(decision.slate), _unshown_by_lot(pair.before.scene)
    logged = _Logged(before, keys if decision.shown else (), unshown)
    offers = [slot.drawn for slot in pair.before.slots]
    return Weighing(
        asked=Asked(
            decision_id=decision.inputs.decision_id,
            unit=decision.unit,
            at=decision.inputs.now,
            offered=[_items_of(offer) for offer in offers],
            ships_again=pair.before.scene.placement.ships_again,
        ),
        shown=decision.shown,
        unshown=unshown,
        gains=[offer.gain_minor for offer in offers],
        cart_minor=pair.before.scene.at_stake,
        by_place=(_by_place(before, before, keys), _by_place(after, before, keys)),
        by_order=(_by_order(before, logged), _by_order(after, logged)),
    )


class _Logged:
    """What was done at a request, and how likely anything was."""

    def __init__(self, lottery: Lottery, keys: tuple[Key, ...], unshown: float) -> None:
        self.lottery, self.keys, self._treated = lottery, keys, 1.0 - unshown
        self.whole = self._treated * lottery.chance_of(keys) if keys else self.silence(seen=True)

    def silence(self, *, seen: bool = False) -> float:
        """The chance that nothing was shown; what was seen to happen had one, though no draw may have come to it."""
        silent = max(self.lottery.silent, 1 / (DRAWS + 1)) if seen and self._treated == 1.0 else self.lottery.silent
        return 1.0 - self._treated + self._treated * silent

    def possible(self, slots: Sequence[Slot]) -> bool:
        """Whether just this slate, or silence, could have happened."""
        return self.lottery.chance_of(path_of(slots)) > 0.0 if slots else self.silence() > 0.0


def _by_place(policy: Lottery, logged: Lottery, keys: tuple[Key, ...]) -> ByPlace:
    chances = zip(policy.chances(keys), logged.chances(keys), strict=True)
    longest = max(map(len, policy.draws))
    drawn = [[slots[place] for slots in policy.draws if len(slots) > place] for place in range(longest)]
    offers = sum(map(len, policy.draws))
    possible = offers if policy is logged else sum(_possible(slots, logged) for slots in policy.draws)
    return ByPlace(
        weights=[chance / was if was else 0.0 for chance, was in chances],
        reach=[len(some) / DRAWS for some in drawn],
        expected=[_foresee(slot.drawn) for slot in policy.follow(keys)],
        direct=[_mean_of([_foresee(slot.drawn) for slot in some]) for some in drawn],
        unsupported=offers - possible,
        offers=offers,
    )


def _possible(slots: Sequence[Slot], logged: Lottery) -> int:
    """How many offers of a slate, from the first on, could have been logged in these places."""
    chances = logged.chances(path_of(slots))
    return next((place for place, chance in enumerate(chances) if chance == 0.0), len(chances))


def _by_order(policy: Lottery, logged: _Logged) -> ByOrder:
    chance = policy.chance_of(logged.keys) if logged.keys else policy.silent
    slots = policy.follow(logged.keys)
    same = policy is logged.lottery
    return ByOrder(
        weight=chance / logged.whole if logged.whole else 0.0,
        expected=_added(slots) if chance else 0.0,
        direct=math.fsum(map(_added, policy.draws)) / DRAWS,
        unsupported=0.0 if same else 1.0 - sum(map(logged.possible, policy.draws)) / DRAWS,
    )


def _foresee(valued: Valued) -> Foreseen:
    """Of an upgrade nothing is expected unasked: who wanted it would have it in the cart."""
    shown = valued.quiet * valued.gain_minor + valued.worth_minor
    return Foreseen(shown=shown, anyway=0.0 if valued.candidate.kind == "upgrade" else shown - valued.worth_minor)


def _mean_of(some: Sequence[Foreseen]) -> Foreseen:
    """Over all draws; those that have nothing in the place count 0."""
    return Foreseen(*(math.fsum(column) / DRAWS for column in zip(*some, strict=True)))


def _added(slots: Sequence[Slot]) -> float:
    """What a slate is expected to add to an order, lost checkouts included; attention is no money of the order."""
    return math.fsum(slot.drawn.net_minor for slot in slots)


def _items_of(valued: Valued) -> list[str]:
    return list(valued.candidate.adds)


def _unshown_by_lot(scene: Scene) -> float:
    choice = scene.settings.choice
    return 1.0 - (1.0 - choice.holdout) * (1.0 - choice.withheld)


_BY_LOT = frozenset({"holdout", "withheld"})


def settle(rows: Iterable[Weighing], till: Till) -> tuple[list[Weighing], dict[str, Outcome]]:
    """The requests whose window is over, by whose they turned out to be, and what came of each."""
    made = [row for row in rows if till.is_over(row.asked.at)]
    whose = read_whose(till.database, [row.asked.decision_id for row in made])
    met = [_of(row, whose.get(row.asked.decision_id, row.asked.unit)) for row in made]
    return met, find_outcomes([row.asked for row in met], till)


def _of(row: Weighing, unit: str) -> Weighing:
    return msgspec.structs.replace(row, asked=msgspec.structs.replace(row.asked, unit=unit))


# --- samples ----------------------------------------------------------------------------------------


class Held(NamedTuple):
    """A sample with the policy that logged it and the other one."""

    sample: Sample
    before: Weighed
    after: Weighed


def offers_sample(rows: Sequence[Weighing], outcomes: Mapping[str, Outcome], *, shown: bool = True) -> Held:
    """What was earned by the items of the slates, place by place, and both policies.

    Of slates that were shown; else of those that lots kept from being shown, of which what was bought anyway.
    """
    width = max(1, *(len(row.gains) for row in rows), *(len(one.reach) for row in rows for one in row.by_place))
    shares = [_share(row, shown=shown) for row in rows]
    counted = [outcomes[row.asked.decision_id] if share else Outcome() for row, share in zip(rows, shares, strict=True)]
    earned = [
        [outcome.units.get(place, 0.0) * gain for place, gain in enumerate(row.gains)]
        for row, outcome in zip(rows, counted, strict=True)
    ]
    sample = Sample(
        outcomes=_padded(earned, width),
        clusters=_clusters(rows),
        happened=sum(bool(outcome.units) for outcome in counted),
    )
    before, after = (_places([row.by_place[side] for row in rows], shares, width, shown=shown) for side in (0, 1))
    return Held(sample, before, after)


def _share(row: Weighing, *, shown: bool) -> float:
    """One over the chance that a slate was shown, or not, where it was so; else 0."""
    if row.shown != shown or not row.gains:
        return 0.0
    return 1.0 / (1.0 - row.unshown) if shown else 1.0 / row.unshown


def orders_sample(rows: Sequence[Weighing], outcomes: Mapping[str, Outcome]) -> Held:
    """What was earned by whole orders, and both policies.

    The model expects of an order a fixed share of what the cart earns, fitted over all, and what the slate adds.
    """
    earned = np.array([outcomes[row.asked.decision_id].earned_minor for row in rows])
    carts = np.array([row.cart_minor for row in rows])
    usual = carts * (earned.sum() / carts.sum() if carts.sum() > 0 else 0.0)
    happened = sum(outcomes[row.asked.decision_id].orders > 0 for row in rows)
    sample = Sample(outcomes=earned[:, None], clusters=_clusters(rows), happened=happened)
    before, after = (_orders([row.by_order[side] for row in rows], usual) for side in (0, 1))
    return Held(sample, before, after)


def _places(ones: Sequence[ByPlace], shares: Sequence[float], width: int, *, shown: bool) -> Weighed:
    offers = sum(one.offers for one in ones)

    def foreseen(rows: Sequence[Sequence[Foreseen]]) -> Floats:
        return _padded([[one.shown if shown else one.anyway for one in row] for row in rows], width)

    return Weighed(
        weights=_padded([one.weights for one in ones], width) * np.array(shares)[:, None],
        reach=_padded([one.reach for one in ones], width),
        expected=foreseen([one.expected for one in ones]),
        direct=foreseen([one.direct for one in ones]),
        unsupported=sum(one.unsupported for one in ones) / offers if offers else 0.0,
    )


def _orders(ones: Sequence[ByOrder], usual: Floats) -> Weighed:
    def column(take: Callable[[ByOrder], float]) -> Floats:
        return np.array([take(one) for one in ones], dtype=np.float64)

    return Weighed(
        weights=column(lambda one: one.weight)[:, None],
        reach=np.ones((len(ones), 1)),
        expected=(usual + column(lambda one: one.expected))[:, None],
        direct=(usual + column(lambda one: one.direct))[:, None],
        unsupported=float(column(lambda one: one.unsupported).mean()),
    )


def _padded(rows: Sequence[Sequence[float]], width: int) -> Floats:
    table = np.zeros((len(rows), width))
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table


def _clusters(rows: Sequence[Weighing]) -> np.typing.NDArray[np.int64]:
    return np.unique([row.asked.unit for row in rows], return_inverse=True)[1].astype(np.int64)
