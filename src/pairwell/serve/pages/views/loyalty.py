"""For whoever thinks of a loyalty programme: its rules, what it would have cost, and how to learn what it brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pairwell.errors import EvidenceError
from pairwell.said import joined
from pairwell.serve.pages.asked import read_question
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.slow import alone
from pairwell.serve.pages.views.view import Fields, View

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_RULES = ("purchases", "bonus", "least", "expires_days")


class LoyaltyPage(msgspec.Struct, frozen=True, kw_only=True):
    """The rules as they were asked for, and what they would have cost; else why nobody knows."""

    found: Any  # as `shop.loyalty` tells it; None: nothing was asked yet, or nobody knows
    problem: str | None
    effect: str | None  # share of everybody's margin that it has to add, as the plan of an experiment reads it
    currency: str
    purchases: str
    bonus: str
    least: str
    expires_days: str
    since: str
    until: str


def make_loyalty(shop: Shop, fields: Fields) -> LoyaltyPage:
    """The programme that is asked for. Raises `RequestError` for rules that are none."""
    from pairwell.report.loyalty import effect_of
    from pairwell.shop.rewarding import EXPIRES_DAYS, PURCHASES, read_programme

    currency, found, problem = shop.published.settings.shop.currency, None, None
    asked = {name: fields.get(name, "") for name in (*_RULES, "since", "until")}
    if asked["bonus"].strip():
        programme = read_programme(asked, currency)
        span = read_question("", {name: asked[name] for name in ("since", "until") if asked[name]})
        try:
            with alone():
                found = shop.loyalty(programme, span.since, span.until)
        except EvidenceError as error:
            problem = joined(error.message, error.hint or "")
    usual = {"purchases": f"{PURCHASES}", "expires_days": f"{EXPIRES_DAYS}"}
    return LoyaltyPage(
        found=found,
        problem=problem,
        effect=None if found is None else effect_of(found),
        currency=currency,
        **{name: value or usual.get(name, "") for name, value in asked.items()},
    )


LOYALTY = View(
    path="/loyalty",
    label=sentence("Loyalty programme"),
    about=sentence("What a bonus after so many purchases would have cost, and what it must bring to pay for itself."),
    group="customers",
    template="loyalty.html",
    record=LoyaltyPage,
    make=make_loyalty,
    parameters=(*_RULES, "since", "until"),
)
