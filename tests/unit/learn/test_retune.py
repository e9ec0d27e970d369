from __future__ import annotations

import random

import pytest
from tests.orders import Order, as_history, orders_of, random_orders

from pairwell.config.settings import Learn, Settings
from pairwell.errors import EvidenceError
from pairwell.learn.retune import GRID, retune

_ANCHORS, _EARLIER, _LATER = "ABCD", "abcdefghijkl", "mnopqrstuvwx"


def turned(orders: int = 2_200) -> list[Order]:
    """Orders of an anchor and one of its twelve partners, which are others in the last fifth of the time."""
    rng = random.Random(0)
    partners = (_EARLIER if number < 0.8 * orders else _LATER for number in range(orders))
    return orders_of(*(rng.choice(_ANCHORS) + rng.choice(those) for those in partners), days_apart=0.1)


def test_a_planted_better_value_is_found() -> None:
    found = retune(as_history(turned()), Settings(learn=Learn(half_life_days=10_000.0)))

    assert found.changes == found.best
    old, new = found.changes["half_life_days"]
    assert (old, new) == (10_000.0, 30.0)
    assert found.gain.ci[0] > 0
    assert found.gain.value == pytest.approx(found.gain.after - found.gain.before)
    assert found.tried[0].changes == {}
    assert len(found.tried) <= 60


@pytest.mark.parametrize("seed", range(3))
def test_where_there_is_only_noise_the_settings_stay(seed: int) -> None:
    found = retune(as_history(random_orders(random.Random(seed), orders=2_600, items=20)), Settings())

    assert found.changes == {}


def test_the_same_orders_lead_to_the_same_account() -> None:
    history = as_history(turned())

    assert retune(history, Settings()) == retune(history, Settings())


def test_too_few_orders_are_refused_with_a_way_out() -> None:
    with pytest.raises(EvidenceError, match="holds 40 of two items") as caught:
        retune(as_history(turned(400)), Settings())

    assert caught.value.hint is not None


def test_every_default_lies_on_the_grid() -> None:
    assert all(getattr(Learn(), name) in values for name, values in GRID.items())
