"""docs/triggers.md names every key and field of triggers, docs/accounts.md those of tasks; the five minutes work."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.e2e.running import PAIRWELL, stock_shop, wait_for
from tests.receiving import SECRET

from pairwell.config.rules.fields import EVENTS
from pairwell.config.rules.trigger import Trigger
from pairwell.config.tasks import Tasks
from pairwell.config.workspace import Workspace

_PAGE = (Path(__file__).resolve().parents[2] / "docs" / "triggers.md").read_text(encoding="utf-8")
_ACCOUNTS = (Path(__file__).resolve().parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
_READ = [f"{record}.{name}" for record, fields in EVENTS.items() for name in fields]
_KEYS = [field.encode_name for field in msgspec.structs.fields(Trigger)]


@pytest.mark.parametrize("word", [*_KEYS, *_READ])
def test_every_key_and_field_is_told(word: str) -> None:
    assert f"`{word}`" in _PAGE


def _block(language: str, holding: str) -> str:
    """The block of code of the five minutes in which that stands, without its indent."""
    blocks = re.findall(rf"^   ```{language}\n(.*?)^   ```", _PAGE, re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if holding in block]
    return "\n".join(line.removeprefix("   ") for line in found.splitlines())


def test_the_five_minutes_work(workspace: Workspace, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    draft = workspace.settings_file.read_text(encoding="utf-8")
    own = _block("toml", "[[triggers]]").replace("9000", port)
    draft = draft.replace("holdout = 0.05", "holdout = 0.0").replace("withheld = 0.02", "withheld = 0.0")
    workspace.settings_file.write_text(f"{draft}\n{own}\n", encoding="utf-8")
    environment = {**os.environ, "OFFERS_SECRET": SECRET, "PAIRWELL_WORKSPACE": str(workspace.root)}

    def run(*words: str) -> None:
        subprocess.run([PAIRWELL, *words], env=environment, check=True, capture_output=True)

    run("publish")
    stock_shop(workspace)
    receiver = [sys.executable, "-u", "-c", _block("python", "HTTPServer").replace("9000", port)]
    heard = tmp_path / "heard.txt"
    with heard.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(receiver, env=environment, stdout=said, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: "listens" if _listens(port) else "")
        run("triggers", "test", "after-need")
        told = _block("python", "log_events").replace('"my-shop"', repr(str(workspace.root)))
        subprocess.run([sys.executable, "-c", told], env=environment, check=True)
        run("triggers", "run", "--once")
    finally:
        process.kill()
        process.wait()
    first, second = heard.read_text(encoding="utf-8").splitlines()
    assert first.startswith("ping ")
    assert second.startswith("offer.made ")
    assert "'customer_id': 'c-17'" in second
    assert "'item_id': 'mat'" in second


def _listens(port: str) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", int(port))) == 0


@pytest.mark.parametrize("field", msgspec.structs.fields(Tasks), ids=lambda field: field.encode_name)
def test_every_key_of_tasks_is_told(field: msgspec.structs.FieldInfo) -> None:
    assert re.search(rf"^{field.encode_name} = |`{field.encode_name}`", _ACCOUNTS, re.MULTILINE)
