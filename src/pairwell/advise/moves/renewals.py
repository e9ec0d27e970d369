"""A contract that is to be renewed, as something to talk about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pairwell.advise.advice import Move
from pairwell.advise.billing.wording import money, titled
from pairwell.advise.moves.chances import Yeses
from pairwell.advise.moves.contract import Contract
from pairwell.advise.moves.satisfaction import tie_odds
from pairwell.advise.moves.stories import find_story
from pairwell.advise.moves.worth import weigh
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
    worth = weigh(contract, "renewal", chance, KEEPS * year)
    yield Move(
        account_id=contract.prospect.account.account_id,
        kind="renewal",
        plan_id=plan.plan_id,
        title=titled(plan),
        gain_minor=None,
        margin_minor=worth.margin_minor,
        chance=chance.value,
        chance_low=chance.low,
        chance_high=chance.high,
        basis=chance.basis,
        worth_minor=worth.worth_minor,
        minutes=worth.minutes,
        benefit=phrase(
            "A look back at what they got for {bill} a month, and at what they plan",
            bill=money(contract.bill_minor, contract.terms.prices.currency),
        ),
        why=tuple(signal.text for signal in near),
        signals=tuple(near),
        story=find_story(contract, plan),
        objection=phrase("Is it still worth it to us?"),
        answer=phrase("Show what they used and what it saved them, by their own numbers, before they ask."),
        evidence=tuple(evidence for signal in near for evidence in signal.evidence),
    )
