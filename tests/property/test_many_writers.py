from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from tests.property.many_writers import CAPS, Clock, check_database, run_writer, set_up


def test_no_cap_guard_holdout_or_consent_breaks_with_eight_writers_at_once(database_url: str) -> None:
    set_up(database_url)
    clock = Clock(time.time(), pace=10.0)
    with ThreadPoolExecutor(8) as threads:
        tallies = list(threads.map(lambda n: run_writer(database_url, n, 320, clock, seed=7), range(8)))
    closest = check_database(database_url)
    assert sum(tally.decisions for tally in tallies) >= 2_500
    reached = {cap.name for cap in CAPS if closest[cap.name] == cap.limit}
    assert reached == {cap.name for cap in CAPS}, "a cap that is never reached proves nothing"
