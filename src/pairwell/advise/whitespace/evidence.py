"""Which accounts are similar, for one product, and how many of them hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from pairwell.advise.attributes import say_attribute
from pairwell.advise.whitespace.fitting import Floats
from pairwell.advise.whitespace.products import Product
from pairwell.advise.whitespace.ranking import Flags, Folds, Learned
from pairwell.advise.whitespace.traits import Compared, Trait
from pairwell.said import listed, percent, phrase, phrase_count

_MOST_TRAITS: Final = 3
_FEWEST: Final = 10  # accounts that a count is told of


class Similar(msgspec.Struct, frozen=True, kw_only=True):
    """Other accounts that share traits with one, could hold a product, and how many of them do."""

    traits: Sequence[Trait]
    accounts: int
    holders: int


class Crowd(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The accounts that a product was learned from, ready to be counted."""

    learned: Learned
    has: Flags  # [trait, account]
    usual: Floats  # how common each trait is
    folds: Folds
    traits: Sequence[Trait]


def crowd_of(compared: Compared, learned: Learned, folds: Folds) -> Crowd:
    """The same accounts, with the traits that the product was learned by."""
    rows = compared.rows[:, learned.columns]
    return Crowd(
        learned=learned,
        has=np.ascontiguousarray(rows.T > 0),
        usual=rows[learned.able].mean(axis=0),
        folds=folds,
        traits=[compared.traits[place] for place in learned.columns],
    )


def find_similar(row: int, crowd: Crowd) -> Similar | None:
    """The accounts that share what speaks most for the product, as many traits as still leave enough of them.

    None where nothing speaks for it.
    """
    weights = crowd.learned.models[crowd.folds[row]].weights[1:]
    speaks = weights * crowd.has[:, row] * (1 - crowd.usual)  # what all have tells nothing
    best = [int(place) for place in np.argsort(-speaks, kind="stable")[:_MOST_TRAITS] if speaks[place] > 0]
    while best:
        alike = np.logical_and.reduce([crowd.learned.able, *crowd.has[best]])
        alike[row] = False
        if (found := int(alike.sum())) >= _FEWEST:
            holders = int((alike & crowd.learned.held).sum())
            return Similar(traits=[crowd.traits[place] for place in best], accounts=found, holders=holders)
        best.pop()
    return None


def say_similar(similar: Similar, share: float, products: Mapping[str, Product]) -> str:
    """The count in a sentence, beside the share of all accounts that could hold the product."""
    return phrase_count(
        "Of {accounts} other accounts with the same ({traits}), {count} has it, {of_them}; of all, {of_all}.",
        "Of {accounts} other accounts with the same ({traits}), {count} have it, {of_them}; of all, {of_all}.",
        similar.holders,
        accounts=similar.accounts,
        traits=listed([say_trait(trait, products) for trait in similar.traits]),
        of_them=percent(similar.holders / similar.accounts, 0),
        of_all=percent(share, 0),
    )


def say_trait(trait: Trait, products: Mapping[str, Product]) -> str:
    """A trait in a few words."""
    if trait.kind == "holds":
        return phrase("has {product}", product=products[trait.name].title if trait.name in products else trait.name)
    if trait.kind == "need":
        return phrase("needs {need}", need=trait.name)
    return say_attribute(trait.name, trait.value)
