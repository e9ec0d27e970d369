"""A setting is found by words, and an admin writes another value of it into the draft."""

from __future__ import annotations

import re

import pytest
from tests.unit.serve.pages.browsing import Browser
from tests.unit.serve.pages.conftest import Ask

from pairwell.config.published import load_published
from pairwell.config.workspace import Workspace, read_draft
from pairwell.operations.users.store import ROLES, Role

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published", "users")
SHARE = "guards.add_on_price_share"
PAGE = f"/settings/all?name={SHARE}"
POWERLESS = [role for role in ROLES if role != "admin"]


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_a_value_is_written_into_the_draft_and_waits_there(ask: Ask, workspace: Workspace) -> None:
    admin = Browser(ask, "admin")
    told = admin.send("/settings/change", name=SHARE, value=" 25% ", seen=seen(admin.see(PAGE)[1]))
    assert told == (303, f"In the draft: {SHARE} = 0.25. It counts once it is published.")
    assert read_draft(workspace).guards.add_on_price_share == 0.25
    assert load_published(workspace).settings.guards.add_on_price_share == 0.3
    assert '<span class="pill">0.25</span>' in admin.see("/settings/all")[1]


def test_a_wrong_value_comes_back_with_what_is_wrong(ask: Ask, workspace: Workspace) -> None:
    admin, before = Browser(ask, "admin"), workspace.settings_file.read_bytes()
    status, page = admin.send("/settings/change", name=SHARE, value='<b>"much"', seen=seen(admin.see(PAGE)[1]))
    assert status == 400
    assert 'value="&lt;b&gt;&#34;much&#34;"' in page
    assert '<span class="wrong" id="wrong-value">' in page
    assert "Write a number such as 0.3, or 30%." in page
    assert workspace.settings_file.read_bytes() == before


def test_a_draft_that_somebody_changed_meanwhile_is_looked_at_again(ask: Ask, workspace: Workspace) -> None:
    admin = Browser(ask, "admin")
    page = admin.see(PAGE)[1]
    with workspace.settings_file.open("a", encoding="utf-8") as file:
        file.write("# a word\n")
    status, told = admin.send("/settings/change", name=SHARE, value="0.2", seen=seen(page))
    assert (status, "nothing was changed" in told) == (400, True)
    assert read_draft(workspace).guards.add_on_price_share == 0.3


@pytest.mark.parametrize("role", POWERLESS)
def test_nobody_but_an_admin_changes_one(ask: Ask, workspace: Workspace, role: Role) -> None:
    one = Browser(ask, role)
    page = one.see(PAGE)[1]
    assert "Admins change it here" in page
    assert "/settings/change" not in page
    assert one.send("/settings/change", name=SHARE, value="0.2", seen="0")[0] == 403
    assert read_draft(workspace).guards.add_on_price_share == 0.3


def test_a_setting_is_found_by_words_and_a_wrong_name_is_told(ask: Ask) -> None:
    one = Browser(ask, "viewer")
    found = one.see("/settings/all?find=no+offers+share")[1]
    assert re.findall(r'<th scope="row"><code>([^<]*)', found) == ["choice.holdout"]
    assert "No setting holds all of these words." in one.see("/settings/all?find=nonsense")[1]
    for name in ("choice.salt", "guards.nonsense", "rules"):
        status, page = one.see(f"/settings/all?name={name}")
        assert (status, "no setting that is changed here" in page) == (400, True)


def test_a_draft_that_cannot_be_read_is_told_and_not_changed(ask: Ask, workspace: Workspace) -> None:
    workspace.settings_file.write_text("[guards\n", encoding="utf-8")
    page = Browser(ask, "admin").see(PAGE)[1]
    assert "is not valid TOML" in page
    assert "/settings/change" not in page
