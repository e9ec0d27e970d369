from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwell.triggers.schedule import LONGEST, MOST_TRIES, pause_after

_TABLE = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]  # of the specification, in seconds


@given(st.text(max_size=40))
def test_tries_follow_the_table_of_the_specification_and_then_end(name: str) -> None:
    pauses = [pause_after(tries, name) for tries in range(1, MOST_TRIES)]
    for pause, seconds in zip(pauses, _TABLE, strict=True):
        assert pause is not None
        assert timedelta(seconds=seconds) <= pause <= timedelta(seconds=1.2 * seconds)
    assert pause_after(MOST_TRIES, name) is None


def test_what_failed_together_does_not_come_back_together() -> None:
    pauses = {pause_after(2, f"msg_{number}") for number in range(200)}
    assert len(pauses) == 200
    assert pause_after(2, "msg_1") == pause_after(2, "msg_1")


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (timedelta(minutes=2), timedelta(minutes=2), timedelta(minutes=2)),
        (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=6)),
        (timedelta(seconds=-60), timedelta(seconds=5), timedelta(seconds=6)),
        (timedelta(days=300), LONGEST, LONGEST),
    ],
)
def test_a_receiver_gets_what_it_asks_for_up_to_a_day(asked: timedelta, least: timedelta, most: timedelta) -> None:
    pause = pause_after(1, "msg_1", asked)
    assert pause is not None
    assert least <= pause <= most
