"""What speaks against a cheaper plan."""

from __future__ import annotations

from pairwell.advise.billing.coming import Expected
from pairwell.advise.billing.compare import past
from pairwell.advise.billing.said_moves import bound, not_lasting, too_small, would_lose
from pairwell.advise.billing.ways import way
from pairwell.advise.billing.weighed import LAST_MONTHS, Weighed
from pairwell.said import Said

LEAST_SAVING = 0.05  # of the bill: less is not worth the trouble of a move


def objection(weighed: Weighed, one: Expected) -> Said | None:
    """Why a way that is cheaper for the use expected is not recommended all the same; None: it is."""
    saved = weighed.saved(one)
    if until := weighed.bound(one):
        return bound(one.way, until, weighed.monthly(saved), weighed.currency)
    worth = weighed.worth_of_lost(one)
    if worth is None or worth >= saved:
        return would_lose(one.way, weighed.loses(one))
    if saved < LEAST_SAVING * (weighed.now.served_minor or 0):
        return too_small(one.way, weighed.monthly(saved), weighed.currency)
    months = _months_to_hold(weighed, one)
    return None if _was_cheaper(weighed, one, months) else not_lasting(one.way, months)


def _months_to_hold(weighed: Weighed, one: Expected) -> int:
    """Less should have sufficed for as long as is known; for more, the last months count."""
    seen = len(weighed.case.recent_months)
    return seen if weighed.is_lower(one) else min(LAST_MONTHS, seen)


def _was_cheaper(weighed: Weighed, one: Expected, months: int) -> bool:
    case = weighed.case
    scene = past(case, case.recent_months[-months:])
    then, now = way(case, scene, one.way.plan, one.way.add_ons), weighed.now.way
    before = way(case, scene, now.plan, now.add_ons)
    if then.total_minor is None:
        return False
    return before.total_minor is None or then.total_minor < before.total_minor
