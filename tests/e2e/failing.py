"""A running server whose database fails for a while, and what it answers meanwhile."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import NamedTuple

import httpx
import msgspec
from tests.e2e.promises import check_promises
from tests.e2e.running import NOW, PATIENCE_S, serving

from pairwell.config.document import render_settings
from pairwell.config.published import load_published, publish_settings
from pairwell.config.settings import Choice, Guards, Placement
from pairwell.config.storing import Operations
from pairwell.config.workspace import Workspace
from pairwell.facts.store import FactStore
from pairwell.operations.database import open_database
from pairwell.records import CuratedRelation, Item

DEADLINE_S = 0.05  # of a placement by default
CART = {"placement": "cart", "cart": [{"item_id": "tent"}]}
OUTAGE = {"journal_unavailable", "overloaded"}
_BEFORE = 20


class Asked(NamedTuple):
    """One request: when it was sent and answered, and what came."""

    began: float
    ended: float
    status: int
    name: str  # of the decision or the event
    reason: str | None  # of a silence


class Watched(msgspec.Struct):
    """What clients of a server saw while its database failed and after."""

    decisions: list[Asked] = msgspec.field(default_factory=list)
    events: list[Asked] = msgspec.field(default_factory=list)
    retry_after: set[str | None] = msgspec.field(default_factory=set)
    failed_at: float = 0.0
    mended_at: float = 0.0
    unready: dict[str, object] = msgspec.field(default_factory=dict)
    said: list[str] = msgspec.field(default_factory=list)

    def during(self, asked: list[Asked]) -> list[Asked]:
        """Those that began while the database failed."""
        return [one for one in asked if self.failed_at <= one.began and one.ended <= self.mended_at]

    @property
    def back_after_s(self) -> tuple[float, float]:
        """Seconds from the mending until the first offer and the first event taken."""
        offer = min(one.ended for one in self.decisions if one.began > self.mended_at and one.reason is None)
        taken = min(one.ended for one in self.events if one.began > self.mended_at and one.status == 202)
        return offer - self.mended_at, taken - self.mended_at


def open_shop(workspace: Workspace, url: str = "") -> None:
    """Two items, and a relation between them that people set, in the database at `url`."""
    publish_settings(workspace)
    settings = msgspec.structs.replace(
        load_published(workspace).settings,
        operations=Operations(url=url),
        guards=Guards(add_on_price_share=0.5),
        choice=Choice(holdout=0.0, withheld=0.0),
        placements={
            "cart": Placement(attention_minor=0.0, friction=0.0),
            "call": Placement(attention_minor=0.0, friction=0.0, channel="call", interrupts=True),
        },
    )
    workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")
    publish_settings(workspace)
    database = open_database(workspace.operations_url(url), durability="process")
    facts = FactStore(database)
    items = [Item(item_id="tent", price_minor=23_500, stock=9), Item(item_id="mat", price_minor=700, stock=9)]
    facts.write_items(items, at=NOW)
    facts.write_relations([CuratedRelation(anchor_id="tent", item_id="mat", relation="complement")], at=NOW)
    database.close()


def watch(workspace: Workspace, fault: Callable[[], AbstractContextManager[None]], *, seconds: float) -> Watched:
    """Ask a server all the time, let its database fail for `seconds`, and go on until it is back."""
    seen, stop = Watched(), threading.Event()
    with serving(workspace.root) as (client, said):
        base = str(client.base_url)
        asking = [threading.Thread(target=ask, args=(base, seen, stop)) for ask in (_decide, _decide, _tell)]
        for thread in asking:
            thread.start()
        _wait(lambda: len(seen.decisions) > _BEFORE and len(seen.events) > _BEFORE, "the server answers")
        try:
            with fault():
                seen.failed_at = time.monotonic()
                seen.unready = _look(client, seconds)
                time.sleep(max(0.0, seen.failed_at + seconds - time.monotonic()))
                seen.mended_at = time.monotonic()
            _wait(lambda: _is_back(seen), "the server is back")
        except AssertionError as error:
            last = [*seen.decisions[-1:], *seen.events[-1:]]
            raise AssertionError(f"{error}; it said {said[-3:]}, answered {last}") from error
        finally:
            stop.set()
            for thread in asking:
                thread.join()
    seen.said = said
    return seen


def promises_kept(workspace: Workspace, url: str, seen: Watched) -> None:
    """Everything acknowledged is there, nothing twice, and no decision that was offered without its reservation."""
    decided = [one.name for one in seen.decisions if one.reason is None]
    check_promises(workspace, url, decided=decided, taken=[one.name for one in seen.events if one.status == 202])


def notices_a_second(said: list[str]) -> float:
    """How often the notice said most often came, a second of the time over which it came."""
    at: dict[str, list[datetime]] = {}
    for line in said:
        with suppress(json.JSONDecodeError):
            notice = json.loads(line)
            at.setdefault(notice["event"], []).append(datetime.fromisoformat(notice["at"]))
    return max(((len(when) - 1) / max((when[-1] - when[0]).total_seconds(), 1.0) for when in at.values()), default=0.0)


def _look(client: httpx.Client, seconds: float) -> dict[str, object]:
    """What `/readyz` says of the journal once it is not ready."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        response = client.get("/readyz")
        if not response.json()["journal"]["ok"]:
            return {"status": response.status_code, **response.json()["journal"]}
        time.sleep(0.05)
    return {}


def _is_back(seen: Watched) -> bool:
    try:
        return seen.back_after_s > (0.0, 0.0)
    except ValueError:
        return False


def _wait(until: Callable[[], bool], what: str) -> None:
    late = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < late, f"not within {PATIENCE_S:g} s: {what}"
        time.sleep(0.01)


def _decide(base: str, seen: Watched, stop: threading.Event) -> None:
    with httpx.Client(base_url=base, timeout=PATIENCE_S) as client:
        while not stop.is_set():
            began = time.monotonic()
            response = client.post("/v1/decisions", json=CART)
            ended, answer = time.monotonic(), response.json()
            reason = (answer.get("silence") or {}).get("reason")
            seen.decisions.append(Asked(began, ended, response.status_code, answer.get("decision_id", ""), reason))
            assert not (reason and answer["offers"])
            time.sleep(0.005)


def _tell(base: str, seen: Watched, stop: threading.Event) -> None:
    with httpx.Client(base_url=base, timeout=PATIENCE_S) as client:
        while not stop.is_set():
            name = f"e-{len(seen.events)}"
            body = {"event_id": name, "type": "view", "at": NOW.isoformat(), "item_id": "mat", "visitor_id": "v-1"}
            began = time.monotonic()
            response = client.post("/v1/events", json=body)
            seen.events.append(Asked(began, time.monotonic(), response.status_code, name, None))
            if response.status_code != 202:
                seen.retry_after.add(response.headers.get("retry-after"))
            time.sleep(0.005)
