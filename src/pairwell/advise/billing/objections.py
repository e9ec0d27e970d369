"""What speaks against a cheaper plan."""

from __future__ import annotations

from pairwell.advise.billing.coming import Expected
from pairwell.advise.billing.compare import past
from pairwell.advise.billing.ledger import Bill, Unservable
from pairwell.advise.billing.said_moves import bound, not_lasting, risky, too_small, would_lose
from pairwell.advise.billing.wanted import MUCH, SOME, others_grew
from pairwell.advise.billing.ways import Way, way
from pairwell.advise.billing.weighed import LAST_MONTHS, Weighed
from pairwell.said import Said

LEAST_SAVING = 0.08  # of the bill: less is not worth the trouble of a move
CLEAR = 0.1  # of the bill, where too few months are known for a forecast
DREAD = 1.5  # a loss weighs more than a gain of its size; about twice, found Tversky and Kahneman 1992


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
    if weighed.is_borne_out and not weighed.is_lower(one):
        return None
    months = _months_to_hold(weighed, one)
    if not _was_cheaper(weighed, one, months):
        return not_lasting(one.way, months)
    risk = _risk(weighed, one)
    return risky(one.way, weighed.monthly(risk), weighed.currency) if risk * DREAD > saved else None


def _risk(weighed: Weighed, one: Expected) -> int:
    """What more would cost beyond the present plan, at the low end of the use that may come."""
    if weighed.is_lower(one) or one.low_minor is None or weighed.now.low_minor is None:
        return 0
    return one.low_minor - weighed.now.low_minor


def _months_to_hold(weighed: Weighed, one: Expected) -> int:
    """Less should have sufficed for as long as is known; for more, the last months count."""
    seen = len(weighed.case.recent_months)
    return seen if weighed.is_lower(one) else min(LAST_MONTHS, seen)


def _was_cheaper(weighed: Weighed, one: Expected, months: int) -> bool:
    """Whether it would have cost less in all; for more, by enough, in the last month as well, and not by one leap.

    A month with more than ever may be a burst. It is taken for growth where the account's other meters grew as well;
    where they grew by a lot, that last month alone will do.
    """
    case = weighed.case
    scene = past(case, case.recent_months[-months:])
    then, now = way(case, scene, one.way.plan, one.way.add_ons), weighed.now.way
    before = way(case, scene, now.plan, now.add_ons)
    is_lower = weighed.is_lower(one)
    grown = 0.0 if is_lower else others_grew(case, now.plan)
    cheaper = [_is_cheaper(*bills) for bills in zip(then.bills, before.bills, strict=True)]
    if not is_lower and cheaper[-1] and grown >= MUCH:
        return True
    if then.total_minor is None:
        return False
    if before.total_minor is not None and not _saved(then, before, 0.0 if is_lower else LEAST_SAVING):
        return False
    return is_lower or (cheaper[-1] and (sum(cheaper) > months / 2 or grown >= SOME))


def _saved(then: Way, before: Way, least: float) -> bool:
    """Whether something was saved, and at least that share of the bills."""
    saved = (before.total_minor or 0) - (then.total_minor or 0)
    return saved > 0 and saved >= least * (before.total_minor or 0)


def _is_cheaper(then: Bill | Unservable, before: Bill | Unservable) -> bool:
    if isinstance(then, Unservable):
        return False
    return isinstance(before, Unservable) or then.total_minor < before.total_minor
