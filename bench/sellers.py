"""What the scoreboard of sellers promises, held against simulation: bench/sellers.py [RUNS]."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr
from scipy.stats import binom

from pairwell.advise.stores.fair import WRONG, Chances, judge
from pairwell.several import adjust

GOODS, GROUPS, SKILL = 30, 6, 0.5  # skill on the scale of log odds


class Case(NamedTuple):
    """A world: orders of so many customers with so many sellers; how far customers' habits and sellers' mixes go."""

    sellers: int
    orders: int
    customers: int
    habit: float  # standard deviation of a customer's log odds
    spread: float  # of Dirichlet mixes of goods: less is more one-sided


CASES = [
    Case(12, 1_500, 300, 0.5, 0.5),
    Case(12, 3_000, 3_000, 0.0, 1.0),
    Case(12, 6_000, 1_500, 1.0, 0.5),
    Case(40, 8_000, 3_000, 0.5, 1.0),
    Case(4, 2_000, 800, 0.5, 1.0),
]


def world(rng: np.random.Generator, case: Case, skill: float) -> Chances:
    """Orders of sellers with a mix of goods each; the first seller has the skill, nobody else any."""
    base, habit = rng.normal(-0.8, 0.8, GOODS), rng.normal(0, case.habit, case.customers)
    mix = np.cumsum(rng.dirichlet(np.full(GOODS, case.spread), case.sellers), axis=1)
    seller = rng.integers(0, case.sellers, case.orders)
    good = np.minimum((rng.random(case.orders)[:, None] > mix[seller]).sum(axis=1), GOODS - 1)
    customer = rng.integers(0, case.customers, case.orders)
    wish = base[good] + habit[customer] + skill * (seller == 0)
    taken = (rng.random(case.orders) < 1 / (1 + np.exp(-wish))).astype(np.float64)
    return Chances(seller=seller, customer=customer, good=good, group=good % GROUPS, taken=taken)


def naive(chances: Chances, sellers: int) -> list[float]:
    """The floor: each seller's plain share against that of all, each order for itself."""
    usual, found = chances.taken.mean(), []
    for seller in range(sellers):
        taken = chances.taken[chances.seller == seller]
        error = np.sqrt(usual * (1 - usual) / max(taken.size, 1))
        z = abs(taken.mean() - usual) / error if taken.size else 0.0
        found.append(float(2 * ndtr(-z)))
    return found


def measure(case: Case, runs: int) -> dict[str, Any]:
    called = single = told = held = found = others = floor = 0
    began = time.perf_counter()
    for seed in range(runs):
        same = world(np.random.default_rng(seed), case, 0.0)
        (rates,) = judge([same], case.sellers)
        p_values = [one.p_value for _, one, _ in rates if one]
        told += len(p_values)
        single += sum(one <= WRONG for one in p_values)
        called += any(one <= WRONG for *_, one in rates)
        floor += min(adjust(naive(same, case.sellers))) <= WRONG
        (rates,) = judge([world(np.random.default_rng(runs + seed), case, SKILL)], case.sellers)
        held += rates[0][1] is not None
        found += rates[0][1] is not None and rates[0][1].ratio > 1 and rates[0][2] <= WRONG
        others += sum(one <= WRONG for *_, one in rates[1:])
    return {
        **case._asdict(),
        "any_called_without_a_difference": called / runs,
        "nominal": 0.05,
        "at_most_by_chance": float(binom.ppf(0.999, runs, 0.05)) / runs,
        "single_tests_below_5_percent": round(single / told, 4),
        "any_called_by_plain_shares": floor / runs,
        "skilled_found": round(found / max(held, 1), 3),
        "others_called_a_run": round(others / runs, 3),
        "seconds_a_board": round((time.perf_counter() - began) / runs / 3, 4),
    }


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    rows = [measure(case, runs) for case in CASES]
    for row in rows:
        print(json.dumps(row))
    kept = all(row["any_called_without_a_difference"] <= row["at_most_by_chance"] for row in rows)
    print("kept" if kept else "BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
