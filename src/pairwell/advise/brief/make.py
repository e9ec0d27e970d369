"""Puts a brief together from what was found of an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Final

import msgspec

from pairwell.advise.account import Account
from pairwell.advise.advice import Move
from pairwell.advise.attributes import attributes_shown
from pairwell.advise.billing.days import local_day
from pairwell.advise.billing.wording import metered
from pairwell.advise.brief.asking import questions_for
from pairwell.advise.brief.record import Brief, Holding, Opening, Step
from pairwell.advise.brief.using import received, uses_of
from pairwell.advise.brief.whom import find_whom
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.advise.sheets import BillSheet, make_bills
from pairwell.advise.whitespace.gaps import Gap
from pairwell.said import phrase

_MOST_OPENINGS: Final = 3
_MOST_GAPS: Final = 2
_LEAST_GAP: Final = 0.25  # share of accounts like it that hold it
_MOST_SIGNALS: Final = 5
_SOON, _LATER = 2, 5  # working days
_REVIEWS: Final = ("next_review", "review", "review_date", "qbr")
_RENEWALS: Final = ("renewal", "renewal_date", "renews_at", "contract_end", "contract_until")
_OF_PLANS: Final = frozenset({"upgrade", "downgrade", "heads_up"})
_SATURDAY: Final = 5


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of an account, and what may be proposed to it, the best first."""

    prospect: Prospect
    moves: tuple[Move, ...]
    no_move: str | None = None  # said: why there is none
    channel: str = "call"  # by which they are talked to


def make_brief(found: Found, terms: Terms) -> Brief:
    """The whole page. Nothing is proposed to an account that something holds a pitch back from."""
    prospect, account = found.prospect, found.prospect.account
    bills, today = make_bills(account, terms), local_day(account.as_of, terms.prices.zone)
    uses = uses_of(account, terms, bills, today)
    holds = prospect.readiness.holds
    openings = () if holds else tuple(_opening(move, terms) for move in _first(found.moves))
    named = {opening.move.plan_id for opening in openings}
    return Brief(
        account_id=account.account_id,
        name=account.name,
        owner=account.owner,
        as_of=account.as_of,
        today=today,
        known_until=terms.known_until,
        currency=terms.prices.currency,
        timezone=terms.prices.zone,
        whom=find_whom(account, found.channel),
        about=attributes_shown(account.attributes),
        review=_day_of(account, _REVIEWS),
        renewal=_day_of(account, _RENEWALS),
        held=tuple(_held(account, terms)),
        needs=tuple(dict.fromkeys(need.need for need in account.needs)),
        uses=uses,
        received=received(account, terms, uses),
        signals=prospect.signals[:_MOST_SIGNALS],
        holds=holds,
        bills=bills,
        openings=openings,
        gaps=tuple(_worth_asking(prospect, named)[: _MOST_OPENINGS - len(openings)]),
        no_opening=None if openings else _why_none(found),
        steps=tuple(sorted(_steps(found, bills, openings, today), key=lambda step: step.by)),
    )


def _first(moves: Sequence[Move]) -> Sequence[Move]:
    """The best of them, and before these the best one of the plan: whoever pays too much must hear it."""
    plan = [move for move in moves if move.kind in _OF_PLANS][:1]
    return [*plan, *(move for move in moves if move not in plan)][:_MOST_OPENINGS]


def _worth_asking(prospect: Prospect, named: Collection[str]) -> Sequence[Gap]:
    """The likeliest that no opening is about; what few accounts like it hold is nothing to bring up.

    Whoever is too little known is asked about these, and sold nothing.
    """
    if any(hold.code != "too_little_known" for hold in prospect.readiness.holds):
        return []
    return [gap for gap in prospect.gaps if gap.plan_id not in named and gap.chance >= _LEAST_GAP][:_MOST_GAPS]


def _why_none(found: Found) -> str:
    if found.prospect.readiness.holds:
        return phrase("Nothing is proposed now: help first, as said under risks.")
    return found.no_move or phrase("No move is worth a talk for them now; what they have fits.")


def _held(account: Account, terms: Terms) -> Iterator[Holding]:
    for one in account.held():
        plan = terms.prices.plan(one.plan_id)
        yield Holding(
            plan_id=one.plan_id,
            title=one.plan_id if plan is None else plan.title or plan.plan_id,
            since=local_day(one.since, terms.prices.zone),
            seats=one.seats,
            is_trial=one.is_trial,
        )


def _opening(move: Move, terms: Terms) -> Opening:
    questions, listen = questions_for(move, terms.prices.plan(move.plan_id))
    return Opening(move=move, questions=questions, listen=listen)


def _day_of(account: Account, names: Sequence[str]) -> dt.date | None:
    for name in names:
        try:
            return dt.date.fromisoformat(account.attributes.get(name, "")[:10])
        except ValueError:
            continue
    return None


def _steps(found: Found, bills: BillSheet, openings: Sequence[Opening], today: dt.date) -> Iterator[Step]:
    account = found.prospect.account
    for hold in found.prospect.readiness.holds[:2]:
        yield Step(text=hold.helps, by=_working(today, _SOON))
    if openings:
        first = openings[0].move
        yield Step(
            text=phrase("Call them about {title}; ask before you name it.", title=first.title),
            by=_working(today, _LATER),
        )
        told = phrase(
            "Note what they said: `pairwell accounts outcome {account} accept|later|no --move {plan}`. With `later` "
            "agree on a day (`--until YYYY-MM-DD`): until then they are left alone. With `no` ask why (`--reason "
            "too_dear`, `have_it` or `not_for_me`).",
            account=account.account_id,
            plan=first.plan_id,
        )
        yield Step(text=told, by=_working(today, _LATER + 1))
    review = _day_of(account, _REVIEWS)
    if review is not None and review >= today:
        yield Step(text=phrase("Quarterly review: bring this page, printed anew."), by=review)
    renewal = _day_of(account, _RENEWALS)
    if renewal is not None and renewal >= today:
        yield Step(text=phrase("The contract is renewed."), by=renewal)
    for family in bills.families:
        for limit in family.advice.limits[:1]:
            if limit.day >= today:
                yield Step(
                    text=phrase("What is included of {meter} is expected to be used up.", meter=metered(limit.meter)),
                    by=limit.day,
                )


def _working(today: dt.date, days: int) -> dt.date:
    """So many working days on."""
    day = today
    while days:
        day += dt.timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return day
