from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pairwell.config.caps import measure_caps
from pairwell.config.document import compact_settings, parse_settings, render_settings
from pairwell.config.published import load_settings, settings_hash
from pairwell.config.settings import Cap, Settings
from pairwell.config.workspace import Workspace
from pairwell.errors import SettingsError

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
_TOTAL = "[[caps]]\nname = 'a'\nscope = 'offer'\n"
_EACH = "[[caps]]\nname = 'a'\nlimit = 2\n"
_RULE = "[[rules]]\nname = 'r'\nstage = 'suitability'\nscope = 'request'\nwhen = 'true'\nreason = 'x'\n"


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        (_TOTAL + "limit = 5\n", "line 1, cap 'a': `items` is missing", '`scope = "customer"`'),
        (_TOTAL + "items = []\nlimit = 5\n", "line 4, cap 'a': `items` is missing", "for example `items = "),
        (_TOTAL + "items = ['x']\n", "line 1, cap 'a': both `limit` and `until` are missing", "`limit = 100`"),
        (_TOTAL + "items = ['x']\nwindow_h = 1.0\n", "both `limit` and `until` are missing", None),
        (_TOTAL + "items = ['x']\nuntil = 2030-01-01T00:00:00Z\nwindow_h = 1.0\n", "line 6, cap 'a': `window_h`", None),
        (
            _TOTAL + "items = ['x']\noutcome = 'accept'\nuntil = 2030-01-01T00:00:00Z\n",
            "line 5, cap 'a': `outcome`",
            "leave `outcome` out",
        ),
        ("[[caps]]\nname = 'a'\nwindow_h = 1.0\n", "line 1, cap 'a': `limit` is missing", "`limit = 2`"),
        (_EACH + "outcome = 'accept'\n", "line 4, cap 'a': `outcome` is `accept`", '`scope = "offer"`'),
        (_EACH + "items = ['x']\n", "line 4, cap 'a': `items` are named", '`scope = "offer"`'),
        (_EACH + "until = 2030-01-01T00:00:00Z\n", "line 4, cap 'a': `until`", '`scope = "offer"`'),
        ("caps = [{name = 'a', limit = 2, items = ['x']}]\n", "cap 'a': `items` are named", None),
    ],
)
def test_a_cap_that_would_do_nothing_or_something_else_is_refused(text: str, said: str, hint: str | None) -> None:
    assert_refused(text, said, hint)


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        (_EACH + "channels = ['e-mail']\n", "line 4, cap 'a': no placement has the channel `e-mail`", "mean `email`?"),
        (_EACH + "channels = ['email', 'phone']\n", "no placement has the channel `phone`", "push"),
        (_EACH + "channels = ['Email']\n", "the channel `Email` is not in lower case", "Write `email`."),
        (_EACH + "channels = [' site']\n", "the channel ` site` is not in lower case without spaces", "Write `site`."),
        (_EACH + "channels = ['sms', 'call']\n", "has the channel `sms` or `call`", "(email, site)"),
        (_RULE + "channels = ['emial']\n", "line 7, rule 'r': no placement has the channel `emial`", "`email`"),
        (_RULE + "channels = ['Site']\n", "line 7, rule 'r': the channel `Site`", "Write `site`."),
        (
            _RULE + "placements = ['cart']\nchannels = ['email']\n",
            "line 8, rule 'r': no placement that it holds for has the channel `email`",
            "(site)",
        ),
        ("[placements.mail]\n\nchannel = 'Email'\n", "line 3, placement 'mail': the channel `Email`", "`email`"),
        ("[ placements . 'mail' ]\nchannel = 'Email'\n", "line 2, placement 'mail': the channel `Email`", "`email`"),
        ("placements.mail.channel = 'Email'\n", "pairwell.toml, placement 'mail': the channel `Email`", "`email`"),
    ],
)
def test_a_channel_that_nothing_has_is_refused_where_it_is_named(text: str, said: str, hint: str) -> None:
    assert_refused(text, said, hint)


def test_a_channel_of_one_s_own_placement_is_known_everywhere() -> None:
    own = "[placements.flyer]\nchannel = 'post'\ninterrupts = true\n"
    settings = parse_settings(own + _EACH + "channels = ['post']\n" + _RULE + "channels = ['post']\n")
    assert settings.caps == (Cap(name="a", channels=("post",), limit=2),)
    assert settings.rules[0].channels == ("post",)


def test_usual_channels_may_be_limited_before_a_placement_has_them() -> None:
    assert parse_settings(_EACH + "channels = ['email', 'sms']\n").caps[0].channels == ("email", "sms")
    assert parse_settings(render_settings(Settings())) == Settings()


def test_what_was_published_is_read_without_being_judged_anew(workspace: Workspace) -> None:
    settings = Settings(caps=(Cap(name="a", outcome="accept", channels=("Email",)),))
    name, text = settings_hash(settings), compact_settings(settings)
    with pytest.raises(SettingsError):
        parse_settings(text)
    workspace.settings.mkdir(exist_ok=True)
    (workspace.settings / f"{name}.toml").write_text(text, encoding="utf-8")
    assert load_settings(workspace, name).settings == settings


def test_the_usual_caps_limit_everything_that_the_usual_placements_do() -> None:
    found = measure_caps(Settings(), now=NOW)
    assert found.caps == ["contacts a week", "the same offer in a day"]
    assert (found.unlimited_contacts, found.unlimited_repeats, found.ended, found.unknown_items) == ([], [], {}, {})


def test_what_own_caps_leave_unlimited_is_named() -> None:
    total = Cap(name="first", scope="offer", items=("mat",), limit=100)
    found = measure_caps(Settings(caps=(total,)), now=NOW)
    assert (found.unlimited_contacts, found.unlimited_repeats) == (["email"], ["site"])
    everywhere = measure_caps(Settings(caps=(total, Cap(name="all", limit=3))), now=NOW)
    assert (everywhere.unlimited_contacts, everywhere.unlimited_repeats) == ([], [])


def test_a_cap_has_ended_from_its_moment_on() -> None:
    sale = Cap(name="sale", scope="offer", items=("mat",), until=NOW)
    assert measure_caps(Settings(caps=(sale,)), now=NOW).ended == {"sale": NOW}
    assert measure_caps(Settings(caps=(sale,)), now=NOW - timedelta(microseconds=1)).ended == {}


def test_items_of_a_cap_that_the_catalogue_lacks_are_named() -> None:
    sale = Cap(name="sale", scope="offer", items=("mat", "lmap"), limit=3)
    assert measure_caps(Settings(caps=(sale,)), now=NOW, catalogue={"mat"}).unknown_items == {"sale": ["lmap"]}
    assert measure_caps(Settings(caps=(sale,)), now=NOW).unknown_items == {}


def assert_refused(text: str, said: str, hint: str | None) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    assert said in caught.value.message
    assert hint is None or hint in (caught.value.hint or "")
