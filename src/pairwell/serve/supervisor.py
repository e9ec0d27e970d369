"""Several processes that are started, kept alive and ended together."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import NamedTuple

from pairwell.errors import OperatingError, PairwellError, exit_code
from pairwell.serve.ending import SIGNALS, asked_to_end
from pairwell.serve.online.notices import Notices

_CONTEXT = multiprocessing.get_context("fork")  # of a process without threads, which has loaded little
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
_MOST_DOUBLED = 10  # of a pause; by then it is the longest
_SETTLED_S = 60.0  # a process that lived this long has not failed to start

Ready = Callable[[], None]


class Part(NamedTuple):
    """What one process does."""

    name: str
    work: Callable[[Ready], None]  # until it gets a signal; tells when it is ready
    needed: bool = False  # where it does not start at first, none does


def pause_after(failures: int) -> float:
    """Seconds until a process is started again that failed so many times in a row."""
    return min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(max(0, failures - 1), _MOST_DOUBLED))


class Supervisor:
    """Runs parts until SIGTERM or SIGINT; one that ends before is started again, after longer and longer pauses."""

    def __init__(self, parts: Sequence[Part], notices: Notices, *, grace_s: float) -> None:
        """`grace_s`: what parts get to finish the work at hand."""
        self._children = [_Child(part) for part in parts]
        self._notices = notices
        self._grace_s = grace_s
        self._lifeline = os.pipe()  # children end when its other end is gone, with us
        self._wake = os.pipe()
        self._stopping = False

    def run(self) -> None:
        """Start the parts in their order. Raises what keeps a needed one from starting."""
        with self._listening_to_signals():
            try:
                for child in self._children:
                    if not self._stopping:
                        self._begin(child)
                while not self._stopping:
                    self._look()
            finally:
                self._end()

    def _begin(self, child: _Child) -> None:
        child.start(self._lifeline)
        if not child.part.needed:
            return
        ready = wait([child.told, child.process.sentinel, self._wake[0]])
        if self._wake[0] in ready:
            return
        problem = child.hear()
        if isinstance(problem, PairwellError):
            raise problem
        if not child.is_ready:
            raise OperatingError(f"The {child.part.name} process {child.ended()} before it was ready.")

    def _look(self) -> None:
        """Wait until something happens, and do what is due."""
        due = [child.again_at for child in self._children if child.again_at is not None]
        alive = [child.process.sentinel for child in self._children if child.again_at is None]
        wait([*alive, self._wake[0]], max(0.0, min(due) - time.monotonic()) if due else None)
        for child in self._children:
            if self._stopping:
                return
            if child.again_at is None:
                self._bury(child)
            elif child.again_at <= time.monotonic():
                child.start(self._lifeline)

    def _bury(self, child: _Child) -> None:
        if child.process.exitcode is None:
            return
        pause, problem = child.fail(), child.hear()
        why = f" {problem.message}" if isinstance(problem, PairwellError) else ""
        name = child.part.name
        message = f"The {name} process {child.ended()}.{why} It is started again in {pause:g} s."
        self._notices.tell("error", f"{name}_ended", message)

    def _end(self) -> None:
        """Tell all to end, and end those that do not."""
        alive = [child for child in self._children if child.is_alive]
        for child in alive:
            child.process.terminate()
        until = time.monotonic() + self._grace_s
        for child in alive:
            child.process.join(max(0.0, until - time.monotonic()))
            if child.is_alive:
                child.process.kill()
                child.process.join()

    @contextmanager
    def _listening_to_signals(self) -> Iterator[None]:
        def stop() -> None:
            self._stopping = True
            os.write(self._wake[1], b"!")

        try:
            with asked_to_end(stop):
                yield
        finally:
            for end in (*self._lifeline, *self._wake):
                os.close(end)


class _Child:
    """A part, and the process that does it now."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.process: ForkProcess
        self.told: Connection
        self.started = False
        self.is_ready = False
        self.again_at: float | None = None  # of `time.monotonic`; None while it runs
        self._failures = 0

    @property
    def is_alive(self) -> bool:
        return self.started and self.process.is_alive()

    def start(self, lifeline: tuple[int, int]) -> None:
        """Start the process."""
        if self.started:
            self.told.close()
        self.told, tell = _CONTEXT.Pipe(duplex=False)
        self.process = _CONTEXT.Process(target=_work, args=(self.part, tell, lifeline), name=self.part.name)
        # No signal may come between the fork and the child's own way of taking it.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        tell.close()
        self.started, self.is_ready, self.again_at, self._began = True, False, None, time.monotonic()

    def hear(self) -> PairwellError | None:
        """What kept the process from going on, as far as it said so."""
        with suppress(EOFError):
            while self.told.poll():
                heard: PairwellError | None = self.told.recv()
                if heard is not None:
                    return heard
                self.is_ready = True
        return None

    def fail(self) -> float:
        """Note that it ended; returns after how many seconds it is to be started again."""
        now = time.monotonic()
        self._failures = 0 if now - self._began >= _SETTLED_S else self._failures + 1
        pause = pause_after(self._failures)
        self.again_at = now + pause
        return pause

    def ended(self) -> str:
        """How the process ended, in words."""
        self.process.join()
        code = self.process.exitcode or 0
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def _work(part: Part, tell: Connection, lifeline: tuple[int, int]) -> None:
    """The child's life."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    _call_process(f"pairwell-{part.name}")
    os.close(lifeline[1])
    threading.Thread(target=_end_with, args=(lifeline[0],), name="lifeline", daemon=True).start()
    try:
        part.work(lambda: tell.send(None))
    except PairwellError as error:
        tell.send(error)
        sys.exit(exit_code(error))


def _end_with(lifeline: int) -> None:
    """End when whoever holds the other end is gone."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _call_process(name: str) -> None:
    """Let `ps` and `top` tell the processes apart, where the system has a place for that."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name[:15], encoding="ascii")
