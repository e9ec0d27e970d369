"""A customer in the shop: what the shop can see, and what only the simulation knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec
import numpy as np

from pairwell.clock import to_micros
from pairwell.errors import NotFoundError
from pairwell.records import CartLine
from pairwell.simulate.arrays import Bools, Ints
from pairwell.simulate.choosing import Ground, Shoppers
from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.truth import place_of
from pairwell.simulate.world import World


class Hidden(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What a shop never sees of a visit; items by their place in the catalogue."""

    customer: int
    day: int
    picks: tuple[int, ...]  # what the customer came for
    along: tuple[int, ...]  # what is in the cart besides
    planned: frozenset[int] | None  # what will still be added unasked; None: not drawn yet
    impulse_open: bool  # no impulse has been followed yet
    left: int  # of the purse, after the picks
    owned: Bools  # by need
    finish: float  # uniform; below the chance of finishing, the order is placed
    key: tuple[int, ...]  # names the stream of this visit's responses


class Visit(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One visit at the moment at which offers may appear."""

    visit_id: str
    customer_id: str
    at: datetime
    cart: tuple[CartLine, ...]
    hidden: Hidden


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An offer as the customer sees it, by place in the slate."""

    item_id: str
    kind: Literal["cross_sell", "upgrade"] = "cross_sell"
    replaces: str | None = None  # the cart's item that an upgrade would replace


def visits(world: World, start: datetime, days: int) -> Iterator[Visit]:
    """Visits with carts from `start` on, in order of time; `RequestError` where the world knows no such day.

    They are the visits of a world without offers: what an offer changes in one does not change the next.
    """
    life, first = world.life, world.size.day_of(start)
    world.size.day_of(start + timedelta(days=days - 1))
    inside = (life.day >= first) & (life.day < first + days) & (life.pick[:, 0] >= 0)
    rows = np.flatnonzero(inside)
    for row in rows[np.lexsort((rows, life.second[rows], life.day[rows]))]:
        yield _planned_visit(world, int(row))


def imagine(world: World, customer_id: str, cart: Sequence[str], at: datetime) -> Visit:
    """A visit that was never planned: this customer with this cart, everything in it picked on purpose.

    Raises `NotFoundError` for a customer or an item that is not of this world.
    """
    catalogue, day = world.ground.catalogue, world.size.day_of(at)
    customer = _customer(world, customer_id)
    picks = tuple(place_of(catalogue, item_id) for item_id in dict.fromkeys(cart))
    left = int(world.ground.crowd.purse[customer]) - sum(_price(world.ground, day, pick) for pick in picks)
    key = (int(Purpose.IMAGINED), customer, to_micros(at))
    finish = open_stream(world.seed, Purpose.IMAGINED, customer, to_micros(at)).random()
    hidden = Hidden(
        customer=customer, day=day, picks=picks, along=(), planned=None, impulse_open=True, left=max(left, 0),
        owned=_owned_at(world, customer, at), finish=finish, key=key,
    )  # fmt: skip
    lines = tuple(_line(world.ground, day, pick, 1) for pick in picks)
    return Visit(visit_id=f"I{customer}-{to_micros(at)}", customer_id=customer_id, at=at, cart=lines, hidden=hidden)


def shoppers_of(ground: Ground, hidden: Hidden, *, left: int | None = None) -> Shoppers:
    """One visit, as the laws of choosing want it."""
    taken = np.zeros((1, len(ground.catalogue.needs)), dtype=np.bool_)
    taken[0, ground.catalogue.need[list(hidden.picks)]] = True
    return Shoppers(
        who=np.array([hidden.customer]),
        day=np.array([hidden.day]),
        left=np.array([hidden.left if left is None else left]),
        taken=taken,
        owned=hidden.owned[None, :],
    )


def _planned_visit(world: World, row: int) -> Visit:
    life, day = world.life, int(world.life.day[row])
    picks = [(int(pick), int(n)) for pick, n in zip(life.pick[row], life.quantity[row], strict=True) if pick >= 0]
    along, early = life.along[row], life.early[row]
    in_cart = tuple(dict.fromkeys(along[early].tolist()))
    hidden = Hidden(
        customer=int(life.who[row]),
        day=day,
        picks=tuple(pick for pick, _ in picks),
        along=in_cart,
        planned=frozenset(along[(along >= 0) & ~early].tolist()) - frozenset(in_cart),
        impulse_open=not bool(early[-1]),
        left=int(life.left[row]),
        owned=life.owned[row],
        finish=float(life.finish[row]),
        key=(int(Purpose.RESPONSE), row),
    )
    lines = [_line(world.ground, day, pick, quantity) for pick, quantity in picks]
    return Visit(
        visit_id=f"V{row}",
        customer_id=world.customers[hidden.customer],
        at=world.moment(row),
        cart=(*lines, *(_line(world.ground, day, item, 1) for item in in_cart)),
        hidden=hidden,
    )


def _line(ground: Ground, day: int, item: int, quantity: int) -> CartLine:
    return CartLine(
        item_id=ground.catalogue.items[item].item_id, quantity=quantity, unit_price_minor=_price(ground, day, item)
    )


def _price(ground: Ground, day: int, item: int) -> int:
    return int(ground.market.price[day, item] - ground.market.discount[day, item])


def _customer(world: World, customer_id: str) -> int:
    try:
        return world.ground.crowd.index[customer_id]
    except KeyError as error:
        raise NotFoundError(f"Nobody in this world is {customer_id!r}.", field="customer_id") from error


def _owned_at(world: World, customer: int, at: datetime) -> Bools:
    """Needs of which the customer has bought something before."""
    life = world.life
    rows: Ints = np.flatnonzero((life.who == customer) & life.finished)
    before = [row for row in rows if world.moment(int(row)) < at]
    bought = np.concatenate([life.pick[before], life.along[before]], axis=1)
    owned = np.zeros(life.owned.shape[1], dtype=np.bool_)
    owned[world.ground.catalogue.need[bought[bought >= 0]]] = True
    return owned
