"""A server in a process of its own, over a shop of two items."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec

from pairwell.config.document import render_settings
from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace, read_draft
from pairwell.facts.store import FactStore
from pairwell.operations.database import open_database
from pairwell.records import CuratedRelation, Item
from pairwell.shop.face import open_shop

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PAIRWELL = str(Path(sys.executable).parent / "pairwell")
PATIENCE_S = 30.0
LOADING_S = 300.0  # of a machine that does much else, until what makes reports is loaded
# The online process alone, without the command line.
RUN = (
    "import sys; from pathlib import Path; from pairwell.config.workspace import Workspace\n"
    "from pairwell.serve.online.process import run; run(Workspace(Path(sys.argv[1])), port=0)\n"
)


class Server(NamedTuple):
    """A process that listens."""

    process: subprocess.Popen[str]
    base: str  # its address on this machine
    said: list[str]  # on stderr so far; all of it once it has ended
    reader: threading.Thread

    def end(self) -> int:
        """Tell it to end and wait until it has; its exit code."""
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self.reader.join()
        return code


def stock_shop(workspace: Workspace, url: str = "") -> None:
    """A tent and the mat that people say goes with it, in the database at `url`."""
    database = open_database(workspace.operations_url(url), durability="process")
    facts = FactStore(database)
    facts.write_items([Item(item_id="tent", price_minor=23_500), Item(item_id="mat", price_minor=700)], at=NOW)
    facts.write_relations([CuratedRelation(anchor_id="tent", item_id="mat", relation="complement")], at=NOW)
    database.close()


def ingest_shop(workspace: Workspace) -> None:
    """The same shop as files tell it, so that it stays what it is where events are carried into the dataset."""
    tables = {
        "items": "item_id,price\ntent,235\nmat,7\n",
        "relations": "anchor_id,item_id,relation\ntent,mat,complement\n",
    }
    with open_shop(workspace.root) as shop:
        for table, rows in tables.items():
            path = workspace.root / f"{table}.csv"
            path.write_text(rows, encoding="utf-8")
            shop.ingest(table, path)


def publish_patient(workspace: Workspace) -> None:
    """Publish settings under which no machine is too slow to answer in time."""
    draft = read_draft(workspace)
    placements = {
        name: msgspec.structs.replace(one, deadline_ms=round(PATIENCE_S * 1000))
        for name, one in draft.placements.items()
    }
    settings = msgspec.structs.replace(draft, placements=placements)
    workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")
    publish_settings(workspace)


@contextmanager
def started(command: Sequence[str], *, stdout: int | None = None) -> Iterator[Server]:
    """The server that `command` starts, once it listens; it is told to end, and waited for, on leaving."""
    said: list[str] = []
    with subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        port = _listens(process.stderr, said)
        reader = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
        reader.start()
        server = Server(process, f"http://127.0.0.1:{port}", said, reader)
        try:
            yield server
        finally:
            server.end()


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A client of `pairwell serve`, and the lines that it has said so far."""
    command = [PAIRWELL, "serve", "--port", "0", "--pages-port", "0", "--workspace", str(folder), *options]
    with started(command) as server, httpx.Client(base_url=server.base, timeout=PATIENCE_S) as client:
        yield client, server.said


def wait_for(look: Callable[[], str]) -> str:
    """What `look` finds in the end."""
    until = time.monotonic() + LOADING_S
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("It never came.")


def _listens(lines: Iterator[str], said: list[str]) -> str:
    """The port that the server says it listens on."""
    for line in lines:
        said.append(line)
        if found := re.search(r"(?:listens on|shop is at) http://[\d.]+:(\d+)", line):
            return found[1]
    raise AssertionError(f"The server did not start: {''.join(said)}")
