from __future__ import annotations

import re
from contextlib import closing
from html import unescape

import msgspec
import pytest
from tests.unit.serve.pages.browsing import HOME, Browser
from tests.unit.serve.pages.conftest import EVIL, NOW, Ask

from pairwell.config.gradual import start_experiment
from pairwell.config.published import load_published, publish_settings, settings_standing
from pairwell.config.standing import Act, Experiment
from pairwell.config.workspace import Workspace
from pairwell.operations.users.store import ROLES, Role
from pairwell.shop.face import open_shop

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published", "users")
POWERLESS = [role for role in ROLES if role != "admin"]


def write(workspace: Workspace, **values: object) -> None:
    """Change settings in the draft, by name."""
    text = workspace.settings_file.read_text(encoding="utf-8")
    for name, value in values.items():
        line = re.search(rf"(?m)^{name} = .*$", text)
        assert line is not None, name
        text = text.replace(line[0], f"{name} = {value}")
    workspace.settings_file.write_text(text, encoding="utf-8")


def hidden(page: str, form: str, name: str) -> str:
    """What a form of the page holds in a hidden field; empty where it is not there."""
    found = re.search(rf'action="{form}">.*?name="{name}" value="([^"]*)"', page, re.DOTALL)
    return found[1] if found else ""


def forms(page: str) -> set[str]:
    return set(re.findall(r'method="post" action="(/(?:settings|offers)/[^"]*)"', page))


def test_an_admin_publishes_to_a_tenth_sees_it_widens_it_and_rolls_back(ask: Ask, workspace: Workspace) -> None:
    write(workspace, add_on_price_share=0.2)
    first, admin = load_published(workspace), Browser(ask, "admin")
    page = admin.see("/settings")[1]
    assert "<code>guards.add_on_price_share</code>" in page
    draft = hidden(page, "/settings/publish", "draft")
    told = admin.send("/settings/publish", draft=draft, share="0.1", reason="smaller add-ons")
    assert told == (303, f"Live: settings {draft}, for 10% of the customers.")
    stands = settings_standing(workspace)
    assert (stands.live, stands.canary, stands.share) == (first.hash, draft, 0.1)
    assert (stands.author, stands.reason) == ("admin", "smaller add-ons")
    page = admin.see("/settings")[1]
    assert f'<p class="value">10% <small><code>{draft[:8]}</code></small></p>' in page
    assert "admin: smaller add-ons" in page
    assert admin.send("/settings/rollback", settings=first.hash, reason="no")[0] == 400  # a roll-out is ended first

    assert admin.send("/settings/publish", draft=draft, share="1.0", reason="it holds")[0] == 303
    assert load_published(workspace).settings.guards.add_on_price_share == 0.2
    live = hidden(admin.see("/settings")[1], "/settings/rollback", "settings")
    assert live == draft
    told = admin.send("/settings/rollback", settings=live, reason="it does not")
    assert told == (303, f"Back: settings {first.hash} are live for everybody.")
    assert load_published(workspace) == first
    log = ask("GET", "/settings", headers={**HOME, **_cookie(admin)}).text
    assert re.findall(r"<td>(smaller add-ons|it holds|it does not)</td>", log) == [
        "it does not", "it holds", "smaller add-ons",
    ]  # fmt: skip


def test_going_back_to_another_salt_is_told_to_draw_the_holdout_anew(ask: Ask, workspace: Workspace) -> None:
    admin = Browser(ask, "admin")
    write(workspace, salt='"another"')
    for reason in ("salt", "share"):
        draft = hidden(admin.see("/settings")[1], "/settings/publish", "draft")
        assert admin.send("/settings/publish", draft=draft, share="1.0", reason=reason)[0] == 303
        said = "draws anew who is in the holdout" in admin.see("/settings")[1]
        assert said == (reason == "salt")
        write(workspace, add_on_price_share=0.2)


def test_an_admin_withdraws_a_share(ask: Ask, workspace: Workspace) -> None:
    write(workspace, add_on_price_share=0.2)
    admin = Browser(ask, "admin")
    draft = hidden(admin.see("/settings")[1], "/settings/publish", "draft")
    assert admin.send("/settings/publish", draft=draft, share="0.5", reason="try")[0] == 303
    assert hidden(admin.see("/settings")[1], "/settings/withdraw", "settings") == draft
    assert admin.send("/settings/withdraw", settings=draft, reason="enough")[0] == 303
    stands = settings_standing(workspace)
    assert (stands.canary, stands.author, stands.reason) == (None, "admin", "enough")


@pytest.mark.parametrize("role", POWERLESS)
def test_nobody_else_changes_what_is_live(ask: Ask, workspace: Workspace, role: Role) -> None:
    publish_settings(workspace)
    write(workspace, add_on_price_share=0.25)
    publish_settings(workspace)
    write(workspace, add_on_price_share=0.2)
    stands, admin, browser = settings_standing(workspace), Browser(ask, "admin"), Browser(ask, role)
    theirs = admin.see("/settings")[1]
    assert forms(theirs) == {"/settings/publish", "/settings/rollback", "/offers/off"}
    status, page = browser.see("/settings")
    assert (status, forms(page), "guards.add_on_price_share" in page) == (200, set(), True)
    draft = hidden(theirs, "/settings/publish", "draft")
    asked = [
        ("/settings/publish", {"draft": draft, "share": "0.1"}),
        ("/settings/publish", {"draft": draft, "share": "1"}),
        ("/settings/rollback", {"settings": stands.live}),
        ("/settings/withdraw", {"settings": draft}),
        ("/offers/off", {}),
        ("/offers/on", {}),
    ]
    for path, fields in asked:
        assert browser.send(path, **fields, reason="because")[0] == 403, path
    assert settings_standing(workspace) == stands
    with closing(open_shop(workspace.root)) as shop:
        assert shop.rollout.turns() == []


def test_what_changed_since_the_page_was_shown_is_not_published(ask: Ask, workspace: Workspace) -> None:
    write(workspace, add_on_price_share=0.2)
    admin = Browser(ask, "admin")
    draft = hidden(admin.see("/settings")[1], "/settings/publish", "draft")
    write(workspace, add_on_price_share=0.9)
    stands = settings_standing(workspace)
    status, page = admin.send("/settings/publish", draft=draft, share="0.1", reason="r")
    assert (status, "nothing was done" in page) == (400, True)
    assert admin.send("/settings/rollback", settings="another", reason="r")[0] == 400
    assert admin.send("/settings/withdraw", settings="another", reason="r")[0] == 400
    assert settings_standing(workspace) == stands


@pytest.mark.parametrize(
    ("share", "reason"),
    [("0.1", ""), ("0.1", "  "), ("ten", "r"), ("0", "r"), ("1.5", "r"), ("nan", "r"), ("0.1", "x" * 501)],
)
def test_a_wrong_share_or_reason_is_told_and_nothing_is_live(
    ask: Ask, workspace: Workspace, share: str, reason: str
) -> None:
    write(workspace, add_on_price_share=0.2)
    admin, stands = Browser(ask, "admin"), settings_standing(workspace)
    draft = hidden(admin.see("/settings")[1], "/settings/publish", "draft")
    status, page = admin.send("/settings/publish", draft=draft, share=share, reason=reason)
    assert (status, '<main id="content"' in page) == (400, True)
    assert settings_standing(workspace) == stands


def test_offers_go_off_and_on_with_who_and_why(ask: Ask, workspace: Workspace) -> None:
    admin, viewer = Browser(ask, "admin"), Browser(ask, "viewer")
    assert admin.send("/offers/off", reason="wrong prices") == (303, "Nobody gets offers now.")
    assert admin.send("/offers/off", reason="again") == (303, "They were off already.")
    page = viewer.see("/settings")[1]
    assert "off for everybody" in page
    assert "admin: wrong prices" in page
    with closing(open_shop(workspace.root)) as shop:
        answer = shop.decide({"placement": "cart", "cart": [{"item_id": "tent"}]})
        assert answer.silence is not None
        assert answer.silence.reason == "kill_switch"
    assert admin.send("/offers/on", reason="mended") == (303, "Offers are made again.")
    assert "off for everybody" not in viewer.see("/settings")[1]


def test_a_draft_that_cannot_be_read_says_why(ask: Ask, workspace: Workspace) -> None:
    write(workspace, add_on_price_share=-1)
    admin = Browser(ask, "admin")
    page = unescape(admin.see("/settings")[1])
    assert "add_on_price_share" in page
    assert "/settings/publish" not in forms(page)
    assert admin.send("/settings/publish", draft="", share="0.1", reason="r")[0] == 400


def test_what_the_whole_shop_has_one_of_is_for_everybody_only(ask: Ask, workspace: Workspace) -> None:
    write(workspace, holdout=0.3)
    admin = Browser(ask, "admin")
    page = admin.see("/settings")[1]
    assert re.findall(r'<option value="([\d.]+)"', page) == ["1.0"]
    draft = hidden(page, "/settings/publish", "draft")
    assert admin.send("/settings/publish", draft=draft, share="0.1", reason="r")[0] == 400
    assert admin.send("/settings/publish", draft=draft, share="1.0", reason="r")[0] == 303


def test_what_an_experiment_tries_is_ended_there(ask: Ask, workspace: Workspace) -> None:
    live = load_published(workspace).settings
    tried = msgspec.structs.replace(live, slots=msgspec.structs.replace(live.slots, max=1))
    start_experiment(workspace, tried, 0.5, Experiment(name=EVIL, metrics=["revenue"]), Act(at=NOW))
    write(workspace, add_on_price_share=0.2)
    page = Browser(ask, "admin").see("/settings")[1]
    assert EVIL in unescape(page)
    assert ("<img" in page, "<script>alert" in page) == (False, False)
    assert forms(page) == {"/settings/publish", "/offers/off"}
    assert re.findall(r'<option value="([\d.]+)"', page) == ["1.0"]


def test_the_salt_is_told_to_nobody(ask: Ask, workspace: Workspace) -> None:
    before = load_published(workspace).settings.choice.salt
    write(workspace, salt='"a salt of one\'s own"')
    viewer = Browser(ask, "viewer")
    for path in ("/settings", "/api/v1/settings"):
        page = unescape(viewer.see(path)[1])
        assert "choice.salt" in page
        assert "a salt of one's own" not in page
        assert f'"{before}"' not in page


def test_no_text_of_the_shop_becomes_markup(ask: Ask, workspace: Workspace) -> None:
    rule = f'[[rules]]\nname = {EVIL!r}\nstage = "eligibility"\nscope = "item"\nwhen = "false"\nreason = "evil"\n'
    rule = rule.replace(repr(EVIL), '"' + EVIL.replace("\\", "\\\\").replace('"', '\\"') + '"')
    text = workspace.settings_file.read_text(encoding="utf-8")
    workspace.settings_file.write_text(f"{text}\n{rule}", encoding="utf-8")
    admin = Browser(ask, "admin")
    page = admin.see("/settings")[1]
    assert "onerror" in page
    assert "<script>alert" not in page
    assert "<img" not in page
    draft = hidden(page, "/settings/publish", "draft")
    assert admin.send("/settings/publish", draft=draft, share="0.1", reason=EVIL)[0] == 303
    page = admin.see("/settings")[1]
    assert ("<img" in page, "<script>alert" in page) == (False, False)


def _cookie(browser: Browser) -> dict[str, str]:
    return {"cookie": browser.headers["cookie"]}
