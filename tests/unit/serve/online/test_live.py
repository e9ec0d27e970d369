from __future__ import annotations

import shutil
from io import StringIO
from typing import Any, NoReturn

import msgspec
import pytest
from tests.unit.serve.online.conftest import decide_one

from pairwell.config.document import render_settings
from pairwell.config.gradual import share_settings, withdraw_settings
from pairwell.config.published import keep_draft, load_published, publish_settings
from pairwell.config.settings import Settings, Slots
from pairwell.config.standing import UNSAID, Standing, change_standing, put_first, put_live
from pairwell.config.workspace import Workspace
from pairwell.errors import JournalError, ModelBrokenError, SettingsError
from pairwell.experiments.assignment import gets_first
from pairwell.model.store import current_model
from pairwell.operations.database import Database, await_database
from pairwell.records import CartLine, DecisionRequest
from pairwell.serve.online import live
from pairwell.serve.online.service import Service

REQUEST = DecisionRequest(placement="cart", cart=[CartLine(item_id="tent")], customer_id="c-17")


def _draft(workspace: Workspace, **changes: Any) -> None:
    settings: Settings = msgspec.structs.replace(load_published(workspace).settings, **changes)
    workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")


def _publish_anew(workspace: Workspace, **changes: Any) -> str:
    _draft(workspace, **changes)
    return publish_settings(workspace).hash


def _point_to_a_broken_copy(workspace: Workspace) -> str:
    """Publish a model whose arrays are cut short; returns the id of the good one before it."""
    good = current_model(workspace.models)
    broken = "f" * 24
    shutil.copytree(workspace.models / good, workspace.models / broken)
    next((workspace.models / broken).glob("*.npy")).write_bytes(b"")
    (workspace.models / "current.new").write_text(broken)
    (workspace.models / "current.new").replace(workspace.models / "current")
    return good


def test_without_published_settings_it_does_not_open(workspace: Workspace) -> None:
    with pytest.raises(SettingsError, match="published"):
        Service(workspace)


def test_settings_published_anew_are_taken_at_the_next_look(service: Service, learned: Workspace) -> None:
    name = _publish_anew(learned, slots=Slots(max=1))
    assert service.live.settings.hash != name
    service.refresh()
    assert service.live.settings.hash == name
    answer = decide_one(service, REQUEST)
    assert answer.settings == name
    assert len(answer.offers) == 1


def test_settings_that_cannot_be_read_leave_the_old_ones_live(
    service: Service, learned: Workspace, log: StringIO
) -> None:
    before = service.live.settings.hash
    (learned.settings / "current").write_text("0123456789abcdef")
    service.refresh()
    assert service.live.settings.hash == before
    assert service.readiness().settings.problem
    assert "settings_not_loaded" in log.getvalue()
    assert decide_one(service, REQUEST).offers


def test_a_first_model_is_taken_at_the_next_look(learned: Workspace) -> None:
    name = (learned.models / "current").read_text()
    (learned.models / "current").unlink()
    service = Service(learned)
    assert service.live.model is None
    (learned.models / "current").write_text(name)
    service.refresh()
    assert service.live.model is not None
    assert service.live.model.id == name.split()[0]
    service.close()


def test_a_broken_model_leaves_the_old_one_live_and_says_so(
    service: Service, learned: Workspace, log: StringIO
) -> None:
    good = _point_to_a_broken_copy(learned)
    service.refresh()
    assert service.live.model is not None
    assert service.live.model.id == good
    readiness = service.readiness()
    assert readiness.ready
    assert "broken" in (readiness.model.problem or "")
    notices = [msgspec.json.decode(line) for line in log.getvalue().splitlines()]
    assert [n["event"] for n in notices if n["level"] == "error"] == ["model_not_loaded"]
    assert decide_one(service, REQUEST).model == good


def test_a_good_model_after_a_broken_one_ends_the_problem(service: Service, learned: Workspace) -> None:
    good = _point_to_a_broken_copy(learned)
    service.refresh()
    (learned.models / "current").write_text(good + "\n")
    service.refresh()
    assert service.readiness().model.problem is None


def test_what_could_not_be_read_for_a_while_is_read_at_a_later_look_and_told_once(
    service: Service, learned: Workspace, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ModelBrokenError("It cannot be read.") from OSError("too many open files")

    before = service.live.model
    with monkeypatch.context() as patch:
        patch.setattr(live, "load_model", fail)
        (learned.models / "current").touch()
        for _ in range(3):
            service.refresh()
        assert service.readiness().model.problem == "It cannot be read."
    service.refresh()
    assert service.readiness().model.problem is None
    assert service.live.model is not before
    assert log.getvalue().count("model_not_loaded") == 1


def test_what_is_wrong_in_itself_is_not_read_again_and_again(
    service: Service, learned: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _point_to_a_broken_copy(learned)
    service.refresh()
    monkeypatch.setattr(live, "load_model", lambda _: pytest.fail("it was read again"))
    service.refresh()
    assert service.readiness().model.problem


def test_what_is_rolled_out_is_taken_at_the_next_look_and_left_when_it_is_withdrawn(
    service: Service, learned: Workspace
) -> None:
    live = service.live.settings.hash
    _draft(learned, slots=Slots(max=1))
    first = share_settings(learned, keep_draft(learned), 0.5, UNSAID)
    names = [f"c-{number}" for number in range(12)]
    expected = {name: gets_first(f"c:{name}", first.hash, salt="fixed", share=0.5) for name in names}
    assert set(expected.values()) == {True, False}

    def told() -> dict[str, str]:
        answers = {name: decide_one(service, msgspec.structs.replace(REQUEST, customer_id=name)) for name in names}
        return {name: str(answer.settings) for name, answer in answers.items()}

    assert set(told().values()) == {live}
    service.refresh()
    assert told() == {name: first.hash if is_first else live for name, is_first in expected.items()}
    withdraw_settings(learned, UNSAID)
    service.refresh()
    assert set(told().values()) == {live}


def test_a_broken_model_of_a_roll_out_reaches_nobody_and_is_told_once(
    service: Service, learned: Workspace, log: StringIO
) -> None:
    good = current_model(learned.models)
    broken = "f" * 24
    shutil.copytree(learned.models / good, learned.models / broken)

    def put(before: Standing | None) -> Standing:
        assert before is not None
        return put_first(before, broken, 0.999, UNSAID)

    change_standing(learned.models, put)
    for _ in range(3):
        service.refresh()
    assert service.live.canaries.model is None
    assert decide_one(service, REQUEST).model == good
    readiness = service.readiness()
    assert readiness.ready
    assert broken in (readiness.model.problem or "")
    assert log.getvalue().count("model_not_loaded") == 1
    change_standing(learned.models, lambda before: put_live(before, good, UNSAID))
    service.refresh()
    assert service.readiness().model.problem is None


def test_a_database_that_opens_only_once_is_closed(learned: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Database] = []

    def open_once(*arguments: Any, **options: Any) -> Database:
        if opened:
            raise JournalError("The database failed.")
        opened.append(await_database(*arguments, **options))
        return opened[0]

    closed: list[Database] = []
    monkeypatch.setattr("pairwell.serve.online.service.await_database", open_once)
    monkeypatch.setattr(Database, "close", lambda database: closed.append(database))  # noqa: PLW0108 - a method
    with pytest.raises(JournalError):
        Service(learned)
    assert closed == opened
    monkeypatch.undo()
    opened[0].close()


def test_a_look_that_finds_nothing_new_changes_nothing(service: Service) -> None:
    before = service.live
    service.refresh()
    assert service.live is before
