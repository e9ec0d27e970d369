from __future__ import annotations

import numpy as np

from pairwell.learn.sessions.visits import (
    BOUGHT,
    CARTED,
    VIEWED,
    Happened,
    Visits,
    make_visits,
    no_visits,
    seen_together,
    slice_visits,
)

IDS = ["a", "b", "c"]
MINUTE = 60_000_000
Event = tuple[int, int, int, int, int]  # minute, visitor, customer, item, kind


def happened(*events: Event) -> Happened:
    columns = np.array(events, dtype=np.int64).reshape(len(events), 5).T
    at, visitors, customers, items, kinds = columns
    return Happened(visitors=visitors, customers=customers, items=items, kinds=kinds, at=at * MINUTE)


def visits(*events: Event, bought: tuple[Event, ...] = ()) -> Visits:
    return make_visits(IDS, happened(*events), happened(*bought), gap_micros=30 * MINUTE)


def told(found: Visits) -> list[list[tuple[int, int]]]:
    bounds = zip(found.offsets[:-1], found.offsets[1:], strict=True)
    return [[(int(found.items[at]), int(found.kinds[at])) for at in range(first, last)] for first, last in bounds]


def test_a_visit_ends_with_inactivity_and_is_of_one_visitor() -> None:
    found = visits((0, 1, -1, 0, 0), (30, 1, -1, 1, 0), (61, 1, -1, 2, 0), (5, 2, -1, 2, 0))
    assert told(found) == [[(0, VIEWED), (1, VIEWED)], [(2, VIEWED)], [(2, VIEWED)]]
    assert found.began_at.tolist() == [0, 5 * MINUTE, 61 * MINUTE]
    assert found.visitors.tolist() == [1, 2, 1]


def test_what_repeats_at_once_is_one_step_the_furthest() -> None:
    found = visits((0, 1, -1, 0, 0), (1, 1, -1, 0, 1), (2, 1, -1, 1, 0), (3, 1, -1, 0, 0))
    assert told(found) == [[(0, CARTED), (1, VIEWED), (0, VIEWED)]]


def test_the_order_of_rows_changes_nothing() -> None:
    events: list[Event] = [(0, 1, -1, 0, 0), (0, 1, -1, 1, 0), (0, 1, -1, 1, 1), (4, 2, -1, 2, 0)]
    assert told(visits(*events)) == told(visits(*reversed(events)))


def test_what_the_customer_buys_before_the_visit_is_over_counts_as_bought() -> None:
    seen: tuple[Event, ...] = ((0, 1, 7, 0, 0), (5, 1, -1, 1, 0), (8, 1, -1, 2, 1))
    assert told(visits(*seen, bought=((38, -1, 7, 1, 0),))) == [[(0, VIEWED), (1, BOUGHT), (2, CARTED)]]
    later, other, earlier = (39, -1, 7, 1, 0), (10, -1, 8, 1, 0), (4, -1, 7, 1, 0)
    assert told(visits(*seen, bought=(later, other, earlier))) == [[(0, VIEWED), (1, VIEWED), (2, CARTED)]]


def test_only_the_newest_steps_of_an_endless_visit_count() -> None:
    found = visits(*((minute, 1, -1, minute % 2, 0) for minute in range(1_501)))
    assert found.sizes.tolist() == [1_000]
    assert told(found)[0][-1] == (0, VIEWED)


def test_visits_as_baskets_of_what_was_seen() -> None:
    found = seen_together(visits((0, 1, -1, 1, 0), (1, 1, -1, 0, 0), (2, 1, -1, 1, 0), (0, 2, -1, 2, 0)))
    assert found.sizes.tolist() == [2, 1]
    assert found.items.tolist() == [0, 1, 2]
    assert found.item_ids == IDS


def test_a_part_of_the_visits() -> None:
    found = slice_visits(visits((0, 1, -1, 0, 0), (1, 2, -1, 1, 0), (2, 3, -1, 2, 0)), 1, 3)
    assert told(found) == [[(1, VIEWED)], [(2, VIEWED)]]


def test_without_events_there_are_no_visits() -> None:
    assert told(visits()) == []
    assert no_visits(IDS).n_visits == 0
    assert seen_together(no_visits(IDS)).n_orders == 0
