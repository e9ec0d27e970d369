from __future__ import annotations

from datetime import UTC, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest

from pairwell.engines.engine import open_engine
from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.comparing.compare import Arm, Compared, compare
from pairwell.measure.comparing.moments import Values
from pairwell.measure.comparing.planned import Wanted
from pairwell.measure.comparing.planning import days_for, make_plan, totals_by_days

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def sales(days: int) -> ibis.Table:
    """Two units a day, one that comes every day and one that is new."""
    rows = [
        {"unit": unit, "at": START + timedelta(days=day), "value": 10}
        for day in range(days)
        for unit in ("regular", f"new {day}")
    ]
    engine = open_engine()
    return engine.create_table(
        "sales",
        schema={"unit": "string", "at": "timestamp('UTC', 6)", "value": "int64"},
        obj=pa.Table.from_pylist(rows),
    )


def test_the_smallest_effect_is_that_of_the_textbook() -> None:
    # 2 (1.96 + .8416)² / n of a variance of 1: 63 units an arm show half a standard deviation.
    values = np.array([-1.0, 1.0] * 63)
    one = make_plan([(7, values)], Wanted(holdout=0.5))[0]

    assert (one.units, one.units_holdout) == (126, 63)
    assert one.smallest_effect == pytest.approx(0.5, abs=0.003)


@pytest.mark.parametrize("holdout", [0.5, 0.2])
def test_an_effect_that_raises_every_value_makes_the_treated_vary_more(holdout: float) -> None:
    values = np.array([1.0, 3.0] * 300)
    one = make_plan([(7, values)], Wanted(holdout=holdout, visitors=600))[0]
    assert one.smallest_effect_relative is not None
    grown = (1 + one.smallest_effect_relative) ** 2 * float(values.var(ddof=1))
    error = (grown / (600 - one.units_holdout) + float(values.var(ddof=1)) / one.units_holdout) ** 0.5

    assert one.smallest_effect == pytest.approx(2.8016 * error, rel=1e-4)


def test_no_effect_is_shown_where_it_grows_no_faster_than_what_varies() -> None:
    values = np.array([-10.0, 10.1] * 30)
    one = make_plan([(7, values)], Wanted(holdout=0.5, visitors=60))[0]

    assert (one.smallest_effect, one.needed) == (None, None)


def test_the_wanted_effect_takes_the_first_time_that_shows_it() -> None:
    values = np.array([1.0, 3.0] * 200)
    horizons = make_plan([(7, values[:40]), (14, values[:200]), (21, values)], Wanted(holdout=0.5))

    assert days_for(horizons, Wanted(holdout=0.5, effect=1.3)) == 14
    assert days_for(horizons, Wanted(holdout=0.5, effect=0.65, relative=True)) == 14
    assert days_for(horizons, Wanted(holdout=0.5, effect=0.001)) is None
    assert days_for(horizons, Wanted(holdout=0.5)) is None


def test_a_small_holdout_of_skewed_money_is_planned_as_it_will_be_compared() -> None:
    values = np.exp(np.random.default_rng(1).standard_normal(10_000))
    one = make_plan([(7, values)], Wanted(holdout=0.05))[0]
    few = make_plan([(7, values[:2_000])], Wanted(holdout=0.01))[0]

    assert one.equal_part
    assert one.smallest_effect_relative is not None
    grown = 1 + (1 + one.smallest_effect_relative) ** 2
    squares = values**2
    doubt = 1 + float(squares.std() / squares.mean()) / 100  # of 10,000 units
    error = (float(squares.mean()) * doubt * grown / 500) ** 0.5
    assert one.smallest_effect == pytest.approx(2.8016 * error, rel=1e-4)
    assert few.smallest_effect is None
    assert few.needed is not None


BUYING = 0.1


def shoppers(rng: np.random.Generator, sigma: float) -> Values:
    """What 20,000 visitors of four weeks spend: nine of ten nothing."""
    spent = np.exp(3 + sigma * rng.standard_normal(20_000))
    return np.where(rng.random(spent.size) < BUYING, spent, 0.0)


@pytest.mark.parametrize("visitors", [None, 5_000])
@pytest.mark.parametrize("sigma", [0.5, 1.0])
def test_an_experiment_of_the_planned_size_has_the_planned_power(sigma: float, visitors: int | None) -> None:
    rng = np.random.default_rng(1)
    history = shoppers(rng, sigma)
    one = make_plan([(28, history[history > 0])], Wanted(holdout=0.5, visitors=visitors))[0]
    assert one.smallest_effect_relative is not None
    shown = 0
    for _ in range(300):
        spent, offered = shoppers(rng, sigma), rng.random(20_000) < 0.5
        # More of them buy: the effect in money is that planned, and the spend of each stays as uneven as it was.
        extra = one.smallest_effect_relative * BUYING / (1 - BUYING)
        spent = np.where(
            offered & (spent == 0) & (rng.random(20_000) < extra),
            np.exp(3 + sigma * rng.standard_normal(20_000)),
            spent,
        )
        found = compare(Arm(above=spent[offered]), Arm(above=spent[~offered]))
        shown += isinstance(found, Compared) and found.absolute.p_value < 0.05

    assert 0.72 < shown / 300 < 0.9


def test_visitors_are_at_least_as_many_as_the_units_with_a_value() -> None:
    with pytest.raises(RequestError, match="10 visitors a week make 20 in 14 days, and 40 units"):
        make_plan([(14, np.ones(40))], Wanted(holdout=0.5, visitors=10))


def test_units_are_counted_once_in_each_time() -> None:
    (first, last), totals = totals_by_days(sales(15), None)

    assert (first, last) == (START, START + timedelta(days=14))
    assert [(days, values.size, values.max()) for days, values in totals] == [(7, 8, 70.0), (14, 15, 140.0)]


def test_a_time_of_ones_own_stands_among_the_usual_ones() -> None:
    assert [days for days, _ in totals_by_days(sales(15), 10)[1]] == [7, 10, 14]


@pytest.mark.parametrize(("days", "asked"), [(6, None), (15, 16)])
def test_more_than_the_history_is_refused(days: int, asked: int | None) -> None:
    with pytest.raises(EvidenceError):
        totals_by_days(sales(days), asked)
