"""Settings to start from, by industry."""

from __future__ import annotations

from importlib.resources import files
from typing import get_args

import msgspec

from pairwell.config.document import parse_settings
from pairwell.config.explaining import name_neighbours
from pairwell.config.rules.rule import Industry, Rule, usual_rules
from pairwell.config.settings import Settings
from pairwell.errors import SettingsError

INDUSTRIES: tuple[Industry, ...] = get_args(Industry)


def read_preset(industry: str) -> Settings:
    """The settings of an industry: the usual rules, then its own.

    Raises `SettingsError` naming those that exist.
    """
    if industry not in INDUSTRIES:
        raise SettingsError(
            f"There are no settings for the industry {industry!r}; expected one of: {', '.join(INDUSTRIES)}.",
            hint=name_neighbours(industry, INDUSTRIES),
            field="industry",
        )
    settings = parse_settings(_text(industry), source=f"{industry}.toml")
    shop = msgspec.structs.replace(settings.shop, industry=industry)
    return msgspec.structs.replace(settings, shop=shop, rules=_with_usual(settings.rules))


def describe_preset(industry: Industry) -> str:
    """One sentence: whom the settings are for."""
    return _text(industry).splitlines()[0].removeprefix("# ")


def _text(industry: str) -> str:
    return (files("pairwell.config") / "industries" / f"{industry}.toml").read_text(encoding="utf-8")


def _with_usual(own: tuple[Rule, ...]) -> tuple[Rule, ...]:
    named = {rule.name for rule in own}
    return (*(rule for rule in usual_rules() if rule.name not in named), *own)
