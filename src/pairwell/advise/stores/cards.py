"""A counter card: what to ask who buys an item, what goes with it and what would serve better, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from pairwell.advise.stores.records import Beside, Better, Card, Dearer
from pairwell.advise.stores.steps import Known, took_dearer
from pairwell.candidates.relations import Question, Sources, related
from pairwell.config.settings import OfferKind, Placement, Settings
from pairwell.decide.account import Account
from pairwell.decide.telling.fits import why_it_fits
from pairwell.decide.telling.parts import OfferAccount
from pairwell.errors import NotFoundError
from pairwell.prices import customer_price
from pairwell.records import Decision, DecisionRequest, Offer
from pairwell.said import amount, joined, lowered, percent, phrase

COUNTER: Final = "counter"  # the placement that decides
_MOST: Final[dict[OfferKind, int]] = {"upgrade": 1, "cross_sell": 5, "bundle": 2}
_QUESTIONS, _ATTRIBUTES = 6, 3
_CERTAIN: Final = 0.001  # temperature at which the best always leads: a printed card is no lottery
_MERITS: Final = frozenset({"price", "rating", "tier"})
Decide = Callable[[Settings, DecisionRequest], tuple[Decision, Account]]


def make_card(item_id: str, known: Known, settings: Settings, decide: Decide, *, now: datetime) -> Card:
    """The card of an item: what `decide` lets through for a customer of whom nothing is known, kind by kind.

    Raises `NotFoundError` for an item that the catalogue does not have.
    """
    item = known.items.get(item_id)
    if item is None:
        raise NotFoundError(
            phrase("Item {item} is not in the catalogue.", item=repr(item_id)),
            hint=phrase("Check the id, or run `pairwell ingest items FILE`."),
            field="item",
        )
    request = DecisionRequest(placement=COUNTER, viewed=[item_id])
    made = {kind: decide(at_the_counter(settings, kind), request) for kind in _MOST}
    price = customer_price(item, settings.shop)
    upgrade = next(iter(_besides(*made["upgrade"], known, price)), None)
    add_ons, bundles = (_besides(*made[kind], known, price) for kind in ("cross_sell", "bundle"))
    better = None if upgrade is None else _better(item_id, upgrade, made["upgrade"][0].slate[0], known)
    needed = _needed(item_id, known)
    return Card(
        item_id=item_id,
        title=known.title(item_id),
        category=item.category,
        price_minor=price,
        currency=settings.shop.currency,
        timezone=settings.shop.timezone,
        made_at=now,
        placement_stated=COUNTER in settings.placements,
        questions=list(_questions(item_id, known, better, add_ons, needed))[:_QUESTIONS],
        upgrade=better,
        add_ons=add_ons,
        bundles=bundles,
        needed=needed,
        nothing=None if upgrade or add_ons or bundles else made["cross_sell"][1].outcome(),
    )


def at_the_counter(settings: Settings, kind: OfferKind) -> Settings:
    """The same limits for one kind of offer at the counter, where chance has no say; no kind that is not allowed."""
    place = settings.placements.get(COUNTER) or Placement(channel=COUNTER, friction=0.0)
    # No placement is without kinds: where this one is not allowed, a repeat is, which nobody unknown gets.
    place = msgspec.structs.replace(place, kinds=(kind,) if kind in place.kinds else ("repeat",))
    choice = msgspec.structs.replace(
        settings.choice, holdout=0.0, withheld=0.0, exploration=0.0, temperature=_CERTAIN, learning_budget_minor=0.0
    )
    slots = msgspec.structs.replace(settings.slots, max=min(settings.slots.max, _MOST.get(kind, 1)))
    placements = {**settings.placements, COUNTER: place}
    return msgspec.structs.replace(settings, placements=placements, choice=choice, slots=slots)


def _besides(decision: Decision, account: Account, known: Known, price: int | None) -> list[Beside]:
    return [
        _beside(offer, told, account, known, price) for offer, told in zip(decision.slate, account.offers, strict=True)
    ]


def _beside(offer: Offer, told: OfferAccount, account: Account, known: Known, price: int | None) -> Beside:
    item = known.items.get(offer.item_id)
    return Beside(
        item_ids=offer.adds,
        title=" + ".join(known.title(one) for one in offer.adds),
        category=None if item is None else item.category,
        price_minor=offer.price_minor,
        discount_minor=offer.discount_minor,
        price_share=offer.price_minor / price if price else None,
        why=why_it_fits(told, account.words),
        argument=next((reason.text for reason in offer.reasons if reason.code == "own_text"), None),
    )


def _better(item_id: str, upgrade: Beside, offer: Offer, known: Known) -> Better:
    dearer = None if known.model is None else took_dearer(item_id, offer.item_id, known.model)
    return Better(offer=upgrade, compare=offer.compare or [], dearer=dearer)


def _needed(item_id: str, known: Known) -> list[str]:
    if known.model is None:
        return []
    asked = Question(item_id=item_id, relation="requires", curated=known.said([item_id]))
    return [known.title(pair.item_id) for pair in related(asked, Sources(model=known.model, items=known.items))]


# --- what to ask ------------------------------------------------------------------------------------


def _questions(
    item_id: str, known: Known, better: Better | None, add_ons: Sequence[Beside], needed: Sequence[str]
) -> Iterator[str]:
    """Open ones first; none that does not lead to something on the card."""
    yield phrase("What will you use “{title}” for, and how often?", title=known.title(item_id))
    for title in needed:
        yield phrase("It does not work without “{needed}”. Do you have one?", needed=title)
    for row in better.compare if better else ():
        if row.attribute not in _MERITS and row.anchor and row.offer:
            yield phrase(
                "{attribute}: would {anchor} do, or do you need {offer}?",
                attribute=readable(row.attribute),
                anchor=row.anchor,
                offer=row.offer,
            )
    yield from _of_purposes(add_ons, known)
    own = leaf(known.items[item_id].category)
    for category in dict.fromkeys(leaf(one.category) for one in add_ons if leaf(one.category) not in {"", own}):
        yield phrase("{category}: what do you use now?", category=category)


def _of_purposes(add_ons: Sequence[Beside], known: Known) -> Iterator[str]:
    """What the add-ons are for, as the catalogue states it."""
    items = [known.items[one] for beside in add_ons for one in beside.item_ids if one in known.items]
    for purpose in dict.fromkeys(item.attributes.get("purpose") for item in items):
        if purpose:
            yield phrase("How important is this to you: {purpose}?", purpose=lowered(purpose))


def readable(attribute: str) -> str:
    """The name of an attribute as people read it."""
    return attribute.replace("_", " ").strip().capitalize()


def leaf(category: str | None) -> str:
    """The last part of a category: "Home > Lighting" is Lighting."""
    return (category or "").rsplit(">", 1)[-1].strip()


def say_beside(one: Beside, currency: str, price_minor: int | None) -> str:
    """Its price beside the purchase: a small number beside a large one."""
    price = amount(one.price_minor, currency, symbol=True)
    if price_minor is None or one.price_share is None:
        return price
    return phrase(
        "{price} beside {purchase} ({share})",
        price=price,
        purchase=amount(price_minor, currency, symbol=True),
        share=percent(one.price_share, 0),
    )


def say_dearer(dearer: Dearer) -> str:
    """How many took the upgrade, of all who took one of the two."""
    share = joined(
        percent(dearer.share, 0),
        phrase("(95 %: {low} to {high})", low=percent(dearer.interval.low, 0), high=percent(dearer.interval.high, 0)),
    )
    return phrase(
        "Of {orders} orders with one of the two, {took} took the dearer: {share}.",
        orders=dearer.orders,
        took=dearer.took,
        share=share,
    )
