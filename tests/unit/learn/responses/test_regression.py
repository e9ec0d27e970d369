from __future__ import annotations

import msgspec
import numpy as np
import pytest

from pairwell.learn.responses.arrays import Bools, Floats
from pairwell.learn.responses.regression import Prior, Rows, fit_rows

_ITEMS = 12
_PRIOR = Prior(effects=np.array([1.0, 0.5, 0.3]), item=0.5, items=_ITEMS)
_TRUTH = np.array([0.8, -0.6, 0.25])


def _worlds(n: int, rng: np.random.Generator, effects: Floats, items: Floats) -> Rows:
    """Offers with planted effects, foretold at a tenth."""
    design = np.column_stack([np.ones(n), rng.integers(0, 2, n), rng.normal(0, 1.5, n)])
    item = rng.integers(0, len(items), n)
    foretold = np.full(n, np.log(0.1 / 0.9)) + rng.normal(0, 0.5, n)
    odds = foretold + design @ effects + items[item]
    bought: Bools = rng.random(n) < 1 / (1 + np.exp(-odds))
    return Rows(design=design, item=item, foretold=foretold, bought=bought, weight=np.ones(n), cluster=np.arange(n))


def test_planted_effects_are_recovered() -> None:
    rng = np.random.default_rng(1)
    items = rng.normal(0, 0.5, _ITEMS)
    fitted = fit_rows(_worlds(40_000, rng, _TRUTH, items), _PRIOR)
    spread = np.sqrt(np.diag(fitted.covariance))
    assert np.all(np.abs(fitted.effects - _TRUTH) < 3 * spread)
    # What all items share belongs to the first effect, as far as the prior tells them apart.
    assert np.all(np.abs(fitted.items + fitted.effects[0] - items - _TRUTH[0]) < 4 * np.hypot(fitted.item_sds, 0.05))
    assert np.all(spread[1:] < 0.05)


def test_intervals_hold_what_the_prior_draws_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2)
    inside, draws = np.zeros(3), 200
    for _ in range(draws):
        effects, items = rng.normal(0, _PRIOR.effects), rng.normal(0, _PRIOR.item, _ITEMS)
        fitted = fit_rows(_worlds(600, rng, effects, items), _PRIOR)
        inside += np.abs(fitted.effects - effects) < 1.96 * np.sqrt(np.diag(fitted.covariance))
    # 190 of 200 are expected; fewer than 179 or all of them would come once in a thousand times.
    assert np.all((inside >= 179) & (inside <= 199)), inside


def test_rows_told_over_and_over_do_not_count_again() -> None:
    once = _worlds(800, np.random.default_rng(3), _TRUTH, np.zeros(_ITEMS))
    four = Rows(
        **{name: np.tile(getattr(once, name), (4, 1) if name == "design" else 4) for name in Rows.__struct_fields__}
    )
    alone, repeated = fit_rows(once, _PRIOR), fit_rows(four, _PRIOR)
    assert alone.design_effect == pytest.approx(1.0)
    assert repeated.design_effect == pytest.approx(4.0)
    assert repeated.effects == pytest.approx(alone.effects, abs=1e-6)
    assert repeated.covariance == pytest.approx(alone.covariance, rel=1e-6)
    assert repeated.items == pytest.approx(alone.items, abs=1e-6)


def test_customers_who_agree_with_themselves_widen_the_intervals() -> None:
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(100):
        n, customers = 900, 90
        cluster = rng.integers(0, customers, n)
        mood = rng.normal(0, 1.0, customers)[cluster]
        rows = _worlds(n, rng, np.zeros(3), np.zeros(_ITEMS))
        odds = rows.foretold + mood
        bought: Bools = rng.random(n) < 1 / (1 + np.exp(-odds))
        fitted = fit_rows(msgspec.structs.replace(rows, bought=bought, cluster=cluster), _PRIOR)
        # The mean chance, as a random mood moves it too: what the first effect comes to.
        level = 0.8 * 0.346 * 1.0  # log odds of the mean chance, by a normal mood of variance 1 at one in ten
        inside += abs(fitted.effects[0] - level) < 1.96 * fitted.covariance[0, 0] ** 0.5
        assert fitted.design_effect >= 1.0
    assert inside >= 88


def test_weights_count_as_information_no_further_than_their_effective_number() -> None:
    rows = _worlds(1_000, np.random.default_rng(5), _TRUTH, np.zeros(_ITEMS))
    even = fit_rows(rows, _PRIOR)
    scaled = fit_rows(msgspec.structs.replace(rows, weight=np.full(1_000, 17.0)), _PRIOR)
    assert scaled.covariance == pytest.approx(even.covariance)
    assert scaled.effective == pytest.approx(even.effective)
    uneven = np.where(np.arange(1_000) < 500, 1.0, 9.0)
    fitted = fit_rows(msgspec.structs.replace(rows, weight=uneven), _PRIOR)
    assert fitted.effective * fitted.design_effect == pytest.approx(
        5_000**2 / 41_000
    )  # (500·1 + 500·9)² / (500·1 + 500·81)


def test_a_weighted_sample_says_what_the_whole_does() -> None:
    rng = np.random.default_rng(6)
    whole = _worlds(60_000, rng, _TRUTH, np.zeros(_ITEMS))
    chance = np.where(whole.design[:, 1] > 0, 0.5, 0.05)  # of those of the second effect, ten times as many were kept
    kept = rng.random(60_000) < chance
    some = Rows(**{name: getattr(whole, name)[kept] for name in Rows.__struct_fields__})
    # Of an intercept alone, the unweighted mean would be that of the oversampled half.
    flat = {
        "design": np.ones((int(kept.sum()), 1)),
        "weight": 1 / chance[kept],
        "foretold": np.full(int(kept.sum()), -2.2),
    }
    prior = Prior(effects=np.array([3.0]), item=0.01, items=_ITEMS)
    level = fit_rows(msgspec.structs.replace(some, **flat), prior).effects[0] - 2.2
    unweighted = (
        fit_rows(msgspec.structs.replace(some, **{**flat, "weight": np.ones(int(kept.sum()))}), prior).effects[0] - 2.2
    )
    truth = float(np.mean(whole.bought))
    assert 1 / (1 + np.exp(-level)) == pytest.approx(truth, abs=0.012)
    assert 1 / (1 + np.exp(-unweighted)) < truth - 0.02


def test_what_is_never_bought_has_a_mode_all_the_same() -> None:
    rows = _worlds(500, np.random.default_rng(7), _TRUTH, np.zeros(_ITEMS))
    never = fit_rows(msgspec.structs.replace(rows, bought=np.zeros(500, dtype=np.bool_)), _PRIOR)
    assert -4 < never.effects[0] < -1
    assert np.all(np.isfinite(never.covariance))


def test_the_same_rows_give_the_same_bytes() -> None:
    rows = _worlds(2_000, np.random.default_rng(8), _TRUTH, np.zeros(_ITEMS))
    one, other = fit_rows(rows, _PRIOR), fit_rows(rows, _PRIOR)
    assert one.effects.tobytes() == other.effects.tobytes()
    assert one.covariance.tobytes() == other.covariance.tobytes()
