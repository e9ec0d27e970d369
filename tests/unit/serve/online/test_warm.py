from __future__ import annotations

import itertools
from collections.abc import Sequence
from io import StringIO
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from tests.unit.serve.online.conftest import decide_one, publish

from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Slots
from pairwell.config.workspace import Workspace
from pairwell.decide.decider import Decider
from pairwell.decide.rules.items import ItemVerdicts
from pairwell.decide.texts import LANGUAGES
from pairwell.errors import JournalError
from pairwell.journal.round import Round
from pairwell.journal.store import Journal, RoundKind
from pairwell.records import CartLine, DecisionRequest, Item
from pairwell.serve.online.notices import Notices
from pairwell.serve.online.service import Service

REQUEST = DecisionRequest(placement="cart", cart=[CartLine(item_id="tent")], customer_id="c-17")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[DecisionRequest]:
    """Every request that a decider answers from now on."""
    found: list[DecisionRequest] = []
    answer = Decider.answer

    def listen(decider: Decider, request: DecisionRequest, **options: Any) -> Any:
        found.append(request)
        return answer(decider, request, **options)

    monkeypatch.setattr(Decider, "answer", listen)
    return found


def test_before_anyone_asks_it_decided_in_every_language_at_every_placement(
    learned: Workspace, asked: list[DecisionRequest]
) -> None:
    service = Service(learned)
    placements = service.live.settings.settings.placements
    assert {(r.locale, r.placement) for r in asked} == {(lang, name) for lang in LANGUAGES for name in placements}
    assert {"tent", "mat"} <= {line.item_id for r in asked for line in r.cart}
    assert service.journal.count().decisions == 0
    service.close()


def _kinds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kind of every round that is opened from now on."""
    kinds: list[str] = []
    opened = Journal.round

    def listen(journal: Journal, requests: Sequence[DecisionRequest], kind: RoundKind = "kept") -> Any:
        kinds.append(kind)
        return opened(journal, requests, kind)

    monkeypatch.setattr(Journal, "round", listen)
    return kinds


def test_the_first_to_open_writes_once_and_takes_it_back(learned: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = _kinds(monkeypatch)
    Service(learned).close()
    assert [kinds[0], *set(kinds[1:])] == ["rehearsed", "read"]


def test_what_is_published_anew_decides_before_it_is_live(
    service: Service, learned: Workspace, asked: list[DecisionRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = _kinds(monkeypatch)
    (learned.models / "current").write_text((learned.models / "current").read_text() + "\n")
    service.refresh()
    assert asked
    assert set(kinds) == {"read"}, "customers would wait for it"
    assert service.journal.count().decisions == 0


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The items of which it is worked out from now on what the rules say."""
    found: list[str] = []
    judge = ItemVerdicts._judge

    def listen(verdicts: ItemVerdicts, item: Item) -> tuple[int, int]:
        found.append(item.item_id)
        return judge(verdicts, item)

    monkeypatch.setattr(ItemVerdicts, "_judge", listen)
    return found


def test_of_new_rules_it_is_worked_out_what_they_say_of_items_before_they_are_live(
    service: Service, learned: Workspace, judged: list[str]
) -> None:
    settings = service.live.settings.settings
    same = msgspec.structs.replace(settings, slots=Slots(max=3))
    publish(learned, same)
    service.refresh()
    assert service.live.settings.settings == same
    assert judged == [], "the rules are the same"
    rule = Rule(name="not dear", stage="eligibility", scope="item", when="item.stock == 77", reason="dear")
    publish(learned, msgspec.structs.replace(same, rules=(*same.rules, rule)))
    service.refresh()
    assert {"tent", "mat"} <= set(judged)
    judged.clear()
    assert decide_one(service, REQUEST).offers
    assert judged == []


def test_only_beside_requests_it_rests_for_most_of_the_time(
    learned: Workspace, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    ticks = itertools.count()
    times = SimpleNamespace(thread_time=lambda: float(next(ticks)), sleep=rests.append)
    monkeypatch.setattr("pairwell.serve.online.warm.time", times)
    service = Service(learned, notices=Notices(stream=log))
    assert rests == [], "nobody asks yet"
    (learned.models / "current").write_text((learned.models / "current").read_text() + "\n")
    service.refresh()
    service.close()
    worked = len(rests)  # each tick is a second, and one passes between two looks at the time
    assert worked > len(LANGUAGES) * len(service.live.settings.settings.placements)
    assert sum(rests) == 4 * worked


def test_a_journal_that_fails_leaves_it_cold_and_is_told(
    learned: Workspace, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise JournalError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(Round, "close", fail)
        service = Service(learned, notices=Notices(stream=log))
    assert "disk full" in log.getvalue()
    assert decide_one(service, DecisionRequest(placement="cart")).silence is not None
    service.close()


def test_without_a_journal_it_opens_and_is_silent_until_there_is_one(learned: Workspace, log: StringIO) -> None:
    file = learned.operations_file
    away = file.rename(file.with_name("away"))
    file.mkdir()
    service = Service(learned, notices=Notices(stream=log))
    assert (service.readiness().ready, service.live.model is None) == (False, False)
    silence = decide_one(service, REQUEST).silence
    assert silence is not None
    assert silence.reason == "journal_unavailable"
    file.rmdir()
    away.rename(file)
    assert service.readiness().ready
    assert decide_one(service, REQUEST).offers
    service.close()
