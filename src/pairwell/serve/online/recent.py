"""What was found a moment ago, for those whose asking must cost nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Finds anew where the last finding is older than `seconds`, one at a time. Safe to share between threads."""

    def __init__(self, find: Callable[[], T], *, seconds: float) -> None:
        self._find = find
        self._seconds = seconds
        self._lock = threading.Lock()
        self._held: tuple[float, T] | None = None

    def __call__(self) -> T:
        with self._lock:
            if self._held is None or time.monotonic() - self._held[0] > self._seconds:
                found = self._find()
                self._held = time.monotonic(), found
            return self._held[1]
