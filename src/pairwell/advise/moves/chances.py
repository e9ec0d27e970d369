"""How likely a yes is: stated odds by kind and circumstances, moved by the answers that accounts gave.

Odds are those of a logistic model whose weights are stated here and not learned. Of each kind of move the share of yes
among the answers is learned by a Beta-binomial whose prior counts as `_PRIOR` answers with the stated share; by as much
as it moves, the odds of every move of that kind do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp, log
from typing import Final

import msgspec
from scipy.stats import beta

from pairwell.advise.account import Account
from pairwell.advise.advice import Basis, MoveKind
from pairwell.plans import Plan

SHARE: Final[Mapping[MoveKind, float]] = {
    "upgrade": 0.25, "downgrade": 0.25, "heads_up": 0.20, "add_on": 0.25, "trial": 0.40, "renewal": 0.85,
}  # fmt: skip
"""Of a yes to what neither saves nor costs anything more, with nothing known beside."""

GAIN: Final = 10.0  # log odds for a gain as large as what is paid now
_MOST_GAIN: Final = 0.5
CONTENT: Final = 1.0  # log odds between an account that is as content as can be and one half so
RENEWS: Final = 0.4  # a renewal is near: things are talked about anyway
_PRIOR: Final = 12  # answers that the stated share counts as
LEARNED: Final = 10  # answers from which on a chance is said to be learned from them
_SURE: Final = 0.99


class Chance(msgspec.Struct, frozen=True):
    """Of a yes, with its 95 % interval."""

    value: float
    low: float
    high: float
    basis: Basis


class Yeses(msgspec.Struct, frozen=True):
    """How accounts answered, by kind of move: yes, and yes or no. A "later" is neither."""

    counts: Mapping[MoveKind, tuple[int, int]] = {}
    reasons: Mapping[str, Mapping[str, int]] = {}  # of a no, by plan or add-on

    def chance(self, kind: MoveKind, odds: float) -> Chance:
        """By `odds`, the logarithm beyond the stated share of that kind."""
        yes, told = self.counts.get(kind, (0, 0))
        share = SHARE[kind]
        a, b = _PRIOR * share + yes, _PRIOR * (1 - share) + told - yes
        ends = (a / (a + b), float(beta.ppf(0.025, a, b)), float(beta.ppf(0.975, a, b)))
        value, low, high = (min(_logistic(_odds(one) + odds), _SURE) for one in ends)
        return Chance(value, low, high, "answers" if told >= LEARNED else "prior")


def gain_odds(gain_minor: float, bill_minor: float) -> float:
    """For what an account gains a month, against what it pays."""
    share = gain_minor / max(bill_minor, 1)
    return GAIN * min(max(share, -_MOST_GAIN), _MOST_GAIN)


def count_yeses(accounts: Iterable[Account], plans: Mapping[str, Plan]) -> Yeses:
    """Count the answers in the data."""
    counts: dict[MoveKind, tuple[int, int]] = {}
    reasons: dict[str, dict[str, int]] = {}
    for account in accounts:
        for answer in account.answers:
            kind = _kind(account, plans.get(answer.move), plans)
            if kind is not None and answer.answer != "later":
                yes, told = counts.get(kind, (0, 0))
                counts[kind] = yes + (answer.answer == "accept"), told + 1
            if answer.answer == "no" and answer.reason:
                of_move = reasons.setdefault(answer.move, {})
                of_move[answer.reason] = of_move.get(answer.reason, 0) + 1
    return Yeses(counts, reasons)


def _kind(account: Account, plan: Plan | None, plans: Mapping[str, Plan]) -> MoveKind | None:
    """What kind of move an answer was about, by what the account has held of that family."""
    if plan is None:
        return None
    if plan.kind == "add_on":
        return "add_on"
    others = [plans[one.plan_id].tier for one in account.ledger.held if one.plan_id in plans]
    held = [
        plans[one.plan_id].tier
        for one in account.ledger.held
        if one.plan_id in plans and plans[one.plan_id].family == plan.family and one.plan_id != plan.plan_id
    ]
    return "downgrade" if others and held and held[-1] > plan.tier else "upgrade"


def _odds(share: float) -> float:
    kept = min(max(share, 1e-6), 1 - 1e-6)
    return log(kept / (1 - kept))


def _logistic(odds: float) -> float:
    return 1 / (1 + exp(-odds))
