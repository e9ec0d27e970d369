"""How likely each account is to hold each product, going by what similar accounts hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from pairwell.advise.whitespace.fitting import Fitted, Floats, fit, predict
from pairwell.advise.whitespace.products import Product
from pairwell.advise.whitespace.traits import Compared

Flags = NDArray[np.bool_]
Folds = NDArray[np.int64]

FOLDS: Final = 5
FEWEST_HOLDERS: Final = 20  # accounts that hold a product, and as many that could and do not


class NotLearned(msgspec.Struct, frozen=True, kw_only=True):
    """A product of which nobody can say who would hold it."""

    product_id: str
    reason: Literal["too_few_holders", "too_few_others"]
    found: int
    needed: int = FEWEST_HOLDERS


class Learned(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Who holds one product, for each account in the order of `Compared`, and what that was found to go with."""

    product: Product
    columns: Sequence[int]  # of the traits that were looked at
    able: Flags  # holds what the product requires, or the product itself
    held: Flags
    models: Sequence[Fitted]  # by fold

    @property
    def share(self) -> float:
        """Of the accounts that could hold it, how many do."""
        return float(self.held.sum() / self.able.sum())

    def chances(self, rows: Floats, folds: Folds) -> Floats:
        """Chance, low and high end of its 95 % interval, by the models that were fitted without each account."""
        found = np.zeros((len(rows), 3))
        for fold, model in enumerate(self.models):
            found[folds == fold] = predict(model, rows[folds == fold][:, self.columns])
        return found


def learn_products(
    compared: Compared, held: Mapping[str, frozenset[str]], products: Mapping[str, Product]
) -> Iterator[Learned | NotLearned]:
    """Each product, or why nothing is known of it.

    Every account is judged by a model that was fitted without it, one of `FOLDS`: what it does not hold says nothing
    about itself.
    """
    folds = folds_of(compared.account_ids)
    for product in products.values():
        yield _learn(product, compared, held, folds)


def _learn(
    product: Product, compared: Compared, held: Mapping[str, frozenset[str]], folds: Folds
) -> Learned | NotLearned:
    holders = _flags(product.product_id in held[one] for one in compared.account_ids)
    able = holders | _flags(is_able(held[one], product) for one in compared.account_ids)
    if refusal := _refusal(product.product_id, holders, able):
        return refusal
    columns = compared.columns_but(product.product_id)
    traits, told = compared.rows[:, columns], holders.astype(np.float64)
    others = [(folds != fold) & able for fold in range(FOLDS)]
    models = [fit(traits[rows], told[rows]) for rows in others]
    return Learned(product=product, columns=columns, able=able, held=holders, models=models)


def _refusal(product_id: str, holders: Flags, able: Flags) -> NotLearned | None:
    many, others = int(holders.sum()), int((able & ~holders).sum())
    if many < FEWEST_HOLDERS:
        return NotLearned(product_id=product_id, reason="too_few_holders", found=many)
    if others < FEWEST_HOLDERS:
        return NotLearned(product_id=product_id, reason="too_few_others", found=others)
    return None


def is_able(held: frozenset[str], product: Product) -> bool:
    """Whether an account could hold it; one that holds nothing at all is gone, and tells nothing of what it lacks."""
    return bool(held) and (not product.requires or bool(product.requires & held))


def folds_of(account_ids: Sequence[str]) -> Folds:
    """Which of the models was fitted without each account."""
    drawn = (hashlib.blake2b(one.encode(), digest_size=4).digest() for one in account_ids)
    return np.fromiter((int.from_bytes(one) % FOLDS for one in drawn), dtype=np.int64)


def _flags(told: Iterator[bool]) -> Flags:
    return np.fromiter(told, dtype=np.bool_)
