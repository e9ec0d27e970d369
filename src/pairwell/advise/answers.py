"""How accounts answered in talks, and how an answer is told: as an event that the journal, caps and advice share."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from pairwell.advise.account import Account, Answer
from pairwell.advise.billing.ledger import Prices
from pairwell.errors import NotFoundError, RequestError
from pairwell.events import DeclineReason, Event, EventTalk
from pairwell.journal.talks import read_talks
from pairwell.operations.database import Database
from pairwell.said import day as day_of
from pairwell.said import phrase

Said = Literal["accept", "later", "no"]
SAID: Final = get_args(Said)
REASONS: Final = tuple(one for one in get_args(DeclineReason) if one != "later")  # of a no
_MOST_NAMED: Final = 40


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody tells of a talk."""

    answer: str
    move: str | None = None  # None: the one that the work list proposes
    until: dt.datetime | None = None  # UTC
    reason: str | None = None
    words: str | None = None
    by: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of a talk, and whether it was news."""

    account_id: str
    move: str  # the plan or add-on that it was about
    answer: Said
    alone_until: dt.datetime | None  # UTC; until when nothing is pitched to the account; None: it said yes
    silent_until: dt.datetime | None  # UTC; until when the offer is made nowhere; None: it was accepted
    event_id: str
    is_new: bool  # false: the same had been told today


def read_answer(told: Told, prices: Prices, *, now: dt.datetime) -> Answer:
    """What was told as an answer.

    Raises `RequestError` for what cannot be one, `NotFoundError` for a plan that the price list does not know.
    """
    if told.answer not in SAID:
        raise RequestError(
            phrase("{answer} is no answer.", answer=f"`{told.answer}`"),
            hint=phrase("Say {answers}.", answers=", ".join(SAID)),
            field="answer",
        )
    if told.reason is not None and (told.answer != "no" or told.reason not in REASONS):
        raise RequestError(
            phrase("{reason} is no reason for {answer}.", reason=f"`{told.reason}`", answer=f"`{told.answer}`"),
            hint=phrase("A `no` has one of {reasons}; say the rest in words.", reasons=", ".join(REASONS)),
            field="reason",
        )
    return Answer(
        at=now,
        move=_move(told.move, prices),
        answer=msgspec.convert(told.answer, Said),
        until=_until(told, now),
        reason=told.reason,
        words=told.words,
    )


def _move(move: str | None, prices: Prices) -> str:
    if move is None:
        raise RequestError(
            phrase("It is not said what the talk was about."),
            hint=phrase("Name the plan or add-on: `--move PLAN`."),
            field="move",
        )
    if prices.plan(move) is None:
        known = ", ".join(sorted(plan.plan_id for plan in prices.plans)[:_MOST_NAMED])
        raise NotFoundError(
            phrase("There is no plan {plan} in the price list.", plan=f"`{move}`"),
            hint=phrase("Plans and add-ons of it: {plans}.", plans=known),
        )
    return move


def _until(told: Told, now: dt.datetime) -> dt.datetime | None:
    if told.until is None:
        return None
    if told.answer != "later":
        raise RequestError(phrase("Only `later` has a day until which."), field="until")
    if told.until <= now:
        raise RequestError(
            phrase("{day} is over.", day=day_of(told.until.date())),
            hint=phrase("Say the day on which they may be asked again."),
            field="until",
        )
    return told.until


def with_answers(accounts: Mapping[str, Account], database: Database, as_of: dt.datetime) -> dict[str, Account]:
    """The accounts with what they answered up to a moment. Raises `JournalError`."""
    told: defaultdict[str, list[Answer]] = defaultdict(list)
    for event in read_talks(database, until=as_of):
        if event.customer_id is not None and event.customer_id in accounts:
            told[event.customer_id].append(_answer(event))
    return {
        one: msgspec.structs.replace(account, answers=(*account.answers, *told[one])) if one in told else account
        for one, account in accounts.items()
    }


def outcome_event(account_id: str, answer: Answer, *, by: str | None, day: dt.date) -> Event:
    """The event that tells of an answer; the same one, told twice on a day, is the same event."""
    return Event(
        event_id=_name(account_id, answer, day),
        type="accept" if answer.answer == "accept" else "decline",
        at=answer.at,
        customer_id=account_id,
        item_id=answer.move,
        reason=None if answer.answer == "accept" else _reason(answer),
        talk=EventTalk(by=by, until=answer.until, words=answer.words),
    )


def _answer(event: Event) -> Answer:
    talk = event.talk or EventTalk()
    said: Said = "accept" if event.type == "accept" else "later" if event.reason == "later" else "no"
    reason = event.reason if said == "no" else None
    return Answer(at=event.at, move=event.item_id or "", answer=said, until=talk.until, reason=reason, words=talk.words)


def _reason(answer: Answer) -> DeclineReason | None:
    if answer.answer == "later":
        return "later"
    return msgspec.convert(answer.reason, DeclineReason) if answer.reason else None


def _name(account_id: str, answer: Answer, day: dt.date) -> str:
    until = "" if answer.until is None else answer.until.isoformat()
    parts = (account_id, answer.move, answer.answer, answer.reason or "", until, day.isoformat())
    text = "\x1f".join(parts)
    return f"talk-{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"
