from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.unit.model.conftest import Made

from pairwell.model.model import Model
from pairwell.model.sessions import Followers, followers_to_arrays
from pairwell.records import Looked

# Of 10 visits to a 5 led to c and 2 to d; of 20 to b, 4 to a.
FOLLOWERS = Followers(
    offsets=np.array([0, 2, 3, 3, 3, 3]),
    items=np.array([2, 3, 0], dtype=np.int32),
    weight=np.array([5.0, 2.0, 4.0]),
    visits=np.array([5, 2, 4], dtype=np.int32),
    occurred=np.array([10.0, 20.0, 0.0, 0.0, 0.0]),
    seen=np.array([10, 30, 0, 0, 0], dtype=np.int32),
    carted=np.array([2, 6, 0, 0, 0], dtype=np.int32),
)


@pytest.fixture
def model(made: Made) -> Model:
    return Model(made.manifest, made.names, {**made.arrays, **followers_to_arrays(FOLLOWERS)})


def lead(model: Model, *steps: str | tuple[str, str], n: int = 10) -> list[tuple[str, float]]:
    return model.next_items([[("view", step) if isinstance(step, str) else step for step in steps]], n=n)[0]


def test_a_score_is_the_share_of_visits_shrunk_to_what_buyers_take_along(model: Model) -> None:
    found = dict(lead(model, "a"))
    along = {"b": (10 + 20 * 0.2) / 60, "c": (4 + 20 * 0.3) / 60}
    assert found["c"] == pytest.approx((5 + 20 * along["c"]) / 30)
    assert found["b"] == pytest.approx(20 * along["b"] / 30)
    assert found["d"] == pytest.approx(2 / 30)


def test_without_visits_orders_lead_on_and_popularity_fills_up(made: Made) -> None:
    assert [item for item, _ in lead(Model(made.manifest, made.names, made.arrays), "a")] == ["b", "c", "d"]
    assert lead(Model(made.manifest, made.names, made.arrays), n=2) == [("a", 0.0), ("c", 0.0)]


def test_what_was_looked_at_last_counts_most(model: Model) -> None:
    only_last, first_too = dict(lead(model, "a")), dict(lead(model, "b", "a"))
    assert first_too["c"] == pytest.approx(only_last["c"])
    assert dict(lead(model, "a", "b"))["c"] == pytest.approx(only_last["c"] / 4)
    assert dict(lead(model, "a", "e", "b"))["c"] == pytest.approx(only_last["c"] / 9)


def test_a_cart_counts_more_than_a_view_and_is_not_offered_again(model: Model) -> None:
    viewed, carted = dict(lead(model, "a", "e")), dict(lead(model, ("add_to_cart", "a"), "e"))
    assert carted["c"] == pytest.approx(2 * viewed["c"])
    assert "a" not in dict(lead(model, ("add_to_cart", "a"), "b"))
    assert "a" in dict(lead(model, ("add_to_cart", "a"), ("remove_from_cart", "a"), "b"))
    assert "c" not in dict(lead(model, ("purchase", "c"), "a"))


def test_what_was_viewed_earlier_may_come_again_but_not_what_is_looked_at(model: Model) -> None:
    found = dict(lead(model, "a", "b"))
    assert "a" in found
    assert "b" not in found


def test_unknown_items_and_types_that_say_nothing_are_passed_over(model: Model) -> None:
    assert lead(model, "a") == lead(model, "nope", ("search", "a"), "a")
    assert lead(model, "nope") == lead(model)


def test_visits_with_both_are_counted(model: Model) -> None:
    assert [model.visits_with_both(*pair) for pair in (("a", "c"), ("c", "a"), ("a", "x"))] == [5, 0, 0]


def test_what_became_of_looking_is_shrunk_to_the_usual(model: Model, made: Made) -> None:
    assert model.looked("a") == Looked(visits=10, carted=2, share=(2 + 20 * 0.2) / 30)
    assert model.looked("c") is None
    assert model.looked("nope") is None
    assert Model(made.manifest, made.names, made.arrays).looked("a") is None


def test_a_model_without_weights_of_events_takes_the_usual(made: Made) -> None:
    manifest = msgspec.structs.replace(made.manifest, settings=made.manifest.settings | {"event_weights": WEIGHTS})
    heavier = Model(manifest, made.names, {**made.arrays, **followers_to_arrays(FOLLOWERS)})
    usual = Model(made.manifest, made.names, {**made.arrays, **followers_to_arrays(FOLLOWERS)})
    assert dict(lead(heavier, "a"))["c"] == pytest.approx(3 * dict(lead(usual, "a"))["c"])


WEIGHTS = {"view": 3, "add_to_cart": 3, "purchase": 3}
