"""What is learned and what decisions foresee by it are one law, told once for columns and once for one offer."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from pairwell.config.settings import Persuasion
from pairwell.learn.responses.regression import Rows, State, chances_of, levers_of
from pairwell.posterior import (
    Basis,
    Belief,
    Normal,
    Posterior,
    Setting,
    _foretold,
    _lever,
    bought_when_shown,
    chances,
    half_of,
    log_odds,
    persuasion,
    prior_persuasion,
)

_NOW = datetime(2026, 11, 21, tzinfo=UTC)
_AT = Setting(placement="cart", place=0)
_STEP = 1e-5


def _cases() -> list[Any]:
    rng = random.Random(5)
    kinds = ("cross_sell", "upgrade", "bundle", "repeat")
    return [
        (
            kind,
            rng.choice([rng.uniform(0.05, 0.95), 1.0]),  # a pin fits fully
            rng.uniform(0.01, 0.6),
            rng.choice([-0.3, 0.06, 0.4]),
            (rng.gauss(0, 0.8), rng.gauss(0, 0.3)),
        )
        for kind in kinds
        for _ in range(25)
    ]


def _row(kind: str, fit: float, quiet: float, prior: Persuasion) -> Rows:
    return Rows(
        quiet=np.ones((1, 1)),
        showing=np.ones((1, 1)),
        item=np.zeros(1, dtype=np.int64),
        shown=np.ones(1, dtype=np.bool_),
        foretold=np.array([log_odds(quiet)]),
        persuasion=np.array([prior_persuasion(kind, fit, prior)]),
        half=np.array([half_of(kind, _basis(quiet, fit, 0.0), prior)]),
        bought=np.zeros(1, dtype=np.bool_),
        weight=np.ones(1),
        cluster=np.zeros(1, dtype=np.int64),
    )


def _basis(quiet: float, fit: float, shown: float) -> Basis:
    return Basis("pairs", quiet, shown, fit, 0.7, 0.1, 0.0, 0.7)


def _own(mean: float) -> Belief:
    return Belief(names=[], means=[], covariance=[], items={"mat": Normal(mean=mean, sd=0.1)}, opportunities=9)


@pytest.mark.parametrize(("kind", "fit", "quiet", "most", "moved"), _cases())
def test_decisions_foresee_what_the_regression_says_of_the_same_offer(
    kind: str, fit: float, quiet: float, most: float, moved: tuple[float, float]
) -> None:
    prior = Persuasion(cross_sell=most, upgrade=most, bundle=most, repeat=most)
    rows, state = _row(kind, fit, quiet, prior), State(np.array(moved), np.zeros((1, 2)))
    before = bought_when_shown(quiet, prior_persuasion(kind, fit, prior))
    basis = _basis(quiet, fit, before)
    posterior = Posterior(
        epoch=1,
        learned_at=_NOW,
        until=_NOW,
        decisions=9,
        prior=prior,
        quiet={kind: _own(moved[0])},
        showing={kind: _own(moved[1])},
        friction={},
    )
    anyway, shown = (float(chance[0]) for chance in chances_of(rows, state))
    assert chances(posterior, kind, "mat", basis, _AT) == pytest.approx((anyway, shown))

    half = half_of(kind, basis, prior)
    lever = _lever(anyway, _foretold(posterior, kind, basis, anyway), half)
    assert lever == pytest.approx(float(levers_of(rows, state)[0]))
    near = [State(np.array([moved[0] + step, 0.0]), np.zeros((1, 2))) for step in (-_STEP, _STEP)]
    low, high = (log_odds(float(chances_of(rows, one)[1][0])) for one in near)
    assert lever == pytest.approx((high - low) / (2 * _STEP), rel=1e-4)  # it is the slope


@pytest.mark.parametrize(("kind", "source"), [("repeat", "repeat"), ("cross_sell", "follow_up")])
def test_what_time_brings_persuades_no_more_where_more_of_it_is_bought_anyway(kind: str, source: str) -> None:
    """Its fit is that of all the days in which it is due, so that the few hours that count say nothing of it."""
    prior = Persuasion()
    quiet, fit = 0.005, 0.5 / (0.5 + prior.half_fit)
    shown = bought_when_shown(quiet, prior_persuasion(kind, fit, prior))
    basis = Basis(source, quiet, shown, fit, 0.0, 0.0, 0.0, 0.0)
    learned = Posterior(
        epoch=1,
        learned_at=_NOW,
        until=_NOW,
        decisions=9,
        prior=prior,
        quiet={kind: _own(2.0)},
        showing={kind: _own(0.0)},
        friction={},
    )
    found = persuasion(*chances(learned, kind, "mat", basis, _AT))
    assert found == pytest.approx(prior_persuasion(kind, fit, prior))
