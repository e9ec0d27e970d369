"""Decide before anyone asks, so that no customer waits for what is read once only."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime

import msgspec
import sqlalchemy as sa

from pairwell.catalogues import LANGUAGES
from pairwell.decide.decider import Decider, public_answer
from pairwell.decide.identity import ENTROPY_BYTES
from pairwell.decide.rules.book import open_book
from pairwell.decide.texts import find_locale, money, number, say
from pairwell.facts.store import FactStore, FactsView
from pairwell.journal.store import RoundKind
from pairwell.records import CartLine, DecisionRequest, Item
from pairwell.serve.online.live import Live

_SOUGHT = 200  # of the items bought most; some of them are no longer sold
_RULED = 50_000  # of these, what rules say of items alone is worked out ahead; it takes a few microseconds each
_AT_A_TIME = 25  # of these, between two looks at the time
_WORKS_S = 0.0005  # then it rests
_RESTS = 4.0  # times as long: whoever is answered meanwhile needs the one interpreter, too
_ITEMS = 5  # that are decided for, in each language, at each placement
_NOBODY = "warm"  # a customer without a past; nothing is kept under this name
_encoder = msgspec.json.Encoder()


class OffersOn:
    """Facts as they are, but for the switch that puts offers off: what is answered by them nobody gets."""

    def __init__(self, facts: FactStore) -> None:
        self._facts = facts

    def view(
        self,
        connection: sa.Connection,
        customer_ids: Collection[str] = (),
        *,
        complaints_since: datetime | None = None,
        habits_of: Collection[str] = (),
    ) -> FactsView:
        """As `FactStore.view`."""
        found = self._facts.view(connection, customer_ids, complaints_since=complaints_since, habits_of=habits_of)
        return msgspec.structs.replace(found, offers_off=0)


class Superseded(Exception):  # noqa: N818 - nothing is wrong
    """What was to be warmed is no longer what is published."""


class Warming(msgspec.Struct, frozen=True, kw_only=True):
    """How to warm. Where told to `rehearse`, nobody is answered yet: one request is written and taken back.

    `superseded` says, and is asked often, whether something newer is published.
    """

    now: datetime
    rehearse: bool = False
    superseded: Callable[[], bool] = bool


def warm(decider: Decider, live: Live, known: Mapping[str, Item], how: Warming) -> None:
    """Answer requests of nobody in every language, at every placement, for `known` items that are bought most.

    The journal holds none of them. Nothing rests before the first customer asks. Raises `JournalError` where the
    journal cannot be read or written, and `Superseded` where there is no more use in it.
    """
    pace, rehearse = _Pace(0.0 if how.rehearse else _RESTS, how.superseded), how.rehearse
    for language in LANGUAGES:
        _speak(language, live.settings.settings.shop.currency)
        pace.rest()
    _rule(live, known, pace)
    for request in _requests(live, known):
        kind: RoundKind = "rehearsed" if rehearse else "read"
        rehearse = False
        decision = decider.answer(request, now=how.now, entropy=os.urandom(ENTROPY_BYTES), kind=kind)
        _encoder.encode(public_answer(decision, secret=True, explain=False))
        pace.rest()


class _Pace:
    """Rests now and then, `times` as long as this thread has worked since the last rest.

    Raises `Superseded` where that is so.
    """

    def __init__(self, times: float, superseded: Callable[[], bool]) -> None:
        self._times = times
        self._superseded = superseded
        self._since = time.thread_time()

    def rest(self) -> None:
        worked = time.thread_time() - self._since
        if self._times and worked > _WORKS_S:
            time.sleep(self._times * worked)
            self._since = time.thread_time()
        if self._superseded():
            raise Superseded


def _rule(live: Live, known: Mapping[str, Item], pace: _Pace) -> None:
    """Work out what the rules say of items alone."""
    verdicts = open_book(live.settings.settings).items
    bought = iter([known[item_id] for item_id in _bought_most(live, _RULED) if item_id in known])
    while some := list(itertools.islice(bought, _AT_A_TIME)):
        verdicts.read(some)
        pace.rest()


def _speak(language: str, currency: str) -> None:
    """Read what a language needs, also where no offer is worth making and no sentence would be said."""
    locale = find_locale(language)
    price = money(0, currency, locale)
    say("price_beside", locale, {"price": price, "purchase": price})
    number(0.5, locale)


def _bought_most(live: Live, number: int) -> list[str]:
    return [] if live.model is None else live.model.popular(number)


def _requests(live: Live, known: Mapping[str, Item]) -> Iterator[DecisionRequest]:
    items = [item_id for item_id in _bought_most(live, _SOUGHT) if item_id in known][:_ITEMS]
    for item_id, language, placement in itertools.product(items, LANGUAGES, live.settings.settings.placements):
        yield DecisionRequest(
            placement=placement,
            request_id=_NOBODY,
            customer_id=_NOBODY,
            locale=language,
            cart=[CartLine(item_id=item_id)],
            viewed=[item_id],
        )
