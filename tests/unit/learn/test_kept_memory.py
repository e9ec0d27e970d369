"""Memory is kept meanwhile only, and what fails inside still fails."""

from __future__ import annotations

import platform
import resource

import numpy as np
import pytest

from pairwell.learn.kept_memory import memory_kept

_SIZE = 8_000_000


def _faults() -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        np.ones(_SIZE)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps memory its own way")
def test_an_array_takes_the_place_of_the_one_before() -> None:
    usual = _faults()
    with memory_kept():
        np.ones(_SIZE)
        kept = _faults()

    assert kept < usual / 4
    assert _faults() > usual / 4


def test_what_fails_inside_fails() -> None:
    with pytest.raises(RuntimeError), memory_kept():
        raise RuntimeError
