"""Statistics of experiments against published numbers, through the command where a user would get them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from scipy import special
from typer.testing import CliRunner

from pairwell.cli.main import app
from pairwell.measure.comparing.effects import relative_effect
from pairwell.measure.comparing.moments import Products, ratio_of
from pairwell.measure.comparing.sequence import mixture_bound, tuning
from pairwell.several import adjust

Analyze = Callable[..., dict[str, Any]]


@pytest.fixture
def analyze() -> Analyze:
    def run(file: Path, *words: object) -> dict[str, Any]:
        result = CliRunner().invoke(app, ["experiment", "analyze", str(file), *map(str, words), "--json"])
        assert result.exception is None, result.exception
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    return run


def _values(n: int, total: float, squares: float) -> list[float]:
    """Any values with this sum and this sum of squares."""
    mean = total / n
    apart = math.sqrt((squares - total * mean) / (n - n % 2))
    return [mean] * (n % 2) + [mean - apart, mean + apart] * (n // 2)


def _write(path: Path, arms: Mapping[str, Iterable[Iterable[object]]], columns: str = "value") -> Path:
    lines = [
        f"{arm}{row},{arm},{','.join(map(str, cells))}" for arm, rows in arms.items() for row, cells in enumerate(rows)
    ]
    path.write_text("\n".join([f"unit,arm,{columns}", *lines]) + "\n")
    return path


def _one_by_one(values: Iterable[object]) -> list[list[object]]:
    return [[value] for value in values]


def test_means_as_growthbook_tests_them(analyze: Analyze, tmp_path: Path) -> None:
    # GrowthBook's test suite (MIT), the two-sided case; Fieller's interval by hand.
    arms = {
        "A": _one_by_one(_values(3407, 1396.87, 52377.9767)),
        "B": _one_by_one(_values(3461, 2422.7, 134698.29)),
    }
    found = analyze(_write(tmp_path / "a.csv", arms), "--unit", "unit", "--arm", "arm", "--metric", "value")
    one = found["comparisons"][0]

    assert (one["arm"], one["control"], one["kind"], one["n"], one["n_control"]) == ("B", "A", "mean", 3461, 3407)
    assert one["effect_relative"] == pytest.approx(0.70732, abs=5e-6)
    assert one["ci_relative_delta"] == pytest.approx([-0.03526, 1.44989], abs=5e-6)
    assert one["p_value_relative"] == pytest.approx(0.06191, abs=5e-6)
    assert one["ci_relative"] == pytest.approx([0.094, 1.709], abs=5e-4)
    assert one["effect_absolute"] == pytest.approx(0.29, abs=5e-6)
    assert one["ci_absolute"] == pytest.approx([0.04538, 0.53462], abs=5e-6)
    assert one["p_value_absolute"] == pytest.approx(0.02016, abs=5e-6)
    assert one["verdict"] == "better"  # by the absolute test, although the delta method's interval holds 0


def test_proportions_as_growthbook_tests_them(analyze: Analyze, tmp_path: Path) -> None:
    arms = {"A": _one_by_one([1] * 14 + [0] * 14), "B": _one_by_one([1] * 16 + [0] * 14)}
    one = analyze(_write(tmp_path / "a.csv", arms), "--unit", "unit", "--arm", "arm", "--metric", "value")[
        "comparisons"
    ][0]

    assert (one["kind"], one["verdict"]) == ("proportion", "no_difference_shown")
    assert one["effect_relative"] == pytest.approx(0.06667, abs=5e-6)
    assert one["ci_relative_delta"] == pytest.approx([-0.47767, 0.61101], abs=5e-6)
    assert one["p_value_relative"] == pytest.approx(0.80707, abs=5e-6)


def _ratio(n: int, *raw: float) -> Products:
    y, yy, x, xx, xy = raw
    return Products(n=n, mean_y=y / n, mean_x=x / n, yy=yy - y * y / n, xx=xx - x * x / n, xy=xy - y * x / n)


_CONTROL = _ratio(100, 270, 848.79, 510, 810, -900)
_TREATED = _ratio(120, 300, 869, 500, 800, -905)


def test_a_ratio_as_growthbook_tests_it() -> None:
    # No sample has such sums (the denominators' squares add up to less than their mean allows): the formula alone.
    found = relative_effect(ratio_of(_TREATED), ratio_of(_CONTROL))

    assert ratio_of(_CONTROL).value == pytest.approx(0.529411765, abs=5e-10)
    assert ratio_of(_TREATED).value == pytest.approx(0.6)
    assert found.value == pytest.approx(0.133333333, abs=5e-10)
    assert found.p_value == pytest.approx(0.610663339, abs=5e-10)


def test_a_ratio_as_growthbook_tests_it_by_the_command(analyze: Analyze, tmp_path: Path) -> None:
    # A sample with the same units, the same means, and the same spread of y - R x, which is all that the ratio reads.
    arms = {"A": _with_spread_of(_CONTROL), "B": _with_spread_of(_TREATED)}
    file = _write(tmp_path / "a.csv", arms, "spent,orders")
    one = analyze(file, "--unit", "unit", "--arm", "arm", "--metric", "spent/orders")["comparisons"][0]

    assert (one["kind"], one["n"], one["n_control"]) == ("ratio", 120, 100)
    assert [one["mean_control"], one["mean"]] == pytest.approx([0.529411765, 0.6], abs=5e-10)
    assert one["effect_relative"] == pytest.approx(0.133333333, abs=5e-10)
    assert one["p_value_relative"] == pytest.approx(0.610663339, abs=5e-10)


def _with_spread_of(sums: Products) -> list[list[float]]:
    ratio = sums.mean_y / sums.mean_x
    apart = math.sqrt((sums.yy - 2 * ratio * sums.xy + ratio * ratio * sums.xx) / sums.n)
    below = [sums.mean_x + (-1) ** row for row in range(sums.n)]
    return [[ratio * x + apart * (-1) ** (row // 2), x] for row, x in enumerate(below)]


@pytest.mark.parametrize(
    ("counts", "shares", "p_value"),
    [
        ((1000, 1200), (0.5, 0.5), 0.000020079),
        ((500, 500, 600), (0.34, 0.33, 0.33), 0.000592638),
        ((0, 10, 10), (0.34, 0.33, 0.33), 0.005790624),
    ],
)
def test_sample_ratios_as_growthbook_tests_them(
    analyze: Analyze, tmp_path: Path, counts: tuple[int, ...], shares: tuple[float, ...], p_value: float
) -> None:
    arms = {name: _one_by_one(range(count)) for name, count in zip("abc", counts, strict=False)}
    stated = ",".join(f"{name}={share}" for name, share in zip("abc", shares, strict=False))
    found = analyze(
        _write(tmp_path / "a.csv", arms), "--unit", "unit", "--arm", "arm", "--metric", "value", "--shares", stated
    )

    assert found["srm_p_value"] == pytest.approx(p_value, abs=5e-10)
    refused = {one["verdict"] for one in found["comparisons"]} == {"not_estimable"}
    assert refused == (p_value < 0.001 or 0 in counts)


RAW = [0.898, 0.138, 0.007, 0.964, 0.538, 0.006, 0.138]
ADJUSTED = [0.964, 0.2415, 0.0245, 0.964, 0.7532, 0.0245, 0.2415]


def test_several_p_values() -> None:
    assert adjust(RAW) == pytest.approx(ADJUSTED, abs=5e-5)


def test_several_metrics(analyze: Analyze, tmp_path: Path) -> None:
    n = 1_000
    error = math.sqrt(2 / (n - 1))  # of a difference of two means of ±1
    shifts = [-float(special.stdtrit(2 * n - 2, p / 2)) * error for p in RAW]
    plain = [[(-1) ** row] * len(RAW) for row in range(n)]
    shifted = [[(-1) ** row + shift for shift in shifts] for row in range(n)]
    names = [f"m{place}" for place in range(len(RAW))]
    file = _write(tmp_path / "a.csv", {"control": plain, "offers": shifted}, ",".join(names))
    found = analyze(file, "--unit", "unit", "--arm", "arm", *(word for name in names for word in ("--metric", name)))

    assert [one["p_value_absolute"] for one in found["comparisons"]] == pytest.approx(RAW, abs=5e-5)
    assert [one["p_value_adjusted"] for one in found["comparisons"]] == pytest.approx(ADJUSTED, abs=5e-5)
    assert [one["verdict"] for one in found["comparisons"]].count("better") == 2


def test_the_always_valid_bound() -> None:
    # confseq's two-sided normal mixture, tuned for 100 units; it writes rho as 100 / (100 rho squared).
    rho = tuning(100)
    assert rho == pytest.approx(0.28171, abs=5e-6)
    assert 1 / rho**2 == pytest.approx(12.60056, abs=5e-6)
    assert mixture_bound(100, rho) == pytest.approx(30.35209, abs=5e-6)


def test_the_always_valid_interval_of_the_command(analyze: Analyze, tmp_path: Path) -> None:
    # Looked at where it was tuned for, the bound grows with the root of the time: 30.35209 at 100 is 3.035209 a root.
    plain = _one_by_one([(-1) ** row for row in range(200)])
    file = _write(tmp_path / "a.csv", {"control": plain, "offers": plain})
    one = analyze(file, "--unit", "unit", "--arm", "arm", "--metric", "value", "--planned-units", 400)["comparisons"][0]

    width = math.sqrt(2 / 199) * 3.035209  # the standard error of a difference of two means of ±1, and the bound
    assert one["always_valid_ci"] == pytest.approx([-width, width], abs=5e-8)
    assert width > one["ci_absolute"][1]


def test_hillstrom(analyze: Analyze, data_dir: Path) -> None:
    # Measured independently: revenue per visitor doubles, the average order does not move.
    metrics = ("visit", "conversion", "spend", "spend/conversion")
    words = [word for metric in metrics for word in ("--metric", metric)]
    found = analyze(data_dir / "hillstrom" / "hillstrom.csv.gz", "--arm", "segment", "--control", "No E-Mail", *words)
    men, women = (
        {one["metric"]: one for one in found["comparisons"] if one["arm"] == arm}
        for arm in ("Mens E-Mail", "Womens E-Mail")
    )

    assert found["srm_p_value"] == pytest.approx(0.9037, abs=5e-5)
    assert men["visit"]["effect_absolute"] == pytest.approx(0.0765896, abs=5e-8)
    assert men["conversion"]["effect_absolute"] == pytest.approx(0.0068050, abs=5e-8)
    assert men["spend"]["effect_absolute"] == pytest.approx(0.769827, abs=5e-7)
    assert men["spend"]["ci_absolute"] == pytest.approx([0.48514, 1.05451], abs=5e-6)
    assert men["spend"]["p_value_absolute"] == pytest.approx(1.164e-7, abs=5e-11)
    assert men["spend/conversion"]["effect_absolute"] == pytest.approx(-0.4758, abs=5e-5)
    assert men["spend/conversion"]["p_value_absolute"] == pytest.approx(0.967, abs=5e-4)
    assert women["spend"]["effect_absolute"] == pytest.approx(0.424412, abs=5e-7)
    assert women["spend"]["p_value_absolute"] == pytest.approx(0.0011294, abs=5e-8)
    assert women["spend/conversion"]["p_value_absolute"] == pytest.approx(0.512, abs=5e-4)
    assert {men["spend"]["verdict"], women["spend"]["verdict"]} == {"better"}
    assert {men["spend/conversion"]["verdict"], women["spend/conversion"]["verdict"]} == {"no_difference_shown"}


@pytest.mark.parametrize(("arm", "qini"), [("Womens E-Mail", 0.06), ("Mens E-Mail", 0.0)])
def test_uplift_of_hillstrom(data_dir: Path, arm: str, qini: float) -> None:
    # Women's mail: two-model logistic Qini about .06, uplift at the top 30 % about .067; men's: mail everyone.
    by = ("recency", "history", "mens", "womens", "newbie", "zip_code", "channel", "history_segment")
    words = [word for column in by for word in ("--by", column)]
    file = data_dir / "hillstrom" / "hillstrom.csv.gz"
    arms = ("--arm", "segment", "--treated", arm, "--control", "No E-Mail", "--metric", "visit")
    result = CliRunner().invoke(app, ["experiment", "uplift", str(file), *arms, *words, "--json"])
    found = json.loads(result.stdout)

    assert found["qini"] == pytest.approx(qini, abs=0.02)
    top = sum(group["effect"] for group in found["groups"][:3]) / 3
    if arm == "Womens E-Mail":
        assert found["qini_ci"][0] > 0
        assert top == pytest.approx(0.067, abs=0.01)
    else:
        assert found["advice"] == "everyone"
