"""With which request a playground begins: one that was answered with offers lately, else the most bought item."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from pairwell.errors import ForgottenError
from pairwell.journal.recent import RecentAsked
from pairwell.records import CartLine, DecisionRequest
from pairwell.serve.pages.views.playing.basket import Line, fitting
from pairwell.shop.playing.play import Play

if TYPE_CHECKING:
    from datetime import datetime

    from pairwell.shop.face import Shop

_NEWEST: Final = 12
_TRIED: Final = 4
_POPULAR: Final = 20


def find_beginning(shop: Shop, at: datetime) -> DecisionRequest:
    """The first of the newest requests that gets offers now, by nobody; else the first of them."""
    asked = [*islice(_sensible(shop), _TRIED)]
    for request in asked:
        if shop.play(Play(request=request, at=at)).live.offers:
            return request
    return asked[0] if asked else DecisionRequest(placement=_placement(shop))


def _sensible(shop: Shop) -> Iterator[DecisionRequest]:
    known = shop.published.settings.placements
    newest = shop.recent_decisions(RecentAsked(limit=_NEWEST, outcome="offered"))
    for one in sorted(newest, key=lambda found: found.placement != "cart"):
        if one.cart and one.placement in known and not one.forgotten:
            try:
                yield _of_nobody(shop.journal.read_decision(one.decision_id).inputs.request)
            except ForgottenError:
                continue
    yield from _popular(shop)


def _of_nobody(request: DecisionRequest) -> DecisionRequest:
    """What was asked, without who asked and what was said of them."""
    cart = fitting(Line(item_id=one.item_id, quantity=one.quantity) for one in request.cart)
    return DecisionRequest(
        placement=request.placement,
        locale=request.locale,
        cart=[CartLine(item_id=one.item_id, quantity=one.quantity) for one in cart],
        viewed=[one.item_id for one in fitting(Line(item_id=item_id) for item_id in request.viewed[-3:])],
    )


def _popular(shop: Shop) -> Iterator[DecisionRequest]:
    model, items, placement = shop.model_or_none(), shop.facts.items(), _placement(shop)
    bought = [one for one in model.popular(_POPULAR) if model.pairs(one, n=1, above_floor=True)] if model else []
    for item_id in [*bought, *[*items][:1]]:
        if item_id in items:
            yield DecisionRequest(placement=placement, cart=[CartLine(item_id=item_id)], viewed=[item_id])


def _placement(shop: Shop) -> str:
    known = shop.published.settings.placements
    return "cart" if "cart" in known else next(iter(sorted(known)), "cart")
