"""One setting after another is told anew in the draft, which nobody but a publication makes live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pairwell.config.document import setting_names
from pairwell.config.workspace import Workspace
from pairwell.errors import RequestError, SettingsError
from pairwell.shop.drafting import IN_FILE_ALONE
from pairwell.shop.face import Shop, open_shop

SHARE = "guards.add_on_price_share"


@pytest.fixture
def shop(workspace: Workspace) -> Iterator[Shop]:
    with open_shop(workspace.root) as opened:
        opened.publish()
        yield opened


def drafted(shop: Shop, name: str) -> str:
    return next(one.draft for one in shop.list_settings().settings if one.name == name)


def test_a_change_waits_in_the_draft(shop: Shop) -> None:
    made = shop.change_setting(SHARE, "25%", author="owner")

    assert (made.live, made.draft) == ("0.3", "0.25")
    assert shop.published.settings.guards.add_on_price_share == 0.3
    shop.publish()
    assert shop.published.settings.guards.add_on_price_share == 0.25


def test_who_changed_what_is_noted(shop: Shop) -> None:
    shop.change_setting(SHARE, "0.2", author="owner")
    (_, noted), *_ = shop.audit.newest(1)
    told = (noted.author, noted.action, noted.subject, noted.detail)
    assert told == ("owner", "draft_changed", SHARE, "0.3 -> 0.2")


def test_settings_are_found_by_name_and_by_purpose(shop: Shop) -> None:
    assert [one.name for one in shop.list_settings("no offers share").settings] == ["choice.holdout"]
    assert [one.name for one in shop.list_settings("placements.cart friction").settings] == ["placements.cart.friction"]
    assert shop.list_settings("nonsense").settings == []


def test_every_setting_is_listed_or_said_to_be_in_the_file_alone(shop: Shop) -> None:
    listed = {one.name.replace("placements.cart.", "placements.NAME.") for one in shop.list_settings().settings}
    tables = {"shop.margin_rates", "shop.service_values", "placements.NAME.weights", "currency.rates", "accounts.ways"}
    missing = {name for name in setting_names() if name not in listed}
    assert {one for one in missing if not one.startswith(IN_FILE_ALONE)} == tables
    assert all(one.about for one in shop.list_settings().settings)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("choice.salt", "mine", "in pairwell.toml alone"),
        ("rules.owned.when", "true", "in pairwell.toml alone"),
        ("operations.url", "sqlite:///x", "in pairwell.toml alone"),
        ("guards.add_on_share", "0.2", "not a setting"),
        ("placements.nowhere.friction", "0.2", "not a setting"),
        (SHARE, "lots", "Expected `float`"),
    ],
)
def test_what_cannot_be_told_so_is_refused(shop: Shop, name: str, value: str, said: str) -> None:
    before = shop.workspace.settings_file.read_bytes()
    with pytest.raises(SettingsError, match=said) as caught:
        shop.change_setting(name, value)
    assert caught.value.hint
    assert shop.workspace.settings_file.read_bytes() == before


def test_two_who_look_at_the_same_draft_do_not_overwrite_each_other(shop: Shop) -> None:
    seen = shop.list_settings().seen
    shop.change_setting(SHARE, "0.2", seen=seen)
    with pytest.raises(RequestError, match="another now"):
        shop.change_setting(SHARE, "0.25", seen=seen)
    assert drafted(shop, SHARE) == "0.2"


def test_a_draft_that_cannot_be_read_is_told_and_not_touched(shop: Shop) -> None:
    shop.workspace.settings_file.write_text("[guards\n")
    found = shop.list_settings(SHARE)
    assert found.problem is not None
    assert [one.live for one in found.settings] == ["0.3"]
    with pytest.raises(SettingsError, match="not valid TOML"):
        shop.change_setting(SHARE, "0.2")
    assert shop.workspace.settings_file.read_text() == "[guards\n"
