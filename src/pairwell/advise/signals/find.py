"""All signals of an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pairwell.advise.account import Account
from pairwell.advise.advice import Signal
from pairwell.advise.billing.coming import Limit
from pairwell.advise.billing.ledger import Prices
from pairwell.advise.signals.decay import WEAKEST
from pairwell.advise.signals.interest import find_interest
from pairwell.advise.signals.limits import find_limits
from pairwell.advise.signals.ties import find_ties
from pairwell.advise.signals.use import find_use
from pairwell.advise.signals.view import View
from pairwell.config.accounts import Accounts


def find_signals(
    account: Account,
    prices: Prices,
    settings: Accounts | None = None,
    *,
    limits: Mapping[str, Sequence[Limit]] | None = None,
) -> tuple[Signal, ...]:
    """What an account does or says as of its moment, the strongest first; one of a code and what it is about.

    `limits`: those foreseen, by family of plans, as `outlook` or `recommend` has them; without any, only limits that
    were reached are told of.
    """
    view = View(account=account, prices=prices, settings=settings or Accounts(), limits=limits or {})
    found: dict[tuple[str, str | None], Signal] = {}
    for make in (find_limits, find_use, find_interest, find_ties):
        for signal in make(view):
            place = (signal.code, signal.about)
            if signal.strength >= WEAKEST and (place not in found or signal.strength > found[place].strength):
                found[place] = signal
    return tuple(sorted(found.values(), key=_strongest_first))


def _strongest_first(signal: Signal) -> tuple[float, str, str]:
    return -signal.strength, signal.code, signal.about or ""
