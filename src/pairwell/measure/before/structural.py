"""What a series would have been without the change, by a structural time-series model."""

from __future__ import annotations

import warnings
from typing import Any, Final

import msgspec
import numpy as np

from pairwell.errors import MissingExtraError
from pairwell.measure.before.longrun import Floats, p_value
from pairwell.measure.before.records import Estimate

DRAWS: Final = 2_000
_STEPS = 300  # of the search for the likeliest parameters
_SEED = 20_250_101


class Model(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A level that wanders about a straight trend, a fixed season, a memory of the day before, and a control series.

    Source: Harvey 1989, sections 2.3 and 7.3; Brodersen et al. 2015 for its use before and after. Parameters are
    those of the largest likelihood, taken as known; the state at the change is not.
    """

    parameters: Floats
    season: int | None  # periods; None: there is none
    centre: float
    unit: float  # values are reckoned in it


def fit_model(values: Floats, season: int | None, control: Floats | None = None) -> Model | None:
    """The model of a series, NaN where a value is unknown; None where no likeliest parameters are found.

    Raises `MissingExtraError` without statsmodels.
    """
    known = values[~np.isnan(values)]
    model = Model(parameters=np.empty(0), season=season, centre=float(known.mean()), unit=float(known.std()))
    space = _space(model, values, control)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a search that ends early is judged below
        found = space.fit(disp=0, method="lbfgs", maxiter=_STEPS)
        if not found.mle_retvals["converged"]:
            found = space.fit(found.params, disp=0, method="powell", maxiter=_STEPS)
    parameters = np.asarray(found.params, dtype=np.float64)
    fine = found.mle_retvals["converged"] and np.isfinite(parameters).all() and np.isfinite(found.llf)
    return msgspec.structs.replace(model, parameters=parameters) if fine else None


def foretell(model: Model, values: Floats, after: int, control: Floats | None = None) -> Floats:
    """Simulated courses of the `after` periods behind `values`: `DRAWS` by periods.

    `control` covers the periods of `values` and those after.
    """
    space = _space(model, values, None if control is None else control[: values.size])
    filtered = space.filter(model.parameters, return_ssm=True)
    state, doubt = (np.asarray(part)[..., -1] for part in (filtered.predicted_state, filtered.predicted_state_cov))
    moves, picks = (np.asarray(space.ssm[name]) for name in ("transition", "selection"))
    design = np.asarray(space.ssm["design"]).reshape(state.size, -1)[:, 0].copy()
    shocks = picks @ _root(np.asarray(space.ssm["state_cov"]))
    noise = float(np.sqrt(np.asarray(space.ssm["obs_cov"])[0, 0]))
    rng = np.random.default_rng(_SEED)
    states = state[:, None] + _root(doubt) @ rng.standard_normal((state.size, DRAWS))
    courses = np.empty((DRAWS, after))
    for step in range(after):
        if control is not None:
            design[-1] = _standard(control, values.size)[values.size + step]
        courses[:, step] = design @ states + noise * rng.standard_normal(DRAWS)
        states = moves @ states + shocks @ rng.standard_normal((shocks.shape[1], DRAWS))
    return model.centre + model.unit * courses


def estimate(courses: Floats, after: Floats) -> Estimate:
    """The effect a period, against courses that were foretold: its interval holds 95 % of them."""
    effects = after.mean() - courses.mean(axis=1)
    low, high = np.quantile(effects, (0.025, 0.975))
    effect, error = float(effects.mean()), float(effects.std())
    return Estimate(
        effect=effect,
        error=error,
        ci=(float(low), float(high)),
        p_value=p_value(abs(effect) / error, None),
        expected=float(courses.mean()),
        errors="simulated",
    )


def _space(model: Model, values: Floats, control: Floats | None) -> Any:  # noqa: ANN401 - a model of statsmodels
    try:
        from statsmodels.tsa.statespace.structural import UnobservedComponents  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name != "statsmodels":
            raise
        raise MissingExtraError("causal") from error
    return UnobservedComponents(
        (values - model.centre) / model.unit,
        level="lldtrend",
        seasonal=model.season,
        stochastic_seasonal=False,
        autoregressive=1,
        exog=None if control is None else _standard(control, values.size)[:, None],
        mle_regression=False,  # its weight is a state, so that the doubt about it counts
    )


def _standard(control: Floats, known: int) -> Floats:
    spread = float(control[:known].std())
    standard: Floats = (control - control[:known].mean()) / (spread or 1.0)
    return standard


def _root(covariance: Floats) -> Floats:
    """A matrix whose product with its own transpose is `covariance`, which may lack full rank."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root: Floats = vectors * np.sqrt(np.clip(values, 0.0, None))
    return root
