"""One way to count pairs, in a process of its own: loads orders, then answers `run` and `check` with a line of JSON.

usage: contestant.py NAME ORDERS.npz TOP THREADS
"""

from __future__ import annotations

import ctypes
import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Rows = tuple[Any, Any, Any]  # offsets, items and counts of the rows of all items
Prepared = tuple[Callable[[], Rows], float]  # what runs, and the MB of the orders it was given
CHECKED, SEED = 200, 5


def prepare_similaripy(path: str, top: int, threads: int) -> Prepared:
    import similaripy

    matrix = load_matrix(path, np.float32)

    def run() -> Rows:
        asked = {"k": top + 1, "num_threads": threads, "verbose": False, "format_output": "csr"}
        return as_rows(similaripy.dot_product(matrix.T.tocsr(), matrix, **asked))

    return run, megabytes(matrix.data, matrix.indices, matrix.indptr)


def prepare_implicit(path: str, top: int, threads: int) -> Prepared:
    from implicit.nearest_neighbours import ItemItemRecommender

    matrix = load_matrix(path, np.float64)

    def run() -> Rows:
        model = ItemItemRecommender(K=top + 1, num_threads=threads)
        model.fit(matrix, show_progress=False)
        return as_rows(model.similarity)

    return run, megabytes(matrix.data, matrix.indices, matrix.indptr)


def prepare_sparse_dot_topn(path: str, top: int, threads: int) -> Prepared:
    from sparse_dot_topn import sp_matmul_topn

    matrix = load_matrix(path, np.float32)

    def run() -> Rows:
        return as_rows(sp_matmul_topn(matrix.T.tocsr(), matrix, top_n=top + 1, n_threads=threads))

    return run, megabytes(matrix.data, matrix.indices, matrix.indptr)


def prepare_pairwell(path: str, top: int, threads: int, *, judged: bool = False) -> Prepared:
    from pairwell.config.settings import Learn
    from pairwell.learn.baskets import slice_orders
    from pairwell.learn.mining.mine import Asked, mine

    baskets = load_baskets(path)
    counted = Learn(anchor_exponent=0, add_on_exponent=0, size_exponent=0, half_life_days=1e9, score_shrinkage=0)
    learn = Learn() if judged else counted
    asked = Asked(judged=judged, threads=threads)

    def run() -> Rows:
        kept = mine(baskets, with_top(learn, top), asked).kept
        return kept.offsets, kept.add_ons, kept.together

    mine(slice_orders(baskets, 0, 1_000), with_top(learn, top), asked)  # compiles
    return run, megabytes(baskets.items, baskets.offsets)


def prepare_pairwell_whole(path: str, top: int, threads: int) -> Prepared:
    return prepare_pairwell(path, top, threads, judged=True)


CONTESTANTS = {
    "pairwell": prepare_pairwell,
    "pairwell, weighed and judged": prepare_pairwell_whole,
    "similaripy": prepare_similaripy,
    "implicit": prepare_implicit,
    "sparse_dot_topn": prepare_sparse_dot_topn,
}


def with_top(learn: Any, top: int) -> Any:
    import msgspec

    return msgspec.structs.replace(learn, neighbours=top)


def load_baskets(path: str) -> Any:
    from pairwell.learn.baskets import Baskets

    orders = np.load(path)
    offsets, items = orders["offsets"], orders["items"]
    names = [str(item) for item in range(int(orders["n_items"]))]
    placed_at = np.arange(offsets.size - 1) * 60_000_000
    return Baskets(item_ids=names, offsets=offsets, items=items, placed_at=placed_at)


def load_matrix(path: str, kind: type) -> Any:
    from scipy import sparse

    orders = np.load(path)
    shape = (orders["offsets"].size - 1, int(orders["n_items"]))
    ones = np.ones(orders["items"].size, dtype=kind)
    return sparse.csr_matrix((ones, orders["items"], orders["offsets"].astype(np.int32)), shape=shape)


def megabytes(*arrays: Any) -> float:
    return sum(array.nbytes for array in arrays) / (1 << 20)


def as_rows(matrix: Any) -> Rows:
    return matrix.indptr, matrix.indices, matrix.data


def best_of_some(rows: Rows, top: int) -> list[list[tuple[int, int]]]:
    """The best of 200 random items, without the item itself: count, item; by count, then item."""
    offsets, items, counts = rows
    n_items = len(offsets) - 1
    chosen = np.random.default_rng(SEED).choice(n_items, min(CHECKED, n_items), replace=False)
    found = []
    for item in chosen.tolist():
        row = slice(int(offsets[item]), int(offsets[item + 1]))
        pairs = zip(items[row].tolist(), counts[row].tolist(), strict=True)
        ranked = sorted((-round(count), other) for other, count in pairs if other != item and count > 0)
        found.append([(-count, other) for count, other in ranked[:top]])
    return found


def memory(name: str) -> float:
    """VmRSS or VmHWM of this process, in MB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def forget_peak() -> float:
    """Give free memory back and begin to measure the peak anew; the memory in use now."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def main() -> None:
    name, path, top, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    start = time.perf_counter()
    run, given = CONTESTANTS[name](path, top, threads)
    print(json.dumps({"ready_s": time.perf_counter() - start}), flush=True)
    for asked in sys.stdin:
        before = forget_peak()
        start, cpu = time.perf_counter(), time.process_time()
        rows = run()
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
        found = {"s": seconds, "cpu_s": cpu_seconds, "peak_mb": memory("VmHWM") - before}
        found["with_orders_mb"] = found["peak_mb"] + given
        if asked.strip() == "check":
            found["best"] = best_of_some(rows, top)
        del rows
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
