"""Whom to talk to, in which order, about what; and whom to leave alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from pairwell.advise.advice import Hold, Move
from pairwell.advise.billing.days import local_day
from pairwell.advise.moves.chances import Yeses
from pairwell.advise.moves.find import find_moves
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.advise.newest import find_attribute
from pairwell.said import Said, day, phrase, phrase_count

REVIEWS: Final = ("next_review", "review", "review_date", "qbr")  # attributes that say when one is
RENEWALS: Final = ("renewal", "renewal_date", "renews_at", "contract_end", "contract_until")
_NEAR: Final = 31  # days until a review or a renewal, to wait for it
_PLANS: Final = frozenset({"upgrade", "downgrade"})
_WAITS: Final = frozenset({"add_on", "trial", "renewal"})
TimeCode = Literal["now", "limit", "review", "renewal"]


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """When a talk is best held, and why then."""

    code: TimeCode
    by: dt.date | None  # None: any day is as good
    text: str  # said


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """One talk with one account: the best move, and what else may come up."""

    account_id: str
    name: str
    owner: str | None
    move: Move
    further: tuple[Move, ...]  # further openings, the best first
    timing: Timing
    worth_a_minute: float  # minor units


class LeftAlone(msgspec.Struct, frozen=True, kw_only=True):
    """An account that nothing is pitched to, why, and what helps it instead."""

    account_id: str
    name: str
    owner: str | None
    holds: tuple[Hold, ...]  # the gravest first


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """An account that nothing speaks against talking to, and no move is worth it; or of which too little is known."""

    account_id: str
    name: str
    owner: str | None
    text: str  # said


class Worklist(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with each account, and what is expected of it. Money is in minor units."""

    as_of: dt.datetime | None  # UTC; None: there is no account
    owner: str | None  # None: of everybody
    capacity_minutes: int | None  # None: no limit
    talks: tuple[Talk, ...]  # within the capacity, the most worth a minute first
    waiting: tuple[Talk, ...]  # beyond it
    left_alone: tuple[LeftAlone, ...]
    nothing_to_say: tuple[Quiet, ...]
    not_known: tuple[Quiet, ...]
    how: tuple[str, ...]  # said: how it was ranked

    @property
    def minutes(self) -> int:
        """Of the talks within the capacity."""
        return sum(talk.move.minutes for talk in self.talks)

    @property
    def worth_minor(self) -> int:
        """Expected of them."""
        return sum(talk.move.worth_minor for talk in self.talks)


def make_worklist(
    prospects: Iterable[Prospect],
    terms: Terms,
    yeses: Yeses | None = None,
    *,
    owner: str | None = None,
    capacity_minutes: int | None = None,
) -> Worklist:
    """One talk an account, the most worth a minute first, as far as the minutes go.

    Each account is talked to about the move worth most; what else there is comes up beside it. Filling by the ratio of
    worth to minutes is the best that whole talks allow, but for what the last one that does not fit would bring, which
    is little where talks are many and short (Dantzig 1957).
    """
    mine = sorted(
        (one for one in prospects if owner in (None, one.account.owner)), key=lambda one: one.account.account_id
    )
    ready = [one for one in mine if one.readiness.is_ready]
    openings = [(one, find_moves(one, terms, yeses)) for one in ready]
    worth = [(one, moves) for one, moves in openings if any(_is_worth_it(move) for move in moves)]
    talks = sorted((_talk(one, moves, terms) for one, moves in worth), key=_first)
    within, waiting = _fill(talks, capacity_minutes)
    held = [one for one in mine if not one.readiness.is_ready]
    unknown = [one for one in held if all(hold.code == "too_little_known" for hold in one.readiness.holds)]
    return Worklist(
        as_of=mine[0].account.as_of if mine else None,
        owner=owner,
        capacity_minutes=capacity_minutes,
        talks=tuple(within),
        waiting=tuple(waiting),
        left_alone=tuple(_left_alone(one) for one in held if one not in unknown),
        nothing_to_say=tuple(_quiet(one, _fits(moves)) for one, moves in openings if (one, moves) not in worth),
        not_known=tuple(_quiet(one, one.readiness.holds[0].text) for one in unknown),
        how=tuple(_how(capacity_minutes)),
    )


def _is_worth_it(move: Move) -> bool:
    """A better plan is told of even where the seller earns less by it; such talks come last."""
    return move.worth_minor > 0 or move.kind in _PLANS


def _order(move: Move) -> tuple[bool, int, str]:
    """Whoever pays too much hears of that before anything is sold beside it."""
    return not (move.kind in _PLANS and move.worth_minor > 0), -move.worth_minor, move.plan_id


def _talk(prospect: Prospect, found: Sequence[Move], terms: Terms) -> Talk:
    account, moves = prospect.account, sorted(found, key=_order)
    best = moves[0]
    return Talk(
        account_id=account.account_id,
        name=account.name,
        owner=account.owner,
        move=best,
        further=tuple(moves[1:]),
        timing=_timing(prospect, best, terms),
        worth_a_minute=best.worth_minor / best.minutes,
    )


def _first(talk: Talk) -> tuple[float, int, str]:
    return -talk.worth_a_minute, -talk.move.worth_minor, talk.account_id


def _fill(talks: Sequence[Talk], minutes: int | None) -> tuple[list[Talk], list[Talk]]:
    """Those that fit, in their order, and those that do not."""
    within, waiting, left = list[Talk](), list[Talk](), minutes
    for talk in talks:
        if left is not None and talk.move.minutes > left:
            waiting.append(talk)
        else:
            within.append(talk)
            left = None if left is None else left - talk.move.minutes
    return within, waiting


def _timing(prospect: Prospect, move: Move, terms: Terms) -> Timing:
    """What saves money is said at once; what does not waits for a review or a renewal that is near."""
    today = local_day(prospect.account.as_of, terms.prices.zone)
    limits = [limit.day for advice in prospect.advices.values() for limit in advice.limits if limit.day >= today]
    if move.kind == "heads_up" and limits:
        return Timing(code="limit", by=min(limits), text=phrase("before the limit of {day}", day=day(min(limits))))
    for code, names in (("renewal", RENEWALS), ("review", REVIEWS)):
        on = _day_told(prospect, names)
        if on is not None and move.kind in _WAITS and 0 <= (on - today).days <= _NEAR:
            return _tied(code == "renewal", on)
    return Timing(code="now", by=None, text=phrase("this week"))


def _tied(renews: bool, on: dt.date) -> Timing:
    if renews:
        return Timing(code="renewal", by=on, text=phrase("before the renewal of {day}", day=day(on)))
    return Timing(code="review", by=on, text=phrase("at the review of {day}", day=day(on)))


def _day_told(prospect: Prospect, names: tuple[str, ...]) -> dt.date | None:
    told = find_attribute(prospect.account, names)
    try:
        return None if told is None else dt.date.fromisoformat(told.value[:10])
    except ValueError:
        return None


def _left_alone(prospect: Prospect) -> LeftAlone:
    account = prospect.account
    return LeftAlone(
        account_id=account.account_id, name=account.name, owner=account.owner, holds=prospect.readiness.holds
    )


def _quiet(prospect: Prospect, text: str) -> Quiet:
    account = prospect.account
    return Quiet(account_id=account.account_id, name=account.name, owner=account.owner, text=text)


def _fits(moves: Sequence[Move]) -> Said:
    if moves:
        return phrase("What could be said is not worth a talk of its own; say it when you speak anyway.")
    return phrase("What they hold fits what they use.")


def _how(minutes: int | None) -> list[Said]:
    found = [
        phrase(
            "Ranked by expected worth a minute: the chance of a yes times the margin of a year, less what a no costs."
        ),
        phrase("One talk an account, about the move worth most, a better plan before anything beside it."),
    ]
    if minutes is not None:
        found.append(
            phrase_count(
                "Filled up to {count} minute in this order, as good as can be where talks are many and short.",
                "Filled up to {count} minutes in this order, as good as can be where talks are many and short.",
                minutes,
            )
        )
    return found
