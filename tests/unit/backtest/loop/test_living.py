from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from pairwell.backtest.loop.bounds import showable
from pairwell.backtest.loop.living import Lived, Span, live, open_span
from pairwell.backtest.loop.policies import Nobody, Policy, Turn, hand_made
from pairwell.config.settings import Settings
from pairwell.simulate.chances import chances
from pairwell.simulate.oracle import best_slate
from pairwell.simulate.responses import Response
from pairwell.simulate.visits import Shown
from pairwell.simulate.world import World, make_shop


def test_nobody_changes_nothing(lived: dict[str, Lived]) -> None:
    for name in ("incremental", "incremental_drawn", "attributed", "exposures", "annoyed", "lost", "fatigue"):
        assert not lived["nobody"][name].any(), name
    assert lived["nobody"]["silent"].all()


def test_the_oracle_earns_most(lived: dict[str, Lived]) -> None:
    earned = {name: float(one["incremental"].sum()) for name, one in lived.items()}
    assert max(earned, key=lambda name: earned[name]) == "oracle"
    assert earned["random"] < 0 < earned["attributed-greedy"]


@pytest.mark.parametrize("name", ["random", "popular", "attributed-greedy", "impersonal"])
def test_on_no_visit_does_a_policy_better_than_the_oracle_would(span: Span, name: str) -> None:
    policy = Beside(span, hand_made(span.world)[name])
    live(span, policy)
    assert policy.gaps.min() > -1e-6
    assert policy.gaps.max() > 1.0  # else the comparison would say nothing


def test_the_same_seed_gives_the_same_bytes(span: Span, lived: dict[str, Lived]) -> None:
    again = open_span(make_shop(span.world.seed, size=span.world.size), 600, Settings())
    for name, policy in hand_made(again.world).items():
        assert live(again, policy).table.tobytes() == lived[name].table.tobytes(), name


def test_what_is_expected_comes_true(lived: dict[str, Lived]) -> None:
    for name in ("random", "popular", "attributed-greedy", "oracle"):
        gap = lived[name]["incremental_drawn"] - lived[name]["incremental"]
        assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(len(gap)), name
        assert gap.std() > 0


def test_slots_are_kept_and_greedy_fills_them(span: Span, lived: dict[str, Lived]) -> None:
    most = span.settings.slots.max
    assert all(one["exposures"].max() <= most for one in lived.values())
    assert lived["attributed-greedy"]["exposures"].sum() > 2 * lived["oracle"]["exposures"].sum()


def test_a_span_holds_whole_days(world: World) -> None:
    span = open_span(world, 100, Settings())
    assert len(span.visits) >= 100
    assert len({visit.hidden.day for visit in span.visits}) <= span.days
    assert len(open_span(world, 10**6, Settings()).visits) < 10**6  # all that there are


def test_offers_are_inside_the_guards(span: Span) -> None:
    goods, market, guards = span.world.ground.catalogue, span.world.ground.market, span.settings.guards
    low, high = guards.upgrade_price_corridor
    for visit in span.visits[:100]:
        may, day = showable(span.world, visit, span.settings), visit.hidden.day
        price = market.price[day] - market.discount[day]
        total = sum(line.quantity * (line.unit_price_minor or 0) for line in visit.cart)
        adds, inside = may.olds < 0, [goods.index[line.item_id] for line in visit.cart]
        assert market.in_stock[day, may.items].all()
        assert not np.isin(may.items, inside).any()
        assert (price[may.items[adds]] <= guards.add_on_price_share * total + 1e-6).all()
        ratio = price[may.items[~adds]] / price[may.olds[~adds]]
        assert ((ratio >= low - 1e-9) & (ratio <= high + 1e-9)).all()


class Beside(Nobody):
    """Another policy, with what the oracle would have earned more on each visit."""

    def __init__(self, span: Span, other: Policy) -> None:
        self._world, self._other = span.world, other
        self._gaps: list[float] = []

    @property
    def gaps(self) -> np.typing.NDArray[np.float64]:
        return np.array(self._gaps)

    def offer(self, turn: Turn) -> list[Shown]:
        slate = self._other.offer(turn)
        best = best_slate(self._world, turn.visit, turn.showable, fatigue=turn.fatigue)
        margins = [chances(self._world, turn.visit, each, fatigue=turn.fatigue).margin_shown for each in (best, slate)]
        self._gaps.append(margins[0] - margins[1])
        return slate

    def hear(self, turn: Turn, slate: Sequence[Shown], response: Response) -> None:
        self._other.hear(turn, slate, response)
