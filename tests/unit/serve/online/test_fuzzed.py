from __future__ import annotations

from bench.fuzz import fuzz

from pairwell.serve.online.app import OnlineApp


def test_no_random_body_makes_the_server_fail(app: OnlineApp) -> None:
    statuses, failed = fuzz(app, bodies=2_000, seed=7)
    assert failed == []
    assert statuses.keys() <= {200, 202, 400, 413, 503}
    assert min(statuses[200], statuses[202], statuses[400]) > 100
