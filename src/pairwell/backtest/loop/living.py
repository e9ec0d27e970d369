"""A span of visits lived through under one policy, each weighed by what is true of it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.backtest.loop.bounds import showable
from pairwell.backtest.loop.policies import Policy, Turn
from pairwell.config.settings import Settings
from pairwell.simulate.arrays import Floats
from pairwell.simulate.chances import chances
from pairwell.simulate.responses import Audience, Response, respond
from pairwell.simulate.visits import Shown, Visit, visits
from pairwell.simulate.world import World

_NAMES = (
    "incremental",  # margin expected, against the world without offers
    "margin",  # of the order that was placed, or 0
    "incremental_drawn",  # that margin less the one of the same visit in the world without offers
    "attributed",  # margin of accepted offers in placed orders
    "exposures",
    "accepts",
    "declines",
    "annoyed",
    "lost",  # orders expected to be lost
    "silent",
    "fatigue",  # before the visit
)


class Unasked(msgspec.Struct, frozen=True, kw_only=True):
    """A visit in the world without offers."""

    margin: float  # expected
    finish: float  # chance of a placed order
    margin_drawn: float  # of the order that would have been placed, or 0


class Span(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The visits that every policy lives through, and what they are without offers."""

    world: World
    days: int
    visits: tuple[Visit, ...]
    unasked: tuple[Unasked, ...]
    settings: Settings


class Lived(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What came of each visit, money in minor units: the columns of `_NAMES`, one row a visit."""

    table: Floats

    def __getitem__(self, name: str) -> Floats:
        return np.asarray(self.table[:, _NAMES.index(name)])


def open_span(world: World, n_visits: int, settings: Settings) -> Span:
    """Whole days from the end of the history on, as many as hold `n_visits`, or all that the world has."""
    first = world.size.days
    inside = (world.life.day >= first) & (world.life.pick[:, 0] >= 0)
    upto = np.cumsum(np.bincount(world.life.day[inside] - first, minlength=world.size.later_days))
    days = min(int(np.searchsorted(upto, n_visits)) + 1, world.size.later_days)
    seen = tuple(visits(world, world.history_end, days))
    unasked = tuple(_unasked(world, visit) for visit in seen)
    return Span(world=world, days=days, visits=seen, unasked=unasked, settings=settings)


def live(span: Span, policy: Policy) -> Lived:
    """Live through the span; customers remember what this policy showed them."""
    audience, rows = Audience(span.world), []
    for visit, unasked in zip(span.visits, span.unasked, strict=True):
        fatigue = audience.fatigue(visit.customer_id, visit.at)
        turn = Turn(visit=visit, showable=showable(span.world, visit, span.settings), fatigue=fatigue)
        slate = policy.offer(turn)
        response = audience.respond(visit, slate)
        policy.hear(turn, slate, response)
        rows.append(_row(span.world, turn, (slate, response, unasked)))
    return Lived(table=np.array(rows, dtype=np.float64).reshape(-1, len(_NAMES)))


def _unasked(world: World, visit: Visit) -> Unasked:
    true = chances(world, visit, [])
    return Unasked(
        margin=true.margin_unasked,
        finish=true.finish_unasked,
        margin_drawn=_earned(world, respond(world, visit, [])),
    )


def _row(world: World, turn: Turn, came: tuple[Sequence[Shown], Response, Unasked]) -> list[float]:
    slate, response, unasked = came
    true = chances(world, turn.visit, slate, fatigue=turn.fatigue)
    margin = _earned(world, response)
    return [
        true.margin_shown - unasked.margin,
        margin,
        margin - unasked.margin_drawn,
        _earned(world, response, attributed=True),
        len(slate),
        len(response.accepted),
        len(response.declined),
        float(response.annoyed),
        unasked.finish - true.finish_shown,
        float(not slate),
        turn.fatigue,
    ]


def _earned(world: World, response: Response, *, attributed: bool = False) -> float:
    goods = world.ground.catalogue
    return float(
        sum(
            line.quantity * (line.unit_price_minor - int(goods.cost[goods.index[line.item_id]]))
            for line in response.lines
            if line.offer is not None or not attributed
        )
    )
