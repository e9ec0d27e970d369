from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from pairwell.errors import NotFoundError, RequestError
from pairwell.operations.database import Database
from pairwell.operations.keys.store import KeyStore, NewKey, Wanted
from pairwell.operations.keys.text import ENTROPY_BYTES, digest_of, make_key
from pairwell.operations.keys.tokens import TokenError, read_customer
from pairwell.operations.schema import api_keys

NOW = datetime(2026, 11, 21, 10, 20, 0, 123_456, tzinfo=UTC)
PAGES = Wanted(kind="publishable", name="widget", origins=["https://Shop.example:443", "https://shop.example"])
SERVER = Wanted(kind="secret", name="till")


@pytest.fixture
def store(database: Database) -> KeyStore:
    return KeyStore(database)


def make(store: KeyStore, wanted: Wanted = SERVER, number: int = 1) -> NewKey:
    return store.create(wanted, now=NOW + timedelta(seconds=number), entropy=bytes([number]) * ENTROPY_BYTES)


def test_a_key_is_listed_without_its_text(store: KeyStore) -> None:
    made = make(store, PAGES)
    assert store.list() == [made.key]
    assert made.key.origins == ["https://shop.example"]
    assert made.text not in msgspec.json.encode(store.list()).decode()


def test_the_database_holds_a_digest_and_nothing_of_the_text(store: KeyStore, database: Database) -> None:
    made = make(store)
    with database.read() as connection:
        row = connection.execute(sa.select(api_keys)).one()
    assert row.digest == digest_of(made.text)
    assert made.text not in repr(row)


def test_every_change_moves_the_epoch(store: KeyStore) -> None:
    epochs = [store.read_epoch()]
    made = make(store)
    epochs.append(store.read_epoch())
    store.revoke(made.key.key_id, now=NOW)
    epochs.append(store.read_epoch())
    assert epochs == [0, 1, 2]
    assert store.read().epoch == 2


def test_a_key_revoked_twice_keeps_its_first_moment(store: KeyStore) -> None:
    made = make(store)
    first = store.revoke(made.key.key_id, now=NOW)
    again = store.revoke(made.key.key_id, now=NOW + timedelta(days=1))
    assert first.revoked_at == again.revoked_at == NOW
    assert store.list() == [first]


def test_an_id_that_nobody_has_cannot_be_revoked(store: KeyStore) -> None:
    with pytest.raises(NotFoundError):
        store.revoke("key_0000000000", now=NOW)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(kind="publishable"),
        Wanted(kind="publishable", origins=["*"]),
        Wanted(kind="secret", origins=["https://shop.example"]),
        Wanted(kind="secret", name="a\nb"),
        Wanted(kind="secret", name="a" * 101),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(store: KeyStore, wanted: Wanted) -> None:
    with pytest.raises(RequestError):
        make(store, wanted)
    assert store.list() == []


def test_a_customer_is_signed_for_with_the_newest_secret_key_that_counts(store: KeyStore) -> None:
    old, new, _ = make(store, number=1), make(store, number=2), make(store, PAGES, number=3)
    until = NOW + timedelta(hours=1)
    assert signer(store.sign_customer("c-17", until=until)) == digest_of(new.text)
    assert signer(store.sign_customer("c-17", until=until, key_id=old.key.key_id)) == digest_of(old.text)
    store.revoke(new.key.key_id, now=NOW)
    assert signer(store.sign_customer("c-17", until=until)) == digest_of(old.text)


def signer(token: str) -> bytes:
    """The digest among those of the tests that a token was signed with."""
    for number in (1, 2, 3):
        digest = digest_of(make_key("secret", bytes([number]) * ENTROPY_BYTES))
        with suppress(TokenError):
            read_customer(token, digests=[digest], now=NOW)
            return digest
    raise AssertionError("none of the keys signed it")


def test_nobody_is_signed_for_without_a_secret_key(store: KeyStore) -> None:
    make(store, PAGES)
    with pytest.raises(NotFoundError, match="secret"):
        store.sign_customer("c-17", until=NOW)
    with pytest.raises(RequestError):
        store.sign_customer("", until=NOW)
