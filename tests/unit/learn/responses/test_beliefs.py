"""What is believed of offers whose truth was planted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import pytest

from pairwell.config.settings import Choice, Persuasion
from pairwell.journal.opportunities import Opportunity, SlateOffer
from pairwell.learn.responses.beliefs import Believed, Interval, believe
from pairwell.learn.responses.friction import find_frictions
from pairwell.learn.responses.gathering import Gathered, Window, gather
from pairwell.learn.responses.purchases import Purchases, _Row
from pairwell.posterior import PASSED_OVER, Basis, Posterior, Setting, chances, persuasion
from pairwell.records import Decision, PassedOver

_DAY_US = 86_400_000_000
_CHOICE = Choice(salt="s", holdout=0.2, withheld=0.1)
_ITEMS = 10
_COLUMNS = ("slate", "item", "effects", "sizes", "quiet", "persuasion", "shown", "passed", "seen", "bought", "weight")


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Chances of being bought, the same for everybody, and what history foretells of them."""

    quiet: float = 0.08
    shown: float = 0.14
    foretold_quiet: float = 0.1
    foretold_shown: float = 0.11
    friction: float = 0.0
    finish: float = 0.7  # chance of an order, which what is bought is part of where `beside`
    beside: bool = False
    placement: str = "cart"
    passed: int = 0  # offers of each visit that were passed over
    passed_quiet: float = 0.08  # their chance of being bought


def lived(
    world: World, customers: int, *, seed: int = 1, slate: int = 2, visits: int = 2, choice: Choice = _CHOICE
) -> Gathered:
    """So many customers who come a few times, each visit a day of its own."""
    rng = np.random.default_rng(seed)
    told: list[Opportunity] = []
    rows: list[_Row] = []
    basis = Basis("pairs", world.foretold_quiet, world.foretold_shown, 0.5, 0.7, 0.1, 0.0, 0.7)
    for customer in range(customers):
        unit, held = f"c:{customer}", rng.random() < choice.holdout
        for visit in range(visits):
            shown = not held and rng.random() >= choice.withheld
            at = (2 * visit + 10) * _DAY_US
            drawn = [f"i{n}" for n in rng.choice(_ITEMS, slate + world.passed, replace=False)]
            items, passed = drawn[:slate], drawn[slate:]
            told.append(_opportunity(unit, at, items, (world, shown, basis), passed))
            placed = not world.beside or rng.random() < world.finish - world.friction * slate * shown
            taken = [item for item in items if rng.random() < (world.shown if shown else world.quiet)]
            taken += [item for item in passed if rng.random() < world.passed_quiet]
            rows += [_Row(f"o-{customer}-{visit}", unit, at + 1, item) for item in taken if placed]
            if placed and world.beside:
                rows.append(_Row(f"o-{customer}-{visit}", unit, at + 1, None))
    return gather(reversed(told), lambda _: choice, Window(_DAY_US, 1_000 * _DAY_US), _prior(world)).close(
        Purchases(rows)
    )


def _prior(world: World) -> Persuasion:
    """That with which offers of a middling fit have the persuasion that the world foretells."""
    return Persuasion(cross_sell=persuasion(world.foretold_quiet, world.foretold_shown) / 0.5)


def _opportunity(
    unit: str, at: int, items: Sequence[str], how: tuple[World, bool, Basis], passed: Sequence[str] = ()
) -> Opportunity:
    world, shown, basis = how
    return Opportunity(
        decision_id=f"{unit}-{at}",
        at=at,
        valid_until=at,
        units=frozenset([unit]),
        whose=unit,
        settings="s",
        placement=world.placement,
        has_cart=True,
        shown=shown and bool(items),
        offers=[SlateOffer("cross_sell", item) for item in items],
        bases=[basis] * len(items),
        passed_over=[PassedOver("cross_sell", item, basis) for item in passed],
        seen=frozenset(range(len(items))) if shown else frozenset(),
        learning_minor=0.0,
    )


def believed(gathered: Gathered) -> Believed:
    return believe("cross_sell", gathered.offers["cross_sell"], gathered.slates)


def _deviations(found: Interval, truth: float) -> float:
    """How many of its standard deviations the mean lies off the truth."""
    return abs(found.value - truth) / ((found.high - found.low) / (2 * 1.96))


def _worlds() -> Iterator[tuple[World, bool]]:
    yield World(), True  # history promises too little of showing
    yield World(quiet=0.2, shown=0.1), False  # showing turns buyers away
    yield World(quiet=0.03, shown=0.05, foretold_quiet=0.1, foretold_shown=0.3), True  # and here far too much


@pytest.mark.parametrize(("world", "wins"), list(_worlds()))
def test_planted_persuasion_is_found_positive_and_negative(world: World, wins: bool) -> None:
    found = believed(lived(world, 5_000, seed=4)).summary
    assert found.enough
    assert _deviations(found.when_shown, world.shown) < 3
    assert _deviations(found.anyway, world.quiet) < 3
    assert _deviations(found.persuasion, persuasion(world.quiet, world.shown)) < 3
    assert found.persuasion.low < found.persuasion.value < found.persuasion.high
    assert (found.persuasion.low > 0) is wins
    assert (found.persuasion.high < 0) is not wins
    assert found.prior_persuasion == pytest.approx(persuasion(world.foretold_quiet, world.foretold_shown))


def test_persuasion_lies_in_its_interval_as_often_as_that_says() -> None:
    world, inside, draws = World(foretold_quiet=0.08, foretold_shown=0.14), 0, 200
    truth = persuasion(world.quiet, world.shown)
    for seed in range(draws):
        found = believed(lived(world, 250, seed=seed)).summary.persuasion
        inside += found.low < truth < found.high
    assert inside >= 179  # of 190 expected; the prior, which is right here, makes it more


@pytest.mark.parametrize("holdout", [0.05, 0.3])
def test_of_several_slates_in_a_window_showing_is_counted_once(holdout: float) -> None:
    """Who looks around longer buys more anyway; showing adds 4 % within the window, however often."""
    choice, rng = Choice(salt="s", holdout=holdout, withheld=0.3), np.random.default_rng(5)
    told: list[Opportunity] = []
    rows: list[_Row] = []
    basis = Basis("pairs", 0.05, 0.06, 0.5, 0.7, 0.1, 0.0, 0.7)
    anyway, pages_of = {1: 0.02, 5: 0.10}, rng.choice([1, 5], 20_000).tolist()
    for customer, pages in enumerate(pages_of):
        held = rng.random() < choice.holdout
        shown = [not held and rng.random() >= choice.withheld for _ in range(pages)]
        for page, yes in enumerate(shown):
            told.append(_opportunity(f"c:{customer}", _DAY_US + page, ["mat"], (World(), yes, basis)))
        if rng.random() < anyway[pages] + 0.04 * any(shown):
            rows.append(_Row(f"o-{customer}", f"c:{customer}", _DAY_US + 60, "mat"))
    gathered = gather(
        reversed(told), lambda _: choice, Window(_DAY_US, 9 * _DAY_US), Persuasion(cross_sell=0.02)
    ).close(Purchases(rows))
    offers, shown_rows = gathered.offers["cross_sell"], gathered.slates.shown[gathered.offers["cross_sell"].slate]
    means = [np.average(offers.bought[arm], weights=offers.weight[arm]) for arm in (shown_rows, ~shown_rows)]
    assert means == pytest.approx([0.10, 0.06], abs=0.012)
    found = believed(gathered).summary
    assert _deviations(found.persuasion, persuasion(0.06, 0.10)) < 3


def test_decisions_foresee_what_was_learned() -> None:
    world = World()
    gathered = lived(world, 4_000)
    learned = believed(gathered)
    posterior = Posterior(
        epoch=1,
        learned_at=gathered.newest,
        until=gathered.newest,
        decisions=len(gathered.slates.shown),
        prior=_prior(world),
        quiet={"cross_sell": learned.quiet},
        showing={"cross_sell": learned.showing},
        friction={},
    )
    basis = Basis("pairs", world.foretold_quiet, world.foretold_shown, 0.5, 0.7, 0.1, 0.0, 0.7)
    quiet, shown = chances(posterior, "cross_sell", "i3", basis, Setting("cart", 0))
    assert quiet == pytest.approx(world.quiet, abs=0.02)
    assert shown == pytest.approx(world.shown, abs=0.02)


def test_an_item_that_is_better_than_its_like_stands_out() -> None:
    gathered = lived(World(), 6_000)
    offers = gathered.offers["cross_sell"]
    rng = np.random.default_rng(9)
    best = offers.items.index("i3")
    more = offers.bought | (
        (offers.item == best) & gathered.slates.shown[offers.slate] & (rng.random(len(offers.item)) < 0.15)
    )
    learned = believe("cross_sell", msgspec.structs.replace(offers, bought=more), gathered.slates)
    own = learned.showing.items
    assert max(own, key=lambda item: own[item].mean) == "i3"
    assert own["i3"].mean > 0.15
    assert own["i3"].sd < 0.25


def test_without_anybody_who_saw_nothing_the_prior_shares_out_what_was_seen() -> None:
    gathered = lived(World(shown=0.03), 2_000)
    shown = msgspec.structs.replace(gathered.slates, shown=np.ones_like(gathered.slates.shown))
    offers = gathered.offers["cross_sell"]
    was = gathered.slates.shown[offers.slate]
    kept = {name: getattr(offers, name)[was] for name in _COLUMNS}
    learned = believe("cross_sell", msgspec.structs.replace(offers, **kept), shown)
    assert not learned.summary.enough
    assert learned.summary.not_shown == 0
    assert 0.015 < learned.summary.anyway.value < 0.05  # foretold at a tenth: mostly history is to blame
    assert learned.summary.persuasion.low < 0 < learned.summary.persuasion.high


def test_who_looks_does_not_make_offers_look_better_than_they_are() -> None:
    """Half look, and buy more, shown or not: those who do not look are among the not shown, too."""
    world = World(quiet=0.02, shown=0.02, foretold_quiet=0.02, foretold_shown=0.03)
    gathered = lived(world, 6_000, visits=1)
    offers, rng = gathered.offers["cross_sell"], np.random.default_rng(3)
    looks = rng.random(len(gathered.slates.shown))[offers.slate] < 0.5
    more = offers.bought | (looks & (rng.random(len(looks)) < 0.06))
    found = believe(
        "cross_sell", msgspec.structs.replace(offers, bought=more, seen=offers.seen & looks), gathered.slates
    ).summary
    assert found.persuasion.low < 0 < found.persuasion.high
    assert found.seen < 0.6 * found.shown


def test_beliefs_name_their_effects_in_one_order() -> None:
    learned = believed(lived(World(), 200))
    assert learned.showing.names == sorted(learned.showing.names)
    assert {"kind", "placement:cart", "source:pairs", "quiet", "fit", "place"} <= set(learned.showing.names)
    assert set(learned.quiet.names) == {*learned.showing.names, PASSED_OVER}


def test_friction_is_measured_against_those_who_saw_nothing() -> None:
    gathered = lived(World(beside=True, friction=0.03), 15_000)
    (found,) = find_frictions(gathered.slates, gathered.carts, {"cart": 0.001})
    assert found.learned is not None
    assert found.learned.mean > 0.002  # drawn away from a prior that lies far off and is sure of itself
    assert found.learned.sd < 0.002


def test_friction_is_never_below_nothing() -> None:
    gathered = lived(World(beside=True, friction=-0.05), 8_000)
    (found,) = find_frictions(gathered.slates, gathered.carts, {"cart": 0.001})
    assert found.learned is not None
    assert found.learned.mean == 0.0


def test_of_few_the_prior_of_friction_holds() -> None:
    gathered = lived(World(beside=True), 40)
    (found,) = find_frictions(gathered.slates, gathered.carts, {"cart": 0.001})
    assert found.learned is None
    assert list(find_frictions(gathered.slates, gathered.carts, {"product": 0.001})) == []


def test_where_no_checkout_can_be_lost_no_friction_is_learned() -> None:
    gathered = lived(World(beside=True, friction=0.03), 400)
    assert list(find_frictions(gathered.slates, gathered.carts, {"cart": 0.0})) == []


def test_decisions_of_records_have_what_is_read_of_them() -> None:
    """What the journal holds and what learning reads of it must not drift apart."""
    assert {"inputs", "unit", "arm", "slate", "bases", "passed_over"} <= set(Decision.__struct_fields__)
