"""Whether an account can be talked to about buying now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pairwell.advise.account import Account
from pairwell.advise.advice import Hold, HoldCode, Readiness, Signal
from pairwell.advise.billing.ledger import Prices
from pairwell.advise.readiness.answered import hold_by_answers
from pairwell.advise.readiness.heard import hold_by_voices
from pairwell.advise.readiness.standing import hold_by_standing
from pairwell.advise.signals.view import View
from pairwell.config.accounts import Accounts

GRAVITY: Final[tuple[HoldCode, ...]] = (
    "complaint",
    "open_ticket",
    "no_consent",
    "dissatisfied",
    "pays_late",
    "contact_left",
    "use_drops",
    "early_stage",
    "asked_for_later",
    "declined_lately",
    "hesitated",
    "too_little_known",
)


def judge_readiness(
    account: Account, signals: Sequence[Signal], prices: Prices, settings: Accounts | None = None
) -> Readiness:
    """What speaks against a pitch as of the account's moment, each with what helps instead; none: it is ready.

    `signals`: those that `find_signals` found of it.
    """
    view = View(account=account, prices=prices, settings=settings or Accounts())
    found: list[Hold] = [*hold_by_voices(view), *hold_by_answers(view), *hold_by_standing(view, signals)]
    return Readiness(holds=tuple(sorted(found, key=lambda hold: GRAVITY.index(hold.code))))
