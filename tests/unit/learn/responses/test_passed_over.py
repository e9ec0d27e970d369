"""What is learned from offers that decisions passed over, and how far it may mislead."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from tests.unit.learn.responses.test_beliefs import World, _deviations, _opportunity, _prior, believed, lived

from pairwell.config.settings import Choice
from pairwell.journal.opportunities import Opportunity
from pairwell.learn.responses import beliefs
from pairwell.learn.responses.beliefs import believe
from pairwell.learn.responses.gathering import Gathered, Window, gather
from pairwell.learn.responses.purchases import Purchases, _Row
from pairwell.posterior import PASSED_OVER, QUIET, Basis, Posterior, Prior, Setting, chances, logistic, persuasion

_DAY_US = 86_400_000_000
_FEW = Choice(salt="s", holdout=0.05, withheld=0.02)  # as shops have it
_ITEMS = [f"i{n}" for n in range(10)]


def test_what_lots_compare_is_the_same_with_and_without_what_is_passed_over() -> None:
    gathered = lived(World(passed=3, beside=True), 300)
    offers = gathered.offers["cross_sell"]
    assert offers.passed.sum() == 3 * 2 * 300
    assert np.all(offers.weight[offers.passed] == 1.0)
    assert not (offers.shown & offers.passed).any()
    by_lot = ~offers.passed
    assert by_lot.sum() == 2 * 2 * 300
    shown = gathered.slates.shown[offers.slate[by_lot]]
    assert offers.shown[by_lot].tolist() == shown.tolist()
    assert np.all(offers.weight[by_lot] == pytest.approx(np.where(shown, 1 / 0.72, 1 / 0.28)))
    assert gathered.carts.offers.max() == 2  # a cart was shown no more than its slate
    assert len(gathered.carts.slate) == 2 * 300


def test_counts_of_what_was_shown_or_not_hold_nothing_that_was_passed_over() -> None:
    gathered = lived(World(passed=3), 300)
    offers, found = gathered.offers["cross_sell"], believed(gathered).summary
    assert (found.shown + found.not_shown, found.passed_over) == (1_200, 1_800)
    assert found.bought_passed_over == int(offers.bought[offers.passed].sum())
    assert found.bought_shown + found.bought_not_shown == int(offers.bought[~offers.passed].sum())


@pytest.mark.parametrize("passed_quiet", [0.05, 0.125])
def test_what_is_passed_over_because_it_is_bought_more_or_less_misleads_little(
    passed_quiet: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half as much again, or as much less: of that most is taken for a difference of what is passed over."""
    worlds = [lived(World(passed=4, passed_quiet=passed_quiet), 2_500, seed=seed, choice=_FEW) for seed in range(2)]
    found = [believed(world).summary for world in worlds]
    off = np.mean([one.anyway.value for one in found]) - 0.08
    assert abs(off) < 0.02
    assert all(_deviations(one.persuasion, persuasion(0.08, 0.14)) < 3 for one in found)
    alike = Prior({**QUIET.effects, PASSED_OVER: 1e-6}, QUIET.item)
    monkeypatch.setattr(beliefs, "QUIET", alike)
    taken_alike = np.mean([believed(world).summary.anyway.value for world in worlds]) - 0.08
    assert abs(taken_alike) > abs(off) + 0.01


def test_what_is_passed_over_makes_surer_of_what_is_bought_anyway() -> None:
    alone, beside = (believed(lived(World(passed=n), 2_000, choice=_FEW)).summary for n in (0, 4))
    assert beside.anyway.high - beside.anyway.low < 0.95 * (alone.anyway.high - alone.anyway.low)
    assert abs(beside.anyway.value - 0.08) < abs(alone.anyway.value - 0.08) + 0.01


def test_persuasion_lies_in_its_interval_as_often_as_that_says_also_where_what_is_passed_over_differs() -> None:
    rng, inside, draws = np.random.default_rng(17), 0, 200
    truth = persuasion(0.08, 0.14)
    for seed in range(draws):
        differs = logistic(math.log(0.08 / 0.92) + rng.normal(0, QUIET.sd(PASSED_OVER)))
        world = World(foretold_quiet=0.08, foretold_shown=0.14, passed=2, passed_quiet=differs)
        found = believed(lived(world, 250, seed=seed)).summary.persuasion
        inside += found.low < truth < found.high
    assert inside >= 179  # of 190 expected


def test_a_kind_that_was_only_passed_over_is_summed_up_from_that() -> None:
    gathered = lived(World(passed=2), 400)
    offers = gathered.offers["cross_sell"]
    rows = {
        name: getattr(offers, name)[offers.passed]
        for name in type(offers).__struct_fields__
        if name not in {"items", "names"}
    }
    learned = believe("cross_sell", msgspec.structs.replace(offers, **rows), gathered.slates)
    found = learned.summary
    assert (found.shown, found.not_shown, found.passed_over, found.enough) == (0, 0, 1_600, False)
    assert found.anyway.low < 0.08 < found.anyway.high
    assert found.persuasion.low < 0 < found.persuasion.high  # nobody saw one
    basis = Basis("pairs", 0.1, 0.11, 0.5, 0.7, 0.1, 0.0, 0.7)
    posterior = _posterior(gathered, World(), learned)
    quiet, _ = chances(posterior, "cross_sell", "i3", basis, Setting("cart", 0))
    assert found.anyway.value == pytest.approx(quiet, abs=0.02)


# --- the trap ------------------------------------------------------------------------------------------


class _Trap:
    """A shop in which showing pays, and that by bad luck believes the contrary."""

    world = World(quiet=0.06, shown=0.11, foretold_quiet=0.08, foretold_shown=0.1)
    basis = Basis("pairs", 0.08, 0.1, 0.5, 0.7, 0.1, 0.0, 0.7)

    def __init__(self) -> None:
        self.rng = np.random.default_rng(3)
        self.told = list[Opportunity]()
        self.rows = list[_Row]()
        for number in range(1_000):
            self.live(10, _ITEMS[number % 10], shown=True)
        for number in range(40):  # of those not shown a fifth buys, by chance, not 6 %
            self.live(10, _ITEMS[number % 10], shown=False, bought=number < 8)

    def live(self, day: int, item: str, *, shown: bool, bought: bool | None = None, passed: bool = False) -> None:
        """One visit of a customer of its own."""
        unit, at = f"c:{len(self.told)}", day * _DAY_US
        slate, over = ([], [item]) if passed else ([item], [])
        self.told.append(_opportunity(unit, at, slate, (self.world, shown, self.basis), over))
        chance = self.world.shown if shown else self.world.quiet
        if self.rng.random() < chance if bought is None else bought:
            self.rows.append(_Row(f"o-{unit}", unit, at + 1, item))

    def pays(self, told: list[Opportunity]) -> list[str]:
        """The items of which it is believed that showing them wins buyers, by what these taught."""
        window = Window(_DAY_US, 1_000 * _DAY_US)
        gathered = gather(reversed(told), lambda _: _FEW, window, _prior(self.world)).close(Purchases(self.rows))
        posterior = _posterior(gathered, self.world, believed(gathered))
        foreseen = {item: chances(posterior, "cross_sell", item, self.basis, Setting("cart", 0)) for item in _ITEMS}
        return [item for item, (quiet, shown) in foreseen.items() if shown > quiet]


def _posterior(gathered: Gathered, world: World, learned: beliefs.Believed) -> Posterior:
    return Posterior(
        epoch=1,
        learned_at=gathered.newest,
        until=gathered.newest,
        decisions=len(gathered.slates.shown),
        prior=_prior(world),
        quiet={"cross_sell": learned.quiet},
        showing={"cross_sell": learned.showing},
        friction={},
    )


def test_silence_that_noise_brought_about_ends_by_what_is_bought_meanwhile() -> None:
    trap = _Trap()
    assert trap.pays(trap.told) == []
    for number in range(1_000):
        trap.live(11, _ITEMS[number % 10], shown=False, passed=True)
    by_lot_alone = [one for one in trap.told if one.offers]
    assert trap.pays(by_lot_alone) == []  # for ever, as nothing is shown or withheld any more
    assert trap.pays(trap.told) == _ITEMS


def test_silence_that_is_right_stays() -> None:
    trap = _Trap()
    for number in range(1_000):
        trap.live(11, _ITEMS[number % 10], shown=False, passed=True, bought=number % 5 == 0)
    assert trap.pays(trap.told) == []
