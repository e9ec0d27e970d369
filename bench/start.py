"""How long the command line takes to answer, against a bare interpreter in the same run."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15
COMMANDS = {
    "bare python": [sys.executable, "-c", "pass"],
    "import pairwell": [sys.executable, "-c", "import pairwell"],
    "pairwell --help": [str(Path(sys.executable).with_name("pairwell")), "--help"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    floor = statistics.median(times["bare python"])
    found = {
        name: {"median_s": round(statistics.median(all_), 3), "ratio": round(statistics.median(all_) / floor, 1)}
        for name, all_ in times.items()
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
