"""For people who sell at a counter: sellers compared fairly, counter cards, training sheets, bonuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pairwell.advise.stores.records import BonusSheet, Card, Scoreboard, Training
from pairwell.errors import EvidenceError, RequestError
from pairwell.said import joined, phrase
from pairwell.serve.pages.asked import read_question
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.slow import alone
from pairwell.serve.pages.views.view import Fields, View
from pairwell.shop.surroundings import Found, search_items

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_PROPOSED = 50


class SellersPage(msgspec.Struct, frozen=True, kw_only=True):
    """The scoreboard; else why there is none."""

    found: Scoreboard | None
    problem: str | None
    since: str  # as it was asked for
    until: str
    items: list[Found]  # to take a card of: the most bought ones, any other can be written
    categories: list[str]  # to train in, by their last part


class CardPage(msgspec.Struct, frozen=True, kw_only=True):
    """The counter card of an item."""

    found: Card


class TrainingPage(msgspec.Struct, frozen=True, kw_only=True):
    """The training sheet of a category."""

    found: Training


class BonusPage(msgspec.Struct, frozen=True, kw_only=True):
    """The bonuses; else why there are none."""

    found: BonusSheet | None
    problem: str | None
    since: str
    until: str


def make_sellers(shop: Shop, fields: Fields) -> SellersPage:
    """Sellers of a period. Raises `RequestError` for a wrong one."""
    asked, found, problem = read_question("", dict(fields)), None, None
    try:
        with alone():
            found = shop.sellers.scoreboard(asked.since, asked.until)
    except EvidenceError as error:
        problem = _told(error)
    return SellersPage(
        found=found,
        problem=problem,
        since=fields.get("since", ""),
        until=fields.get("until", ""),
        items=search_items(shop, "", _PROPOSED),
        categories=shop.sellers.categories(),
    )


def make_card(shop: Shop, fields: Fields) -> CardPage:
    """The card of an item. Raises `NotFoundError`."""
    return CardPage(found=shop.sellers.card(_needed(fields, "item", "/sellers/card?item=22423")))


def make_training(shop: Shop, fields: Fields) -> TrainingPage:
    """The sheet of a category. Raises `NotFoundError`, and `EvidenceError` where nothing was sold."""
    wanted = _needed(fields, "category", "/sellers/training?category=Tents")
    asked = read_question("", {name: fields[name] for name in ("since", "until") if name in fields})
    with alone():
        return TrainingPage(found=shop.sellers.training(wanted, asked.since, asked.until))


def make_bonus(shop: Shop, fields: Fields) -> BonusPage:
    """Bonuses of a period."""
    asked, found, problem = read_question("", dict(fields)), None, None
    try:
        with alone():
            found = shop.sellers.bonus(asked.since, asked.until)
    except EvidenceError as error:
        problem = _told(error)
    return BonusPage(found=found, problem=problem, since=fields.get("since", ""), until=fields.get("until", ""))


def _needed(fields: Fields, name: str, example: str) -> str:
    if name in fields:
        return fields[name]
    raise RequestError(
        phrase("`{name}` is missing.", name=name), hint=phrase("Ask as in {example}.", example=example), field=name
    )


def _told(error: EvidenceError) -> str:
    return joined(error.message, error.hint or "")


SELLERS = View(
    path="/sellers",
    label=sentence("Sellers at the counter"),
    about=sentence("Who adds and upgrades more than the goods explain, against targets; cards, training and bonuses."),
    group="customers",
    template="sellers.html",
    record=SellersPage,
    make=make_sellers,
    parameters=("since", "until"),
    needs="sellers",
)
CARD = View(
    path="/sellers/card",
    label=sentence("Counter card"),
    about=sentence("What to ask who buys an item, what goes with it, which one is better, and why."),
    group="customers",
    template="counter.html",
    record=CardPage,
    make=make_card,
    parameters=("item",),
)
TRAINING = View(
    path="/sellers/training",
    label=sentence("Training sheet"),
    about=sentence("What to ask in a category, why the better is better, objections, and what others add."),
    group="customers",
    template="counter.html",
    record=TrainingPage,
    make=make_training,
    parameters=("category", "since", "until"),
)
BONUS = View(
    path="/sellers/bonus",
    label=sentence("Bonuses"),
    about=sentence("What each seller gets by the rule of the settings, line by line."),
    group="customers",
    template="bonuses.html",
    record=BonusPage,
    make=make_bonus,
    parameters=("since", "until"),
    right="govern",
)
