"""What the statistics of experiments promise, held against simulation: bench/measure.py [RUNS_AA] [RUNS_COVERAGE]."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
from scipy import stats

from pairwell.measure.comparing.compare import Arm, compare
from pairwell.measure.comparing.effects import absolute_effect, fieller
from pairwell.measure.comparing.guardrails import Margin, judge_guardrail, judge_guardrail_at_any_look
from pairwell.measure.comparing.moments import Moments
from pairwell.measure.comparing.planned import Wanted
from pairwell.measure.comparing.planning import make_plan
from pairwell.measure.comparing.sequence import BURN_IN, PLANNED_UNITS, always_valid
from pairwell.measure.comparing.skewed import Unfit, judge
from pairwell.measure.comparing.tails import tail_of

ALPHA = 0.05
LOOKS = 20
LIFT = 1.1  # of spend in the treated arm, where coverage is counted
OTHER_LIFTS = (1.0, 1.5, 3.0)  # where the largest values weigh more in one arm than in the other, and where not

Draw = Callable[..., Arm]


def dense(rng: np.random.Generator, n: int, lift: float = 1.0) -> Arm:
    """Log-normal spend of everybody."""
    return Arm(above=lift * np.exp(rng.standard_normal(n)))


def sparse(rng: np.random.Generator, n: int, lift: float = 1.0) -> Arm:
    """One in ten buys, for a log-normal sum."""
    return Arm(above=lift * spend_of(rng, rng.random(n) < 0.1, sigma=1.0))


def per_order(rng: np.random.Generator, n: int, lift: float = 1.0) -> Arm:
    """Spend and orders of customers who differ in both, some without any order: a ratio."""
    orders = (rng.geometric(0.4, n) - 1).astype(np.float64)
    return Arm(above=lift * orders * spend_of(rng, orders > 0, sigma=0.7), below=orders)


def heavy(rng: np.random.Generator, n: int, lift: float = 1.0) -> Arm:
    """Log-normal spend of everybody, of which one in ten customers brings half."""
    return Arm(above=lift * np.exp(1.3 * rng.standard_normal(n)))


def heavier(rng: np.random.Generator, n: int, lift: float = 1.0) -> Arm:
    """Log-normal spend of which one in forty customers brings half."""
    return Arm(above=lift * np.exp(2 * rng.standard_normal(n)))


def power_law(rng: np.random.Generator, n: int, lift: float = 1.0) -> Arm:
    """One in four buys, for a sum of which the third moment is infinite."""
    return Arm(above=lift * (rng.random(n) < 0.25) * (1 - rng.random(n)) ** (-1 / 2.7))


def wholesale(rng: np.random.Generator, n: int, lift: float = 1.0) -> Arm:
    """Everybody buys, one in 67 for thirty times as much."""
    return Arm(above=lift * np.exp(0.6 * rng.standard_normal(n)) * np.where(rng.random(n) < 0.015, 30.0, 1.0))


def few_wholesale(rng: np.random.Generator, n: int, lift: float = 1.0) -> Arm:
    """Everybody buys, one in a hundred for thirty times as much."""
    return Arm(above=lift * np.exp(0.6 * rng.standard_normal(n)) * np.where(rng.random(n) < 0.01, 30.0, 1.0))


def heavy_per_order(rng: np.random.Generator, n: int, lift: float = 1.0) -> Arm:
    """As `per_order`, with orders of very uneven value."""
    orders = (rng.geometric(0.4, n) - 1).astype(np.float64)
    return Arm(above=lift * orders * spend_of(rng, orders > 0, sigma=1.2), below=orders)


def spend_of(rng: np.random.Generator, buying: Any, sigma: float) -> Any:
    spend = np.zeros(buying.size)
    spend[buying] = np.exp(3 + sigma * rng.standard_normal(int(buying.sum())))
    return spend


TRUTH = {
    "dense": np.exp(0.5),
    "sparse": 0.1 * np.exp(3.5),
    "per_order": np.exp(3 + 0.7**2 / 2),
    "heavy": np.exp(1.3**2 / 2),
    "heavier": np.exp(2),
    "power_law": 0.25 * 2.7 / 1.7,
    "wholesale": np.exp(0.6**2 / 2) * (1 + 0.015 * 29),
    "few_wholesale": np.exp(0.6**2 / 2) * (1 + 0.01 * 29),
    "heavy_per_order": np.exp(3 + 1.2**2 / 2),
}
DRAWS: dict[str, Draw] = {
    draw.__name__: draw
    for draw in (dense, sparse, per_order, heavy, heavier, power_law, wholesale, few_wholesale, heavy_per_order)
}
CASES = [
    (name, treated, control)
    for name, treated, control in (
        ("dense", 500, 500),
        ("dense", 2_000, 2_000),
        ("dense", 9_500, 500),
        ("dense", 38_000, 2_000),
        ("sparse", 2_000, 2_000),
        ("sparse", 4_000, 4_000),
        ("sparse", 38_000, 2_000),
        ("sparse", 57_000, 3_000),
        ("per_order", 1_000, 1_000),
        ("per_order", 2_000, 2_000),
        ("per_order", 19_000, 1_000),
        ("per_order", 38_000, 2_000),
        ("dense", 60, 60),
        ("heavy", 400, 400),
        ("heavy", 2_000, 2_000),
        ("heavy", 38_000, 2_000),
        ("heavier", 50, 50),
        ("heavier", 950, 50),
        ("heavier", 5_000, 5_000),
        ("power_law", 600, 600),
        ("power_law", 4_000, 4_000),
        ("power_law", 19_000, 1_000),
        ("wholesale", 400, 400),
        ("wholesale", 2_500, 2_500),
        ("wholesale", 19_000, 1_000),
        ("heavy_per_order", 2_000, 2_000),
        ("heavy_per_order", 5_000, 5_000),
        ("heavy_per_order", 38_000, 2_000),
    )
]

LIFTED_CASES = [
    (name, per_arm, per_arm, lift)
    for name, per_arm in (
        ("dense", 500),
        ("dense", 2_000),
        ("sparse", 3_000),
        ("heavy", 2_500),
        ("power_law", 600),
        ("power_law", 4_000),
        ("wholesale", 2_500),
        ("few_wholesale", 2_000),
        ("few_wholesale", 6_000),
    )
    for lift in OTHER_LIFTS
]

PLANS = [
    ("dense", 2_000, 0.5),
    ("sparse", 10_000, 0.5),
    ("sparse", 30_000, 0.5),
    ("sparse", 100_000, 0.05),
]


def false_alarms(runs: int, seed: int, per_arm: int = 4_000) -> dict[str, int]:
    """Alarms of an experiment without any effect, at 20 looks and at the planned end."""
    rng = np.random.default_rng(seed)
    counts = dict.fromkeys(("runs", "fixed", "always_valid", "at_end", "at_end_refused"), 0)
    for _ in range(runs):
        fixed = always = False
        arms = [sparse(rng, per_arm).above for _ in range(2)]
        for treated, control in zip(*(at_looks(values) for values in arms), strict=True):
            found = absolute_effect(treated, control)
            tail = tail_of([values[: treated.n] for values in arms])
            refused = isinstance(judge(treated, control, [tail]), Unfit)
            fixed |= found.p_value < ALPHA
            if not refused and treated.n >= BURN_IN:
                interval = always_valid(found.value, found.error, treated.n + control.n)
                always |= not interval.low <= 0 <= interval.high
        counts["runs"] += 1
        counts["fixed"] += fixed
        counts["always_valid"] += always
        counts["at_end_refused"] += refused
        counts["at_end"] += not refused and found.p_value < ALPHA
    return counts


def holdout_alarms(runs: int, seed: int, held_out: int = 600, step: int = 2) -> dict[str, int]:
    """Always-valid alarms of a holdout of 5 % without any effect, looked at whenever it has grown by `step` units."""
    rng = np.random.default_rng(seed)
    counts = {"runs": runs, "always_valid": 0, "looks_at_equal_parts": 0}
    for _ in range(runs):
        control, others = (np.exp(0.8 * rng.standard_normal(n)) for n in (held_out, 19 * held_out))
        alarm = False
        for end in range(BURN_IN, held_out + 1, step):
            found = compare(Arm(above=others[: 19 * end]), Arm(above=control[:end]), planned=held_out)
            if isinstance(found, Unfit) or found.always_valid is None:
                continue
            counts["looks_at_equal_parts"] += found.method == "equal_part"
            alarm |= not found.always_valid.low <= 0 <= found.always_valid.high
        counts["always_valid"] += alarm
    return counts


def at_looks(values: Any) -> list[Moments]:
    """The moments of the first 1/20 of the values, the first 2/20, and so on."""
    ends = values.size * np.arange(1, LOOKS + 1) // LOOKS
    first, second, third = (
        np.cumsum((values, values * values, values * values * values)[power - 1])[ends - 1] / ends
        for power in (1, 2, 3)
    )
    variances = (second - first**2) * ends / (ends - 1)
    skews = third - 3 * first * second + 2 * first**3
    return [
        Moments(n=int(n), value=float(mean), variance=float(variance), third=float(skew))
        for n, mean, variance, skew in zip(ends, first, variances, skews, strict=True)
    ]


def guarded_alarms(runs: int, seed: int, per_arm: int = 2_000) -> dict[str, int]:
    """How often a guardrail of -2 % is said to be held at some of 20 looks, where the value falls by just that."""
    rng, margin = np.random.default_rng(seed), Margin(margin=-0.02, relative=True)
    counts = {"runs": runs, "fixed": 0, "always_valid": 0}
    for _ in range(runs):
        fixed = always = False
        arms = (at_looks(rng.normal(mean, 3, per_arm)) for mean in (9.8, 10.0))
        for treated, control in zip(*arms, strict=True):
            fixed |= judge_guardrail(margin, fieller(treated, control)).held == "held"
            found = judge_guardrail_at_any_look(margin, treated, control, planned=PLANNED_UNITS)
            always |= found.held == "held"
        counts["fixed"] += fixed
        counts["always_valid"] += always
    return counts


def by_order(runs: int, seed: int, customers: int = 500) -> dict[str, int]:
    """Alarms without any effect of a test by order, and of the ratio by customer."""
    rng = np.random.default_rng(seed)
    counts = {"runs": runs, "by_order": 0, "by_customer": 0}
    for _ in range(runs):
        arms = [_orders(rng, customers) for _ in range(2)]
        counts["by_order"] += stats.ttest_ind(arms[0][1], arms[1][1], equal_var=False).pvalue < ALPHA
        found = compare(arms[0][0], arms[1][0])
        counts["by_customer"] += not isinstance(found, Unfit) and found.absolute.p_value < ALPHA
    return counts


def _orders(rng: np.random.Generator, customers: int) -> tuple[Arm, Any]:
    orders = 1 + rng.poisson(3, customers)
    level = np.repeat(0.6 * rng.standard_normal(customers), orders)
    spend = np.exp(3 + level + 0.6 * rng.standard_normal(level.size))
    of = np.repeat(np.arange(customers), orders)
    return Arm(
        above=np.asarray(np.bincount(of, weights=spend), dtype=np.float64), below=orders.astype(np.float64)
    ), spend


def coverage(case: tuple[str, int, int], runs: int, seed: int, lift: float = LIFT) -> dict[str, Any]:
    """How often the 95 % interval holds the truth, of the runs that were not refused."""
    name, treated, control = case
    rng = np.random.default_rng(seed)
    truth, relative_truth = TRUTH[name] * (lift - 1), lift - 1
    counts = dict.fromkeys(("refused", "equal_part", "approximate", "covered", "fieller", "bounded"), 0)
    for _ in range(runs):
        found = compare(DRAWS[name](rng, treated, lift), DRAWS[name](rng, control))
        if isinstance(found, Unfit):
            counts["refused"] += 1
            continue
        counts["equal_part"] += found.method == "equal_part"
        counts["approximate"] += found.approximate
        counts["covered"] += found.absolute.interval.low <= truth <= found.absolute.interval.high
        if found.fieller is not None:
            counts["bounded"] += 1
            counts["fieller"] += found.fieller.low <= relative_truth <= found.fieller.high
    answered = runs - counts["refused"]
    low, high = (float(stats.binom.ppf(tail, answered, 0.95)) / max(answered, 1) for tail in (0.005, 0.995))
    share = counts["covered"] / answered if answered else None
    return {
        "case": f"{name} {treated:,} : {control:,}",
        "lift": lift,
        "answered": answered,
        "refused": counts["refused"],
        "equal_part": counts["equal_part"],
        "approximate": counts["approximate"],
        "coverage": None if share is None else round(float(share), 4),
        "bound": [round(low, 4), round(high, 4)],
        "within": None if share is None else bool(low <= share <= high),
        "fieller_coverage": round(counts["fieller"] / max(counts["bounded"], 1), 4),
    }


def planned_power(case: tuple[str, int, float], runs: int, seed: int) -> dict[str, Any]:
    """How often experiments with the effect that a plan says they would show in 80 % of cases do show it.

    Each plan is made of another history; the effect raises every value by its share. What is refused is not shown.
    """
    name, units, holdout = case
    rng = np.random.default_rng(seed)
    counts = dict.fromkeys(("planned", "shown", "refused"), 0)
    for _ in range(runs):
        history = DRAWS[name](rng, units).above
        wanted = Wanted(holdout=holdout, visitors=units)
        effect = make_plan([(7, history[history > 0])], wanted)[0].smallest_effect_relative
        if effect is None:
            continue
        held = round(units * holdout)
        found = compare(DRAWS[name](rng, units - held, 1 + effect), DRAWS[name](rng, held))
        counts["planned"] += 1
        counts["refused"] += isinstance(found, Unfit)
        counts["shown"] += not isinstance(found, Unfit) and found.absolute.p_value < ALPHA
    share = round(counts["shown"] / max(counts["planned"], 1), 4)
    return {"case": f"{name} {units:,}, {holdout:.0%} held out", **counts, "power": share}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    start = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        parts = [pool.submit(false_alarms, runs // 2, seed) for seed in (1, 2)]
        orders = pool.submit(by_order, 2_000, 3)
        held_out = pool.submit(holdout_alarms, 500, 5)
        guarded = pool.submit(guarded_alarms, 2_000, 4)
        # The largest first, so that neither worker waits long for the other at the end.
        large = sorted(CASES, key=lambda case: -case[1])
        powers = [pool.submit(planned_power, case, 1_000, 60 + place) for place, case in enumerate(PLANS)]
        covered = {case: pool.submit(coverage, case, repeats, 10 + place) for place, case in enumerate(large)}
        lifted = [
            pool.submit(coverage, (name, treated, control), repeats, 100 + place, lift)
            for place, (name, treated, control, lift) in enumerate(LIFTED_CASES)
        ]
        alarms = {key: sum(part.result()[key] for part in parts) for key in parts[0].result()}
        found = {
            "alarms_without_effect": _shares(alarms) | {"looks": LOOKS, "wanted_at_end": [0.04, 0.06]},
            "alarms_of_a_holdout": _shares(held_out.result()),
            "alarms_by_order": _shares(orders.result()),
            "guardrails_held_wrongly": _shares(guarded.result()),
            "power_of_plans": [one.result() for one in powers],
            "coverage": [covered[case].result() for case in CASES],
            "coverage_by_effect": [one.result() for one in lifted],
        }
    print(json.dumps(found | {"seconds": round(time.perf_counter() - start, 1)}, indent=2))


def _shares(counts: dict[str, int]) -> dict[str, Any]:
    answered = counts["runs"] - counts.get("at_end_refused", 0)
    return {
        key: count
        if key in {"runs", "at_end_refused", "looks_at_equal_parts"}
        else round(count / (answered if key == "at_end" else counts["runs"]), 4)
        for key, count in counts.items()
    }


if __name__ == "__main__":
    main()
