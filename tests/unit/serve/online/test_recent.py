from __future__ import annotations

import itertools
import threading

from pairwell.serve.online.recent import Recent


def test_whoever_asks_often_costs_one_finding() -> None:
    numbers = itertools.count()
    recent = Recent(lambda: next(numbers), seconds=60.0)
    threads = [threading.Thread(target=recent) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (recent(), next(numbers)) == (0, 1)


def test_what_is_old_is_found_anew() -> None:
    numbers = itertools.count()
    recent = Recent(lambda: next(numbers), seconds=-1.0)
    assert [recent(), recent()] == [0, 1]
