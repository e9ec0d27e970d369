"""What would be right for each account as the history ends, and what would come of pitching anything else.

It follows from what accounts need and how they behave, as `need`, `bills` and `behaviour` have it.
"""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from pairwell.errors import NotFoundError
from pairwell.simulate.firm.pitches import Pitch, pitches
from pairwell.simulate.firm.standing import Standing, held, stand
from pairwell.simulate.firm.world import Firm

Right = Literal["upgrade_now", "stay", "downgrade", "leave_alone", "help_instead"]
MoveKind = Literal["upgrade", "downgrade", "add_on"]

LIKELY = 0.5  # chance of a yes from which a change is right
_MINUTES, _MINUTES_LARGE = 25, 10  # of a rep for a talk; the second for each tenfold of employees beyond ten
_HELPED = 0.5  # share of those losing interest whom help brings back


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What would come of pitching one plan or add-on to one account."""

    plan_id: str
    kind: MoveKind
    gain_minor: int  # a month, for the account: what it saves, or gets beyond what it pays
    accept: float  # chance of a yes
    margin_minor: int  # expected over two years, with what a pitch taken ill would lose


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What is right for one account."""

    account_id: str
    right: Right
    plan_id: str | None  # to move to, where that is right
    minutes: int  # of a rep, for a talk
    bill_minor: int  # a month expected on the plans held, add-ons not counted
    help_minor: int  # margin over two years that help would keep; 0 where interest is not lost
    moves: tuple[Move, ...]  # all that could be pitched, best margin first


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that are there as the history ends, by id."""

    accounts: dict[str, Account]

    def find(self, account_id: str) -> Account:
        """Raises `NotFoundError` where no such account is there."""
        try:
            return self.accounts[account_id]
        except KeyError as error:
            raise NotFoundError(
                f"Account {account_id!r} is not there as the history of this simulated firm ends.", field="account_id"
            ) from error

    def whitespace(self, account_id: str) -> list[Move]:
        """Add-ons that the account does not hold and would rather have than not, best margin first."""
        return [move for move in self.find(account_id).moves if move.kind == "add_on" and move.gain_minor > 0]


def find_truth(firm: Firm) -> Truth:
    """The truth about everybody who is there as the history ends."""
    standing = stand(firm)
    found = list(pitches(firm, standing))
    rows = {firm.accounts.ids[place]: _account(firm, standing, found, place) for place in firm.customers.tolist()}
    return Truth(accounts=rows)


def _account(firm: Firm, standing: Standing, found: list[Pitch], place: int) -> Account:
    moves = sorted((_move(each, place) for each in found if each.can[place]), key=_best_first)
    right, plan_id = _right(standing, moves, place)
    keeps = _HELPED * float(standing.worth_unfaded[place] - standing.worth[place])
    return Account(
        account_id=firm.accounts.ids[place],
        right=right,
        plan_id=plan_id,
        minutes=round(_MINUTES + _MINUTES_LARGE * max(0.0, float(np.log10(firm.accounts.employees[place] / 10)))),
        bill_minor=round(float(held(standing.tier[[place]], [each[:, [place]] for each in standing.ahead.bill])[0])),
        help_minor=round(keeps),
        moves=tuple(moves),
    )


def _move(pitch: Pitch, place: int) -> Move:
    upward: MoveKind = "upgrade" if pitch.upward[place] else "downgrade"
    return Move(
        plan_id=pitch.plan.plan_id,
        kind="add_on" if pitch.plan.kind == "add_on" else upward,
        gain_minor=round(float(pitch.gain[place])),
        accept=float(pitch.accept[place]),
        margin_minor=round(float(pitch.margin[place])),
    )


def _best_first(move: Move) -> tuple[int, str]:
    return -move.margin_minor, move.plan_id


def _right(standing: Standing, moves: list[Move], place: int) -> tuple[Right, str | None]:
    """Leave alone whom every pitch would cost money, help who loses interest; else what helps the account most."""
    if standing.ties.touchy[place] and all(move.margin_minor <= 0 for move in moves):
        return "leave_alone", None
    if standing.fading[place]:
        return "help_instead", None
    changes = [move for move in moves if move.kind != "add_on" and move.gain_minor > 0]
    best = max(changes, key=lambda move: (move.gain_minor, move.plan_id), default=None)
    if best is None or best.accept < LIKELY:
        return "stay", None
    return "upgrade_now" if best.kind == "upgrade" else "downgrade", best.plan_id
