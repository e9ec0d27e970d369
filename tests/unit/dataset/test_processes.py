"""Several processes at once, and processes that are killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset

Stage = Callable[[str, list[dict[str, Any]]], Path]
Process = subprocess.Popen[str]
Start = Callable[..., Process]

_WRITER = Path(__file__).with_name("writer.py")
_ORDERS = 200


@pytest.fixture
def make_batch(stage: Stage, tmp_path: Path) -> Callable[[str, Sequence[str]], str]:
    """A batch folder of orders with three lines each, all marked with the name of the batch."""

    def make(name: str, order_ids: Sequence[str]) -> str:
        folder = tmp_path / name
        folder.mkdir()
        orders = [{"order_id": order_id, "channel": name} for order_id in order_ids]
        lines = [{"order_id": o, "line_no": n, "item_id": f"{name}-{n}"} for o in order_ids for n in (1, 2, 3)]
        stage("orders", orders).rename(folder / "orders.parquet")
        stage("order_lines", lines).rename(folder / "order_lines.parquet")
        return str(folder)

    return make


MakeBatch = Callable[[str, Sequence[str]], str]


@pytest.fixture
def start(workspace: Workspace) -> Iterator[Start]:
    """Start a writer and wait until it is ready."""
    started: list[Process] = []

    def run(*arguments: str) -> Process:
        process = subprocess.Popen(
            [sys.executable, str(_WRITER), str(workspace.root), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def _await_ready(process: Process) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def _go(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def _state(workspace: Workspace) -> tuple[dict[str, str], dict[str, set[str]]]:
    """The batch that each order says it is of, and the batches that its lines say."""
    dataset = Dataset(workspace)
    orders = dataset.table("orders").to_pyarrow().to_pylist()
    lines = dataset.table("order_lines").to_pyarrow().to_pylist()
    batches: dict[str, set[str]] = {order["order_id"]: set() for order in orders}
    for line in lines:
        batches[line["order_id"]].add(line["item_id"].rsplit("-", 1)[0])
    assert len(lines) == 3 * len(orders)
    return {order["order_id"]: order["channel"] for order in orders}, batches


def test_two_writers_at_once_both_end_rightly(workspace: Workspace, make_batch: MakeBatch, start: Start) -> None:
    shared = [f"shared-{number}" for number in range(_ORDERS)]
    batches = {
        writer: [
            make_batch(f"{writer}{turn}", [*shared, *(f"{writer}{turn}-{n}" for n in range(_ORDERS))])
            for turn in range(6)
        ]
        for writer in ("left", "right")
    }
    writers = [start(*batches[writer]) for writer in batches]
    for process in writers:
        _await_ready(process)
    for process in writers:
        _go(process)
    lost = [int(process.communicate(timeout=120)[0]) for process in writers]

    said, lines = _state(workspace)
    own = {f"{writer}{turn}-{n}" for writer in batches for turn in range(6) for n in range(_ORDERS)}
    assert said.keys() == own | set(shared)
    assert {said[order_id] for order_id in shared} <= {"left5", "right5"}
    assert all(lines[order_id] == {batch} for order_id, batch in said.items())
    newest = Dataset(workspace).newest()
    assert newest.number == len(newest.sources) == 12
    assert sum(lost) > 0  # else they were never at it at once, and this showed nothing


@pytest.mark.parametrize(
    ("moment", "stored"),
    [("before-rename", False), ("after-rename", False), ("before-link", False), ("after-link", True)],
)
def test_a_kill_around_a_write_leaves_the_old_state_or_the_new(
    moment: str, stored: bool, workspace: Workspace, make_batch: MakeBatch, start: Start
) -> None:
    process = start("--die-at", moment, make_batch("first", ["1", "2"]))
    _await_ready(process)
    _go(process)
    assert process.wait(timeout=60) == -signal.SIGKILL
    assert _state(workspace)[0] == ({"1": "first", "2": "first"} if stored else {})


@pytest.mark.slow
def test_kills_at_any_moment_leave_whole_batches(workspace: Workspace, make_batch: MakeBatch, start: Start) -> None:
    ids = [[f"{turn}-{n}" for n in range(_ORDERS)] for turn in range(6)]
    rng = random.Random(7)
    for attempt in range(6):
        batches = [make_batch(f"v{attempt}-{turn}", ids[turn]) for turn in range(6)]
        process = start(*batches)
        _await_ready(process)
        _go(process)
        time.sleep(rng.uniform(0.0, 0.9))
        process.kill()
        process.wait(timeout=60)
        said, lines = _state(workspace)
        assert all(lines[order_id] == {batch} for order_id, batch in said.items())
        # Every batch is there whole, in one version of it.
        assert all(len({said.get(order_id) for order_id in batch}) == 1 for batch in ids)
