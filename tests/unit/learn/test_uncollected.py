"""The search for reference cycles rests only meanwhile."""

from __future__ import annotations

import gc

import pytest

from pairwell.learn.uncollected import uncollected


def test_the_search_rests_and_goes_on_after_a_failure() -> None:
    def fail() -> None:
        with uncollected():
            assert not gc.isenabled()
            raise RuntimeError

    assert gc.isenabled()
    with pytest.raises(RuntimeError):
        fail()
    assert gc.isenabled()


def test_a_search_that_rested_before_rests_after() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
