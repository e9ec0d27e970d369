from __future__ import annotations

from io import StringIO
from typing import Any

import pytest

from pairwell.config.workspace import Workspace
from pairwell.decide.decider import Decider
from pairwell.decide.texts import LANGUAGES
from pairwell.errors import JournalError
from pairwell.journal.store import Journal
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


def test_what_is_published_anew_decides_before_it_is_live(
    service: Service, learned: Workspace, asked: list[DecisionRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []
    monkeypatch.setattr(Journal, "rehearse", lambda *_: written.append(1))
    (learned.models / "current").write_text((learned.models / "current").read_text() + "\n")
    service.refresh()
    assert asked
    assert not written, "customers would wait for it"
    assert service.journal.count().decisions == 0


def test_a_journal_that_fails_leaves_it_cold_and_is_told(
    learned: Workspace, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise JournalError("disk full")

    monkeypatch.setattr(Journal, "rehearse", fail)
    service = Service(learned, notices=Notices(stream=log))
    assert "disk full" in log.getvalue()
    assert service.decide(DecisionRequest(placement="cart"), until=float("inf")).silence is not None
    service.close()


def test_without_a_journal_it_opens_and_is_silent_until_there_is_one(learned: Workspace, log: StringIO) -> None:
    file = learned.operations_file
    away = file.rename(file.with_name("away"))
    file.mkdir()
    service = Service(learned, notices=Notices(stream=log))
    assert (service.readiness().ready, service.live.model is None) == (False, False)
    silence = service.decide(REQUEST, until=float("inf")).silence
    assert silence is not None
    assert silence.reason == "journal_unavailable"
    file.rmdir()
    away.rename(file)
    assert service.readiness().ready
    assert service.decide(REQUEST, until=float("inf")).offers
    service.close()
