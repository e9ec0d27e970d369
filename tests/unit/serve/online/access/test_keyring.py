from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest

from pairwell.errors import JournalError
from pairwell.operations.database import Database
from pairwell.operations.keys.store import KeyStore, NewKey, Wanted
from pairwell.operations.keys.text import make_key
from pairwell.serve.online.access.keyring import Keyring, KeysUnreadError, Ring
from pairwell.serve.online.faults import Refused
from pairwell.serve.online.notices import Notices

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PAGES = Wanted(kind="publishable", origins=["https://shop.example"])


@pytest.fixture
def store(database: Database) -> KeyStore:
    return KeyStore(database)


@pytest.fixture
def keyring(store: KeyStore) -> Iterator[Keyring]:
    made = Keyring(store, Notices(stream=StringIO()), patience_s=lambda: 30.0)
    yield made
    made.close()


def fresh(keyring: Keyring) -> Ring:
    return asyncio.run(keyring.fresh())


def make(store: KeyStore, wanted: Wanted, number: int) -> NewKey:
    return store.create(wanted, now=NOW, entropy=bytes([number]) * 32)


def code_of(find: Callable[[str], object], text: str) -> str:
    with pytest.raises(Refused) as refused:
        find(text)
    assert refused.value.status == 401
    return refused.value.fault.code


def test_it_is_open_until_the_first_key_and_never_again(store: KeyStore, keyring: Keyring) -> None:
    assert fresh(keyring).open
    made = make(store, PAGES, 1)
    assert (fresh(keyring).open, sorted(fresh(keyring).origins)) == (False, ["https://shop.example"])
    store.revoke(made.key.key_id, now=NOW)
    assert (fresh(keyring).open, fresh(keyring).live, fresh(keyring).origins) == (False, [], frozenset())


def test_a_key_counts_from_the_next_request_to_its_end(store: KeyStore, keyring: Keyring) -> None:
    made = make(store, PAGES, 1)
    assert fresh(keyring).find(made.text) == made.key
    store.revoke(made.key.key_id, now=NOW)
    assert code_of(fresh(keyring).find, made.text) == "key_revoked"


def test_a_typo_is_told_from_a_key_that_nobody_knows(store: KeyStore, keyring: Keyring) -> None:
    made = make(store, Wanted(kind="secret"), 1)
    ring = fresh(keyring)
    assert code_of(ring.find, made.text[:-1]) == "key_mistyped"
    assert code_of(ring.find, make_key("secret", bytes(32))) == "key_unknown"
    assert code_of(ring.find, "") == "key_mistyped"


class Stopped:
    """A store whose database is away."""

    def read_epoch(self) -> int:
        raise JournalError("It is away.")

    read = read_epoch


def test_what_cannot_be_read_lets_nobody_in_though_it_was_read_before(store: KeyStore, keyring: Keyring) -> None:
    made = make(store, PAGES, 1)
    fresh(keyring)
    keyring._store = Stopped()  # type: ignore[assignment]
    with pytest.raises(KeysUnreadError):
        fresh(keyring)
    keyring._store = store
    assert fresh(keyring).find(made.text) == made.key


class Slow:
    """A store that answers when it is let."""

    def __init__(self, store: KeyStore) -> None:
        self.store, self.looks = store, 0
        self.began, self.let = threading.Event(), threading.Event()

    def read_epoch(self) -> int:
        self.looks += 1
        self.began.set()
        self.let.wait(30)
        return self.store.read_epoch()

    def read(self) -> Any:
        return self.store.read()


def test_requests_that_wait_together_share_a_look(store: KeyStore, keyring: Keyring) -> None:
    slow = Slow(store)
    keyring._store = slow  # type: ignore[assignment]

    async def ask() -> None:
        first = asyncio.create_task(keyring.fresh())
        await asyncio.to_thread(slow.began.wait, 30)
        others = [asyncio.create_task(keyring.fresh()) for _ in range(50)]
        await asyncio.sleep(0.01)
        slow.let.set()
        await asyncio.gather(first, *others)

    asyncio.run(ask())
    assert slow.looks == 2  # the first had begun before the others came


def test_a_database_that_hangs_is_waited_for_no_longer_than_allowed(store: KeyStore) -> None:
    keyring = Keyring(store, Notices(stream=StringIO()), patience_s=lambda: 0.05)
    slow = Slow(store)
    keyring._store = slow  # type: ignore[assignment]

    async def ask() -> list[BaseException | Ring]:
        found = await asyncio.gather(*(keyring.fresh() for _ in range(10)), return_exceptions=True)
        slow.let.set()
        return found

    assert all(isinstance(one, KeysUnreadError) for one in asyncio.run(ask()))
    keyring.close()
    assert slow.looks <= 2
