"""Random decisions held against every law of deciding: bench/guards.py [N] [SEED], 100,000 by default."""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.property.decision_laws import check_laws
from tests.property.random_shops import make_case


class Tally(msgspec.Struct):
    """What the random decisions were, so that a law is not kept by never being reached."""

    decisions: int = 0
    offers: Counter[str] = msgspec.field(default_factory=Counter)
    silences: Counter[str] = msgspec.field(default_factory=Counter)
    withheld: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)


def check_random_decisions(n: int, seed: int) -> Tally:
    """Make `n` random decisions, each from a seed of its own, and hold every law against each.

    Raises `AssertionError` naming the seed of the first that breaks one.
    """
    tally = Tally()
    for number in range(n):
        rng = random.Random(f"{seed}/{number}")
        case = make_case(rng)
        try:
            decision = check_laws(case, rng)
        except Exception as error:
            error.add_note(f"random.Random('{seed}/{number}')")
            raise
        tally.decisions += 1
        tally.offers.update(offer.kind for offer in decision.slate)
        tally.withheld.update((one.stage, one.reason) for one in decision.withheld)
        if decision.answer.silence:
            tally.silences[decision.answer.silence.reason] += 1
    return tally


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    start = time.perf_counter()
    tally = check_random_decisions(n, seed)
    found = {
        "decisions": tally.decisions,
        "broken": 0,
        "offers": dict(tally.offers),
        "silences": dict(tally.silences.most_common()),
        "withheld": {"/".join(key): count for key, count in sorted(tally.withheld.items())},
        "seconds": round(time.perf_counter() - start, 1),
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
