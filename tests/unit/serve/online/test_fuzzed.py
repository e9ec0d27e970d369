from __future__ import annotations

from bench.fuzz import fuzz

from pairwell.serve.online.app import OnlineApp


def test_no_random_body_makes_the_server_fail(app: OnlineApp) -> None:
    statuses, failed = fuzz(app, bodies=2_000, seed=7)
    assert failed == []
    assert statuses.keys() <= {200, 202, 400, 413}
    assert min(statuses[200], statuses[202], statuses[400]) > 100


def test_nor_does_any_where_the_database_is_a_server(postgres_app: OnlineApp) -> None:
    statuses, failed = fuzz(postgres_app, bodies=400, seed=8, together=1)
    assert failed == []
    assert min(statuses[200], statuses[202], statuses[400]) > 20
