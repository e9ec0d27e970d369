"""Every account, with what speaks for and against a talk with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from pairwell.advise.account import Account
from pairwell.advise.advice import Signal
from pairwell.advise.billing.recommend import Advice, recommend
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.advise.readiness.judge import judge_readiness
from pairwell.advise.sheets import cases_of
from pairwell.advise.signals.find import find_signals
from pairwell.advise.whitespace.gaps import Gap, Whitespace, find_whitespace
from pairwell.config.accounts import Accounts

_ASKED = frozenset({"feature_asked", "feature_tried"})


def find_prospects(
    accounts: Mapping[str, Account],
    terms: Terms,
    settings: Accounts | None = None,
    *,
    whitespace: Whitespace | None = None,
) -> tuple[Prospect, ...]:
    """Those that hold anything, by id. `whitespace`: of all accounts, where it was found before."""
    plans = {plan.plan_id: plan for plan in terms.prices.plans}
    found = whitespace or find_whitespace(accounts, plans, margin_rate=terms.margin_rate)
    gaps: defaultdict[str, list[Gap]] = defaultdict(list)
    for gap in found.gaps:
        gaps[gap.account_id].append(gap)
    holders = [account for _, account in sorted(accounts.items()) if any(account.held())]
    return tuple(look_at(account, terms, settings, tuple(gaps[account.account_id])) for account in holders)


def look_at(account: Account, terms: Terms, settings: Accounts | None = None, gaps: tuple[Gap, ...] = ()) -> Prospect:
    """One account. Limits foreseen on its bills are signals, and features asked for are needs on its bills."""
    early = find_signals(account, terms.prices, settings)
    advices = find_advices(account, terms, early)
    limits = {family: advice.limits for family, advice in advices.items()}
    signals = find_signals(account, terms.prices, settings, limits=limits)
    readiness = judge_readiness(account, signals, terms.prices, settings)
    return Prospect(account=account, signals=signals, readiness=readiness, gaps=gaps, advices=advices)


def find_advices(account: Account, terms: Terms, signals: tuple[Signal, ...]) -> dict[str, Advice]:
    """What is right for each family of plans that it holds one of."""
    asked = frozenset(one.about for one in signals if one.code in _ASKED and one.about is not None)
    cases = (msgspec.structs.replace(case, needed=asked) for case in cases_of(account, terms))
    return {case.family: recommend(case) for case in cases}
