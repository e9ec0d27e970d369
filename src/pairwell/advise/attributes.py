"""How attributes of accounts are said: the usual ones in words, all others as the business calls them."""

from __future__ import annotations

from typing import Final

from pairwell.said import phrase, unfilled

ABOUT: Final = {
    "industry": unfilled("industry: {value}"),
    "size": unfilled("size: {value}"),
    "employees": unfilled("employees: {value}"),
    "stage": unfilled("stage: {value}"),
    "region": unfilled("region: {value}"),
    "country": unfilled("country: {value}"),
}


def say_attribute(name: str, value: str) -> str:
    """An attribute in a few words."""
    return phrase(ABOUT[name], value=value) if name in ABOUT else f"{name.replace('_', ' ')}: {value}"
