"""The matrix of accounts and products: what each holds, and what it lacks and might want."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from pairwell.advise.account import Account
from pairwell.advise.whitespace.evidence import Crowd, Similar, crowd_of, find_similar, say_similar
from pairwell.advise.whitespace.fitting import Floats
from pairwell.advise.whitespace.products import Product, held_products, products_of
from pairwell.advise.whitespace.ranking import Learned, NotLearned, folds_of, learn_products
from pairwell.advise.whitespace.traits import compare_accounts
from pairwell.plans import Plan
from pairwell.said import phrase

_MONTHS = 12  # that worth is counted for


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A product that an account lacks and could hold. Chances are of accounts like it, not of a yes when asked."""

    account_id: str
    product_id: str
    title: str
    plan_id: str  # to begin with
    chance: float  # that an account like this holds it
    low: float  # of the 95 % interval
    high: float
    share: float  # of all accounts that could hold it
    similar: Similar | None
    serves: str | None  # an aim that it shares with what the account holds or needs
    margin_minor: int  # of a year of it
    worth_minor: int  # that margin, times the chance
    reasons: Sequence[str]


class Whitespace(msgspec.Struct, frozen=True, kw_only=True):
    """What each account holds and lacks. A product in `not_learned` is nobody's gap."""

    as_of: dt.datetime | None  # None: there is no account
    products: Sequence[Product]
    held: Mapping[str, Sequence[str]]  # products by account
    gaps: Sequence[Gap]  # by account, the likeliest first
    not_learned: Sequence[NotLearned]


def find_whitespace(accounts: Mapping[str, Account], plans: Mapping[str, Plan], *, margin_rate: float) -> Whitespace:
    """What accounts that hold anything lack. `margin_rate`: of a fee whose cost nobody stated."""
    products = products_of(plans.values())
    held = {one: held_products(account, plans) for one, account in accounts.items()}
    active = [account for account in accounts.values() if held[account.account_id]]
    compared = compare_accounts(active, held)
    told = list(learn_products(compared, held, products))
    folds, terms = folds_of(compared.account_ids), _Terms(products, plans, margin_rate)
    gaps = [
        gap
        for learned in told
        if isinstance(learned, Learned)
        for gap in _gaps(active, learned.chances(compared.rows, folds), crowd_of(compared, learned, folds), terms)
    ]
    return Whitespace(
        as_of=active[0].as_of if active else None,
        products=list(products.values()),
        held={account.account_id: sorted(held[account.account_id]) for account in active},
        gaps=sorted(gaps, key=lambda gap: (gap.account_id, -gap.chance, gap.product_id)),
        not_learned=[one for one in told if isinstance(one, NotLearned)],
    )


class _Terms(msgspec.Struct, frozen=True):
    products: Mapping[str, Product]
    plans: Mapping[str, Plan]
    margin_rate: float


def _gaps(accounts: Sequence[Account], chances: Floats, crowd: Crowd, terms: _Terms) -> Iterator[Gap]:
    """Of one product: every account that could hold it and does not."""
    product, share = crowd.learned.product, crowd.learned.share
    margin = yearly_margin(product.plan, terms.margin_rate)
    for row in map(int, np.flatnonzero(crowd.learned.able & ~crowd.learned.held)):
        chance, low, high = (float(one) for one in chances[row])
        similar, serves = find_similar(row, crowd), _serves(product.plan, accounts[row], terms.plans)
        yield Gap(
            account_id=accounts[row].account_id,
            product_id=product.product_id,
            title=product.title,
            plan_id=product.plan.plan_id,
            chance=chance,
            low=low,
            high=high,
            share=share,
            similar=similar,
            serves=serves,
            margin_minor=margin,
            worth_minor=round(chance * margin),
            reasons=[
                *([say_similar(similar, share, terms.products)] if similar else []),
                *([phrase("It serves the same aim as what they have: {aim}.", aim=serves)] if serves else []),
            ],
        )


def yearly_margin(plan: Plan, margin_rate: float) -> int:
    """What a year of a plan leaves, in minor units: by its cost, or by the rate where nobody stated one."""
    periods = _MONTHS if plan.period == "month" else 1
    cost = plan.fee_minor * (1 - margin_rate) if plan.cost_minor is None else plan.cost_minor
    return round((plan.fee_minor - cost) * periods)


def _serves(plan: Plan, account: Account, plans: Mapping[str, Plan]) -> str | None:
    aims = {plans[one.plan_id].purpose for one in account.held() if one.plan_id in plans}
    aims |= {need.need for need in account.needs}
    return plan.purpose if plan.purpose in aims else None
