from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import closing
from io import StringIO
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from tests.unit.serve.online.conftest import NOW, decide_one, publish

from pairwell.catalogues import LANGUAGES
from pairwell.config.document import render_settings
from pairwell.config.gradual import share_settings, withdraw_settings
from pairwell.config.published import keep_draft
from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Slots
from pairwell.config.standing import UNSAID
from pairwell.config.workspace import Workspace
from pairwell.decide.choose import propose_for
from pairwell.decide.decider import Decider
from pairwell.decide.rules.items import ItemVerdicts
from pairwell.errors import JournalError
from pairwell.journal.round import Round
from pairwell.journal.store import Journal, RoundKind
from pairwell.operations.switch import KillSwitch
from pairwell.records import Answer, CartLine, DecisionRequest, Item
from pairwell.serve.online.notices import Notices
from pairwell.serve.online.service import Service
from pairwell.serve.online.warm import warm

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


def test_what_is_published_anew_decides_for_nobody_and_journals_nothing(
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


def test_of_new_rules_it_is_worked_out_what_they_say_of_items(
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


def test_while_offers_are_off_it_is_warmed_all_the_same(learned: Workspace, judged: list[str]) -> None:
    rule = Rule(name="not dear", stage="eligibility", scope="item", when="item.stock == 78", reason="dear")
    with closing(Service(learned)) as service:
        publish(learned, msgspec.structs.replace(service.live.settings.settings, rules=(rule,)))
        KillSwitch(service.database).turn(off=True, author="Anna", reason="prices", at=NOW)
    looked: list[int] = []

    def listen(*asked: Any, **options: Any) -> Any:
        looked.append(1)
        return propose_for(*asked, **options)

    with pytest.MonkeyPatch.context() as patch, closing(Service(learned)) as service:
        assert service.offers_off
        patch.setattr("pairwell.decide.decider.propose_for", listen)
        service._warm(service.live)
        assert len(looked) >= len(LANGUAGES)
        assert {"tent", "mat"} <= set(judged)
        answer = decide_one(service, REQUEST)
        assert answer.silence is not None
        assert answer.silence.reason == "kill_switch"
        assert service.journal.count().decisions == 1


@pytest.fixture
def during_warming(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What is done, each once and in turn, when something begins to be warmed; looks are not a second apart."""
    steps: list[Callable[[], object]] = []

    def listen(*asked: Any) -> None:
        if steps:
            steps.pop(0)()
        warm(*asked)

    monkeypatch.setattr("pairwell.serve.online.service.warm", listen)
    monkeypatch.setattr("pairwell.serve.online.service.LOOK_S", 0.0)
    return steps


def test_what_replaces_the_live_ones_counts_before_it_is_warm(
    service: Service, learned: Workspace, during_warming: list[Callable[[], object]]
) -> None:
    answers: list[Answer] = []
    during_warming.append(lambda: answers.append(decide_one(service, REQUEST)))
    name = publish(learned, msgspec.structs.replace(service.live.settings.settings, slots=Slots(max=1)))
    service.refresh()
    assert [answer.settings for answer in answers] == [name]


def test_a_roll_out_begins_warm_and_ends_at_once(
    service: Service, learned: Workspace, during_warming: list[Callable[[], object]]
) -> None:
    live, seen = service.live.settings.hash, list[tuple[bool, str | None]]()

    def look() -> None:
        seen.append((service.live.canaries.settings is not None, service.readiness().settings.live))

    during_warming.append(look)
    changed = msgspec.structs.replace(service.live.settings.settings, slots=Slots(max=1))
    learned.settings_file.write_text(render_settings(changed), encoding="utf-8")
    share_settings(learned, keep_draft(learned), 0.5, UNSAID)
    service.refresh()
    assert service.live.canaries.settings is not None
    during_warming.append(look)
    withdraw_settings(learned, UNSAID)
    service.refresh()
    assert seen == [(False, live), (False, live)]


def test_a_withdrawal_while_the_roll_out_is_warmed_stops_it(
    service: Service, learned: Workspace, during_warming: list[Callable[[], object]], asked: list[DecisionRequest]
) -> None:
    before = service.live
    during_warming.append(lambda: withdraw_settings(learned, UNSAID))
    during_warming.append(asked.clear)
    changed = msgspec.structs.replace(before.settings.settings, slots=Slots(max=1))
    learned.settings_file.write_text(render_settings(changed), encoding="utf-8")
    share_settings(learned, keep_draft(learned), 0.5, UNSAID)
    service.refresh()
    assert service.live.canaries == before.canaries
    assert service.live.settings.hash == before.settings.hash
    assert {request.placement for request in asked} == set(before.settings.settings.placements), "it was warmed whole"


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
