"""A server that runs while others switch offers off and roll settings out, by the commands that people use."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest

from pairwell.config.document import render_settings
from pairwell.config.published import publish_settings
from pairwell.config.settings import Choice, Placement, Settings, Shop, Slots
from pairwell.config.workspace import Workspace
from pairwell.experiments.assignment import gets_first
from pairwell.facts.store import FactStore
from pairwell.operations.database import open_database
from pairwell.records import CuratedRelation, Item

NOW = datetime(2026, 11, 21, tzinfo=UTC)
RUN = (
    "import sys; from pathlib import Path; from pairwell.config.workspace import Workspace\n"
    "from pairwell.serve.online.process import run; run(Workspace(Path(sys.argv[1])), port=0)"
)
LIVE = Settings(
    shop=Shop(prices_include_tax=False),
    choice=Choice(salt="s", holdout=0.0, withheld=0.0),
    placements={"cart": Placement(deadline_ms=60_000, attention_minor=0.0, friction=0.0)},
)
LOOKS = 100  # a look each fifth of a second; the server itself looks each second


def _write(workspace: Workspace, settings: Settings) -> None:
    workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")


@pytest.fixture
def client(workspace: Workspace) -> Iterator[httpx.Client]:
    _write(workspace, LIVE)
    publish_settings(workspace)
    database = open_database(workspace.operations_url(""), durability="process")
    facts = FactStore(database)
    facts.write_items(
        [Item(item_id=i, price_minor=p) for i, p in (("tent", 23_500), ("mat", 700), ("gas", 500))], at=NOW
    )
    pins = [
        CuratedRelation(anchor_id="tent", item_id=item, relation="complement", rank=n)
        for n, item in enumerate(("mat", "gas"))
    ]
    facts.write_relations(pins, at=NOW)
    database.close()
    command = [sys.executable, "-W", "error", "-c", RUN, str(workspace.root)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = next(found for line in process.stderr if (found := re.search(r"listens on (http://[\d.:]+)", line)))
        with httpx.Client(base_url=found[1]) as opened:
            yield opened
        process.terminate()


def _pairwell(workspace: Workspace, *words: str) -> str:
    run = [sys.executable, "-c", "from pairwell.cli.main import run; run()", *words, "--workspace", str(workspace.root)]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout


def _ask(client: httpx.Client, customer_id: str, **more: Any) -> dict[str, Any]:
    body = {"placement": "cart", "cart": [{"item_id": "tent"}], "customer_id": customer_id, **more}
    answer: dict[str, Any] = client.post("/v1/decisions", json=body).raise_for_status().json()
    return answer


def test_the_next_answer_after_the_switch_is_silence_and_offers_come_back(
    client: httpx.Client, workspace: Workspace
) -> None:
    before = _ask(client, "c-1", request_id="r-1")
    assert [offer["item_id"] for offer in before["offers"]] == ["mat", "gas"]
    said = _pairwell(workspace, "offers", "off", "--reason", "wrong prices")
    assert "OFFERS ARE OFF" in said
    for customer in ("c-1", "c-2"):
        assert _ask(client, customer)["silence"]["reason"] == "kill_switch"
    assert _ask(client, "c-1", request_id="r-1")["offers"] == []
    assert "OFFERS ARE OFF" in _pairwell(workspace, "status")
    _pairwell(workspace, "offers", "on")
    assert _ask(client, "c-1", request_id="r-1") == before
    assert _ask(client, "c-3")["offers"]


def test_settings_reach_their_share_then_everybody_then_nobody(client: httpx.Client, workspace: Workspace) -> None:
    old = _ask(client, "c-0")["settings"]
    _write(workspace, msgspec.structs.replace(LIVE, slots=Slots(max=1)))
    new = msgspec.json.decode(_pairwell(workspace, "publish", "--share", "0.5", "--json"))["settings"]
    names = [f"c-{number}" for number in range(20)]
    first = {name for name in names if gets_first(f"c:{name}", new, salt="s", share=0.5)}
    assert 0 < len(first) < len(names)
    # Others are asked until it is so: who is asked often has seen its offers often, and gets fewer.
    others = {gets_first(f"c:w-{number}", new, salt="s", share=0.5): f"w-{number}" for number in range(20)}
    _wait_for(client, others[True], new)
    for name in names:
        answer = _ask(client, name)
        assert answer["settings"] == (new if name in first else old)
        assert len(answer["offers"]) == (1 if name in first else 2)
    _pairwell(workspace, "publish")
    _wait_for(client, others[False], new)
    assert {_ask(client, name)["settings"] for name in names} == {new}
    _pairwell(workspace, "publish", "--rollback")
    _wait_for(client, others[True], old)
    assert {len(_ask(client, name)["offers"]) for name in names} == {2}


def _wait_for(client: httpx.Client, customer_id: str, settings: str) -> None:
    for _ in range(LOOKS):
        if _ask(client, customer_id)["settings"] == settings:
            return
        time.sleep(0.2)
    raise AssertionError(settings)
