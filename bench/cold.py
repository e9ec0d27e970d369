"""What is found for items that nobody has bought yet, over several simulated shops: bench/cold.py [SEEDS…]."""

from __future__ import annotations

import json
import sys

import msgspec

from pairwell.backtest.cold import cold_start
from pairwell.config.settings import Settings
from pairwell.simulate.world import make_shop


def main() -> None:
    seeds = [int(seed) for seed in sys.argv[1:]] or [11, 12, 13, 14]
    found = cold_start([make_shop(seed) for seed in seeds], Settings())
    print(json.dumps({"seeds": seeds, **msgspec.to_builtins(found)}))


if __name__ == "__main__":
    main()
