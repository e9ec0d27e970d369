"""The money an offer is expected to add, against showing nothing, and what showing it costs."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Mapping, Sequence

import msgspec

from pairwell.decide.levers import Weights, weights_of
from pairwell.decide.response import basis_of
from pairwell.decide.rules.sifting import withhold
from pairwell.decide.sales import sale_of
from pairwell.decide.scene import Scene
from pairwell.posterior import Basis, bought_when_shown, chances, doubt, moved, persuasion
from pairwell.records import Candidate, Withheld

_MOST_WEIGHT = 1e6  # of all levers and context weights together; beyond, more or less changes nothing
_MOST_DOUBTED = 20  # candidates of which it is asked how unsure they are: asking takes time
_HOPE = 0.8416212335729143  # deviations above the mean that a fifth of a normal lies beyond


class Valued(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate and what it is worth, with the factors of the formula."""

    candidate: Candidate
    price_minor: int  # what the customer pays
    quiet: float  # chance that the customer buys it anyway
    persuasion: float  # what showing it changes
    gain_minor: float  # what a sale adds, by the shop's objective; against the replaced item for an upgrade
    worth_minor: float
    cost_minor: float  # of showing it beside others
    score: float  # only ranks
    basis: Basis
    trial: bool = False  # thought to lose money, and shown to learn whether that is so
    least_minor: float = 0.0  # what it must add at least; a trial may lose as much
    parcel: float = 0.0  # chance of a parcel that would not go out otherwise, where the shop pays for one
    more: Mapping[str, float | Weights] = {}  # further numbers that made a difference, by name

    @property
    def net_minor(self) -> float:
        """What showing it adds when the slate is shown anyway."""
        return self.worth_minor - self.cost_minor

    @property
    def pays(self) -> bool:
        """Whether it may be shown."""
        return self.net_minor >= self.least_minor if self.trial else self.net_minor > 0 and self.persuasion > 0


def value(candidate: Candidate, scene: Scene) -> Valued:
    """The worth of one candidate that passed the guards.

    Over whole outcomes: an add-on is bought or not; an upgrade moves the line from the anchor to the target, so
    that it gains only the difference; of a bundle all is bought, or some of it at its full price. What comes back earns
    nothing, and costs what a return costs.
    """
    basis = basis_of(candidate, scene)
    quiet, shown = chances(scene.posterior, candidate.kind, candidate.name, basis, scene.first)
    sale, parcel = sale_of(candidate, quiet, scene), _parcel(candidate, (quiet, shown), scene)
    worth = (shown - quiet) * sale.gain_minor - sale.lost_minor
    return Valued(
        candidate=candidate,
        price_minor=sale.price_minor,
        quiet=quiet,
        persuasion=persuasion(quiet, shown),
        gain_minor=sale.gain_minor,
        worth_minor=worth,
        cost_minor=offer_cost(scene) + parcel * scene.settings.shop.shipping_minor,
        score=worth,
        basis=basis,
        parcel=parcel,
        more={**_told(candidate, parcel, scene), **sale.told},
    )


def one_place_down(scene: Scene) -> Callable[[Valued], Valued | None] | None:
    """What is left of an offer that stands one place further down: None, where it would not pay there.

    None for all where nothing was learned of places.
    """
    by_kind = (
        {} if scene.posterior is None else {kind: of.mean("place") for kind, of in scene.posterior.showing.items()}
    )
    if not any(by_kind.values()):
        return None

    def step(valued: Valued) -> Valued | None:
        shown = bought_when_shown(valued.quiet, valued.persuasion)
        further = moved(shown, by_kind.get(valued.candidate.kind, 0.0))
        worth = valued.worth_minor + (further - shown) * valued.gain_minor
        left = msgspec.structs.replace(
            valued,
            persuasion=persuasion(valued.quiet, further),
            worth_minor=worth,
            score=valued.score if valued.trial else valued.score * worth / valued.worth_minor,
        )
        return left if left.pays else None

    return step


def offer_cost(scene: Scene) -> float:
    """What one more offer costs: the chance that it loses the checkout, times what the cart earns."""
    return scene.friction * scene.at_stake


def slate_cost(drawn: Sequence[Valued], scene: Scene) -> float:
    """What showing a slate costs: attention once, each of its offers, and the parcel in which any of them goes out.

    Whether one is bought tells nothing of another; the marginal cost of an offer takes it to go out alone.
    """
    each = scene.placement.attention_minor + len(drawn) * offer_cost(scene)
    nothing_goes_out = math.prod(1 - one.parcel for one in drawn)
    return each + (1 - nothing_goes_out) * scene.settings.shop.shipping_minor


def worthwhile(candidates: Sequence[Candidate], scene: Scene) -> tuple[list[Valued], list[Valued]]:
    """Those whose showing adds money, within the learning budget also those that may; and the rest.

    An offer that repels adds none.
    """
    survivors: list[Valued] = []
    doubtful: list[Valued] = []
    for candidate in candidates:
        valued = value(candidate, scene)
        (survivors if valued.pays else doubtful).append(valued)
    trials = _trials(doubtful, scene, alone=not survivors)
    tried = {id(trial.candidate) for trial in trials}
    return _ranked([*survivors, *trials], scene), [one for one in doubtful if id(one.candidate) not in tried]


def factors_of(valued: Valued) -> dict[str, float | Weights]:
    """The numbers behind a worth, as explanations show them; what changes nothing is left out."""
    return {
        "quiet": valued.quiet,
        "persuasion": valued.persuasion,
        "gain_minor": valued.gain_minor,
        "worth_minor": valued.worth_minor,
        "cost_minor": valued.cost_minor,
        **valued.more,
    }


def _ranked(valued: list[Valued], scene: Scene) -> list[Valued]:
    """The same, their scores times what ranks them: that they are worth showing is settled, and stays so."""
    if not (scene.settings.levers or scene.placement.weights):
        return valued
    ranked = []
    for one, (placed, levers) in zip(valued, weights_of([one.candidate for one in valued], scene), strict=True):
        weight = min(max(math.prod((*placed.values(), *levers.values())), 1 / _MOST_WEIGHT), _MOST_WEIGHT)
        more = {**one.more, **({"weights": placed} if placed else {}), **({"levers": levers} if levers else {})}
        ranked.append(msgspec.structs.replace(one, score=one.score * weight, more=more))
    return ranked


def _parcel(candidate: Candidate, chances: tuple[float, float], scene: Scene) -> float:
    """The chance that a sale goes out by itself; what is bought again anyway would have gone out alone, too."""
    if not (scene.placement.ships_again and scene.settings.shop.shipping_minor):
        return 0.0
    quiet, shown = chances
    return max(0.0, shown - quiet) if candidate.kind == "repeat" else shown


def _told(candidate: Candidate, parcel: float, scene: Scene) -> dict[str, float]:
    """What went into gain and cost beside the usual."""
    told: dict[str, float] = {}
    if scene.settings.shop.objective == "service" and (
        service := math.fsum([scene.terms[item_id].service_minor for item_id in candidate.adds])
    ):
        told["service_minor"] = service
    if candidate.bundle is None and (kept := scene.kept(candidate.item_id)) < 1:
        told["keep"] = kept
    if candidate.kind == "upgrade" and (kept := scene.kept(candidate.anchor_id)) < 1:
        told["keep_replaced"] = kept
    if parcel:
        told["parcel"] = parcel
    return told


def worthless(valued: Valued) -> Withheld:
    """The record of one whose showing adds nothing."""
    reason = "worth_below_its_cost" if valued.worth_minor > 0 and valued.persuasion > 0 else "worth_not_positive"
    return withhold(valued.candidate, "worth", reason, factors_of(valued))


def _trials(doubtful: Sequence[Valued], scene: Scene, *, alone: bool) -> list[Valued]:
    """Those that add money with a chance of a fifth at least, and whose expected loss the learning budget bears.

    A slate of nothing else pays for the attention as well. As many as there are slots stay within the budget.
    """
    budget = scene.settings.choice.learning_budget_minor
    each = (budget - (scene.placement.attention_minor if alone else 0.0)) / scene.slots
    if each <= 0:
        return []
    affordable = [one for one in doubtful if one.gain_minor > 0 and one.net_minor >= -each]
    nearest = heapq.nlargest(_MOST_DOUBTED, affordable, key=lambda one: one.net_minor)
    hopes = [(one, one.net_minor + _HOPE * _deviation(one, scene)) for one in nearest]
    return [msgspec.structs.replace(one, score=hope, trial=True, least_minor=-each) for one, hope in hopes if hope > 0]


def _deviation(valued: Valued, scene: Scene) -> float:
    candidate = valued.candidate
    spread = doubt(scene.posterior, candidate.kind, candidate.name, valued.basis, scene.first)
    return spread * valued.gain_minor
