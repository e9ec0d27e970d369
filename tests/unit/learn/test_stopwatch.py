"""Steps beside others: in their order, counted by name, and dropped where the caller fails."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from functools import partial

import pytest

from pairwell.learn.stopwatch import Beside, Stopwatch


def test_steps_beside_run_in_their_order_and_are_counted() -> None:
    watch, done = Stopwatch(), list[str]()
    with Beside(watch) as beside, watch.step("own"):
        begun = [beside.begin(name, partial(done.append, name)) for name in ("one", "two")]
        begun[-1].result()
    assert done == ["one", "two"]
    assert set(watch.seconds) == {"own", "one", "two"}


def test_a_failure_beside_is_raised_where_its_result_is_asked_for() -> None:
    with Beside() as beside:
        failed = beside.begin("broken", lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            failed.result()


def test_what_has_not_begun_is_dropped_when_the_caller_fails() -> None:
    going, late = threading.Event(), list[Future[None]]()

    def fail() -> None:
        with Beside() as beside:
            beside.begin("long", lambda: going.wait(0.2))
            late.append(beside.begin("late", lambda: None))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with pytest.raises(CancelledError):
        late[0].result()
