from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pairwell.config.document import render_settings
from pairwell.config.gradual import (
    load_canary,
    require_divisible,
    roll_back_settings,
    share_settings,
    withdraw_settings,
)
from pairwell.config.published import keep_draft, load_published, publish_settings, settings_standing
from pairwell.config.settings import Cap, Guards, Placement, Settings, Slots
from pairwell.config.standing import UNSAID
from pairwell.config.workspace import Workspace
from pairwell.errors import RequestError, SettingsError

TOTAL = Cap(name="first hundred", scope="offer", items=("a",), limit=100)


def _draft(workspace: Workspace, **changes: Any) -> None:
    settings = msgspec.structs.replace(load_published(workspace).settings, **changes)
    workspace.settings_file.write_text(render_settings(settings))


@pytest.fixture
def live(workspace: Workspace) -> str:
    return publish_settings(workspace).hash


def test_a_share_has_the_draft_and_all_others_what_is_live(workspace: Workspace, live: str) -> None:
    assert load_canary(workspace) is None
    _draft(workspace, slots=Slots(max=1))
    shared = share_settings(workspace, keep_draft(workspace), 0.1, UNSAID)
    assert load_published(workspace).hash == live
    canary = load_canary(workspace)
    assert canary is not None
    assert (canary.published, canary.share) == (shared, 0.1)


def test_to_publish_finishes_a_roll_out_and_to_roll_back_undoes_it(workspace: Workspace, live: str) -> None:
    _draft(workspace, slots=Slots(max=1))
    shared = share_settings(workspace, keep_draft(workspace), 0.1, UNSAID)
    publish_settings(workspace)
    assert (load_published(workspace), load_canary(workspace)) == (shared, None)
    assert roll_back_settings(workspace, UNSAID).live == live
    assert load_published(workspace).settings.slots.max == Slots().max


def test_a_withdrawn_draft_is_nobodys(workspace: Workspace, live: str) -> None:
    _draft(workspace, slots=Slots(max=1))
    share_settings(workspace, keep_draft(workspace), 0.1, UNSAID)
    withdraw_settings(workspace, UNSAID)
    assert load_canary(workspace) is None
    assert load_published(workspace).hash == live
    with pytest.raises(SettingsError, match="No roll-out"):
        withdraw_settings(workspace, UNSAID)


def test_who_rolls_back_during_a_roll_out_is_asked_to_end_it(workspace: Workspace, live: str) -> None:
    with pytest.raises(SettingsError, match="No settings were live before"):
        roll_back_settings(workspace, UNSAID)
    for most in (1, 2):
        _draft(workspace, slots=Slots(max=most))
        share_settings(workspace, keep_draft(workspace), 0.1, UNSAID) if most == 2 else publish_settings(workspace)
    with pytest.raises(SettingsError, match="10% of the customers") as caught:
        roll_back_settings(workspace, UNSAID)
    assert "--withdraw" in str(caught.value.hint)
    assert settings_standing(workspace).before == live


def test_a_draft_that_says_nothing_new_is_not_rolled_out(workspace: Workspace, live: str) -> None:
    with pytest.raises(SettingsError, match="already"):
        share_settings(workspace, keep_draft(workspace), 0.1, UNSAID)
    assert settings_standing(workspace).live == live


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_a_share_is_some_and_not_all(workspace: Workspace, live: str, share: float) -> None:
    _draft(workspace, slots=Slots(max=1))
    with pytest.raises(RequestError) as caught:
        share_settings(workspace, keep_draft(workspace), share, UNSAID)
    assert caught.value.field == "share"
    assert settings_standing(workspace).live == live


def _changed(section: str, **values: Any) -> dict[str, Any]:
    return {section: msgspec.structs.replace(getattr(Settings(), section), **values)}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("operations.url", _changed("operations", url="postgresql://u@db.example/other")),
        ("choice.salt", _changed("choice", salt="another")),
        ("choice.holdout", _changed("choice", holdout=0.2)),
        ("choice.withheld", _changed("choice", withheld=0.2)),
        ("shop.tax_rate", _changed("shop", tax_rate=0.2)),
        ("shop.currency", _changed("shop", currency="USD")),
        ("learn.half_life_days", _changed("learn", half_life_days=90.0)),
        ("limits.key_per_s", _changed("limits", key_per_s=5.0)),
        ("retention.events_days", _changed("retention", events_days=90.0)),
        ("customers.complaint_days", _changed("customers", complaint_days=5.0)),
        ("ingest.pseudonyms", _changed("ingest", pseudonyms=True)),
        ("caps.first hundred.channels", {"caps": (*Settings().caps, TOTAL)}),
        ("placements.cart.deadline_ms", {"placements": {**Settings().placements, "cart": Placement(deadline_ms=9)}}),
        ("placements.pop_up.attention_minor", {"placements": {**Settings().placements, "pop_up": Placement()}}),
    ],
)
def test_what_the_whole_shop_has_one_of_is_named(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="whole shop") as caught:
        require_divisible(Settings(), msgspec.structs.replace(Settings(), **changes))
    assert caught.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {"guards": Guards(add_on_price_share=0.5)},
        {"slots": Slots(max=2)},
        {"rules": ()},
        {"caps": Settings().caps[:1]},
        {"caps": (Cap(name="one a day", channels=("email",), window_h=24.0, limit=1),)},
        {"placements": {**Settings().placements, "cart": Placement(attention_minor=9.0, kinds=("upgrade",))}},
        _changed("choice", temperature=0.5, exploration=0.5),
        _changed("persuasion", cross_sell=0.1),
        _changed("decline", quiet_days=1.0),
        _changed("hesitation", window_minutes=5.0),
        _changed("shop", objective="revenue", margin_rate=0.5),
    ],
)
def test_what_one_decision_reads_may_differ(changes: dict[str, Any]) -> None:
    require_divisible(Settings(), msgspec.structs.replace(Settings(), **changes))


def test_what_must_not_differ_leaves_everything_as_it_was(workspace: Workspace, live: str) -> None:
    _draft(workspace, **_changed("choice", holdout=0.5))
    with pytest.raises(SettingsError):
        share_settings(workspace, keep_draft(workspace), 0.1, UNSAID)
    assert (settings_standing(workspace).live, load_canary(workspace)) == (live, None)
