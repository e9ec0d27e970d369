"""All moves worth a talk with one account."""

from __future__ import annotations

from pairwell.advise.advice import Move
from pairwell.advise.moves.add_ons import add_on_moves
from pairwell.advise.moves.chances import Yeses
from pairwell.advise.moves.contract import Contract
from pairwell.advise.moves.plans import plan_moves
from pairwell.advise.moves.renewals import renewal_moves
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.advise.moves.trials import trial_moves


def find_moves(prospect: Prospect, terms: Terms, yeses: Yeses | None = None) -> tuple[Move, ...]:
    """The most worth first; none to an account that something holds a pitch back from. `yeses`: what accounts answered.

    No move raises the bill but by what a benefit, a need that was told or an interest that was shown speaks for.
    """
    if not prospect.readiness.is_ready:
        return ()
    contract, known = Contract(prospect, terms), yeses or Yeses()
    found = [move for make in (plan_moves, add_on_moves, trial_moves, renewal_moves) for move in make(contract, known)]
    return tuple(sorted(found, key=lambda move: (-move.worth_minor, move.kind, move.plan_id)))
