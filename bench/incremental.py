"""Whether the holdout's interval of what offers earned covers the truth, over many small simulated shops."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from scipy.stats import binom

from pairwell.backtest.earned import Earned, size_for, try_shop
from pairwell.measure.offers.estimates import LEVEL, Estimate

_FIGURES = ("revenue", "margin", "orders")


def main() -> None:
    """For each holdout print a table, and the same as JSON."""
    asked = _arguments()
    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    for holdout in asked.holdout:
        began = time.perf_counter()
        with ProcessPoolExecutor(asked.processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            one = partial(try_shop, size=size_for(holdout), holdout=holdout)
            shops = list(pool.map(one, seeds, chunksize=5))
        _print(shops, holdout, round(time.perf_counter() - began, 1))


def _print(shops: Sequence[Earned], holdout: float, seconds: float) -> None:
    found = {name: describe(shops, name) for name in _FIGURES}
    held = sum(shop.effects.held for shop in shops) / len(shops)
    treated = sum(shop.effects.treated for shop in shops) / len(shops)
    print(
        f"{len(shops)} shops with a holdout of {holdout:g}, on average {treated:.0f} customers with offers by a made "
        f"rule and {held:.0f} held out."
    )
    print(" " * 10 + "  told refused covered at least too high too low  bias    truth")
    for name, one in found.items():
        print(
            f"{name:10}{one['told']:>6}{one['refused']:>8}{one['covered']:>8}{one['at_least']:>9}{one['too_high']:>9}"
            f"{one['too_low']:>8}{one['bias_in_errors']:>6.2f}{one['truth']:>9.0f}"
        )
    print(json.dumps({**found, "holdout": holdout, "seconds": seconds}))


def describe(shops: Sequence[Earned], name: str) -> dict[str, float]:
    """How often the interval held the truth; `at_least`: fewer come by chance in one of a hundred such tests."""
    pairs = [(one, getattr(shop, name)) for shop in shops if isinstance(one := getattr(shop.effects, name), Estimate)]
    covered = sum(one.low <= truth <= one.high for one, truth in pairs)
    off = [(one.value - truth) / ((one.high - one.low) / 3.92) for one, truth in pairs]  # in standard errors
    return {
        "told": len(pairs),
        "refused": len(shops) - len(pairs),
        "covered": covered,
        "at_least": int(binom.ppf(0.01, len(pairs), LEVEL)) if pairs else 0,
        "too_high": sum(one.low > truth for one, truth in pairs),
        "too_low": sum(one.high < truth for one, truth in pairs),
        "bias_in_errors": sum(off) / max(len(off), 1),
        "truth": sum(truth for _, truth in pairs) / max(len(pairs), 1),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--holdout", type=float, nargs="+", default=[0.05, 0.25])
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
