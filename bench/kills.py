"""A server killed at random moments under load, and whether it kept its word: bench/kills.py [KILLS]."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.e2e.killing import kill_again_and_again
from tests.e2e.promises import check_promises
from tests.e2e.running import stock_shop

from pairwell.config.published import publish_settings
from pairwell.config.workspace import create_workspace


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        workspace = create_workspace(Path(folder) / "shop")
        publish_settings(workspace)
        stock_shop(workspace)
        promised = kill_again_and_again(workspace, kills, seed=0)
        check_promises(workspace, "", decided=promised.decisions, taken=promised.events)
    found = {
        "kills": kills,
        "decisions_acknowledged": len(promised.decisions),
        "events_acknowledged": len(promised.events),
        "lost": 0,
        "twice": 0,
        "start_s_median": round(statistics.median(promised.starts), 2),
        "start_s_most": round(max(promised.starts), 2),
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
