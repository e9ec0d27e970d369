"""What an account paid, would have paid on every other plan, and which move is right, family by family."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping

import msgspec

from pairwell.advise.account import Account
from pairwell.advise.billing.case import Case, fits
from pairwell.advise.billing.compare import Comparison, NotKnown, compare
from pairwell.advise.billing.days import months_on
from pairwell.advise.billing.recommend import Advice, recommend
from pairwell.advise.moves.terms import Terms
from pairwell.advise.seasons import seasons_of
from pairwell.plans import Period


class FamilyBill(msgspec.Struct, frozen=True, kw_only=True):
    """The last months on every plan of a family, and what to do about it."""

    family: str
    comparison: Comparison | NotKnown
    advice: Advice


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """An add-on that belongs to no family of plans, so that no plan replaces it."""

    plan_id: str
    title: str
    fee_minor: int
    period: Period


class BillSheet(msgspec.Struct, frozen=True, kw_only=True):
    """The bills of an account. Money is in minor units of the currency, net of tax."""

    account_id: str
    name: str
    owner: str | None
    as_of: dt.datetime  # UTC
    known_until: dt.date | None  # last day whose use is known
    currency: str
    timezone: str
    titles: Mapping[str, str]  # of plans and add-ons, by id
    families: tuple[FamilyBill, ...]  # of which it holds a plan; empty: of none
    beside: tuple[Beside, ...] = ()  # add-ons held


def make_bills(account: Account, terms: Terms) -> BillSheet:
    """Reckon the bills of every family of which the account holds a plan."""
    return BillSheet(
        account_id=account.account_id,
        name=account.name,
        owner=account.owner,
        as_of=account.as_of,
        known_until=terms.known_until,
        currency=terms.prices.currency,
        timezone=terms.prices.zone,
        titles={plan.plan_id: plan.title or plan.plan_id for plan in terms.prices.plans},
        families=tuple(
            FamilyBill(family=case.family, comparison=compare(case), advice=recommend(case))
            for case in cases_of(account, terms)
        ),
        beside=tuple(_beside(account, terms)),
    )


def cases_of(account: Account, terms: Terms) -> Iterator[Case]:
    """One for each family of which the account holds a plan, a trial counted in, in their order."""
    plans = {plan.plan_id: plan for plan in terms.prices.plans}
    held = [plans[one.plan_id] for one in account.held() if one.plan_id in plans]
    for family in sorted({plan.family for plan in held if plan.kind == "plan"}):
        yield Case(
            ledger=account.ledger,
            prices=terms.prices,
            family=family,
            as_of=account.as_of,
            known_since=terms.known_since,
            known_until=terms.known_until,
            benefits=terms.benefits,
            seasons=seasons_of(terms.seasons, account),
        )


def _beside(account: Account, terms: Terms) -> Iterator[Beside]:
    families = [plan for plan in terms.prices.plans if plan.kind == "plan"]
    for one in account.held():
        plan = terms.prices.plan(one.plan_id)
        if plan is None or plan.kind == "plan" or one.is_trial or any(fits(plan, to) for to in families):
            continue
        yield Beside(
            plan_id=plan.plan_id, title=plan.title or plan.plan_id, fee_minor=plan.fee_minor, period=plan.period
        )


def days_known(days: Collection[dt.date]) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day whose use is known, by the days that use was told of.

    Where all of it was told of first days of months, it is that of whole months.
    """
    if not days:
        return None, None
    until = max(days)
    if all(day.day == 1 for day in days):
        until = months_on(until, 1) - dt.timedelta(days=1)
    return min(days), until
