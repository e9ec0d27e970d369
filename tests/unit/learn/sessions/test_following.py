from __future__ import annotations

from collections import defaultdict

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.config.event_weights import EventWeights
from pairwell.config.settings import Learn
from pairwell.learn.sessions.following import REACH, learn_following
from pairwell.learn.sessions.visits import Visits
from pairwell.model.sessions import followers_from_arrays, followers_to_arrays

LEARN = Learn(half_life_days=10)
DAY = 86_400_000_000
Told = list[tuple[int, list[tuple[int, int]]]]  # day, steps (item, kind)


def visits_of(told: Told, n_items: int) -> Visits:
    sizes = [len(steps) for _, steps in told]
    steps = [step for _, each in told for step in each]
    return Visits(
        item_ids=[f"{number:03d}" for number in range(n_items)],
        offsets=np.cumsum([0, *sizes]),
        items=np.array([item for item, _ in steps], dtype=np.int32),
        kinds=np.array([kind for _, kind in steps], dtype=np.int8),
        began_at=np.array([day * DAY for day, _ in told], dtype=np.int64),
        visitors=np.arange(len(told)),
    )


def by_hand(told: Told, weights: EventWeights, n_items: int) -> dict[int, list[tuple[int, int, int]]]:
    """What follows each item, as (item, weight, visits), best first: nothing but loops."""
    newest = max((day for day, _ in told), default=0)
    gains = (weights.view, weights.add_to_cart, weights.purchase)
    sums: defaultdict[tuple[int, int], int] = defaultdict(int)
    visits: defaultdict[tuple[int, int], int] = defaultdict(int)
    for day, steps in told:
        weight = round(2.0 ** -((newest - day) / 10) * 65_536)
        best: dict[tuple[int, int], int] = {}
        for place, (item, _) in enumerate(steps):
            for distance, (other, kind) in enumerate(steps[place + 1 : place + 1 + REACH], start=1):
                if other != item:
                    gain = weight * gains[kind] // distance
                    best[item, other] = max(best.get((item, other), 0), gain)
        for pair, gain in best.items():
            sums[pair] += gain
            visits[pair] += 1
    return {
        item: sorted(
            ((b, sums[a, b], visits[a, b]) for a, b in sums if a == item), key=lambda each: (-each[1], each[0])
        )
        for item in range(n_items)
    }


@given(
    told=st.lists(
        st.tuples(
            st.integers(0, 40),
            st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=25),
        ),
        max_size=12,
    ),
    width=st.integers(1, 7),
    threads=st.integers(1, 3),
)
@settings(max_examples=80, deadline=None)
def test_what_follows_is_what_loops_find(told: Told, width: int, threads: int) -> None:
    told.sort(key=lambda visit: visit[0])
    learn = msgspec.structs.replace(LEARN, neighbours=width)
    found = learn_following(visits_of(told, 6), learn, threads)
    expected = by_hand(told, learn.event_weights, 6)
    for item in range(6):
        row = found.row(item)
        rows = zip(found.items[row], found.weight[row] * 65_536, found.visits[row], strict=True)
        assert [(int(b), round(w), int(v)) for b, w, v in rows] == expected[item][: min(width, 5)]
    assert followers_to_arrays(followers_from_arrays(followers_to_arrays(found), 6)).keys()


def test_an_item_occurs_once_a_visit_and_old_visits_count_less() -> None:
    found = learn_following(visits_of([(0, [(0, 0), (1, 0), (0, 0)]), (10, [(0, 0)])], 2), LEARN)
    assert found.occurred.tolist() == [1.5, 0.5]


def test_visits_that_looked_and_those_that_took_are_counted() -> None:
    told: Told = [(0, [(0, 0), (1, 1), (0, 1)]), (1, [(0, 0)]), (2, [(0, 2), (1, 0)])]
    found = learn_following(visits_of(told, 3), LEARN)
    assert (found.seen.tolist(), found.carted.tolist()) == ([3, 2, 0], [2, 1, 0])


def test_a_purchase_says_more_than_a_view_and_what_is_near_more_than_what_is_far() -> None:
    steps = [(0, 0), (1, 0), (2, 2), (3, 0)]
    found = learn_following(visits_of([(0, steps)], 4), LEARN)
    assert found.items[found.row(0)].tolist() == [2, 1, 3]
    assert np.allclose(found.weight[found.row(0)], [3 / 2, 1, 1 / 3], atol=1e-4)


def test_nothing_follows_across_visits_nor_where_nothing_happened() -> None:
    found = learn_following(visits_of([(0, [(0, 0)]), (0, [(1, 0)])], 3), LEARN)
    assert found.items.size == 0
    assert learn_following(visits_of([], 3), LEARN).offsets.tolist() == [0, 0, 0, 0]


def test_a_visit_of_thousands_of_steps_is_bounded_by_its_reach() -> None:
    lots = np.random.default_rng(1).integers(0, 300, 100_000)
    found = learn_following(visits_of([(0, [(int(item), 0) for item in lots])], 300), LEARN)
    assert int(np.diff(found.offsets).max()) <= LEARN.neighbours
    assert int(found.visits.max()) == 1
