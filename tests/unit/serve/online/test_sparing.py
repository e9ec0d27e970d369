from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from pairwell.serve.online.sparing import sparing


class Ring:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def spared() -> Iterator[None]:
    """The collector passes over what stays, and looks only when told to."""
    with sparing():
        gc.disable()
        yield
    gc.enable()


@pytest.mark.usefixtures("spared")
def test_what_is_there_at_first_is_passed_over() -> None:
    assert gc.get_freeze_count() > 0
    assert not gc.get_objects(generation=2)


@pytest.mark.usefixtures("spared")
def test_what_outlives_two_looks_is_passed_over_from_then_on() -> None:
    kept = [Ring() for _ in range(100)]
    gc.collect(0)
    before = gc.get_freeze_count()
    gc.collect(1)
    assert gc.get_freeze_count() >= before + len(kept)
    assert not gc.get_objects(generation=2)


@pytest.mark.usefixtures("spared")
def test_garbage_that_was_never_passed_over_is_found_as_ever() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    del ring
    gc.collect(1)
    assert gone() is None


@pytest.mark.usefixtures("spared")
def test_garbage_among_what_was_passed_over_is_found_once_that_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    gc.collect(1)
    del ring
    gc.collect()
    assert gone() is not None
    monkeypatch.setattr("pairwell.serve.online.sparing._GROWTH", 0)
    _set_aside(gc.get_freeze_count())
    gc.collect()
    assert gone() is None
    assert gc.get_freeze_count() > 0


@pytest.mark.usefixtures("spared")
def test_what_is_gone_by_itself_does_not_count() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    gc.collect(1)
    del ring
    for _ in range(9):
        _set_aside(gc.get_freeze_count() // 4)
        gc.collect()
    assert gone() is not None


def _set_aside(number: int) -> None:
    """Have more than so many set aside, which then go by themselves."""
    kept = [[one] for one in range(number + 1_000)]
    gc.collect(1)
    del kept


def test_the_collector_is_left_as_it_was() -> None:
    before = gc.get_threshold(), list(gc.callbacks)
    with sparing():
        assert (gc.get_threshold(), list(gc.callbacks)) != before
    assert (gc.get_threshold(), list(gc.callbacks)) == before
    assert gc.get_freeze_count() == 0
