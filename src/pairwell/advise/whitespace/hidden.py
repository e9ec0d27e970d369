"""Whether whitespace finds what accounts hold: one product of each is hidden, and looked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from pairwell.advise.account import Account
from pairwell.advise.whitespace.fitting import Floats
from pairwell.advise.whitespace.products import Product, held_products, products_of
from pairwell.advise.whitespace.ranking import Learned, folds_of, is_able, learn_products
from pairwell.advise.whitespace.traits import compare_accounts, describe
from pairwell.plans import Plan

_DRAWS: Final = 2000
_FEWEST: Final = 50  # accounts with something hidden


class Share(msgspec.Struct, frozen=True):
    """A share, with its 95 % interval over accounts."""

    value: float
    ci: tuple[float, float]


class Judged(msgspec.Struct, frozen=True, kw_only=True, tag="judged"):
    """How often the hidden product is among the first ones, against naming the most held ones to everybody."""

    accounts: int
    hit_rate: Mapping[str, Share]  # by "hr@1", "hr@3"
    popularity: Mapping[str, Share]
    difference: Mapping[str, Share]


class TooFew(msgspec.Struct, frozen=True, tag="too_few"):
    """There are too few accounts with something to hide."""

    found: int
    needed: int = _FEWEST


def judge_whitespace(
    accounts: Mapping[str, Account], plans: Mapping[str, Plan], *, at: Sequence[int] = (1, 3)
) -> Judged | TooFew:
    """Hide of each account the product whose md5 of `account|product` is least, and look for it.

    It is looked for by models that were fitted to other accounts, among the products that the account lacks and could
    hold. What a product is required by would show it, and is hidden with it. Accounts with one product have none left
    to go by, and are not asked.
    """
    products = products_of(plans.values())
    held = {one: held_products(account, plans) for one, account in accounts.items()}
    active = [account for account in accounts.values() if held[account.account_id]]
    hidden = {one: _hide(one, held[one]) for one in held if len(held[one]) > 1}
    if len(hidden) < _FEWEST:
        return TooFew(len(hidden))
    compared = compare_accounts(active, held)
    learned = [one for one in learn_products(compared, held, products) if isinstance(one, Learned)]
    asked = [account for account in active if account.account_id in hidden]
    left = {one: held[one] - _with_dependants(hidden[one], held[one], products) for one in hidden}
    rows, folds = describe(asked, left, compared.traits), folds_of([account.account_id for account in asked])
    places = _Places(
        ids=[one.product.product_id for one in learned],
        hidden=[hidden[account.account_id] for account in asked],
        open=np.array([[_is_open(one.product, left[account.account_id]) for one in learned] for account in asked]),
    )
    own = places.found(np.column_stack([one.chances(rows, folds)[:, 0] for one in learned]))
    popular = places.found(np.tile([one.share for one in learned], (len(asked), 1)))
    return Judged(
        accounts=len(asked),
        hit_rate={f"hr@{k}": _share(own < k) for k in at},
        popularity={f"hr@{k}": _share(popular < k) for k in at},
        difference={f"hr@{k}": _share((own < k).astype(float) - (popular < k)) for k in at},
    )


class _Places(msgspec.Struct, frozen=True, eq=False):
    """At which place of a ranking each hidden product stands."""

    ids: Sequence[str]
    hidden: Sequence[str]
    open: np.ndarray  # [account, product] is an answer

    def found(self, scores: Floats) -> Floats:
        """The number of better answers; of no answer at all, as many as there are products."""
        asked = np.where(self.open, scores, -np.inf)
        order = np.argsort(-asked, axis=1, kind="stable")
        names = [[self.ids[place] for place in row] for row in order]
        return np.array(
            [
                row.index(one) if one in row and self.open[place, self.ids.index(one)] else len(self.ids)
                for place, (row, one) in enumerate(zip(names, self.hidden, strict=True))
            ],
            dtype=np.float64,
        )


def _is_open(product: Product, left: frozenset[str]) -> bool:
    return product.product_id not in left and is_able(left, product)


def _hide(account_id: str, held: frozenset[str]) -> str:
    return min(held, key=lambda one: hashlib.md5(f"{account_id}|{one}".encode(), usedforsecurity=False).hexdigest())


def _with_dependants(hidden: str | None, held: frozenset[str], products: Mapping[str, Product]) -> frozenset[str]:
    """The hidden product and those held that require it and nothing else that stays."""
    gone = frozenset() if hidden is None else frozenset({hidden})
    while True:
        more = {
            one
            for one in held - gone
            if one in products and products[one].requires and not products[one].requires & (held - gone)
        }
        if not more:
            return gone
        gone |= more


def _share(hits: np.ndarray) -> Share:
    """The mean with a percentile bootstrap over accounts, seeded."""
    told = hits.astype(np.float64)
    drawn = np.random.default_rng(0).integers(0, len(told), (_DRAWS, len(told)))
    low, high = np.quantile(told[drawn].mean(axis=1), [0.025, 0.975])
    return Share(float(told.mean()), (float(low), float(high)))
