"""A small world and a span of it that every policy lives through."""

from __future__ import annotations

import pytest

from pairwell.backtest.loop.living import Lived, Span, live, open_span
from pairwell.backtest.loop.policies import hand_made
from pairwell.config.settings import Settings
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import World, make_shop


@pytest.fixture(scope="package")
def world() -> World:
    return make_shop(5, size=ShopSize(items=120, customers=600, orders=6_000, days=400, later_days=90))


@pytest.fixture(scope="package")
def span(world: World) -> Span:
    return open_span(world, 600, Settings())


@pytest.fixture(scope="package")
def lived(span: Span) -> dict[str, Lived]:
    return {name: live(span, policy) for name, policy in hand_made(span.world).items()}
