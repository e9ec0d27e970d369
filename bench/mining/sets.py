"""One way to find frequent itemsets, in a process of its own: loads orders, then answers each line with one of JSON.

usage: sets.py NAME ORDERS.dat.gz FEWEST_ORDERS
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from contestant import forget_peak, memory

Counts = list[int]  # orders of each set of two items or more, ascending


def prepare_pairwell(orders: list[list[int]], fewest: int) -> Callable[[], Counts]:
    import numpy as np

    from pairwell.learn.baskets import make_baskets
    from pairwell.learn.itemsets.mine import Wanted, frequent_itemsets

    sizes = [len(order) for order in orders]
    items = np.concatenate([np.array(order, dtype=np.int64) for order in orders])
    names = [f"{item:06}" for item in range(int(items.max()) + 1)]
    baskets = make_baskets(names, np.repeat(np.arange(len(orders)), sizes), items, np.zeros(len(orders), np.int64))
    wanted = Wanted(most=10_000_000)

    def run() -> Counts:
        found = frequent_itemsets(baskets, min_count=fewest, wanted=wanted)
        counts: Counts = np.sort(found.counts[found.sizes > 1]).tolist()
        return counts

    run()  # compiles
    return run


def prepare_pyfim(orders: list[list[int]], fewest: int) -> Callable[[], Counts]:
    import fim

    return lambda: sorted(count for _, count in fim.fpgrowth(orders, target="s", supp=-fewest, zmin=2, report="a"))


CONTESTANTS = {"pairwell": prepare_pairwell, "PyFIM": prepare_pyfim}


def read_orders(path: Path) -> list[list[int]]:
    with gzip.open(path, "rt") as lines:
        return [[int(item) for item in line.split()] for line in lines]


def main() -> None:
    run = CONTESTANTS[sys.argv[1]](read_orders(Path(sys.argv[2])), int(sys.argv[3]))
    print(json.dumps({}), flush=True)
    for asked in sys.stdin:
        before = forget_peak()
        start, cpu = time.perf_counter(), time.process_time()
        counts = run()
        found = {"s": time.perf_counter() - start, "cpu_s": time.process_time() - cpu}
        found |= {"peak_mb": memory("VmHWM") - before, "with_orders_mb": memory("VmHWM"), "sets": len(counts)}
        print(json.dumps({**found, "best": counts} if asked.strip() == "check" else found), flush=True)


if __name__ == "__main__":
    main()
