"""What customers look at on the way to their carts, as the log that such a shop would export."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pairwell.clock import to_micros
from pairwell.errors import StorageError
from pairwell.simulate.arrays import Floats, Ints
from pairwell.simulate.life import SLOTS
from pairwell.simulate.planting import MOST
from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.world import World

RIVALS = 1.6  # things of the same need that are looked at before one is picked, on average
CURIOUS = 2.0  # times as many look at what goes along as take it
BACK = 0.15  # chance of another look at a rival once the pick is in the cart
STRAY = 0.2  # chance of a look at anything, after each pick
EARLIER = 0.4  # share of visits that follow one that only looked
SIGNED_IN = 0.7  # share of visits whose customer is named
DEVICES = 2  # browsers of a customer; the second is used in a fifth of the visits
_SECOND_DEVICE = 0.2
_PAUSE = (8.0, 40.0, 900.0)  # seconds between steps: at least, more on average, at most
_HEADER = ("Event Time", "Event", "SKU", "Visitor ID", "Customer ID")


class Step(NamedTuple):
    """One line of the log."""

    at: datetime
    event: str
    item_id: str
    visitor_id: str
    customer_id: str  # empty where nobody is signed in


def write_events(world: World, folder: Path, *, until: datetime | None = None) -> Path:
    """Write events.csv into `folder`, which is made where it is missing: views and carts before `until`, by time.

    The end of the history stands in for `until`. `StorageError` where the folder cannot be written.
    """
    path = folder / "events.csv"
    steps = sorted(browse(world, until))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADER)
            writer.writerows((f"{step.at:%Y-%m-%d %H:%M:%S}", *step[1:]) for step in steps)
    except OSError as error:
        raise StorageError(
            f"The simulated events cannot be written to {folder}: {error.strerror}.",
            hint="Choose a folder you may write to.",
        ) from error
    return path


def browse(world: World, until: datetime | None = None) -> Iterator[Step]:
    """The steps of every visit with a cart before `until`, visit by visit, whether an order came of it or not.

    Each visit has a stream of its own, so that nothing else in the world changes with it.
    """
    end = to_micros(until or world.history_end)
    for row in np.flatnonzero(world.life.pick[:, 0] >= 0).tolist():
        if to_micros(world.moment(row)) < end:
            yield from _visit(world, row)


def _visit(world: World, row: int) -> Iterator[Step]:
    rng = open_stream(world.seed, Purpose.BROWSING, row)
    customer, at = int(world.life.who[row]), world.moment(row)
    device = int(rng.random() < _SECOND_DEVICE)
    name = world.customers[customer] if rng.random() < SIGNED_IN else ""
    who = (f"v{DEVICES * customer + device:06d}", name)
    looked = [("view", item) for item in _rivals(world, row, int(world.life.pick[row, 0]), rng)]
    if looked and rng.random() < EARLIER:
        yield from _timed(world, looked, at - timedelta(hours=float(rng.uniform(6, 72))), (who, rng))
    yield from _timed(world, list(_way(world, row, rng)), at, (who, rng))


def _way(world: World, row: int, rng: np.random.Generator) -> Iterator[tuple[str, int]]:
    """To every pick by way of its rivals, and from it to what goes along."""
    life, edges, day = world.life, world.ground.edges, int(world.life.day[row])
    for slot in range(SLOTS):
        pick = int(life.pick[row, slot])
        if pick < 0:
            continue
        rivals = _rivals(world, row, pick, rng)
        yield from (("view", item) for item in (*rivals, pick))
        yield "add_to_cart", pick
        if rivals and rng.random() < BACK:
            yield "view", rivals[-1]
        alive = (edges.since[pick] <= day) & (day < edges.until[pick])
        along = life.along[row, slot * MOST : (slot + 1) * MOST]
        yield from _beside(edges.add_on[pick], np.where(alive, edges.strength[pick], 0.0), along, rng)
        if rng.random() < STRAY:
            yield "view", int(rng.integers(len(world.items)))
    if life.along[row, -1] >= 0:
        yield from _taken(int(life.along[row, -1]))


def _beside(add_on: Ints, strength: Floats, along: Ints, rng: np.random.Generator) -> Iterator[tuple[str, int]]:
    """What goes with a pick, some of it only looked at."""
    looks = rng.random(add_on.size) < CURIOUS * strength
    for place in rng.permutation(add_on.size).tolist():
        if along[place] >= 0:
            yield from _taken(int(along[place]))
        elif add_on[place] >= 0 and looks[place]:
            yield "view", int(add_on[place])


def _taken(item: int) -> Iterator[tuple[str, int]]:
    yield "view", item
    yield "add_to_cart", item


def _rivals(world: World, row: int, pick: int, rng: np.random.Generator) -> list[int]:
    """Others of the same need, those more to this customer's liking more often."""
    catalogue, liking = world.ground.catalogue, world.ground.crowd.liking[int(world.life.who[row])]
    others = np.flatnonzero(catalogue.need == catalogue.need[pick])
    others = others[others != pick]
    number = min(int(rng.poisson(RIVALS)), others.size)
    if not number:
        return []
    wish = np.exp(liking[others] - liking[others].max())
    chosen: list[int] = rng.choice(others, number, replace=False, p=(wish + 0.05) / (wish + 0.05).sum()).tolist()
    return chosen


def _timed(
    world: World, steps: list[tuple[str, int]], end: datetime, whose: tuple[tuple[str, str], np.random.Generator]
) -> Iterator[Step]:
    """The steps with their moments, the last a pause before `end`."""
    (visitor, customer), rng = whose
    least, more, most = _PAUSE
    pauses = np.minimum(least + rng.exponential(more, len(steps)), most)
    before = np.cumsum(pauses[::-1])[::-1]
    for (event, item), seconds in zip(steps, before.tolist(), strict=True):
        at = (end - timedelta(seconds=seconds)).replace(microsecond=0)
        yield Step(at, event, world.items[item].item_id, visitor, customer)
