"""A move, put together: what it is, how likely a yes is and what that is worth, and what is said of it."""

from __future__ import annotations

import msgspec

from pairwell.advise.advice import Evidence, Move, MoveKind, Signal
from pairwell.advise.billing.wording import titled
from pairwell.advise.moves.chances import Chance
from pairwell.advise.moves.contract import Contract
from pairwell.advise.moves.stories import find_story
from pairwell.advise.moves.worth import weigh
from pairwell.plans import Plan


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What is proposed, and what it would bring."""

    kind: MoveKind
    plan: Plan  # or add-on
    chance: Chance
    margin: float  # of a year, over what is held now, minor units
    gain_minor: int | None = None  # a month, for the account; None: not in money


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of it, and what that rests on."""

    benefit: str
    why: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()
    objection: str | None = None
    answer: str | None = None
    evidence: tuple[Evidence, ...] = ()


def make_move(contract: Contract, offer: Offer, telling: Telling) -> Move:
    """With the story that fits the account and the plan."""
    worth = weigh(contract, offer.kind, offer.chance, offer.margin)
    return Move(
        account_id=contract.prospect.account.account_id,
        kind=offer.kind,
        plan_id=offer.plan.plan_id,
        title=titled(offer.plan),
        gain_minor=offer.gain_minor,
        margin_minor=worth.margin_minor,
        chance=offer.chance.value,
        chance_low=offer.chance.low,
        chance_high=offer.chance.high,
        basis=offer.chance.basis,
        worth_minor=worth.worth_minor,
        minutes=worth.minutes,
        story=find_story(contract, offer.plan),
        **msgspec.structs.asdict(telling),
    )
