from __future__ import annotations

import msgspec
import pytest

from pairwell.config.document import parse_settings, render_settings
from pairwell.config.pinning import pin_learn, pinned_text, published_without_drift, require_pinnable
from pairwell.config.published import publish_settings
from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace, read_draft
from pairwell.errors import SettingsError

_VALUES = {"half_life_days": 60.0, "power_growth": 0.5}


def _tuned(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, learn=msgspec.structs.replace(settings.learn, **_VALUES))


def test_values_change_and_every_other_line_stays() -> None:
    text = render_settings(Settings())

    pinned = pinned_text(text, _VALUES)

    assert parse_settings(pinned) == _tuned(Settings())
    lines = list(zip(text.splitlines(), pinned.splitlines(), strict=True))
    assert [new for old, new in lines if old != new] == ["half_life_days = 60.0", "power_growth = 0.5"]


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        ("", "\n[learn]\nhalf_life_days = 60.0\n"),
        ("[learn]", "[learn]\nhalf_life_days = 60.0\n"),
        ("[learn]\nhalf_life_days=9 # ours\n", "[learn]\nhalf_life_days=60.0 # ours\n"),
        ("[learn] # how\r\n\r\n[guards]\r\n", "[learn] # how\r\nhalf_life_days = 60.0\r\n\r\n[guards]\r\n"),
        ("[slots]\nmax = 3", "[slots]\nmax = 3\n\n[learn]\nhalf_life_days = 60.0\n"),
        ("[learn]\nneighbours = 50\n", "[learn]\nhalf_life_days = 60.0\nneighbours = 50\n"),
    ],
)
def test_what_people_wrote_is_kept_as_they_wrote_it(text: str, pinned: str) -> None:
    assert pinned_text(text, {"half_life_days": 60.0}) == pinned


@pytest.mark.parametrize("text", ["learn.half_life_days = 9\n", "learn = { half_life_days = 9 }\n"])
def test_a_file_that_cannot_be_changed_line_by_line_is_left_alone(workspace: Workspace, text: str) -> None:
    workspace.settings_file.write_text(text)

    for change in (require_pinnable, pin_learn):
        with pytest.raises(SettingsError) as caught:
            change(workspace, _VALUES)
        assert caught.value.field == "learn"
    assert workspace.settings_file.read_text() == text


def test_pinned_values_are_read_back(workspace: Workspace) -> None:
    before = read_draft(workspace)

    pin_learn(workspace, _VALUES)

    assert read_draft(workspace) == _tuned(before)


def test_unpublished_changes_are_told_by_name(workspace: Workspace) -> None:
    published = publish_settings(workspace)
    assert published_without_drift(workspace) == published
    pin_learn(workspace, {"min_together": Learn().min_together + 1})

    with pytest.raises(SettingsError) as caught:
        published_without_drift(workspace)

    assert caught.value.field == "learn.min_together"
