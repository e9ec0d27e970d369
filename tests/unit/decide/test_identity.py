from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pairwell.decide.identity import name_decision, ulid

_NOW = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)


def test_a_ulid_is_the_known_example() -> None:
    # The timestamp of https://github.com/ulid/spec: 1469918176385 ms is 01ARYZ6S41.
    moment = datetime.fromtimestamp(1_469_918_176, UTC).replace(microsecond=385_000)
    assert ulid(moment, bytes(10)) == "01ARYZ6S41" + "0" * 16
    assert ulid(moment, b"\xff" * 10) == "01ARYZ6S41" + "Z" * 16


def test_later_ones_sort_later() -> None:
    assert ulid(_NOW, b"\xff" * 10) < ulid(_NOW.replace(microsecond=1_000), bytes(10))


def test_entropy_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="takes 10"):
        ulid(_NOW, b"short")


def test_a_named_request_names_its_decision() -> None:
    one = name_decision("r-1", now=_NOW, salt="s", entropy=bytes(10))
    assert one == name_decision("r-1", now=_NOW, salt="s", entropy=b"\xff" * 10)
    assert one != name_decision("r-2", now=_NOW, salt="s", entropy=bytes(10))
    assert one != name_decision("r-1", now=_NOW, salt="t", entropy=bytes(10))


def test_an_unnamed_one_takes_the_entropy_given() -> None:
    assert name_decision(None, now=_NOW, salt="s", entropy=bytes(10)) == ulid(_NOW, bytes(10))
