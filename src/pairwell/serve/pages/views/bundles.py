"""Bundles and association rules: what is bought together in more than pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, get_args

import msgspec

from pairwell.errors import EvidenceError, NoModelError, RequestError
from pairwell.learn.itemsets.found import AssociationsFound, Kind, Sort
from pairwell.said import Said, joined, phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.numbers import read_float, read_part
from pairwell.serve.pages.views.view import Fields, View
from pairwell.shop.bundles import Bundle

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_BUNDLES, _RULES, _CONFIDENCE = 30, 50, 0.5
T = TypeVar("T")


class BundleList(msgspec.Struct, frozen=True, kw_only=True):
    """Bundles worth offering, most worth first; else why there are none."""

    currency: str
    bundles: list[Bundle]
    problem: str | None


class RulesAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules are wanted."""

    min_support: float | None
    min_confidence: float
    kind: Kind
    sort: Sort


class AssociationRules(msgspec.Struct, frozen=True, kw_only=True):
    """Association rules; else why there are none."""

    asked: RulesAsked
    found: AssociationsFound | None
    problem: str | None


def make_bundles(shop: Shop, _: Fields) -> BundleList:
    """Those of everybody, at today's prices."""
    currency = shop.published.settings.shop.currency
    try:
        return BundleList(currency=currency, bundles=shop.bundles(_BUNDLES), problem=None)
    except NoModelError as error:
        return BundleList(currency=currency, bundles=[], problem=_told(error))


def make_rules(shop: Shop, fields: Fields) -> AssociationRules:
    """The first of them. Raises `RequestError`, and `TooManyError` naming the smallest support that fits."""
    asked = RulesAsked(
        min_support=_support(fields),
        min_confidence=read_part(fields, "min_confidence", _CONFIDENCE),
        kind=_one_of(get_args(Kind), fields, "kind"),
        sort=_one_of(get_args(Sort), fields, "sort"),
    )
    try:
        found = shop.associations(
            min_support=asked.min_support,
            min_confidence=asked.min_confidence,
            kind=asked.kind,
            sort=asked.sort,
            n=_RULES,
        )
    except EvidenceError as error:
        return AssociationRules(asked=asked, found=None, problem=_told(error))
    return AssociationRules(asked=asked, found=found, problem=None)


def _support(fields: Fields) -> float | None:
    if "min_support" not in fields:
        return None
    support = read_float(fields["min_support"])
    if not 0 < support <= 1:
        raise RequestError(
            phrase(
                "`min_support` is {text}; expected a share above 0, 1 at most.",
                text=repr(fields["min_support"][:40]),
            ),
            hint=phrase("Write 0.001 for one order in a thousand, or nothing."),
            field="min_support",
        )
    return support


def _one_of(known: tuple[T, ...], fields: Fields, name: str) -> T:
    wanted = fields.get(name, known[0])
    for one in known:
        if one == wanted:
            return one
    raise RequestError(
        phrase(
            "`{name}` is {text}; expected one of: {known}.",
            name=name,
            text=repr(str(wanted)[:40]),
            known=", ".join(map(str, known)),
        ),
        field=name,
    )


def _told(error: EvidenceError | NoModelError) -> Said:
    return joined(error.message, error.hint or "")


BUNDLES = View(
    path="/bundles",
    label=sentence("Bundles"),
    about=sentence("Which items to sell as one, at which price, and what that leaves."),
    group="offers",
    template="bundles.html",
    record=BundleList,
    make=make_bundles,
)
RULES = View(
    path="/associations",
    label=sentence("Association rules"),
    about=sentence("Who buys these items also buys that one."),
    group="offers",
    template="associations.html",
    record=AssociationRules,
    make=make_rules,
    parameters=("min_support", "min_confidence", "kind", "sort"),
)
