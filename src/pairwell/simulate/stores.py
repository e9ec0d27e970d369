"""What the stores of the simulated shop sold, by seller.

A part of the orders that a world without offers would see is placed in stores. A seller's skill shifts the log odds of
what goes along with what was bought, up or down; which customers a seller meets is not his or her doing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from math import exp
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
import numpy as np

from pairwell.simulate.history import history
from pairwell.simulate.sellers import Chain, Seller, make_sellers, store_of
from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.world import World

_LEAN = 5.0  # times as often somebody serves the department he or she knows


class Line(NamedTuple):
    """One item of an order."""

    item: int  # place in the catalogue
    quantity: int
    unit_price_minor: int
    discount_minor: int


class Occasion(NamedTuple):
    """Something that goes with what was bought."""

    add_on: int  # place in the catalogue
    usual: float  # chance that the usual seller sells it along
    own: float  # chance that this one does


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """An order in a store."""

    order_id: str
    at: datetime
    customer_id: str
    seller_id: str
    lines: tuple[Line, ...]
    occasions: tuple[Occasion, ...]
    usual_minor: int  # what the customer would have paid the usual seller


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """What a seller truly adds."""

    seller_id: str
    orders: int
    expected: float  # share of the occasions sold, by the chances this seller has
    usual: float  # the same by those that the usual seller would have with these customers


def sell_in_stores(
    world: World, chain: Chain | None = None, *, since: datetime | None = None, until: datetime | None = None
) -> list[Sale]:
    """Every order placed in a store, by time; each draws from a stream of its own.

    Those from `since` (the opening) up to `until` (the end of the history).
    """
    chain = chain or Chain()
    sellers, rows = make_sellers(world, chain), history(world, until).to_pylist()
    orders = [list(lines) for _, lines in groupby(rows, key=itemgetter("order_id"))]
    wanted = ((number, lines) for number, lines in enumerate(orders) if since is None or lines[0]["placed_at"] >= since)
    sales = (_sale(world, (chain, sellers), lines, number) for number, lines in wanted)
    return [sale for sale in sales if sale is not None]


def true_skills(world: World, sales: Sequence[Sale], chain: Chain | None = None) -> list[Skill]:
    """What each seller adds to what his or her customers would have bought anyway, by seller."""
    found = []
    for seller in make_sellers(world, chain):
        own = [sale for sale in sales if sale.seller_id == seller.seller_id]
        occasions = [occasion for sale in own for occasion in sale.occasions]
        expected, usual = (_mean([each[place] for each in occasions]) for place in (2, 1))
        found.append(Skill(seller_id=seller.seller_id, orders=len(own), expected=expected, usual=usual))
    return found


def _mean(chances: Sequence[float]) -> float:
    return float(np.mean(chances)) if chances else 0.0


def _sale(
    world: World, sold_by: tuple[Chain, tuple[Seller, ...]], rows: list[dict[str, Any]], number: int
) -> Sale | None:
    (chain, sellers), rng = sold_by, open_stream(world.seed, Purpose.SELLERS, 1, number)
    if rng.random() >= chain.share:
        return None
    lines, customer, at = [_line(world, row) for row in rows], str(rows[0]["customer_id"]), rows[0]["placed_at"]
    seller = _served_by(world, sellers, (customer, lines[0].item), rng)
    occasions = tuple(_occasions(world, seller, lines, (at - world.size.opened).days))
    return Sale(
        order_id=f"{chain.mark}{rows[0]['order_id']}", at=at, customer_id=customer, seller_id=seller.seller_id,
        lines=tuple(_sold(world, lines, occasions, rng)), occasions=occasions, usual_minor=paid(lines),
    )  # fmt: skip


def paid(lines: Sequence[Line]) -> int:
    """What these lines cost, minor units."""
    return sum(line.quantity * line.unit_price_minor - line.discount_minor for line in lines)


def _line(world: World, row: dict[str, Any]) -> Line:
    place = world.ground.catalogue.index[str(row["item_id"])]
    return Line(place, row["quantity"], row["unit_price_minor"], row["discount_minor"])


def _served_by(world: World, sellers: tuple[Seller, ...], whom: tuple[str, int], rng: np.random.Generator) -> Seller:
    """Somebody of the customer's store, more often one who knows the department."""
    customer, item = whom
    goods, store = world.ground.catalogue, store_of(world, customer, sellers)
    there = [seller for seller in sellers if seller.store == store]
    department = int(goods.department[goods.need[item]])
    weights = np.array([one.busy * (_LEAN if one.department == department else 1.0) for one in there])
    return there[int(rng.choice(len(there), p=weights / weights.sum()))]


def _occasions(world: World, seller: Seller, lines: Sequence[Line], day: int) -> Iterator[Occasion]:
    """Planted complements of what is in the order, each once."""
    edges, seen = world.ground.edges, set()
    for anchor in (line.item for line in lines):
        alive = (edges.add_on[anchor] >= 0) & (edges.since[anchor] <= day) & (day < edges.until[anchor])
        for place in np.flatnonzero(alive).tolist():
            add_on, usual = int(edges.add_on[anchor, place]), float(edges.strength[anchor, place])
            if add_on not in seen:
                seen.add(add_on)
                odds = usual / (1 - usual) * exp(seller.skill)
                yield Occasion(add_on, usual, odds / (1 + odds))


def _sold(
    world: World, lines: Sequence[Line], occasions: Sequence[Occasion], rng: np.random.Generator
) -> Iterator[Line]:
    """The order as this seller made it: what goes along forgotten, or sold besides."""
    drawn = dict(zip((one.add_on for one in occasions), rng.random(len(occasions)).tolist(), strict=True))
    there, chances = {line.item for line in lines}, {one.add_on: one for one in occasions}
    for line in lines:
        one = chances.get(line.item)
        if one is None or drawn[line.item] < one.own / one.usual:
            yield line
    for one in occasions:
        if one.add_on not in there and drawn[one.add_on] < (one.own - one.usual) / (1 - one.usual):
            yield Line(one.add_on, 1, world.items[one.add_on].price_minor or 0, 0)
