"""How attributes of accounts are said: the usual ones in words, all others as the business calls them."""

from __future__ import annotations

from collections.abc import Mapping
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


_ELSEWHERE: Final = frozenset(  # told in places of their own, or nothing to talk about
    {"name", "owner", "kind", "champion", "contact", "main_contact", "key_contact", "sponsor", "decision_maker"}
    | {"payment", "last_answer", "later_until", "next_review", "review", "review_date", "qbr", "email", "phone"}
    | {"renewal", "renewal_date", "renews_at", "contract_end", "contract_until"}
    | {"gender", "sex", "ethnicity", "religion", "nationality"}
)
_MOST: Final = 6


def attributes_shown(attributes: Mapping[str, str]) -> dict[str, str]:
    """The usual ones, and of the business's own as many as make six in all."""
    usual = {name: attributes[name] for name in ABOUT if attributes.get(name)}
    own = [name for name in attributes if name not in ABOUT and name not in _ELSEWHERE and attributes[name]]
    own = [name for name in own if not name.startswith("goal_")][: max(_MOST - len(usual), 0)]
    return usual | {name: attributes[name] for name in own}


def say_attribute(name: str, value: str) -> str:
    """An attribute in a few words."""
    return phrase(ABOUT[name], value=value) if name in ABOUT else f"{name.replace('_', ' ')}: {value}"
