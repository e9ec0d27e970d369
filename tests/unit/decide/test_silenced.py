"""The kill switch, as decisions obey it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import pytest
import sqlalchemy as sa
from tests.unit.decide.tents import NOW, SURE, ask
from tests.unit.decide.test_decider import Tents

from pairwell.config.settings import Cap, Settings
from pairwell.decide.account import explain_decision
from pairwell.decide.replay import replay
from pairwell.operations.database import open_database
from pairwell.operations.schema import claims, contacts
from pairwell.operations.switch import KillSwitch
from pairwell.records import Decision

HELD = msgspec.structs.replace(SURE, choice=msgspec.structs.replace(SURE.choice, holdout=1.0))
LIMITED = msgspec.structs.replace(SURE, caps=(Cap(name="first", scope="offer", items=("mat",), limit=9),))


class Switched(Tents):
    """The camping shop with its switch."""

    def turn(self, *, off: bool) -> None:
        assert KillSwitch(self.database).turn(off=off, author="Anna", reason="prices", at=NOW)

    def reserved(self) -> int:
        with self.database.read() as connection:
            counts = [connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in (contacts, claims)]
        return sum(count or 0 for count in counts)


@pytest.fixture
def tents(tmp_path: Path) -> Iterator[Switched]:
    database = open_database(f"sqlite:///{tmp_path}/operations.db", durability="process")
    yield Switched(database)
    database.close()


def _reason(decision: Decision) -> str | None:
    return None if decision.answer.silence is None else decision.answer.silence.reason


def _decide(tents: Switched, settings: Settings = SURE, **more: Any) -> Decision:
    request = ask("tent", customer_id="c", **more)
    return tents.decider(settings).answer(request, now=NOW, entropy=os.urandom(10))


@pytest.mark.parametrize("settings", [SURE, HELD, LIMITED])
def test_the_next_decision_is_silent_and_takes_nothing(tents: Switched, settings: Settings) -> None:
    tents.turn(off=True)
    decision = _decide(tents, settings)
    assert _reason(decision) == "kill_switch"
    assert (decision.shown, decision.slate, decision.answer.offers, decision.withheld) == (False, [], [], [])
    assert decision.arm == ("holdout" if settings is HELD else "treated")
    assert tents.reserved() == 0


def test_it_is_journaled_with_its_turn_and_replayed(tents: Switched) -> None:
    tents.turn(off=True)
    made = _decide(tents)
    kept = tents.journal.read_decision(made.inputs.decision_id)
    assert kept == made
    assert kept.inputs.offers_off == 1
    tents.turn(off=False)
    assert replay(kept, tents.archive).equal
    told = "\n".join(explain_decision(kept, tents.archive).lines())
    assert "Offers were switched off for everybody." in told


def test_offers_come_back_when_it_is_turned_on_again(tents: Switched) -> None:
    for off, expected in ((True, "kill_switch"), (False, None), (True, "kill_switch")):
        tents.turn(off=off)
        assert _reason(_decide(tents)) == expected


def test_who_asks_again_for_offers_made_before_gets_none_until_it_is_on(tents: Switched) -> None:
    first = _decide(tents, request_id="r")
    tents.turn(off=True)
    again = _decide(tents, request_id="r")
    assert (again.answer.decision_id, again.answer.offers) == (first.answer.decision_id, [])
    assert (_reason(again), again.shown) == ("kill_switch", False)
    assert tents.journal.read_decision(first.inputs.decision_id) == first
    tents.turn(off=False)
    assert _decide(tents, request_id="r") == first


def test_another_silence_stays_what_it_was(tents: Switched) -> None:
    first = _decide(tents, HELD, request_id="r")
    tents.turn(off=True)
    assert _decide(tents, HELD, request_id="r") == first


def test_what_is_broken_in_the_stages_is_not_asked(tents: Switched, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError

    for name in ("run_stages", "decide", "propose_for"):
        monkeypatch.setattr(f"pairwell.decide.decider.{name}", broken)
    with pytest.raises(ZeroDivisionError):
        _decide(tents)
    tents.turn(off=True)
    assert _reason(_decide(tents)) == "kill_switch"


def test_what_is_unknown_is_ignored_as_ever(tents: Switched) -> None:
    tents.turn(off=True)
    decision = _decide(tents, viewed=["yurt"], locale="xx")
    assert [(one.field, one.id) for one in decision.answer.ignored] == [("viewed", "yurt"), ("locale", "xx")]
