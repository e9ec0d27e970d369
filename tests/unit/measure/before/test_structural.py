from __future__ import annotations

import sys

import numpy as np
import pytest
from statsmodels.datasets import nile
from statsmodels.tsa.statespace.structural import UnobservedComponents
from tests.unit.measure.before.worlds import series

from pairwell.errors import MissingExtraError
from pairwell.measure.before.longrun import Floats
from pairwell.measure.before.structural import DRAWS, estimate, fit_model, foretell


def fitted(values: Floats, season: int | None, control: Floats | None = None) -> tuple[Floats, Floats]:
    """Simulated courses of 14 periods, and the series that they follow."""
    known = values[:-14]
    model = fit_model(known, season, None if control is None else control[: known.size])
    assert model is not None
    return foretell(model, known, 14, control), known


def test_courses_are_what_the_library_forecasts() -> None:
    values = series(1)[0]
    courses, known = fitted(values, 7)
    centre, unit = known.mean(), known.std()
    space = UnobservedComponents(
        (known - centre) / unit, level="lldtrend", seasonal=7, stochastic_seasonal=False, autoregressive=1
    )
    forecast = space.fit(disp=0, method="lbfgs", maxiter=300).get_forecast(14)

    assert courses.shape == (DRAWS, 14)
    assert courses.mean(axis=0) == pytest.approx(centre + unit * forecast.predicted_mean, rel=0.01)
    assert courses.std(axis=0) == pytest.approx(unit * forecast.se_mean, rel=0.08)


def test_the_same_courses_come_again() -> None:
    first, _ = fitted(series(2)[0], 7)
    second, _ = fitted(series(2)[0], 7)

    assert np.array_equal(first, second)


def test_a_control_series_explains_what_it_shares() -> None:
    touched, control = series(3, noise=0.01)
    alone, _ = fitted(touched, 7)
    beside, known = fitted(touched, 7, control)

    truth = touched[known.size :]
    assert beside.std() < alone.std()
    assert np.abs(beside.mean(axis=0) - truth).mean() < 0.7 * np.abs(alone.mean(axis=0) - truth).mean()


def test_unknown_days_are_left_out() -> None:
    values = series(4)[0]
    values[30:40] = np.nan
    courses, _ = fitted(values, 7)

    assert estimate(courses, values[-14:]).p_value > 0.05


def test_the_fall_of_the_nile_is_found() -> None:
    """Cobb 1978: from 1899 on the yearly flow was 247.8 less than before (means 1097.75 and 849.97)."""
    flow = np.asarray(nile.load().data["volume"], dtype=np.float64)
    assert (flow[:28].mean(), flow[28:].mean()) == (1097.75, pytest.approx(849.97, abs=0.005))
    model = fit_model(flow[:28], None)
    assert model is not None

    found = estimate(foretell(model, flow[:28], 10), flow[28:38])

    assert found.ci[0] < -247.8 < found.ci[1] < 0
    assert found.p_value < 0.05


class Absent:
    """Finds that statsmodels is not installed."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "statsmodels":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "statsmodels"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])

    with pytest.raises(MissingExtraError) as caught:
        fit_model(series(5)[0], 7)
    assert caught.value.hint == "Run `pip install 'pairwell[causal]'`."
