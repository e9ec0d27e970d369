"""What before and after promise, held against simulation: bench/before.py [RUNS_DID] [RUNS_STRUCTURAL]."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binom
from statsmodels.regression.linear_model import OLS

from pairwell.measure.before.look import look
from pairwell.measure.before.panel import Panel
from pairwell.measure.before.records import Change, Method

FIRST = date(2025, 1, 6)
LIFT = 0.1
DRIFT = 0.15  # by which the touched outgrow the compared from the start to the change, where they drift apart


class Case(NamedTuple):
    """A world: days before and after, and how much of a day's stray is left on the next one."""

    method: Method
    before: int
    after: int
    memory: float
    groups: int = 1  # touched, and as many compared
    drift: float = 0.0
    walk: float = 0.0  # a day's stray that stays for good, of the level


CASES = [
    Case("did", 56, 14, 0.0),
    Case("did", 56, 28, 0.5),
    Case("did", 182, 28, 0.0),
    Case("did", 182, 28, 0.5),
    Case("did", 182, 28, 0.7),
    Case("did", 364, 91, 0.5),
    Case("did", 182, 28, 0.5, groups=12),
    Case("did", 182, 28, 0.5, drift=DRIFT),
    Case("did", 182, 28, 0.5, walk=0.01),
    Case("structural", 84, 28, 0.5),
    Case("structural", 182, 28, 0.0),
    Case("structural", 182, 28, 0.5),
    Case("structural", 182, 28, 0.3, walk=0.005),
]


def remembered(rng: np.random.Generator, n: int, memory: float, spread: float) -> Any:
    """An autoregressive series of order one about 0."""
    start = 60
    shocks = rng.normal(0, spread * np.sqrt(1 - memory**2), n + start)
    found = np.zeros(n + start)
    for day in range(1, n + start):
        found[day] = memory * found[day - 1] + shocks[day]
    return found[start:]


def draw(rng: np.random.Generator, case: Case) -> tuple[Any, Any]:
    """Daily revenue of touched and compared groups: growth, a week's season, and strays of both and of each."""
    n = case.before + case.after
    days = np.arange(n)
    season = 0.2 * np.sin(2 * np.pi * days / 7)
    common = 1 + 0.3 * days / 364 + season + remembered(rng, n, 0.5, 0.05)
    slope = case.drift * days / case.before
    own = np.array([own_way(rng, case, n) for _ in range(2 * case.groups)])
    sizes = rng.lognormal(7, 0.3, 2 * case.groups)[:, None]
    values = sizes * common * own
    return values[: case.groups] * (1 + slope), values[case.groups :]


def own_way(rng: np.random.Generator, case: Case, n: int) -> Any:
    """What one group does beside the others; its season of the week differs a little."""
    season = 0.05 * np.sin(2 * np.pi * np.arange(n) / 7 + rng.uniform(0, 6))
    walk = np.cumsum(rng.normal(0, case.walk, n)) if case.walk else 0.0
    return 1 + season + remembered(rng, n, case.memory, 0.1) + walk


def runs_of(case: Case, runs: int, seed: int) -> dict[str, int]:
    """How often an effect is told where there is none, and where there is one; how often its interval holds it."""
    rng = np.random.default_rng(seed)
    counts = dict.fromkeys(("runs", "refused", "alarms", "newey_west", "told", "covered", "power"), 0)
    for _ in range(runs):
        touched, compared = draw(rng, case)
        lifted = touched.copy()
        lifted[:, case.before :] *= 1 + LIFT
        truth = (lifted - touched)[:, case.before :].sum(axis=0).mean()
        none, there = (answer(values, compared, case) for values in (touched, lifted))
        counts["runs"] += 1
        counts["refused"] += none.verdict == "not_estimable"
        counts["alarms"] += none.verdict in ("better", "worse")
        counts["newey_west"] += case.method == "did" and newey_west(touched, compared, case.before) < 0.05
        counts["power"] += there.verdict == "better"
        if there.verdict != "not_estimable":
            counts["told"] += 1
            counts["covered"] += there.ci_absolute[0] <= truth <= there.ci_absolute[1]
    return counts


def newey_west(touched: Any, compared: Any, before: int) -> float:
    """The peer: a regression on the date with the usual errors for serial correlation, and the normal law."""
    days = touched.shape[1]
    sides = touched.sum(axis=0), compared.sum(axis=0)
    apart = sides[0] - sides[1] * sides[0][:before].mean() / sides[1][:before].mean()
    design = np.stack([np.ones(days), np.arange(days) >= before], axis=1)
    lags = {"maxlags": int(4 * (days / 100) ** (2 / 9))}
    return float(OLS(apart, design).fit(cov_type="HAC", cov_kwds=lags).pvalues[1])


def answer(touched: Any, compared: Any, case: Case) -> Any:
    values = np.concatenate([touched, compared]) if case.method == "did" else touched
    panel = Panel(
        first=FIRST,
        names=[str(place) for place in range(len(values))],
        touched=np.arange(len(values)) < len(touched),
        rows=np.ones(values.shape, dtype=np.int64),
        above=values,
    )
    change = Change(at=FIRST + timedelta(days=case.before), metric="revenue", method=case.method)
    return look(panel, change)


def told(case: Case, counts: dict[str, int]) -> dict[str, Any]:
    low, high = (int(end) for end in binom.interval(0.99, max(1, counts["told"]), 0.95))
    return {
        **case._asdict(),
        "runs": counts["runs"],
        "refused": round(counts["refused"] / counts["runs"], 3),
        "newey_west_alarms": round(counts["newey_west"] / counts["runs"], 3) if case.method == "did" else None,
        "alarms": round(counts["alarms"] / counts["runs"], 3),
        "coverage": round(counts["covered"] / max(1, counts["told"]), 3),
        "bound": [round(low / max(1, counts["told"]), 3), round(high / max(1, counts["told"]), 3)],
        "power_at_10_percent": round(counts["power"] / counts["runs"], 3),
    }


def main() -> None:
    did = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    structural = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    runs = {"did": did // 2, "structural": structural // 2}  # a process
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        jobs = [
            (case, [pool.submit(runs_of, case, runs[case.method], seed) for seed in (1, 2)])
            for case in CASES
            if runs[case.method]
        ]
        for case, parts in jobs:
            found = [part.result() for part in parts]
            counts = {name: sum(one[name] for one in found) for name in found[0]}
            print(json.dumps(told(case, counts)), flush=True)
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
