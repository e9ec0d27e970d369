"""A contract that is to be renewed, as something to talk about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pairwell.advise.advice import Move
from pairwell.advise.billing.wording import money
from pairwell.advise.moves.chances import Yeses
from pairwell.advise.moves.contract import Contract
from pairwell.advise.moves.make import Offer, Telling, make_move
from pairwell.advise.moves.satisfaction import tie_odds
from pairwell.said import phrase

KEEPS: Final = 0.005  # of the margin of a year, that a talk before the renewal keeps; stated, not learned


def renewal_moves(contract: Contract, yeses: Yeses) -> Iterator[Move]:
    """One, where a renewal is near: about the largest plan held."""
    near = [signal for signal in contract.prospect.signals if signal.code == "renewal_near"]
    plans = [plan for plan in contract.held if plan.kind == "plan"]
    if not near or not plans:
        return
    plan = max(plans, key=lambda one: (contract.bills.get(one.family, 0), one.plan_id))
    chance = yeses.chance("renewal", tie_odds(contract.prospect))
    year = max(contract.year_minor(contract.brings_minor), 0.0)
    telling = Telling(
        benefit=phrase(
            "A look back at what they got for {bill} a month, and at what they plan",
            bill=money(contract.bill_minor, contract.terms.prices.currency),
        ),
        why=tuple(signal.text for signal in near),
        signals=tuple(near),
        objection=phrase("Is it still worth it to us?"),
        answer=phrase("Show what they used and what it saved them, by their own numbers, before they ask."),
        evidence=tuple(evidence for signal in near for evidence in signal.evidence),
    )
    yield make_move(contract, Offer(kind="renewal", plan=plan, chance=chance, margin=KEEPS * year), telling)
