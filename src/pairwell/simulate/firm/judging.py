"""How good advice was: against what was right, and against what a rep could have reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pairwell.simulate.firm.price_list import PRICE_LIST
from pairwell.simulate.firm.truth import Account, Move, Truth

_FEES = {plan.plan_id: plan.fee_minor for plan in PRICE_LIST}


class Pitched(msgspec.Struct, frozen=True, kw_only=True):
    """One talk with one account about one plan or add-on."""

    account_id: str
    plan_id: str


class Upgrades(msgspec.Struct, frozen=True, kw_only=True):
    """How often "upgrade now" was said, how often it was right, and how often it would have been."""

    said: int
    found: int  # said of accounts for which it is right
    right: int  # accounts for which it is right
    to_right_plan: int  # of those found, with the plan that is right

    @property
    def precision(self) -> float | None:
        """None where it was never said."""
        return self.found / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """None where it was right for nobody."""
        return self.found / self.right if self.right else None


def judge_upgrades(truth: Truth, said: Mapping[str, str]) -> Upgrades:
    """Hold "upgrade now", said of accounts with the plan to move to, against the truth.

    `NotFoundError` where an account is not there.
    """
    found = {name: plan for name, plan in said.items() if truth.find(name).right == "upgrade_now"}
    return Upgrades(
        said=len(said),
        found=len(found),
        right=sum(account.right == "upgrade_now" for account in truth.accounts.values()),
        to_right_plan=sum(truth.find(name).plan_id == plan for name, plan in found.items()),
    )


def pitched_though_touchy(truth: Truth, pitched: Iterable[Pitched]) -> list[str]:
    """Accounts that were pitched and should have been left alone."""
    names = dict.fromkeys(one.account_id for one in pitched)
    return [name for name in names if truth.find(name).right == "leave_alone"]


def expected_margin(truth: Truth, pitched: Iterable[Pitched]) -> int:
    """Margin that these talks are expected to bring over two years, minor units.

    What cannot be pitched to an account brings nothing.
    """
    moves = {name: {move.plan_id: move for move in account.moves} for name, account in truth.accounts.items()}
    return sum(
        moves[one.account_id][one.plan_id].margin_minor for one in pitched if one.plan_id in moves[one.account_id]
    )


def best_pitches(truth: Truth, talks: int) -> list[Pitched]:
    """What somebody would pitch who knew the truth: to an account once, and only what brings more than it costs."""
    gaining = [account for account in truth.accounts.values() if account.moves and account.moves[0].margin_minor > 0]
    first = sorted(gaining, key=lambda account: (-account.moves[0].margin_minor, account.account_id))[:talks]
    return [Pitched(account_id=account.account_id, plan_id=account.moves[0].plan_id) for account in first]


def pitches_by_revenue(truth: Truth, talks: int) -> list[Pitched]:
    """What a rep does without advice: sells the next larger plan, or else an add-on, to those who pay most."""
    first = sorted(truth.accounts.values(), key=lambda account: (-account.bill_minor, account.account_id))[:talks]
    return [Pitched(account_id=one.account_id, plan_id=_usual(one)) for one in first if one.moves]


def _usual(account: Account) -> str:
    larger = [move for move in account.moves if move.kind == "upgrade"]
    return _cheapest(larger or account.moves)


def _cheapest(moves: Sequence[Move]) -> str:
    return min((move.plan_id for move in moves), key=lambda plan_id: (_FEES[plan_id], plan_id))
