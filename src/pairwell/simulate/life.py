"""What everyone does of their own accord: visits, carts, what goes along, who finishes.

Customers draw from streams of their own; the laws of `choosing` then run over the first visits of all, the second
visits of all, and so on, so that what one owns can matter to the next visit.
"""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.choosing import Ground, Shoppers, along_chances, logistic, pick_items
from pairwell.simulate.planting import MOST
from pairwell.simulate.size import ShopSize
from pairwell.simulate.streams import Purpose, open_stream

SLOTS = 5  # needs of one visit at most
EARLY = 0.4  # share of what goes along that is in the cart before any offer could appear
IMPULSE = 0.35  # chance of an unplanned small thing more
IMPULSE_PURSE = 0.3  # share of the purse left that it may cost
_SLOT_SHARES = np.cumsum([0.50, 0.28, 0.13, 0.06])  # of visits with 1, 2, 3, 4 needs
_AGAIN = 0.3  # chance of a second piece of what is used up
_WIDTH = 3 + 3 * SLOTS + 2 * SLOTS * MOST + 4
_HOURS = np.array([0.5, 0.2, 0.1, 0.1, 0.1, 0.3, 1, 2, 3, 4, 4, 4, 5, 4, 4, 4, 4, 5, 6, 7, 8, 7, 4, 2])


class Life(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a visit, by customer and then by time; items by their place in the catalogue, -1 for none."""

    who: Ints
    day: Ints
    second: Ints  # of the day
    pick: Ints  # [visit, slot] what the customer came for
    quantity: Ints  # [visit, slot]
    along: Ints  # [visit, place] what goes along, by slot and place, the impulse last
    early: Bools  # [visit, place] in the cart before any offer could appear
    left: Ints  # of the purse, after what the customer came for
    owned: Bools  # [visit, need] bought before this visit
    finish: Floats  # uniform; below the chance of finishing, the order is placed
    finished: Bools  # without any offer
    expected: Floats  # [item, place] orders of the history expected to hold anchor and add-on


class _Schedule(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Who comes when, and the chance each visit brings along."""

    who: Ints
    day: Ints
    drawn: Floats
    turn: Ints  # how many visits of the same customer came before


def live(ground: Ground, size: ShopSize, seed: int) -> Life:
    """Live through every day of the world, history and later."""
    schedule = _schedule(ground, size, seed)
    life = _blank(ground, schedule)
    owned = np.zeros((size.customers, len(ground.catalogue.needs)), dtype=np.bool_)
    for turn in range(int(schedule.turn.max(initial=-1)) + 1):
        rows = np.flatnonzero(schedule.turn == turn)
        life.owned[rows] = owned[life.who[rows]]
        _shop(ground, life, rows, schedule.drawn[rows])
        _count_expected(ground, life, rows[life.finished[rows] & (life.day[rows] < size.days)])
        _own(ground, life, rows[life.finished[rows]], owned)
    return life


def _schedule(ground: Ground, size: ShopSize, seed: int) -> _Schedule:
    rate = _rates(ground, size)
    visits = [_visits(ground, rate[customer], customer, seed) for customer in range(size.customers)]
    counts = np.array([len(days) for days, _ in visits], dtype=np.int64)
    return _Schedule(
        who=np.repeat(np.arange(size.customers), counts),
        day=np.concatenate([days for days, _ in visits]),
        drawn=np.concatenate([drawn for _, drawn in visits]),
        turn=np.concatenate([np.arange(count) for count in counts]),
    )


def _rates(ground: Ground, size: ShopSize) -> Floats:
    """Visits a day and customer, so that the orders of the history come out as asked, on average."""
    crowd = ground.crowd
    still = np.cumsum(ground.market.visiting[: size.days][::-1])[::-1]
    expected = crowd.activity * still[np.minimum(crowd.joined, size.days - 1)] * logistic(crowd.resolve)
    return np.asarray(crowd.activity * size.orders / expected.sum(), dtype=np.float64)


def _visits(ground: Ground, rate: float, customer: int, seed: int) -> tuple[Ints, Floats]:
    stream, visiting = open_stream(seed, Purpose.LIFE, customer), ground.market.visiting
    peak = float(visiting.max())
    n = int(stream.poisson(rate * peak * len(visiting)))
    days = np.sort((stream.random(n) * len(visiting)).astype(np.int64))
    kept = days[(stream.random(n) * peak < visiting[days]) & (days >= ground.crowd.joined[customer])]
    return kept, stream.random((len(kept), _WIDTH))


def _blank(ground: Ground, schedule: _Schedule) -> Life:
    n, places = len(schedule.who), SLOTS * MOST + 1
    finish = schedule.drawn[:, 2]
    return Life(
        who=schedule.who,
        day=schedule.day,
        second=_seconds(schedule),
        pick=np.full((n, SLOTS), -1, dtype=np.int64),
        quantity=np.ones((n, SLOTS), dtype=np.int64),
        along=np.full((n, places), -1, dtype=np.int64),
        early=np.zeros((n, places), dtype=np.bool_),
        left=ground.crowd.purse[schedule.who],
        owned=np.zeros((n, len(ground.catalogue.needs)), dtype=np.bool_),
        finish=finish,
        finished=finish < logistic(ground.crowd.resolve[schedule.who]),
        expected=np.zeros(ground.edges.add_on.shape),
    )


def _seconds(schedule: _Schedule) -> Ints:
    """Moments within the day; several visits of one customer on one day keep their order."""
    upto = np.concatenate([[0.0], np.cumsum(_HOURS) / _HOURS.sum()])
    hours = np.interp(schedule.drawn[:, 1], upto, np.arange(25))
    second = (hours * 3600).astype(np.int64)
    order = np.lexsort((second, schedule.day, schedule.who))
    return second[order]


def _shop(ground: Ground, life: Life, rows: Ints, drawn: Floats) -> None:
    """Fill the carts of these visits."""
    slots, rest = drawn[:, 3 : 3 + 3 * SLOTS], drawn[:, 3 + 3 * SLOTS :]
    taken = np.zeros((len(rows), len(ground.catalogue.needs)), dtype=np.bool_)
    wanted = 1 + np.searchsorted(_SLOT_SHARES, drawn[:, 0], side="right")
    for slot in range(SLOTS):
        some = np.flatnonzero(wanted > slot)
        _fill_slot(ground, life, rows[some], taken, (slot, some, slots[some, 3 * slot : 3 * slot + 3]))
    for slot in range(SLOTS):
        width = 2 * MOST
        _take_along(ground, life, rows, taken, (slot, rest[:, slot * width : (slot + 1) * width]))
    _take_on_impulse(ground, life, rows, taken, rest[:, -4:])


def _shoppers(life: Life, rows: Ints, taken: Bools, left: Ints) -> Shoppers:
    return Shoppers(who=life.who[rows], day=life.day[rows], left=left, taken=taken, owned=life.owned[rows])


def _fill_slot(ground: Ground, life: Life, rows: Ints, taken: Bools, slot: tuple[int, Ints, Floats]) -> None:
    number, some, drawn = slot
    picked = pick_items(ground, _shoppers(life, rows, taken[some], life.left[rows]), drawn)
    got = picked >= 0
    rows, some, picked = rows[got], some[got], picked[got]
    need, day = ground.catalogue.need[picked], life.day[rows]
    price = ground.market.price[day, picked] - ground.market.discount[day, picked]
    again = ~ground.catalogue.lasting[need] & (drawn[got, 2] < _AGAIN) & (2 * price <= life.left[rows])
    life.pick[rows, number] = picked
    life.quantity[rows, number] = 1 + again
    life.left[rows] -= price * (1 + again)
    taken[some, need] = True


def _take_along(ground: Ground, life: Life, rows: Ints, taken: Bools, slot: tuple[int, Floats]) -> None:
    number, drawn = slot
    got = np.flatnonzero(life.pick[rows, number] >= 0)
    rows, drawn = rows[got], drawn[got]
    add_on, chance = along_chances(ground, _shoppers(life, rows, taken[got], life.left[rows]), life.pick[rows, number])
    places = slice(number * MOST, (number + 1) * MOST)
    life.along[rows, places] = np.where(drawn[:, :MOST] < chance, add_on, -1)
    life.early[rows, places] = (drawn[:, MOST:] < EARLY) & (life.along[rows, places] >= 0)


def _take_on_impulse(ground: Ground, life: Life, rows: Ints, taken: Bools, drawn: Floats) -> None:
    some = np.flatnonzero(drawn[:, 0] < IMPULSE)
    left = (life.left[rows[some]] * IMPULSE_PURSE).astype(np.int64)
    picked = pick_items(ground, _shoppers(life, rows[some], taken[some], left), drawn[some, 1:3])
    life.along[rows[some], -1] = picked
    life.early[rows[some], -1] = (drawn[some, 3] < EARLY) & (picked >= 0)


def _count_expected(ground: Ground, life: Life, rows: Ints) -> None:
    taken = np.zeros((len(rows), len(ground.catalogue.needs)), dtype=np.bool_)
    for slot in range(SLOTS):
        some = np.flatnonzero(life.pick[rows, slot] >= 0)
        taken[some, ground.catalogue.need[life.pick[rows[some], slot]]] = True
    for slot in range(SLOTS):
        some = np.flatnonzero(life.pick[rows, slot] >= 0)
        anchor = life.pick[rows[some], slot]
        shoppers = _shoppers(life, rows[some], taken[some], life.left[rows[some]])
        np.add.at(life.expected, anchor, along_chances(ground, shoppers, anchor)[1])


def _own(ground: Ground, life: Life, rows: Ints, owned: Bools) -> None:
    bought = np.concatenate([life.pick[rows], life.along[rows]], axis=1)
    who = np.broadcast_to(life.who[rows][:, None], bought.shape)
    some = bought >= 0
    owned[who[some], ground.catalogue.need[bought[some]]] = True
