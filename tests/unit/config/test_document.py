from __future__ import annotations

import msgspec
import pytest

from pairwell.config.document import compact_settings, parse_settings, render_settings, setting_names
from pairwell.config.settings import Guards, Placement, Settings
from pairwell.errors import SettingsError

CHANGED = Settings(
    guards=Guards(add_on_price_share=0.7, upgrade_price_corridor=(1.1, 2.0)),
    placements={**Settings().placements, "email": Placement(kinds=("cross_sell",), attention_minor=40.0)},
)


@pytest.mark.parametrize("settings", [Settings(), CHANGED])
def test_what_is_rendered_reads_back_equal(settings: Settings) -> None:
    assert parse_settings(render_settings(settings)) == settings
    assert parse_settings(compact_settings(settings)) == settings


def test_an_empty_file_is_the_defaults() -> None:
    assert parse_settings("") == Settings()


def test_every_setting_stands_in_the_file_with_its_meaning() -> None:
    lines = render_settings(Settings()).splitlines()
    for name in setting_names():
        last = name.rpartition(".")[2]
        places = [i for i, line in enumerate(lines) if line.startswith((f"{last} = ", f"[{name}]"))]
        assert places, name
        assert all(lines[i - 1].startswith("# ") for i in places), name


def test_a_changed_placement_keeps_its_other_defaults() -> None:
    settings = parse_settings("[placements.checkout]\nfriction = 0.1\n")
    assert settings.placements["checkout"] == msgspec.structs.replace(Settings().placements["checkout"], friction=0.1)
    assert settings.placements["cart"] == Settings().placements["cart"]


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("[gaurds]\n", "`gaurds`, which is not a setting", "`guards`"),
        ("[shop]\ncurency = 'EUR'\n", "`shop.curency`", "`currency`"),
        ("[placements.cart]\nfricton = 0.1\n", "fricton", "`friction`"),
        ("[shop]\nqqq = 1\n", "`shop.qqq`", "Known here: currency"),
        ("[shop]\ncurrency = 'euro'\n", "`shop.currency` is not valid", None),
        ("[choice]\nholdout = 1.5\n", "`choice.holdout` is not valid", None),
        ("[slots]\nmax = 'four'\n", "`slots.max` is not valid", None),
        ("[guards]\nupgrade_price_corridor = [2.0, 1.5]\n", "1 <= low <= high", None),
        ("[shop]\ntimezone = 'Mars/Base'\n", "not an IANA name", "Europe/Warsaw"),
        ("[currency.rates]\nGBP = -1.0\n", "currency.rates.GBP", None),
        ("[currency.rates]\nGBP = nan\n", "`currency.rates.GBP` is nan; expected a finite number", None),
        ("[guards]\nadd_on_price_share = inf\n", "`guards.add_on_price_share` is inf", None),
        ("[guards]\nupgrade_price_corridor = [1.05, inf]\n", "`guards.upgrade_price_corridor` is inf", None),
        ("placements = 3\n", "placements", None),
        ("[shop\n", "not valid TOML", None),
    ],
)
def test_a_wrong_file_says_what_is_wrong(text: str, said: str, hint: str | None) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    assert said in caught.value.message
    assert hint is None or hint in (caught.value.hint or "")
