from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from pairwell.errors import JournalError
from pairwell.operations.database import Database
from pairwell.operations.keys.store import KeyStore, Wanted
from pairwell.serve.online.access.keyring import KeysUnreadError
from pairwell.serve.online.access.settling import KeysMovedError, LetIn, by_current_keys

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def double(jobs: Sequence[int]) -> list[int | Exception]:
    return [2 * job if job else ZeroDivisionError() for job in jobs]


def test_only_those_are_answered_whose_keys_are_still_the_same(database: Database) -> None:
    store = KeyStore(database)
    work = by_current_keys(store, double)
    assert work([LetIn(1, 0), LetIn(2, 0)]) == [2, 4]
    store.create(Wanted(kind="secret"), now=NOW, entropy=bytes(32))
    old, new, failed, other = work([LetIn(1, 0), LetIn(2, 1), LetIn(0, 1), LetIn(3, 1)])
    assert isinstance(old, KeysMovedError)
    assert isinstance(failed, ZeroDivisionError)
    assert (new, other) == (4, 6)


def test_where_all_are_old_nothing_is_done(database: Database) -> None:
    store = KeyStore(database)
    store.create(Wanted(kind="secret"), now=NOW, entropy=bytes(32))

    def never(jobs: Sequence[int]) -> list[int | Exception]:
        raise AssertionError(jobs)

    assert isinstance(by_current_keys(store, never)([LetIn(1, 0)])[0], KeysMovedError)


def test_what_cannot_be_read_is_not_done(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    store = KeyStore(database)

    def fail() -> int:
        raise JournalError("It is away.")

    monkeypatch.setattr(store, "read_epoch", fail)
    with pytest.raises(KeysUnreadError):
        by_current_keys(store, double)([LetIn(1, 0)])
