"""What customers do about offers, and what offers do to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np

from pairwell.events import DeclineReason
from pairwell.records import CartLine
from pairwell.simulate.arrays import Floats
from pairwell.simulate.chances import ItemChance, chances, finish_chance, unasked_chances
from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.truth import place_of
from pairwell.simulate.visits import Hidden, Shown, Visit
from pairwell.simulate.world import World

_ANNOYED = 1.5  # points of fatigue from which a customer is called annoyed
_SAYS_NO = 0.06  # chance that an offer not taken is declined aloud by a customer who is not tired
_SAYS_NO_TIRED = 0.15  # more of it for each point of fatigue
_TOO_DEAR = 0.35  # share of the purse left from which a price is the reason
_SECONDS_A_DAY = 86_400.0


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the order that came of a visit."""

    item_id: str
    quantity: int
    unit_price_minor: int
    offer: int | None  # place in the slate of the offer that it came from


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    offer: int  # place in the slate
    reason: DeclineReason


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a visit. An offer neither accepted nor declined was ignored.

    Offers are accepted into the cart; without `placed` nothing of it is bought.
    """

    accepted: tuple[int, ...]  # places in the slate
    declined: tuple[Refusal, ...]
    ignored: tuple[int, ...]
    annoyed: bool
    placed: bool
    lines: tuple[Line, ...]  # of the order; empty where none was placed


class Audience:
    """Customers who remember what they were shown, and nothing else.

    What one customer does depends on the world, the visit and that customer's own exposures only, so that the
    order in which customers are asked changes nothing. Ask each customer's visits in order of time.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._tired: dict[int, tuple[float, datetime]] = {}

    def fatigue(self, customer_id: str, at: datetime) -> float:
        """Points of fatigue left in a customer at that moment."""
        customer = self._world.ground.crowd.index[customer_id]
        points, since = self._tired.get(customer, (0.0, at))
        days = (at - since).total_seconds() / _SECONDS_A_DAY
        return points * float(np.exp(-max(days, 0.0) / self._world.ground.crowd.patience[customer]))

    def respond(self, visit: Visit, slate: Sequence[Shown]) -> Response:
        """Show a slate (an empty one: none) and see what the customer does; exposures are remembered.

        Raises `NotFoundError` where an offer is not of this world.
        """
        fatigue = self.fatigue(visit.customer_id, visit.at)
        self._tire(visit, len(slate), fatigue)
        return respond(self._world, visit, slate, fatigue=fatigue)

    def _tire(self, visit: Visit, n_shown: int, fatigue: float) -> None:
        if n_shown:
            touchy = float(self._world.ground.crowd.touchy[visit.hidden.customer])
            self._tired[visit.hidden.customer] = (fatigue + n_shown * touchy, visit.at)


def respond(world: World, visit: Visit, slate: Sequence[Shown], *, fatigue: float = 0.0) -> Response:
    """What this customer does about this slate, at a given fatigue; the same question has the same answer.

    With and without the slate the same chance is at work: who would have bought unasked buys also when shown,
    unless offers put that customer off.
    """
    drawn = open_stream(world.seed, Purpose.RESPONSE, *visit.hidden.key).random((2, len(world.items)))
    planned = _planned(world, visit)
    accepted = _accepted(world, visit, (slate, planned, drawn[0], fatigue))
    left_out = [place for place in range(len(slate)) if place not in accepted]
    declined = _declined(world, visit.hidden, (slate, left_out, drawn[1], fatigue))
    refused = {refusal.offer for refusal in declined}
    placed = visit.hidden.finish < finish_chance(world, visit, fatigue, slate)
    touchy = float(world.ground.crowd.touchy[visit.hidden.customer])
    return Response(
        accepted=tuple(accepted),
        declined=tuple(declined),
        ignored=tuple(place for place in left_out if place not in refused),
        annoyed=fatigue + touchy * len(slate) >= _ANNOYED,
        placed=placed,
        lines=_lines(world, visit, (slate, accepted, planned)) if placed else (),
    )


def _planned(world: World, visit: Visit) -> frozenset[int]:
    """What would be added without any offer."""
    if visit.hidden.planned is not None:
        return visit.hidden.planned
    drawn = open_stream(world.seed, Purpose.RESPONSE, *visit.hidden.key, 1).random(len(world.items))
    return frozenset(np.flatnonzero(drawn < unasked_chances(world, visit)).tolist())


def _accepted(world: World, visit: Visit, at: tuple[Sequence[Shown], frozenset[int], Floats, float]) -> list[int]:
    slate, planned, drawn, fatigue = at
    accepted: list[int] = []
    gone: set[str] = set()  # lines replaced already, items added already
    offers = chances(world, visit, slate, fatigue=fatigue).offers if slate else ()
    for place, (shown, offer) in enumerate(zip(slate, offers, strict=True)):
        item = place_of(world.ground.catalogue, shown.item_id)
        spot = shown.replaces or shown.item_id
        if spot not in gone and drawn[item] < _given_plan(offer, shown.kind == "cross_sell" and item in planned):
            accepted.append(place)
            gone.add(spot)
    return accepted


def _given_plan(offer: ItemChance, is_planned: bool) -> float:
    """The chance of taking a shown item, once it is known whether it was coming anyway."""
    if is_planned:
        return min(1.0, offer.shown / offer.unasked)
    return max(0.0, offer.shown - offer.unasked) / (1.0 - offer.unasked)


def _declined(world: World, hidden: Hidden, at: tuple[Sequence[Shown], list[int], Floats, float]) -> list[Refusal]:
    slate, left_out, drawn, fatigue = at
    aloud = _SAYS_NO + _SAYS_NO_TIRED * fatigue
    items = [(place, place_of(world.ground.catalogue, slate[place].item_id)) for place in left_out]
    return [Refusal(offer=place, reason=_why(world, hidden, item)) for place, item in items if drawn[item] < aloud]


def _why(world: World, hidden: Hidden, item: int) -> DeclineReason:
    goods = world.ground.catalogue
    if hidden.owned[goods.need[item]] and goods.lasting[goods.need[item]]:
        return "have_it"
    if world.ground.market.price[hidden.day, item] > _TOO_DEAR * hidden.left:
        return "too_dear"
    return "not_for_me" if item not in world.ground.edges.add_on[list(hidden.picks)] else "later"


def _lines(world: World, visit: Visit, at: tuple[Sequence[Shown], list[int], frozenset[int]]) -> tuple[Line, ...]:
    slate, accepted, planned = at
    replaced = {slate[place].replaces: place for place in accepted if slate[place].kind == "upgrade"}
    kept = [_kept(line, None) for line in visit.cart if line.item_id not in replaced]
    swapped = [
        _line(world, visit, place_of(world.ground.catalogue, slate[place].item_id), place)
        for place in replaced.values()
    ]
    shown = {place_of(world.ground.catalogue, each.item_id) for each in slate if each.kind == "cross_sell"}
    added = [
        _line(world, visit, place_of(world.ground.catalogue, slate[place].item_id), place)
        for place in accepted
        if slate[place].kind == "cross_sell"
    ]
    unasked = [_line(world, visit, item, None) for item in sorted(planned - shown)]
    return (*kept, *swapped, *added, *unasked)


def _kept(line: CartLine, offer: int | None) -> Line:
    return Line(item_id=line.item_id, quantity=line.quantity, unit_price_minor=line.unit_price_minor or 0, offer=offer)


def _line(world: World, visit: Visit, item: int, offer: int | None) -> Line:
    market, day = world.ground.market, visit.hidden.day
    price = int(market.price[day, item] - market.discount[day, item])
    return Line(item_id=world.items[item].item_id, quantity=1, unit_price_minor=price, offer=offer)
