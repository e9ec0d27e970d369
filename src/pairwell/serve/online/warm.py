"""Decide before anyone asks, so that no customer waits for what is read once only."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from pairwell.decide.decider import Decider, public_answer
from pairwell.decide.identity import ENTROPY_BYTES
from pairwell.decide.rules.book import open_book
from pairwell.decide.texts import LANGUAGES, find_locale, money, number, say
from pairwell.journal.store import RoundKind
from pairwell.records import CartLine, DecisionRequest, Item
from pairwell.serve.online.live import Live

_SOUGHT = 200  # of the items bought most; some of them are no longer sold
_RULED = 50_000  # of these, what rules say of items alone is worked out ahead; it takes a few microseconds each
_ITEMS = 5  # that are decided for, in each language, at each placement
_NOBODY = "warm"  # a customer without a past; nothing is kept under this name
_encoder = msgspec.json.Encoder()


def warm(decider: Decider, live: Live, known: Mapping[str, Item], *, now: datetime, rehearse: bool) -> None:
    """Answer requests of nobody in every language, at every placement, for `known` items that are bought most.

    The journal holds none of them; where told to `rehearse`, one is written and taken back. Raises `JournalError`
    where the journal cannot be read or written.
    """
    for language in LANGUAGES:
        _speak(language, live.settings.settings.shop.currency)
    bought = [item_id for item_id in _bought_most(live, _RULED) if item_id in known]
    open_book(live.settings.settings).items.read(known[item_id] for item_id in bought)
    for request in _requests(live, known):
        kind: RoundKind = "rehearsed" if rehearse else "read"
        rehearse = False
        decision = decider.answer(request, now=now, entropy=os.urandom(ENTROPY_BYTES), kind=kind)
        _encoder.encode(public_answer(decision, secret=True, explain=False))


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
