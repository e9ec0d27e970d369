from __future__ import annotations

import pytest

from pairwell.config.settings import Limits
from pairwell.serve.online.access.limits import Buckets, network_of, wait_of_page, wait_of_server


def test_a_burst_passes_and_then_as_many_as_time_allows() -> None:
    buckets = Buckets()
    waits = [buckets.take("a", per_s=2.0, burst=3, now=0.0) for _ in range(4)]
    assert waits == [0.0, 0.0, 0.0, 0.5]
    assert buckets.take("a", per_s=2.0, burst=3, now=0.5) == 0.0
    assert buckets.take("a", per_s=2.0, burst=3, now=0.5) == 0.5


def test_whoever_rests_for_long_has_no_more_than_a_burst() -> None:
    buckets = Buckets()
    buckets.take("a", per_s=1.0, burst=2, now=0.0)
    assert [buckets.take("a", per_s=1.0, burst=2, now=1e6) > 0.0 for _ in range(3)] == [False, False, True]


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    buckets = Buckets()
    buckets.take("a", per_s=1.0, burst=2, now=10.0)
    assert buckets.take("a", per_s=1.0, burst=2, now=5.0) == 0.0


def test_no_rate_is_no_limit_and_keeps_nothing() -> None:
    buckets = Buckets()
    assert not any(buckets.take("a", per_s=0.0, burst=1, now=0.0) for _ in range(1_000))
    assert len(buckets) == 0


def test_memory_is_bounded_however_many_come() -> None:
    buckets = Buckets(most=100)
    for number in range(10_000):
        buckets.take(f"visitor {number}", per_s=1.0, burst=1, now=number / 1e6)
    assert len(buckets) == 100
    assert buckets.take("visitor 9999", per_s=1.0, burst=1, now=0.01) > 0.0


def test_one_address_is_held_back_before_it_uses_up_the_key() -> None:
    buckets, limits = Buckets(), Limits(visitor_per_s=1, visitor_burst=2, key_per_s=1, key_burst=3)
    greedy = [wait_of_page(buckets, limits, key_id="k", address="1.2.3.4", now=0.0) > 0.0 for _ in range(5)]
    assert greedy == [False, False, True, True, True]
    others = [wait_of_page(buckets, limits, key_id="k", address=f"5.6.7.{n}", now=0.0) > 0.0 for n in range(2)]
    assert others == [False, True]
    assert wait_of_page(buckets, limits, key_id="another", address="5.6.7.9", now=0.0) == 0.0


def test_servers_have_no_limit_unless_one_is_set() -> None:
    buckets = Buckets()
    assert not any(wait_of_server(buckets, Limits(), key_id="k", now=0.0) for _ in range(5_000))
    limits = Limits(secret_per_s=1, secret_burst=1)
    assert [wait_of_server(buckets, limits, key_id="k", now=0.0) > 0.0 for _ in range(2)] == [False, True]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:1.2.3.4", "1.2.3.4", True),
        ("1.2.3.4", "1.2.3.5", False),
        ("", "", True),
    ],
)
def test_a_household_is_one_network(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
