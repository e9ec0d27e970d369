"""Has the reports that pages lead to made before anybody asks, where that disturbs nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from typing import Final

from pairwell.serve.pages.asked import Question
from pairwell.serve.pages.desk import Desk, Maker
from pairwell.serve.pages.making import be_humble

_PACE_S: Final = 5.0
_STILL_S: Final = 15.0  # without a change, so that an import or a visit is over
_PAUSE_S: Final = 600.0  # a shop that changes all the time would have all of them made all the time
_ASIDE_S: Final = 0.2


class Ahead:
    """A thread that asks a desk for reports, one at a time and visitors first.

    It does so as it begins, once other settings or another model are live, and where the shop stands still after any
    other change, every ten minutes at most.
    """

    def __init__(self, desk: Desk, maker: Maker, questions: Callable[[], Sequence[Question]]) -> None:
        self._desk = desk
        self._maker = maker
        self._questions = questions
        self._over = threading.Event()
        self._seen: tuple[Hashable, float] = None, 0.0  # the state, and since when it is that
        self._done: tuple[Hashable, float] | None = None  # the state that reports were made of, and when
        self._set_up: Hashable = None

    def begin(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="ahead", daemon=True).start()

    def close(self) -> None:
        """Have no more made."""
        self._over.set()

    def step(self, now: float) -> None:
        """Make all where it is time to; `now` in seconds of a clock that only goes forward. Raises as `Maker.look`."""
        state = self._maker.look()
        if state != self._seen[0]:
            self._seen = state, now
        if self._is_due(state, now):
            self._set_up = self._maker.set_up(state)
            self._make_all(now)

    def _is_due(self, state: Hashable, now: float) -> bool:
        if self._done is None or self._maker.set_up(state) != self._set_up:
            return True
        made, at = self._done
        return state != made and now - self._seen[1] >= _STILL_S and now - at >= _PAUSE_S

    def _make_all(self, now: float) -> None:
        for question in self._questions():
            while not self._desk.is_idle:
                if self._over.wait(_ASIDE_S):
                    return
            with suppress(Exception):  # whoever asks is told
                self._desk.prepare(question)
        self._done = self._maker.look(), now  # making them carries what the journal learned: another state
        self._maker.sum_up()  # on this thread, as whoever asks meanwhile does not wait for it

    def _run(self) -> None:
        be_humble()
        while not self._over.is_set():
            with suppress(Exception):  # as it cannot be told how the shop stands, whoever asks is told why
                self.step(time.monotonic())
            self._over.wait(_PACE_S)
