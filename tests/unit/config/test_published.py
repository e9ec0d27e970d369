from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from pairwell.config.published import Change, compare_settings, load_published, load_settings, publish_settings
from pairwell.config.settings import Cap, Guards, Settings
from pairwell.config.storing import Operations
from pairwell.config.workspace import Workspace, read_draft
from pairwell.errors import SettingsError, StorageError


def set_share(workspace: Workspace, share: float) -> None:
    text = workspace.settings_file.read_text()
    workspace.settings_file.write_text(text.replace("add_on_price_share = 0.3", f"add_on_price_share = {share}"))


def test_what_is_published_stays_live_until_the_next_publish(workspace: Workspace) -> None:
    first = publish_settings(workspace)
    set_share(workspace, 0.7)
    assert load_published(workspace) == first
    second = publish_settings(workspace)
    assert load_published(workspace) == second
    assert second.settings.guards.add_on_price_share == 0.7
    assert load_settings(workspace, first.hash) == first


def test_wrong_settings_are_not_published(workspace: Workspace) -> None:
    first = publish_settings(workspace)
    set_share(workspace, -1)
    with pytest.raises(SettingsError):
        publish_settings(workspace)
    assert load_published(workspace) == first


def test_nothing_published_names_the_next_step(workspace: Workspace) -> None:
    with pytest.raises(SettingsError) as caught:
        load_published(workspace)
    assert caught.value.hint == "Run `pairwell publish`."


def test_a_published_copy_changed_by_hand_is_refused(workspace: Workspace) -> None:
    published = publish_settings(workspace)
    copy = workspace.settings / f"{published.hash}.toml"
    copy.write_text(copy.read_text().replace("EUR", "USD"))
    with pytest.raises(SettingsError, match="changed by hand"):
        load_published(workspace)


def test_a_failed_write_leaves_the_live_settings(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = publish_settings(workspace)
    set_share(workspace, 0.7)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        publish_settings(workspace)
    monkeypatch.undo()
    assert load_published(workspace) == first


def test_differences_are_named_one_by_one(workspace: Workspace) -> None:
    before = read_draft(workspace)
    assert compare_settings(before, before) == []
    assert compare_settings(Settings(), Settings(guards=Guards(add_on_price_share=0.7))) == [
        Change("guards.add_on_price_share", 0.3, 0.7)
    ]


def test_a_moment_that_differs_stays_a_moment() -> None:
    ends = [
        Settings(caps=(Cap(name="c", scope="offer", items=("a",), until=datetime(2026, 11, day, tzinfo=UTC)),))
        for day in (21, 22)
    ]
    assert compare_settings(*ends) == [
        Change("caps.c.until", datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))
    ]


def test_a_password_is_masked_and_its_change_still_named() -> None:
    before, after = (
        Settings(operations=Operations(url=f"postgresql://shop:{word}@db.example:5432/pairwell"))
        for word in ("geheim", "other/w:ord@")
    )
    shown = "postgresql://shop:***@db.example:5432/pairwell"
    assert compare_settings(before, after) == [Change("operations.url", shown, shown)]


def test_settings_published_by_an_older_version_are_read_with_the_defaults_of_this_one(workspace: Workspace) -> None:
    known = "[guards]\nadd_on_price_share = 0.7\n"
    name = hashlib.blake2b(known.encode(), digest_size=8).hexdigest()
    publish_settings(workspace)
    (workspace.settings / f"{name}.toml").write_text(known)
    (workspace.settings / "current").write_text(name)
    assert load_published(workspace).settings == Settings(guards=Guards(add_on_price_share=0.7))
