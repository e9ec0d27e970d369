"""A small simulated shop with offers by a simple rule, and what its journal and its orders would tell of them.

Whether the holdout tells the truth does not depend on how good the offers are: instead of the whole engine a made rule
offers some of what truly goes with the cart, and on some visits nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.clock import to_micros
from pairwell.experiments.assignment import draw_lot, in_holdout
from pairwell.journal.codes import Codes
from pairwell.journal.offers_told import DecisionTold, FirstMet, OfferTold
from pairwell.measure.offers.attribution import attribute
from pairwell.measure.offers.effects import Effects, bought_of, effects_of
from pairwell.measure.offers.gather import gather
from pairwell.measure.offers.rows import Lines
from pairwell.measure.offers.trials import Holdout, gather_trial
from pairwell.measure.period import Period
from pairwell.simulate.responses import Audience, Response, respond
from pairwell.simulate.size import ShopSize
from pairwell.simulate.visits import Shown, Visit, visits
from pairwell.simulate.world import World, make_shop

WINDOW = 86_400_000_000  # microseconds: a day
_SILENT = 0.3  # share of visits on which the rule has nothing to offer
_SLOTS = 3
_MINUTE = 60_000_000
SIZE = ShopSize(items=100, customers=900, orders=300, days=20, later_days=40)
_HOLDOUT = 0.25  # of customers, in a shop of that size


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """What the holdout tells of one shop, and what is true: drawn with offers less drawn without, minor units."""

    effects: Effects
    revenue: float
    margin: float
    orders: float


class _Visited(NamedTuple):
    visit: Visit
    slate: Sequence[Shown]
    held: bool
    came: Response
    unasked: Response  # had nobody ever been offered anything

    @property
    def unit(self) -> str:
        return f"c:{self.visit.customer_id}"


def try_shop(seed: int, *, size: ShopSize = SIZE, days: int = 30, holdout: float = _HOLDOUT) -> Earned:
    """Live through some days with made offers, and measure them as a report does."""
    world = make_shop(seed, size=size)
    salt = f"lot-{seed}"
    lived = _live(world, days, salt, holdout)
    since, until = world.history_end, world.history_end + timedelta(days=days)
    told = gather([[_decision(one) for one in lived]], Period(since=since, until=until))
    units = Codes()
    for name in told.names.units:
        units[name]
    met = sorted(map(_first_met, lived), key=lambda one: one.whose)
    trial = gather_trial(met, units, since=to_micros(since), holdout_of=lambda _: Holdout(salt, holdout))
    lines = _lines(world, lived, units)
    effects = effects_of(trial, bought_of(told, lines, attribute(told, lines, window=WINDOW), window=WINDOW))
    treated = {one.unit for one in lived if one.slate and not one.held}
    truth = np.sum([_gain(world, one) for one in lived if one.unit in treated], axis=0)
    return Earned(effects=effects, revenue=float(truth[0]), margin=float(truth[1]), orders=float(truth[2]))


def size_for(holdout: float) -> ShopSize:
    """A shop that holds out as many customers by this share as one of `SIZE` does by a quarter."""
    more = max(1.0, _HOLDOUT / holdout)
    return msgspec.structs.replace(SIZE, customers=round(SIZE.customers * more), orders=round(SIZE.orders * more))


def _live(world: World, days: int, salt: str, holdout: float) -> list[_Visited]:
    audience, lived = Audience(world), list[_Visited]()
    for visit in visits(world, world.history_end, days):
        slate = _slate(world, visit, salt)
        held = in_holdout(f"c:{visit.customer_id}", salt=salt, share=holdout)
        came = audience.respond(visit, [] if held else slate)
        lived.append(_Visited(visit, slate, held, came, respond(world, visit, [])))
    return lived


def _slate(world: World, visit: Visit, salt: str) -> list[Shown]:
    """Some of what goes with the first item of the cart, as far as it is in stock and not there yet."""
    if draw_lot("silent", visit.visit_id, salt=salt) < _SILENT:
        return []
    ground, hidden = world.ground, visit.hidden
    inside = {line.item_id for line in visit.cart}
    going = ground.edges.add_on[hidden.picks[0]].tolist() if hidden.picks else []
    there = [place for place in going if place >= 0 and ground.market.in_stock[hidden.day, place]]
    ids = dict.fromkeys(world.items[place].item_id for place in there)
    return [Shown(item_id=one, kind="cross_sell", replaces=None) for one in ids if one not in inside][:_SLOTS]


def _decision(one: _Visited) -> DecisionTold:
    at, seen = to_micros(one.visit.at), bool(one.slate) and not one.held
    moment = at if seen else None
    offers = [
        OfferTold(
            number, shown.kind, shown.item_id, moment, moment, None, at if number in one.came.accepted else None,
            None, None,
        )
        for number, shown in enumerate(one.slate)
    ]  # fmt: skip
    arm = "holdout" if one.held else "treated"
    silence = None if seen else "holdout" if one.slate else "no_candidates"
    return DecisionTold(one.visit.visit_id, at, one.unit, arm, seen, "cart", silence, None, offers)


def _first_met(one: _Visited) -> FirstMet:
    at = to_micros(one.visit.at)
    return FirstMet(one.unit, bool(one.slate), one.held, "cart", "settings", at, other_lot=False, lot=one.unit)


def _lines(world: World, lived: Sequence[_Visited], units: Codes) -> Lines:
    places = {item.item_id: place for place, item in enumerate(world.items)}
    rows = [
        (order, units[one.unit], to_micros(one.visit.at) + _MINUTE, places[line.item_id], line.quantity,
         line.unit_price_minor, int(world.ground.catalogue.cost[places[line.item_id]]))
        for order, one in enumerate(lived)
        for line in one.came.lines
    ]  # fmt: skip
    order, unit, at, item, quantity, price, cost = np.array(rows, dtype=np.int64).reshape(-1, 7).T
    money = (quantity * price).astype(np.float64)
    yes = np.ones(len(rows), dtype=np.bool_)
    return Lines(
        order=order,
        unit=unit,
        at=at,
        item=item,
        items=[item.item_id for item in world.items],
        quantity=quantity.astype(np.float64),
        kept=quantity.astype(np.float64),
        gross=money,
        revenue=money,
        margin=money - quantity * cost,
        cost_known=yes,
        priced=yes,
    )


def _gain(world: World, one: _Visited) -> tuple[float, float, float]:
    with_offers, without = _came_to(world, one.came), _came_to(world, one.unasked)
    return with_offers[0] - without[0], with_offers[1] - without[1], with_offers[2] - without[2]


def _came_to(world: World, came: Response) -> tuple[float, float, float]:
    """Revenue, margin and orders of one visit."""
    goods = world.ground.catalogue
    revenue = sum(line.quantity * line.unit_price_minor for line in came.lines)
    cost = sum(line.quantity * int(goods.cost[goods.index[line.item_id]]) for line in came.lines)
    return float(revenue), float(revenue - cost), float(came.placed)
