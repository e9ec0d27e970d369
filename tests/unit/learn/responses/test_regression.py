from __future__ import annotations

import msgspec
import numpy as np
import pytest

from pairwell.learn.responses.arrays import Bools, Floats
from pairwell.learn.responses.regression import Priors, Rows, State, chances_of, effective_weights, fit_rows

_ITEMS = 12
_PRIORS = Priors(effects=np.array([1.0, 0.5, 0.3, 0.5, 0.3]), items=(0.5, 0.3), n_items=_ITEMS)
_TRUTH = np.array([-0.8, -0.6, 0.25, 0.4, 0.3])  # three of the quiet chance, two of showing
_NO_ITEMS = np.zeros((_ITEMS, 2))


def _world(n: int, rng: np.random.Generator, state: State, unshown: float = 0.3) -> Rows:
    """Offers with planted effects, foretold at a tenth, and at a persuasion of some percent either way."""
    quiet = np.column_stack([np.ones(n), rng.integers(0, 2, n), rng.normal(0, 1.5, n)])
    rows = Rows(
        quiet=quiet,
        showing=quiet[:, [0, 2]],
        item=rng.integers(0, _ITEMS, n),
        shown=rng.random(n) >= unshown,
        foretold=np.full(n, np.log(0.1 / 0.9)) + rng.normal(0, 0.5, n),
        persuasion=rng.uniform(-0.2, 0.2, n),
        bought=np.zeros(n, dtype=np.bool_),
        weight=np.ones(n),
        cluster=np.arange(n),
        half=rng.choice([0.0, 0.2], n),
    )
    return _lived(rows, rng, state)


def _lived(rows: Rows, rng: np.random.Generator, state: State, mood: Floats | float = 0.0) -> Rows:
    """The same offers with what came of them; `mood` moves the log odds of each."""
    moved = msgspec.structs.replace(rows, foretold=rows.foretold + mood)
    anyway, shown = chances_of(moved, state)
    bought: Bools = rng.random(len(rows)) < np.where(rows.shown, shown, anyway)
    return msgspec.structs.replace(rows, bought=bought)


def _drawn(rng: np.random.Generator) -> State:
    return State(rng.normal(0, _PRIORS.effects), rng.normal(0, _PRIORS.items, (_ITEMS, 2)))


def _some(rows: Rows, which: Bools) -> Rows:
    return Rows(**{name: getattr(rows, name)[which] for name in Rows.__struct_fields__})


def test_planted_effects_are_recovered() -> None:
    rng = np.random.default_rng(1)
    truth = State(_TRUTH, rng.normal(0, (0.5, 0.3), (_ITEMS, 2)))
    fitted = fit_rows(_world(60_000, rng, truth), _PRIORS)
    assert np.all(np.abs(fitted.effects - _TRUTH) < 3 * np.sqrt(np.diag(fitted.covariance)))
    for item in range(_ITEMS):  # what an item's offers come to, shown: the first effect of either kind and its own
        effects, own = np.array([1.0, 0, 0, 1.0, 0]), np.zeros((_ITEMS, 2))
        own[item] = 1.0
        found = effects @ fitted.effects + (own * fitted.items).sum()
        planted = effects @ truth.effects + (own * truth.items).sum()
        assert abs(found - planted) < 4 * fitted.variance(effects, own) ** 0.5
        assert fitted.variance(effects, own) < 0.05


def test_intervals_hold_what_the_prior_draws_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2)
    inside, draws = np.zeros(5), 200
    for _ in range(draws):
        state = _drawn(rng)
        fitted = fit_rows(_world(800, rng, state), _PRIORS)
        inside += np.abs(fitted.effects - state.effects) < 1.96 * np.sqrt(np.diag(fitted.covariance))
    # 190 of 200 are expected; fewer than 179 or all of them would come once in a thousand times.
    assert np.all((inside >= 179) & (inside <= 199)), inside


def test_what_shown_offers_say_is_shared_between_history_and_showing_by_the_prior() -> None:
    rng = np.random.default_rng(3)
    state = State(np.array([-2.0, 0, 0, 0, 0]), _NO_ITEMS)  # history foretells far too much
    world = _world(6_000, rng, state)
    rows = _lived(msgspec.structs.replace(world, persuasion=np.full(6_000, 0.02), half=np.zeros(6_000)), rng, state)
    shown_alone = fit_rows(_some(rows, rows.shown), _PRIORS)
    assert -1.8 < shown_alone.effects[0] < -0.5
    assert shown_alone.effects[3] < -0.1  # the rest: nobody told that showing is not to blame
    both = fit_rows(rows, _PRIORS)
    assert abs(both.effects[0] - -2.0) < 3 * both.covariance[0, 0] ** 0.5
    assert abs(both.effects[3]) < 3 * both.covariance[3, 3] ** 0.5
    assert both.effects[0] < shown_alone.effects[0]
    assert abs(both.effects[3]) < abs(shown_alone.effects[3])
    assert both.covariance[0, 0] < shown_alone.covariance[0, 0]


def test_what_is_kept_of_the_spread_is_nearly_what_it_is() -> None:
    rng = np.random.default_rng(11)
    fitted = fit_rows(_world(4_000, rng, _drawn(rng)), _PRIORS)
    for side, common, some in ((0, 0, slice(0, 3)), (1, 3, slice(3, 5))):
        covariance, own = fitted.apart(common, side)
        offer = np.zeros(5)
        offer[some] = [1.0, 1.0, 0.5][: some.stop - some.start]
        for item in range(_ITEMS):
            alone = np.zeros((_ITEMS, 2))
            alone[item, side] = 1.0
            kept = offer @ covariance @ offer + own[item] ** 2
            assert kept == pytest.approx(fitted.variance(offer, alone), rel=0.35)


def test_rows_told_over_and_over_do_not_count_again() -> None:
    once = _world(1_500, np.random.default_rng(3), State(_TRUTH, _NO_ITEMS))
    four = Rows(**{name: np.concatenate([getattr(once, name)] * 4) for name in Rows.__struct_fields__})
    alone, repeated = fit_rows(once, _PRIORS), fit_rows(four, _PRIORS)
    assert alone.design_effect == pytest.approx(1.0)
    assert repeated.design_effect == pytest.approx(4.0, rel=0.02)  # measured where four times as much was believed
    assert repeated.effects == pytest.approx(alone.effects, abs=0.02)
    assert repeated.covariance == pytest.approx(alone.covariance, rel=0.05, abs=1e-3)


def test_customers_who_agree_with_themselves_widen_the_intervals() -> None:
    rng = np.random.default_rng(4)
    inside, narrow = 0, 0
    effect = np.array([1.0, 0, 0, 0, 0])
    for _ in range(100):
        n, customers = 900, 60
        cluster = rng.integers(0, customers, n)
        rows = _world(n, rng, State(np.zeros(5), _NO_ITEMS), unshown=1.0)
        mood = rng.normal(0, 1.2, customers)[cluster]
        told = _lived(msgspec.structs.replace(rows, cluster=cluster), rng, State(np.zeros(5), _NO_ITEMS), mood)
        # The mean chance under a mood that is normal, as log odds.
        moods = rng.normal(0, 1.2, 100_000)
        level = float(np.mean(1 / (1 + np.exp(2.197 - moods))))
        truth = np.log(level / (1 - level)) + 2.197
        fitted = fit_rows(told, _PRIORS)
        independent = fit_rows(msgspec.structs.replace(told, cluster=np.arange(n)), _PRIORS)
        inside += abs(effect @ fitted.effects - truth) < 1.96 * fitted.covariance[0, 0] ** 0.5
        narrow += abs(effect @ independent.effects - truth) < 1.96 * independent.covariance[0, 0] ** 0.5
        assert fitted.design_effect >= 1.0
    assert inside > narrow
    assert inside >= 85


def test_weights_count_as_information_no_further_than_their_effective_number() -> None:
    uneven = effective_weights(np.where(np.arange(1_000) < 500, 1.0, 9.0))
    assert uneven.sum() == pytest.approx(5_000**2 / 41_000)  # (500·1 + 500·9)² / (500·1 + 500·81)
    assert uneven[-1] / uneven[0] == pytest.approx(9.0)
    assert effective_weights(np.full(7, 17.0)) == pytest.approx(np.ones(7))


def test_a_weighted_sample_says_what_the_whole_does() -> None:
    rng = np.random.default_rng(6)
    whole = _world(60_000, rng, State(_TRUTH, _NO_ITEMS), unshown=1.0)
    chance = np.where(whole.quiet[:, 1] > 0, 0.5, 0.05)  # of those of the second effect, ten times as many were kept
    kept: Bools = rng.random(60_000) < chance
    some, ones = _some(whole, kept), np.ones((int(kept.sum()), 1))
    plain = msgspec.structs.replace(some, quiet=ones, showing=ones[:, :0], foretold=np.full(len(some), -2.2))
    priors = Priors(effects=np.array([3.0]), items=(0.01, 0.01), n_items=_ITEMS)
    weighted = fit_rows(msgspec.structs.replace(plain, weight=effective_weights(1 / chance[kept])), priors)
    unweighted = fit_rows(plain, priors)
    truth = float(np.mean(whole.bought))
    assert 1 / (1 + np.exp(2.2 - weighted.effects[0])) == pytest.approx(truth, abs=0.01)
    assert 1 / (1 + np.exp(2.2 - unweighted.effects[0])) < truth - 0.005


def test_what_is_never_bought_has_a_mode_all_the_same() -> None:
    rows = _world(500, np.random.default_rng(7), State(_TRUTH, _NO_ITEMS))
    never = fit_rows(msgspec.structs.replace(rows, bought=np.zeros(500, dtype=np.bool_)), _PRIORS)
    assert -4 < never.effects[0] < -0.8
    assert np.all(np.isfinite(never.covariance))


def test_chances_of_nothing_and_all_stay_finite() -> None:
    rows = _world(300, np.random.default_rng(8), State(_TRUTH, _NO_ITEMS))
    hard = msgspec.structs.replace(
        rows,
        foretold=np.where(np.arange(300) % 2, -9.2, 9.2),
        persuasion=np.tile([-1.0, 0.0, 1.0], 100),
        half=np.repeat([0.0, 0.2], 150),
    )
    fitted = fit_rows(hard, _PRIORS)
    assert np.all(np.isfinite(fitted.effects))
    assert np.all(np.linalg.eigvalsh(fitted.covariance) > 0)


def test_the_same_rows_give_the_same_bytes() -> None:
    rows = _world(2_000, np.random.default_rng(9), State(_TRUTH, _NO_ITEMS))
    one, other = fit_rows(rows, _PRIORS), fit_rows(rows, _PRIORS)
    assert one.effects.tobytes() == other.effects.tobytes()
    assert one.covariance.tobytes() == other.covariance.tobytes()
