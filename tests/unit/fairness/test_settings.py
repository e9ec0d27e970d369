from __future__ import annotations

import msgspec
import pytest

from pairwell.config.document import parse_settings, render_settings
from pairwell.config.presets import INDUSTRIES, read_preset
from pairwell.config.rules.rule import Industry
from pairwell.config.settings import Cap, Decline, Guards, Placement, Settings, Shop
from pairwell.errors import SettingsError
from pairwell.fairness.finding import Finding
from pairwell.fairness.settings import find_in_settings


def told(settings: Settings, text: str = "") -> list[tuple[str, bool, str]]:
    return [(one.pattern, one.blocks, one.setting.name if one.setting else "") for one in look(settings, text)]


def look(settings: Settings, text: str = "") -> list[Finding]:
    return list(find_in_settings(settings, text))


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_what_an_industry_begins_with_is_fair(industry: Industry) -> None:
    assert told(read_preset(industry)) == []


@pytest.mark.parametrize(
    ("guards", "blocks"),
    [
        (Guards(add_on_price_share=0.31), False),
        (Guards(add_on_price_share=1.0), False),
        (Guards(add_on_price_share=1.01), True),
        (Guards(upgrade_price_corridor=(1.05, 1.61)), False),
        (Guards(upgrade_price_corridor=(1.05, 2.0)), False),
        (Guards(upgrade_price_corridor=(1.05, 2.1)), True),
        (Guards(discount_max_share=0.5), False),
        (Guards(discount_max_share=1.0), True),
    ],
)
def test_a_guard_wider_than_usual_is_told_and_beyond_the_limit_refused(guards: Guards, blocks: bool) -> None:
    ((pattern, blocked, name),) = told(Settings(guards=guards))
    assert (pattern, blocked) == ("beyond_guard", blocks)
    assert name.startswith("guards.")


def test_a_stricter_guard_is_fair() -> None:
    strict = Guards(add_on_price_share=0.1, upgrade_price_corridor=(1.1, 1.2), discount_max_share=0.0)
    assert told(Settings(guards=strict)) == []


def test_the_limit_is_that_of_the_industry() -> None:
    guards = Guards(add_on_price_share=3.0, upgrade_price_corridor=(1.01, 3.0))
    assert [blocks for _, blocks, _ in told(Settings(guards=guards))] == [True, True]
    assert told(Settings(guards=guards, shop=Shop(industry="finance"))) == []


@pytest.mark.parametrize(
    ("decline", "names"),
    [
        (Decline(quiet_days=0.0), ["decline.quiet_days"]),
        (Decline(quiet_days=0.9), ["decline.quiet_days"]),
        (Decline(quiet_days=1.0), []),
        (Decline(declines_to_silence=11), ["decline.declines_to_silence"]),
        (Decline(declines_to_silence=10), []),
    ],
)
def test_a_no_that_is_not_obeyed_is_refused(decline: Decline, names: list[str]) -> None:
    assert told(Settings(decline=decline)) == [("nagging", True, name) for name in names]


class TestContacts:
    def test_what_interrupts_needs_a_cap(self) -> None:
        assert told(Settings(caps=())) == [("nagging", True, "placements.email.interrupts")]
        passive = Settings(caps=(), placements={"cart": Placement()})
        assert told(passive) == []

    def test_a_cap_of_another_channel_or_of_an_offer_limits_no_contact(self) -> None:
        other = Cap(name="calls", channels=("call",), window_h=168.0, limit=1)
        total = Cap(name="total", scope="offer", items=("mat",), limit=10)
        assert [blocks for _, blocks, _ in told(Settings(caps=(other, total)))] == [True]

    @pytest.mark.parametrize(
        ("limit", "window_h", "found"),
        [(1, 24.0, 0), (7, 168.0, 0), (8, 168.0, 1), (2, 24.0, 1), (2, 1.0, 1), (100, None, 0)],
    )
    def test_more_than_a_contact_a_day_is_told(self, limit: int, window_h: float | None, found: int) -> None:
        cap = Cap(name="mails", channels=("email",), window_h=window_h, limit=limit)
        assert told(Settings(caps=(cap,))) == [("nagging", False, "caps.limit")] * found

    def test_an_e_mail_that_is_said_not_to_interrupt_is_told(self) -> None:
        quiet = Settings(placements={"receipt": Placement(channel="email")})
        assert told(quiet) == [("contact_without_consent", False, "placements.receipt.interrupts")]


def test_lines_are_those_of_the_file() -> None:
    settings = msgspec.structs.replace(
        Settings(), decline=Decline(quiet_days=0.0), guards=Guards(discount_max_share=1.0), caps=()
    )
    text = render_settings(settings)
    lines = text.splitlines()
    found = {one.setting.name: one.setting.line for one in look(settings, text) if one.setting}
    shown = {name: lines[(line or 0) - 1] for name, line in found.items()}
    assert shown == {
        "guards.discount_max_share": "discount_max_share = 1.0",
        "decline.quiet_days": "quiet_days = 0.0",
        "placements.email.interrupts": "interrupts = true",
    }


def test_no_setting_and_no_guard_can_be_waived() -> None:
    waiver = '[[waived]]\nname = "w"\npattern = "{}"\nitem = "mat"\nwords = "x"\nreason = "{}"\n'
    assert parse_settings(waiver.format("guilt", "a quotation")).waived[0].pattern == "guilt"
    for pattern in ("beyond_guard", "nagging", "contact_without_consent"):
        with pytest.raises(SettingsError):
            parse_settings(waiver.format(pattern, "we want to"))
    with pytest.raises(SettingsError):
        parse_settings(waiver.format("guilt", "  "))
