"""The signals that ask a process to end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def asked_to_end(stop: Callable[[], None]) -> Iterator[None]:
    """Let `stop` be called at every such signal, and afterwards what was called before."""
    before = [signal.signal(number, lambda _number, _frame: stop()) for number in SIGNALS]
    try:
        yield
    finally:
        for number, handler in zip(SIGNALS, before, strict=True):
            signal.signal(number, handler)
