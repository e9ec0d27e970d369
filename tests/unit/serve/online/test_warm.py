from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Any

import pytest
from tests.unit.serve.online.conftest import decide_one

from pairwell.config.workspace import Workspace
from pairwell.decide.decider import Decider
from pairwell.decide.texts import LANGUAGES
from pairwell.errors import JournalError
from pairwell.journal.round import Round
from pairwell.journal.store import Journal, RoundKind
from pairwell.records import CartLine, DecisionRequest
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
