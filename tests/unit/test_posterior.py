from __future__ import annotations

import math
import random
import statistics
from datetime import UTC, datetime

import msgspec
import pytest

from pairwell.config.settings import Persuasion
from pairwell.posterior import (
    QUIET,
    SHOWING,
    Basis,
    Belief,
    Normal,
    Posterior,
    Prior,
    Setting,
    bought_when_shown,
    chances,
    doubt,
    effects_of,
    log_odds,
    logistic,
    persuasion,
    prior_persuasion,
)

_BASIS = Basis("pairs", 0.1, 0.2, 0.5, 0.0, 0.0, 0.0, 0.0)
_CART = Setting(placement="cart", place=0)
# With a half fit of .2: a third fits of what is bought by .1 anyway, less of what is bought by 1 in 19.
_FOUND = persuasion(0.1, 0.2) * (1 / 19) / (1 / 19 + 0.2) * 3


def _belief(**means: float) -> Belief:
    size = len(means) * (len(means) + 1) // 2
    return Belief(names=list(means), means=list(means.values()), covariance=[0.0] * size, items={}, opportunities=1_000)


def _posterior(showing: Belief, quiet: Belief | None = None) -> Posterior:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    return Posterior(
        epoch=1,
        learned_at=now,
        until=now,
        decisions=1_000,
        prior=Persuasion(),
        showing={"cross_sell": showing},
        quiet={} if quiet is None else {"cross_sell": quiet},
        friction={},
    )


def test_before_anything_is_learned_the_orders_and_the_prior_speak() -> None:
    assert chances(None, "cross_sell", "mat", _BASIS, _CART) == (0.1, 0.2)


def test_an_effect_moves_the_log_odds_of_its_kind_only() -> None:
    posterior = _posterior(_belief(kind=math.log(2)))
    quiet, shown = chances(posterior, "cross_sell", "mat", _BASIS, _CART)
    assert quiet == pytest.approx(0.1)
    assert shown == pytest.approx(0.5 / 1.5)  # odds of 1 to 4, doubled
    assert chances(posterior, "upgrade", "mat", _BASIS, _CART) == pytest.approx((0.1, 0.2))


@pytest.mark.parametrize(("kind", "fit"), [("upgrade", 0.5), ("cross_sell", 1.0)])
def test_what_moves_the_quiet_chance_moves_the_shown_one_by_the_persuasion_foretold(kind: str, fit: float) -> None:
    """Of an upgrade, and of what people pinned."""
    posterior = _posterior(_belief(), _belief(kind=-math.log(2)))
    posterior = msgspec.structs.replace(posterior, quiet={kind: posterior.quiet["cross_sell"]}, showing={})
    quiet, shown = chances(posterior, kind, "mat", Basis("pairs", 0.1, 0.2, fit, 0.0, 0.0, 0.0, 0.0), _CART)
    assert quiet == pytest.approx(1 / 19)
    assert persuasion(quiet, shown) == pytest.approx(persuasion(0.1, 0.2))


def test_an_add_on_that_is_bought_more_seldom_than_the_orders_said_fits_less_well() -> None:
    posterior = _posterior(_belief(), _belief(kind=-math.log(2)))
    quiet, shown = chances(posterior, "cross_sell", "mat", _BASIS, _CART)
    assert quiet == pytest.approx(1 / 19)
    assert persuasion(quiet, shown) == pytest.approx(_FOUND)


def test_both_effects_add_up() -> None:
    posterior = _posterior(_belief(kind=math.log(3)), _belief(kind=-math.log(2)))
    quiet, shown = chances(posterior, "cross_sell", "mat", _BASIS, _CART)
    foretold = bought_when_shown(quiet, _FOUND)
    assert shown == pytest.approx(3 * foretold / (3 * foretold + 1 - foretold))


def test_an_items_own_counts_beyond_its_effects() -> None:
    belief = Belief(names=[], means=[], covariance=[], items={"mat": Normal(mean=math.log(2), sd=0.1)}, opportunities=9)
    assert chances(_posterior(belief), "cross_sell", "mat", _BASIS, _CART)[1] == pytest.approx(1 / 3)
    assert chances(_posterior(belief), "cross_sell", "lamp", _BASIS, _CART)[1] == pytest.approx(0.2)


def _spread(prior: Prior) -> float:
    effects = effects_of(_BASIS, _CART)
    return math.sqrt(sum((prior.sd(name) * size) ** 2 for name, size in effects.items()) + prior.item**2)


def test_what_nobody_saw_is_as_unsure_as_before() -> None:
    assert _belief().deviation(effects_of(_BASIS, _CART), "mat", SHOWING) == pytest.approx(_spread(SHOWING))
    alike = _BASIS.quiet / _BASIS.shown * 0.2 * 0.8 - 0.1 * 0.9  # of what moves both, only this is left
    expected = math.hypot(0.2 * 0.8 * _spread(SHOWING), alike * _spread(QUIET))
    assert doubt(None, "cross_sell", "mat", _BASIS, _CART) == pytest.approx(expected)


def _unsure(mean: float, sd: float) -> Belief:
    """Of which only what the mat has of its own is in doubt."""
    names = list(effects_of(_BASIS, _CART))
    return Belief(
        names=names,
        means=[0.0] * len(names),
        covariance=[0.0] * (len(names) * (len(names) + 1) // 2),
        items={"mat": Normal(mean=mean, sd=sd)},
        opportunities=1_000,
    )


def test_doubt_is_the_spread_of_what_may_be_true() -> None:
    rng = random.Random(1)
    differences = []
    for _ in range(5_000):
        beliefs = _unsure(rng.gauss(0.1, 0.15), 0.0), _unsure(rng.gauss(0.2, 0.3), 0.0)
        low, high = chances(_posterior(*beliefs), "cross_sell", "mat", _BASIS, _CART)
        differences.append(high - low)
    found = doubt(_posterior(_unsure(0.1, 0.15), _unsure(0.2, 0.3)), "cross_sell", "mat", _BASIS, _CART)
    assert found == pytest.approx(statistics.stdev(differences), rel=0.05)


def test_the_place_says_something_of_who_does_not_see_it_too_as_the_best_come_first() -> None:
    assert QUIET.sd("place") > SHOWING.sd("place") > 0.0
    assert QUIET.sd("placement:cart") == QUIET.sd("placement:email") > 0.0


def test_what_was_learned_is_surer_and_effects_that_go_together_count_so() -> None:
    belief = Belief(
        names=["kind", "fit"], means=[0.0, 0.0], covariance=[0.04, -0.01, 0.09], items={}, opportunities=1_000
    )
    spread = belief.deviation({"kind": 1.0, "fit": 0.5}, "mat", QUIET)
    assert spread == pytest.approx(math.sqrt(0.04 + 0.25 * 0.09 - 2 * 0.5 * 0.01 + QUIET.item**2))


@pytest.mark.parametrize(("quiet", "shown", "expected"), [(0.2, 0.28, 0.1), (0.2, 0.18, -0.1), (1.0, 1.0, 0.0)])
def test_persuasion_is_what_makes_the_chance(quiet: float, shown: float, expected: float) -> None:
    assert persuasion(quiet, shown) == pytest.approx(expected)


@pytest.mark.parametrize("chance", [0.001, 0.3, 0.999])
def test_log_odds_and_the_logistic_curve_undo_each_other(chance: float) -> None:
    assert logistic(log_odds(chance)) == pytest.approx(chance)


def test_chances_of_nothing_and_all_stay_finite() -> None:
    sure = Basis("curated", 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    quiet, shown = chances(_posterior(_belief(kind=-40.0)), "cross_sell", "mat", sure, _CART)
    assert 0.0 <= quiet < 0.001
    assert 0.0 <= shown < 0.001


def test_prior_persuasion_is_that_of_the_kind_times_the_fit() -> None:
    prior = Persuasion(cross_sell=0.1, upgrade=0.2, bundle=0.3, repeat=0.4)
    kinds = ("cross_sell", "upgrade", "bundle", "repeat")
    assert [prior_persuasion(kind, 0.5, prior) for kind in kinds] == pytest.approx([0.05, 0.1, 0.15, 0.2])
