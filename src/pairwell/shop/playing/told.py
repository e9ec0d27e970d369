"""What came of a request, told to two readers: what the customer would see, and what the decision weighed."""

from __future__ import annotations

from typing import Any

import msgspec

from pairwell.config.settings import OfferKind
from pairwell.decide.account import Account
from pairwell.decide.telling.left import nearest_first, say_left
from pairwell.decide.telling.offers import say_offer
from pairwell.decide.telling.parts import LeftAccount, OfferAccount
from pairwell.decide.texts import find_locale, money
from pairwell.offer_words import read_by_shoppers
from pairwell.records import Decision, Offer, Silence, Stage


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what the decision weighed: "Fits", "Changes", "Brings" or "Place", and what it tells."""

    label: str
    text: str


class PlayedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer as the customer would see it, and why the decision made it."""

    offer: Offer
    price: str  # as the customer reads it
    price_before: str | None  # without its discount, where it has one
    why: list[str]  # as a page says it beside the offer
    weighed: list[Weighed]


class PlayedLeft(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that was not offered: the stage at which it left and why, in figures and in words."""

    item_id: str
    title: str | None
    kind: OfferKind
    price_minor: int | None
    stage: Stage
    reason: str
    factors: dict[str, Any]
    why: str  # what is true of all that left for this reason
    more: str  # what is true of this one, and what would have changed it; may be empty


class PlayedSide(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the request under one version of the settings."""

    settings: str  # the name of that version
    outcome: str  # in a sentence or two
    silence: Silence | None
    slate_worth_minor: float
    slate_cost_minor: float
    language: str  # of what the customer reads
    offers: list[PlayedOffer]
    withheld: list[PlayedLeft]  # the nearest to being shown first
    lines: list[str]  # all of it for a terminal


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one candidate otherwise. Places count from 1; None: it is not shown."""

    item_id: str
    title: str | None
    kind: OfferKind
    place_before: int | None
    place_after: int | None
    why_before: str | None  # why it was not shown; None: it was shown, or nobody thought of it
    why_after: str | None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a candidate."""

    title: str | None
    place: int | None = None
    why: str | None = None
    reason: str | None = None


Candidate = tuple[OfferKind, str, str | None]  # of an upgrade its anchor, too


def tell_side(decision: Decision, account: Account) -> PlayedSide:
    """The two tales of one decision."""
    return PlayedSide(
        settings=account.settings,
        outcome=account.outcome(),
        silence=account.silence,
        slate_worth_minor=account.slate_worth_minor,
        slate_cost_minor=account.slate_cost_minor,
        language=find_locale(decision.inputs.request.locale).language,
        offers=[
            _offer(offer, one, decision, account) for offer, one in zip(decision.slate, account.offers, strict=True)
        ]
        if account.offers
        else [],
        withheld=tell_withheld(account),
        lines=account.lines(every=True),
    )


def tell_weighed(one: OfferAccount, account: Account) -> list[Weighed]:
    """What the decision weighed of one of its offers, part by part."""
    return [Weighed(label=label, text=text) for label, text in say_offer(one, account.counted, account.words)]


def tell_withheld(account: Account) -> list[PlayedLeft]:
    """Every candidate that was not offered, the nearest to being shown first."""
    return [_left(one, account) for one in nearest_first(account.withheld)]


def compare_accounts(before: Account, after: Account) -> list[Difference]:
    """Every candidate of which something else came: what is shown on either side first, by its place."""
    was, is_now = _standings(before), _standings(after)
    nobody = Standing(title=None)
    found = [
        _difference(one, was.get(one, nobody), is_now.get(one, nobody))
        for one in dict.fromkeys((*was, *is_now))
        if _fate(was.get(one)) != _fate(is_now.get(one))
    ]
    return sorted(found, key=_shown_first)


def _offer(offer: Offer, one: OfferAccount, decision: Decision, account: Account) -> PlayedOffer:
    locale = find_locale(decision.inputs.request.locale)
    before = offer.price_minor + offer.discount_minor
    return PlayedOffer(
        offer=offer,
        price=money(offer.price_minor, account.currency, locale),
        price_before=money(before, account.currency, locale) if offer.discount_minor else None,
        why=[reason.text for reason in read_by_shoppers(offer.reasons)],
        weighed=tell_weighed(one, account),
    )


def _left(one: LeftAccount, account: Account) -> PlayedLeft:
    why, more = say_left(one, account.words)
    return PlayedLeft(
        item_id=one.item_id,
        title=_title(one, account),
        kind=one.kind,
        price_minor=one.price_minor,
        stage=one.stage,
        reason=one.reason,
        factors=one.factors,
        why=why,
        more=more,
    )


def _title(one: LeftAccount, account: Account) -> str | None:
    """Of a bundle all that is in it."""
    items, anchor = one.factors.get("items"), one.factors.get("anchor_id")
    if not items:
        return one.title
    return " + ".join(account.titles.get(item_id) or item_id for item_id in (*items, *([anchor] if anchor else ())))


def _standings(account: Account) -> dict[Candidate, Standing]:
    shown = {_of_offer(one): Standing(title=one.title, place=one.offer_no + 1) for one in account.offers}
    left = {
        _of_left(one): Standing(title=_title(one, account), why=say_left(one, account.words)[0], reason=one.reason)
        for one in reversed(nearest_first(account.withheld))
    }
    return left | shown


def _of_offer(one: OfferAccount) -> Candidate:
    name = " ".join(sorted(one.item_ids)) if one.item_ids else one.item_id
    return one.kind, name, one.anchor_id if one.kind == "upgrade" else None


def _of_left(one: LeftAccount) -> Candidate:
    items = one.factors.get("items")
    name = " ".join(sorted(items)) if items else one.item_id
    return one.kind, name, one.factors.get("anchor_id") if one.kind == "upgrade" else None


def _fate(standing: Standing | None) -> tuple[int | None, str | None]:
    return (None, None) if standing is None else (standing.place, standing.reason)


def _difference(candidate: Candidate, was: Standing, is_now: Standing) -> Difference:
    return Difference(
        item_id=candidate[1],
        title=is_now.title or was.title,
        kind=candidate[0],
        place_before=was.place,
        place_after=is_now.place,
        why_before=was.why,
        why_after=is_now.why,
    )


def _shown_first(one: Difference) -> tuple[int, int]:
    last = 1_000
    return min(one.place_after or last, one.place_before or last), one.place_after or last
