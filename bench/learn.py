"""Counting pairs against similaripy, implicit and sparse_dot_topn, and itemsets against PyFIM, in the same run."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent / "mining"
sys.path.insert(0, str(HERE))

from contestant import CONTESTANTS  # noqa: E402

from orders import draw_orders  # noqa: E402

PEERS = {"similaripy": "similaripy", "implicit": "implicit", "sparse_dot_topn": "sparse_dot_topn", "fim": "PyFIM"}
OWN = "pairwell"
SETS = ["pairwell", "PyFIM"]
DATA = Path(os.environ.get("PAIRWELL_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
COMPILE = """
import sys, time
sys.path.insert(0, sys.argv[1])
import pairwell.learn.compiled as compiled
compiled._folder = lambda room: None
from contestant import prepare_pairwell
start = time.perf_counter()
prepare_pairwell(sys.argv[2], 20, 1, judged=True)
print(time.perf_counter() - start)
"""


class Contestant:
    """A process that works when asked."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.runs: list[dict[str, float]] = []
        self._heard()

    def run(self, asked: str = "run") -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(asked + "\n")
        self.process.stdin.flush()
        return self._heard()

    def stop(self) -> None:
        self.process.communicate()

    def _heard(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("A contestant stopped; what it said stands above.")
        return json.loads(line)


def require_peers() -> None:
    missing = [PEERS[name] for name in PEERS if importlib.util.find_spec(name) is None]
    if missing:
        raise SystemExit(f"Not installed: {', '.join(missing)}. Run: pip install 'pairwell[bench]'")


def count_pairs_of(lines: int, asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All contestants on the same orders, one run of each after the other, again and again."""
    offsets, items = draw_orders(lines, asked.items, asked.seed, topics=not asked.without_topics)
    path = folder / f"{lines}.npz"
    np.savez(path, offsets=offsets, items=items, n_items=asked.items)
    sizes = np.diff(offsets).astype(np.int64)
    found: dict[str, Any] = {
        "lines": int(items.size),
        "orders": int(sizes.size),
        "directed_pairs_in_orders": int((sizes * (sizes - 1)).sum()),
        "top": asked.top,
        "threads": asked.threads,
    }
    del offsets, items
    given = [str(path), str(asked.top), str(asked.threads)]
    contestants = {name: Contestant([str(HERE / "contestant.py"), name, *given]) for name in CONTESTANTS}
    best = {name: one.run("check").pop("best") for name, one in contestants.items()}
    for _ in range(asked.runs):
        for one in contestants.values():
            one.runs.append(one.run())
    for one in contestants.values():
        one.stop()
    found["contestants"] = {name: summed_up(one.runs) for name, one in contestants.items()}
    found["equal_to_pairwell_on_items"] = {
        name: sum(same(*pair) for pair in zip(best[OWN], best[name], strict=True))
        for name in contestants
        if "," not in name
    }
    found["ratios"] = ratios(found["contestants"])
    return found


def summed_up(runs: list[dict[str, float]]) -> dict[str, float]:
    seconds = [run["s"] for run in runs]
    return {
        "min_s": round(min(seconds), 3),
        "median_s": round(statistics.median(seconds), 3),
        "min_cpu_s": round(min(run["cpu_s"] for run in runs), 3),
        "peak_mb": round(max(run["peak_mb"] for run in runs), 1),
        "with_orders_mb": round(max(run["with_orders_mb"] for run in runs), 1),
    }


def same(ours: list[list[int]], theirs: list[list[int]]) -> bool:
    """Equal but for ties at the end: the same counts, and the same items above the last count."""
    if [count for count, _ in ours] != [count for count, _ in theirs]:
        return False
    last = ours[-1][0] if ours else 0
    return [pair for pair in ours if pair[0] > last] == [pair for pair in theirs if pair[0] > last]


def ratios(found: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Times and memory of the fastest peer over ours."""
    peers = {name: one for name, one in found.items() if not name.startswith(OWN)}
    fastest = min(peers, key=lambda name: peers[name]["min_s"])
    return {
        "fastest_peer": fastest,
        **{
            f"{name}: {figure}": round(peers[fastest][figure] / max(found[name][figure], 1e-9), 2)
            for name in found
            if name.startswith(OWN)
            for figure in ("min_s", "median_s", "min_cpu_s", "peak_mb", "with_orders_mb")
        },
    }


def compile_seconds(folder: Path) -> float:
    """Machine code of the counting loops, made anew."""
    path = folder / "few.npz"
    np.savez(path, offsets=np.arange(0, 4_001, 2), items=np.arange(4_000, dtype=np.int32) % 50, n_items=50)
    command = [sys.executable, "-c", COMPILE, str(HERE), str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return round(float(said.stdout), 2)


def huge_basket(asked: argparse.Namespace) -> dict[str, Any]:
    """One basket of 10,000 lines among a million others: the time with it over the time without."""
    from pairwell.config.settings import Learn
    from pairwell.learn.baskets import Baskets
    from pairwell.learn.mining.pairs import rank_pairs

    offsets, items = draw_orders(6_000_000, asked.items, asked.seed, topics=not asked.without_topics)
    huge = np.sort(np.random.default_rng(asked.seed).choice(asked.items, 10_000, replace=False)).astype(np.int32)
    names = [str(item) for item in range(asked.items)]
    without = Baskets(item_ids=names, offsets=offsets, items=items, placed_at=np.arange(offsets.size - 1))
    held = Baskets(
        item_ids=names,
        offsets=np.append(offsets, offsets[-1] + huge.size),
        items=np.concatenate((items, huge)),
        placed_at=np.arange(offsets.size),
    )
    learn = Learn(neighbours=asked.top)
    rank_pairs(without, learn)
    times: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(2 * asked.runs):
        times["without"].append(timed(lambda: rank_pairs(without, learn)))
        times["with"].append(timed(lambda: rank_pairs(held, learn)))
    return {
        "orders": without.n_orders,
        "without_s": round(min(times["without"]), 3),
        "with_s": round(min(times["with"]), 3),
        "more_min": round(min(times["with"]) / min(times["without"]) - 1, 4),
        "more_median": round(statistics.median(times["with"]) / statistics.median(times["without"]) - 1, 4),
    }


def itemsets(asked: argparse.Namespace) -> dict[str, Any]:
    """All frequent itemsets of Belgian retail at .1 %, of this engine and of PyFIM, taking turns."""
    path = DATA / "fimi" / "retail.dat.gz"
    if not path.exists():
        raise SystemExit(f"{path} is not there. Set PAIRWELL_DATA to the folder that holds fimi/retail.dat.gz.")
    contestants = {name: Contestant([str(HERE / "sets.py"), name, str(path), "89"]) for name in SETS}
    counts = {name: one.run("check")["best"] for name, one in contestants.items()}
    for _ in range(asked.runs):
        for one in contestants.values():
            one.runs.append(one.run())
    for one in contestants.values():
        one.stop()
    ours, theirs = (summed_up(contestants[name].runs) for name in SETS)
    return {
        "orders_at_least": 89,
        "sets": len(counts[SETS[0]]),
        "equal": counts[SETS[0]] == counts[SETS[1]],
        **dict(zip(SETS, (ours, theirs), strict=True)),
        "PyFIM over ours": {figure: round(theirs[figure] / max(ours[figure], 1e-9), 2) for figure in ours},
    }


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def table(found: dict[str, Any]) -> str:
    head = f"{found['lines']:,} lines, {found['orders']:,} orders, top {found['top']}, {found['threads']} threads"
    rows = [f"{'':30} {'min s':>8} {'median s':>9} {'CPU s':>8} {'peak MB':>9} {'+ orders':>9} {'equal':>6}"]
    for name, one in found["contestants"].items():
        equal = found["equal_to_pairwell_on_items"].get(name, "")
        times = f"{one['min_s']:8.3f} {one['median_s']:9.3f} {one['min_cpu_s']:8.3f}"
        rows.append(f"{name:30} {times} {one['peak_mb']:9.1f} {one['with_orders_mb']:9.1f} {equal:>6}")
    return "\n".join([head, *rows, json.dumps(found["ratios"])])


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", default="1,5,20", help="millions of lines, several by commas")
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--top", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-topics", action="store_true", help="items are drawn independently of each other")
    parser.add_argument("--part", choices=["kernel", "huge", "itemsets"], action="append")
    parser.add_argument("--json", type=Path, help="file to write")
    return parser.parse_args()


def main() -> None:
    asked = read_arguments()
    require_peers()
    parts = asked.part or ["kernel", "huge", "itemsets"]
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "kernel" in parts:
            found["numba_compile_s"] = compile_seconds(folder)
            print(f"numba compile seconds (once for a machine, not in the times below): {found['numba_compile_s']}")
            found["kernel"] = []
            for lines in asked.lines.split(","):
                found["kernel"].append(count_pairs_of(int(float(lines) * 1e6), asked, folder))
                print(table(found["kernel"][-1]), flush=True)
        if "huge" in parts:
            found["huge_basket"] = huge_basket(asked)
            print("a basket of 10,000 lines among a million:", json.dumps(found["huge_basket"]), flush=True)
        if "itemsets" in parts:
            found["itemsets"] = itemsets(asked)
            print("frequent itemsets:", json.dumps(found["itemsets"]), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
