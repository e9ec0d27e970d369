"""People who look at reports: each asks for the next as soon as one is there.

They ask as programs do, which never get figures of before. Decisions that are made meanwhile change the shop, so
that none is answered with what is kept: each is made after it was asked for. Who asks for the same before it is begun
shares it.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

REPORTS = ("overview", "categories", "customers", "funnel")
_PATIENCE_S = 600.0


class Seen:
    """What they got, and how long they waited for it in seconds."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self.failed = 0


@contextmanager
def looked_at(port: int, people: int) -> Iterator[Seen]:
    """`people` ask the pages at `port` meanwhile; in the end nobody waits for what is still being made."""
    seen, over = Seen(), threading.Event()
    asking = [threading.Thread(target=_look, args=(port, place, seen, over), daemon=True) for place in range(people)]
    for thread in asking:
        thread.start()
    try:
        yield seen
    finally:
        over.set()


def _look(port: int, place: int, seen: Seen, over: threading.Event) -> None:
    while not over.is_set():
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
        try:
            connection.request("GET", f"/api/v1/reports/{REPORTS[place % len(REPORTS)]}")
            answer = connection.getresponse()
            answer.read()
            failed = answer.status != http.client.OK
        except OSError:
            failed = True
        finally:
            connection.close()
        if over.is_set():
            return
        place += 1
        if failed:
            seen.failed += 1
            over.wait(1.0)
        else:
            seen.waited.append(time.perf_counter() - began)
