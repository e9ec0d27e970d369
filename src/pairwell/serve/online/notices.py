"""What the process says to its operator: one line of JSON a notice, on stderr, never about a person."""

from __future__ import annotations

import sys
import time
import traceback
from typing import TextIO

import msgspec

from pairwell.clock import Clock, system_clock
from pairwell.said import plain

_QUIET_S = 1.0  # the same notice again within this is not repeated


class Notices:
    """A sink of notices; a flood of one kind becomes one line a second with its count."""

    def __init__(self, *, clock: Clock = system_clock, stream: TextIO | None = None) -> None:
        self._clock = clock
        self._stream = stream
        self._last: dict[str, float] = {}
        self._held: dict[str, int] = {}

    def tell(self, level: str, event: str, message: str) -> None:
        """Say that `event` happened."""
        moment = time.monotonic()
        if moment - self._last.get(event, -_QUIET_S) < _QUIET_S:
            self._held[event] = self._held.get(event, 0) + 1
            return
        self._last[event] = moment
        line = {"at": self._clock(), "level": level, "event": event, "message": message}
        if held := self._held.pop(event, 0):
            line["repeated"] = held
        print(msgspec.json.encode(line, enc_hook=plain).decode(), file=self._stream or sys.stderr, flush=True)

    def failure(self, error: BaseException) -> None:
        """Say where an error of ours arose; its text may quote a request and is left out."""
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
        self.tell("error", "internal", f"{type(error).__name__} at {where}")
