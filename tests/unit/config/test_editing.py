"""Settings are told anew one by one, and all else in `pairwell.toml` stays as people wrote it."""

from __future__ import annotations

import msgspec
import pytest

from pairwell.config.document import parse_settings, render_settings
from pairwell.config.editing import edit_draft, edited_text, read_value
from pairwell.config.published import publish_settings, published_without_drift
from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace, read_draft
from pairwell.errors import SettingsError, StorageError

_VALUES = {"learn.half_life_days": 60.0, "learn.power_growth": 0.5}


def _tuned(settings: Settings) -> Settings:
    learn = msgspec.structs.replace(settings.learn, half_life_days=60.0, power_growth=0.5)
    return msgspec.structs.replace(settings, learn=learn)


def test_values_change_and_every_other_line_stays() -> None:
    text = render_settings(Settings())

    edited = edited_text(text, _VALUES)

    assert parse_settings(edited) == _tuned(Settings())
    lines = list(zip(text.splitlines(), edited.splitlines(), strict=True))
    assert [new for old, new in lines if old != new] == ["half_life_days = 60.0", "power_growth = 0.5"]


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        ("", "[learn]\nhalf_life_days = 60.0\n"),
        ("[learn]", "[learn]\nhalf_life_days = 60.0\n"),
        ("[learn]\nhalf_life_days=9 # ours\n", "[learn]\nhalf_life_days=60.0 # ours\n"),
        ("[learn]\r\nhalf_life_days = 9\r\n[guards]\r\n", "[learn]\r\nhalf_life_days = 60.0\r\n[guards]\r\n"),
        ("learn.half_life_days = 9\n", "learn.half_life_days = 60.0\n"),
        ("learn = { half_life_days = 9 }\n", "learn = { half_life_days = 60.0 }\n"),
        ('[guards]\n[learn]\n"half_life_days" = 9\n[slots]\n', '[guards]\n[learn]\n"half_life_days" = 60.0\n[slots]\n'),
    ],
)
def test_what_people_wrote_is_kept_as_they_wrote_it(text: str, edited: str) -> None:
    assert edited_text(text, {"learn.half_life_days": 60.0}) == edited


@pytest.mark.parametrize(
    "text", ["[slots]\nmax = 3", "[learn] # how\r\n\r\n[guards]\r\n", "[learn]\nneighbours = 50\n"]
)
def test_a_setting_that_the_file_left_out_is_told_beside_what_it_says(text: str) -> None:
    edited = edited_text(text, {"learn.half_life_days": 60.0})

    before, after = parse_settings(text), parse_settings(edited)
    assert after.learn.half_life_days == 60.0
    assert msgspec.structs.replace(after.learn, half_life_days=before.learn.half_life_days) == before.learn
    assert (after.slots, after.guards) == (before.slots, before.guards)
    assert all(line in edited.splitlines() for line in text.splitlines())


def test_a_placement_may_have_dots_in_its_name() -> None:
    text = '[placements."app.cart"]\nfriction = 0.01\n'
    edited = edited_text(text, {"placements.app.cart.friction": 0.02, "placements.cart.friction": 0.03})
    placements = parse_settings(edited).placements
    assert (placements["app.cart"].friction, placements["cart"].friction) == (0.02, 0.03)
    assert placements["cart"].kinds == Settings().placements["cart"].kinds


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("learn.nonsense", 1, "learn.nonsense"),
        ("learn.half_life_days.more", 1, "learn.half_life_days.more"),
        ("learn.half_life_days", "soon", "learn.half_life_days"),
        ("guards.upgrade_price_corridor", [2.0, 1.0], "guards.upgrade_price_corridor"),
    ],
)
def test_what_is_no_setting_is_refused_and_the_file_stays(
    workspace: Workspace, name: str, value: object, field: str
) -> None:
    workspace.settings_file.write_text("[learn]\nhalf_life_days = 9\n")

    with pytest.raises(SettingsError) as caught:
        edit_draft(workspace, {name: value})

    assert caught.value.field == field
    assert workspace.settings_file.read_text() == "[learn]\nhalf_life_days = 9\n"


def test_a_file_that_says_nothing_readable_is_left_alone(workspace: Workspace) -> None:
    workspace.settings_file.write_bytes(b"[learn\n")
    with pytest.raises(SettingsError, match="not valid TOML"):
        edit_draft(workspace, _VALUES)
    assert workspace.settings_file.read_bytes() == b"[learn\n"


def test_edited_values_are_read_back_and_a_link_stays_one(workspace: Workspace) -> None:
    before = read_draft(workspace)
    kept = workspace.settings_file.rename(workspace.root / "kept.toml")
    workspace.settings_file.symlink_to(kept)

    edit_draft(workspace, _VALUES)

    assert read_draft(workspace) == _tuned(before)
    assert workspace.settings_file.is_symlink()


def test_where_nothing_can_be_written_nothing_is_lost(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = workspace.settings_file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pairwell.config.editing.replace_synced", full)
    with pytest.raises(StorageError, match="No space left"):
        edit_draft(workspace, _VALUES)
    assert workspace.settings_file.read_bytes() == before


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("30%", 0.3),
        ("0.1 %", 0.001),
        ("[5%, 1.5]", [0.05, 1.5]),
        ("3", 3),
        ("margin", "margin"),
        ('"margin"', "margin"),
        ("true", True),
        ("100 % cotton", "100 % cotton"),
        ("1\ny = 2", "1\ny = 2"),
    ],
)
def test_a_value_is_read_as_people_type_it(typed: str, value: object) -> None:
    assert read_value(typed) == value


def test_unpublished_changes_are_told_by_name(workspace: Workspace) -> None:
    published = publish_settings(workspace)
    assert published_without_drift(workspace) == published
    edit_draft(workspace, {"learn.min_together": Learn().min_together + 1})

    with pytest.raises(SettingsError) as caught:
        published_without_drift(workspace)

    assert caught.value.field == "learn.min_together"
