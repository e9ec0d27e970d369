"""How often before and after cry wolf, and how often their interval holds what is true."""

from __future__ import annotations

import numpy as np
import pytest
from bench.before import CASES, LIFT, Case, answer, draw
from scipy.stats import binom

_RUNS = 150


@pytest.mark.slow
@pytest.mark.parametrize("case", [CASES[1], CASES[6]], ids=str)
def test_a_comparison_keeps_its_promises(case: Case) -> None:
    rng = np.random.default_rng(17)
    alarms = held = told = 0
    for _ in range(_RUNS):
        touched, compared = draw(rng, case)
        lifted = touched.copy()
        lifted[:, case.before :] *= 1 + LIFT
        truth = (lifted - touched)[:, case.before :].sum(axis=0).mean()
        alarms += answer(touched, compared, case).verdict in ("better", "worse")
        found = answer(lifted, compared, case)
        if found.verdict != "not_estimable":
            told += 1
            held += found.ci_absolute[0] <= truth <= found.ci_absolute[1]

    assert told >= 0.7 * _RUNS  # who refuses everything raises no alarm, and is of no use
    assert alarms <= binom.ppf(0.999, _RUNS, 0.05)
    assert held >= binom.ppf(0.001, told, 0.95)
