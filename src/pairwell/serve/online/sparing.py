"""Spare the garbage collector what stays: each look at the catalogue and the caches would halt every answer."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

_OLDEST = 2  # the generation of what has outlived two looks
_GROWTH = 2
_YOUNG = 10_000  # objects more than at the last look; Python's own 700 are there several times in one decision


class _Sparing:
    """Sets aside what has outlived two looks, and has all of that looked at again once it has doubled.

    So a halt is as long as little is new; and rings of garbage among what was set aside, such as of connections that
    were open at the moment, are not kept for ever.
    """

    def __init__(self) -> None:
        self._settled = 0  # how many were there after the last look at all
        self._since = 0  # how many were set aside after it, or after they were counted; most of them may be gone
        self._thorough = True  # nothing is set aside until all has been looked at

    def __call__(self, phase: Literal["start", "stop"], info: dict[str, int]) -> None:
        """What the collector calls at every look."""
        generation = info["generation"]
        if phase == "start" or generation == 0 or (self._thorough and generation < _OLDEST):
            return
        left = len(gc.get_objects(generation=_OLDEST))
        gc.freeze()
        if self._thorough:
            self._settled, self._since, self._thorough = left, 0, False
            return
        self._since += left
        if self._since > self._settled:
            self._since = 0
            if gc.get_freeze_count() > _GROWTH * self._settled:
                gc.unfreeze()
                self._thorough = True


@contextmanager
def sparing() -> Iterator[None]:
    """Let the collector pass over what stays, as long as this lasts."""
    before, spare = gc.get_threshold(), _Sparing()
    gc.callbacks.append(spare)
    gc.set_threshold(_YOUNG, 0, before[2])  # every other look goes beyond the youngest: both stay short
    gc.collect()
    try:
        yield
    finally:
        gc.callbacks.remove(spare)
        gc.set_threshold(*before)
        gc.unfreeze()
