"""A small simulated firm as whoever advises on it sees it, made once for all tests of a process."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec
from tests.unit.advise.firms import PRICES, read_firm

from pairwell.advise.account import Account, Contact
from pairwell.advise.billing.case import Benefit
from pairwell.advise.brief.make import Found, make_brief
from pairwell.advise.brief.record import Brief
from pairwell.advise.moves.find import find_moves
from pairwell.advise.moves.terms import Prospect, Terms, Told
from pairwell.advise.prospects import find_prospects
from pairwell.advise.worklist import Worklist, make_worklist
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.firm.stories import BENEFITS, STORIES
from pairwell.simulate.firm.world import make_firm

SIZE = FirmSize(accounts=60, months=12)


class ToldFirm(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts that hold anything, what the business says, and the list of everybody."""

    accounts: Mapping[str, Account]
    terms: Terms
    prospects: tuple[Prospect, ...]
    work: Worklist

    def brief(self, prospect: Prospect, locale: str = "en") -> Brief:
        """The brief of one account, with stories in a language."""
        terms = msgspec.structs.replace(self.terms, locale=locale)
        return make_brief(Found(prospect=prospect, moves=find_moves(prospect, terms)), terms)


@cache
def told_firm(seed: int = 3) -> ToldFirm:
    """The firm of a seed, as its history ends."""
    with tempfile.TemporaryDirectory() as folder:
        accounts = read_firm(make_firm(seed, size=SIZE), Path(folder))
    named = Contact(customer_id="c-1", name="Ann", role="Head of hiring")
    first = min(accounts)
    accounts[first] = msgspec.structs.replace(accounts[first], contacts=(named,))
    days = {use.day for account in accounts.values() for use in account.ledger.used}
    terms = Terms(
        prices=PRICES,
        margin_rate=0.3,
        benefits=tuple(map(_benefit, BENEFITS)),
        stories=tuple(_told()),
        known_since=min(days),
        known_until=max(days),
    )
    prospects = find_prospects(accounts, terms)
    return ToldFirm(accounts=accounts, terms=terms, prospects=prospects, work=make_worklist(prospects, terms))


def _benefit(row: tuple[str, str, float | None, int | None, str]) -> Benefit:
    feature, meter, minutes, money, text = row
    return Benefit(
        feature=feature or None,
        meter=meter or None,
        minutes=None if minutes is None else Decimal(f"{minutes:g}"),
        money_minor=None if money is None else Decimal(money),
        text=text,
    )


def _told() -> list[Told]:
    return [
        Told(story_id=f"s-{number}", locale=locale, text=text, industry=one.industry, need=one.need, use=one.use)
        for number, one in enumerate(STORIES, 1)
        for locale, text in (("en", one.en), ("ru", one.ru), ("pl", one.pl))
    ]
