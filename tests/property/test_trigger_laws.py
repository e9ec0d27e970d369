"""Whatever order things come in, and wherever work breaks off: one decision an event, one body an id, nothing lost."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from tests.unit.triggers.shops import World, opened, settings_with

from pairwell.config.rules.trigger import Trigger
from pairwell.config.workspace import Workspace
from pairwell.operations.schema import decisions, triggered
from pairwell.triggers import delivering
from pairwell.triggers.sending import Came, Message

_TRIGGERS = [
    Trigger(name="needs", on="need", placement="email", url="https://a.example", secret_env="OFFERS_SECRET"),
    Trigger(name="orders", on="order", placement="email", url="https://b.example", secret_env="OFFERS_SECRET"),
    Trigger(
        name="later",
        on="need",
        placement="email",
        url="https://c.example",
        secret_env="OFFERS_SECRET",
        delay_minutes=30,
    ),
]


class _Killed(BaseException):
    """The process is gone."""


class _Fate:
    """What the world does to whoever works: receivers that fail, and ends at any transaction or request."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.kind = False  # from some point on nothing goes wrong any more
        self.came: defaultdict[str, set[bytes]] = defaultdict(set)
        self.kills = 0

    def send_all(self, messages: Sequence[Message], _now: datetime) -> list[Came]:
        for message in messages:
            self.came[message.headers["webhook-id"]].add(message.body)
        self.strike()
        failing = not self.kind and self._rng.random() < 0.5
        status = self._rng.choice([500, 503, 429]) if failing else 204
        return [Came(status, "it failed" if failing else None) for _ in messages]

    def strike(self) -> None:
        if not self.kind and self._rng.random() < 0.06:
            self.kills += 1
            raise _Killed


@contextmanager
def _mortal(world: World, fate: _Fate) -> Iterator[None]:
    """Work in which any transaction may be the last, just before or just after it is durable."""
    database = world.shop.facts._database
    write = database.write

    @contextmanager
    def deadly() -> Iterator[sa.Connection]:
        with write() as connection:
            yield connection
            fate.strike()
        fate.strike()

    database.__dict__["write"] = deadly
    try:
        yield
    except _Killed:
        pass
    finally:
        del database.__dict__["write"]


def _act(world: World, rng: random.Random, told: dict[str, list[Any]], fate: _Fate) -> None:
    customer = f"c-{rng.randrange(6)}"
    match rng.randrange(7):
        case 0 | 1:
            name = f"n-{len(told['need'])}"
            world.needs(name, customer)
            told["need"].append((name, customer))
        case 2:
            order = f"o-{len(told['order'])}"
            world.orders(f"e-{order}", order, customer)
            told["order"].append((order, customer))
        case 3 if told["need"]:
            world.needs(*rng.choice(told["need"]))  # told again
        case 4 if told["order"]:
            order, whose = rng.choice(told["order"])
            world.orders(f"again-{rng.random()}", order, whose)
        case _:
            with _mortal(world, fate):
                world.later(seconds=rng.choice([0, 1, 90, 1_900]))


@pytest.mark.parametrize("seed", range(10))
def test_one_decision_an_event_and_one_body_an_id_wherever_it_breaks_off(
    seed: int, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    fate = _Fate(rng)
    monkeypatch.setattr(delivering, "send_all", fate.send_all)
    told: dict[str, list[Any]] = {"need": [], "order": []}
    with opened(workspace, settings_with(*_TRIGGERS)) as world:
        world.agrees(*(f"c-{number}" for number in range(6)))
        for _ in range(60):
            _act(world, rng, told, fate)
        fate.kind = True
        for _ in range(3):
            world.later(minutes=31)
        for _ in range(28):
            world.later(hours=5)
        with world.shop.facts._database.read() as connection:
            rows = connection.execute(sa.select(triggered)).all()
            decided = connection.scalars(sa.select(decisions.c.request_id)).all()
    assert fate.kills, "nothing broke off"
    wanted = 2 * len(told["need"]) + len(told["order"])
    assert len(rows) == wanted, "each event once for each trigger that waits for it"
    assert {row.state for row in rows} <= {"delivered", "silent"}, "nothing is on its way any more"
    assert sorted(decided) == sorted(row.trigger_id for row in rows), "one decision for each"
    assert all(len(bodies) == 1 for bodies in fate.came.values())
    assert {row.trigger_id for row in rows if row.state == "delivered"} == fate.came.keys()
