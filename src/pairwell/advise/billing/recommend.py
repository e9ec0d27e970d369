"""Which move, if any, is right for an account, said by what the account gets from it.

A move is named where it lowers the bill expected and would have lowered the bills gone by, or where it raises the
bill by no more than a benefit that somebody named is worth. Nothing is recommended for its own sake.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.coming import Expected, Limit, outlook
from pairwell.advise.billing.compare import FEWEST_MONTHS, NotKnown
from pairwell.advise.billing.days import months_on
from pairwell.advise.billing.full import said_full
from pairwell.advise.billing.more import more_of
from pairwell.advise.billing.objections import CLEAR, LEAST_SAVING, objection
from pairwell.advise.billing.said_coming import said_coming
from pairwell.advise.billing.said_moves import (
    binds,
    cannot_serve,
    costs_more,
    may_cost,
    runs_out,
    same_bill,
    saves,
    stays_best,
    unknown,
    would_lose,
)
from pairwell.advise.billing.weighed import Weighed, per_month
from pairwell.said import Said, joined

Action = Literal["stay", "upgrade", "downgrade", "heads_up", "not_enough_known"]
FEWEST_YOUNG = 2  # whole months, from which on what is clear is said
HEADS_UP_MONTHS = 2  # a limit that far off is worth a word


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about an account's plan, why, and what it changes a month. Sums are in minor units.

    `benefit` is what to say; `also` is what else is true. `expected_then_minor` exceeds `expected_now_minor` by at
    most `worth_minor`, the benefits named in money.
    """

    action: Action
    benefit: str  # said
    also: tuple[str, ...] = ()
    plan_id: str | None = None  # to move to, or to look at; None: none
    add_ons: tuple[str, ...] = ()
    expected_now_minor: int | None = None
    expected_then_minor: int | None = None
    worth_minor: int = 0
    gains: tuple[str, ...] = ()  # features
    loses: tuple[str, ...] = ()  # features in use
    locked_until: dt.date | None = None  # how long the plan moved to would bind
    limits: tuple[Limit, ...] = ()
    months_seen: int = 0


def recommend(case: Case) -> Advice:
    """Weigh every way to hold the family's plans against the present one."""
    coming = outlook(case, FEWEST_YOUNG)
    seen = len(case.recent_months)
    if isinstance(coming, NotKnown):
        return _unknown(msgspec.structs.replace(coming, needed=FEWEST_MONTHS), seen)
    weighed = Weighed(case, coming, coming.options[0])
    if seen < FEWEST_MONTHS:
        known = NotKnown("too_few_months", found=seen)
        return _clearly_better(weighed) or _paid_by_benefit(weighed, CLEAR) or _unknown(known, seen)
    move = (
        _saving(weighed) or _paid_by_benefit(weighed) or _same_bill(weighed) or _full(weighed) or _limit_near(weighed)
    )
    return move or _stay(weighed)


def _unknown(found: NotKnown, seen: int) -> Advice:
    return Advice(action="not_enough_known", benefit=unknown(found), months_seen=seen)


def _clearly_better(weighed: Weighed) -> Advice | None:
    """The larger plan that saves most, of an account with few months, if that is enough."""
    least = CLEAR * (weighed.now.served_minor or 0)
    for one in weighed.cheaper():
        if (
            not weighed.is_lower(one)
            and not weighed.loses(one)
            and not weighed.bound(one)
            and weighed.saved(one) >= least
        ):
            return _move(weighed, one, "upgrade", saves(one.way, weighed.monthly(weighed.saved(one)), weighed.currency))
    return None


def _saving(weighed: Weighed) -> Advice | None:
    """The move that saves most, of those that nothing speaks against."""
    for one in weighed.cheaper():
        if objection(weighed, one) is None:
            saved = weighed.saved(one)
            text = saves(one.way, weighed.monthly(saved), weighed.currency)
            return _move(weighed, one, "downgrade" if weighed.is_lower(one) else "upgrade", text)
    return None


def _paid_by_benefit(weighed: Weighed, least: float = LEAST_SAVING) -> Advice | None:
    """The move that costs more, and by the benefits named is worth that and a bit: of several the one most worth."""
    best: tuple[int, Expected] | None = None
    for one in weighed.dearer():
        left = weighed.worth(one) + weighed.saved(one)
        enough = left >= least * ((weighed.now.served_minor or 0) + weighed.worth(one))
        if weighed.worth(one) > 0 and enough and not weighed.loses(one) and (best is None or left > best[0]):
            best = left, one
    if best is None:
        return None
    one = best[1]
    text = joined(*weighed.said_worth(one), between=", ")
    move = _move(weighed, one, "upgrade", text)
    saved = weighed.saved(one)
    if saved > 0:
        bill = saves(one.way, weighed.monthly(saved), weighed.currency)
    else:
        bill = costs_more(one.way, weighed.monthly(-saved), weighed.currency)
    return msgspec.structs.replace(move, also=(bill, *move.also))


def _same_bill(weighed: Weighed) -> Advice | None:
    """A higher plan that costs exactly as much and includes more: worth knowing, no reason to push."""
    for one in weighed.alike():
        more = more_of(one.way, weighed.now.way)
        if more and not weighed.loses(one):
            move = _move(weighed, one, "heads_up", same_bill(more[:1]))
            return msgspec.structs.replace(move, also=(*more[1:], *move.also))
    return None


def _full(weighed: Weighed) -> Advice | None:
    """All that can be had was taken for months: how much more is wanted, only the account can say."""
    said = said_full(weighed)
    return _held_on(weighed, "heads_up", said[0], said[1:]) if said else None


def _limit_near(weighed: Weighed) -> Advice | None:
    """Included units about to run out: told before they do."""
    until = months_on(weighed.case.today, HEADS_UP_MONTHS)
    near = [limit for limit in weighed.coming.limits if limit.day < until and weighed.is_new(limit)]
    if not near:
        return None
    return _held_on(weighed, "heads_up", runs_out(near[0]), [*map(runs_out, near[1:]), *_objections(weighed)])


def _stay(weighed: Weighed) -> Advice:
    """Nothing to change; what speaks against each cheaper plan, and what the next one up would cost."""
    now, against = weighed.now, _objections(weighed)
    dearer = [one for one in weighed.dearer() if one.total_minor is not None and not weighed.is_lower(one)]
    if dearer and now.total_minor is not None:
        next_up = min(dearer, key=lambda one: one.total_minor or 0)
        against.append(costs_more(next_up.way, weighed.monthly(-weighed.saved(next_up)), weighed.currency))
    if now.total_minor is None:
        return _held_on(weighed, "stay", cannot_serve(now.way, now.way.lacks), against)
    if weighed.cheaper() and against:
        return _held_on(weighed, "stay", against[0], against[1:])
    return _held_on(weighed, "stay", stays_best(now.way, weighed.monthly(now.total_minor), weighed.currency), against)


def _objections(weighed: Weighed) -> list[Said]:
    """What speaks against each cheaper plan, held in the way that is cheapest."""
    found: dict[str, Said] = {}
    for one in weighed.cheaper():
        said = objection(weighed, one)
        if said is not None:
            found.setdefault(one.way.plan.plan_id, said)
    return list(found.values())


def _move(weighed: Weighed, one: Expected, action: Action, benefit: Said) -> Advice:
    """Advice that names another way to hold the plans."""
    return Advice(
        action=action,
        benefit=benefit,
        also=tuple(_beside(weighed, one)),
        plan_id=one.way.plan.plan_id,
        add_ons=tuple(add_on.plan_id for add_on in one.way.add_ons),
        expected_now_minor=_monthly(weighed.now.served_minor, weighed.months),
        expected_then_minor=_monthly(one.total_minor, weighed.months),
        worth_minor=weighed.monthly(weighed.worth(one)),
        gains=tuple(sorted(one.way.features - weighed.now.way.features)),
        loses=tuple(weighed.loses(one)),
        locked_until=weighed.binding(one),
        limits=weighed.coming.limits,
        months_seen=len(weighed.case.recent_months),
    )


def _beside(weighed: Weighed, one: Expected) -> Iterator[Said]:
    """What else is true of a move: how long it binds, what it loses, what it may cost."""
    if until := weighed.binding(one):
        yield binds(one.way, until)
    if lost := weighed.loses(one):
        yield would_lose(one.way, lost)
    if one.high_minor is not None and weighed.now.high_minor is not None and one.high_minor > weighed.now.high_minor:
        more = weighed.monthly(one.high_minor - weighed.now.high_minor)
        yield may_cost(one.way, more, weighed.currency)
    yield from said_coming(weighed.case, weighed.coming)


def _held_on(weighed: Weighed, action: Action, benefit: Said, also: Iterable[Said]) -> Advice:
    """Advice that names no other plan."""
    return Advice(
        action=action,
        benefit=benefit,
        also=tuple(also),
        expected_now_minor=_monthly(weighed.now.served_minor, weighed.months),
        limits=weighed.coming.limits,
        months_seen=len(weighed.case.recent_months),
    )


def _monthly(minor: int | None, months: int) -> int | None:
    return None if minor is None else per_month(minor, months)
