"""Keys of the online API: made, listed, revoked. Their texts are kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.errors import NotFoundError, RequestError
from pairwell.operations import schema
from pairwell.operations.database import Database
from pairwell.operations.keys.origins import read_origin
from pairwell.operations.keys.text import KeyKind, digest_of, id_of, make_key
from pairwell.operations.keys.tokens import sign_customer
from pairwell.operations.prepared import Prepared
from pairwell.said import phrase

_MOST_NAME = 100
_MOST_CUSTOMER_ID = 256
_keys = schema.api_keys
_epochs = schema.epochs
_ALL = sa.select(_keys).order_by(_keys.c.created_at, _keys.c.key_id)
_EPOCH = Prepared(sa.select(_epochs.c.number).where(_epochs.c.name == "keys"))


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """What may be shown of a key."""

    key_id: str
    kind: KeyKind
    name: str
    origins: list[str]  # of pages that a publishable key may be used from
    created_at: datetime
    revoked_at: datetime | None = None


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key just made; `text` is shown this once."""

    text: str
    key: ApiKey


class KeysHeld(msgspec.Struct, frozen=True, kw_only=True):
    """Every key by the digest of its text, as of an epoch."""

    epoch: int
    by_digest: dict[bytes, ApiKey]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The key to make."""

    kind: KeyKind
    name: str = ""
    origins: Sequence[str] = ()


class KeyStore:
    """The keys in the operations database. Raises `JournalError` where that fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, wanted: Wanted, *, now: datetime, entropy: bytes) -> NewKey:
        """Make a key of `ENTROPY_BYTES` of entropy. Raises `RequestError` for origins that do not suit its kind."""
        text = make_key(wanted.kind, entropy)
        digest = digest_of(text)
        key = ApiKey(
            key_id=id_of(digest),
            kind=wanted.kind,
            name=_checked_name(wanted.name),
            origins=_checked_origins(wanted),
            created_at=now,
        )
        with self._database.write() as connection:
            connection.execute(_keys.insert(), _row(key, digest))
            self._advance(connection)
        return NewKey(text=text, key=key)

    def list(self) -> list[ApiKey]:
        """Every key ever made, oldest first."""
        return list(self.read().by_digest.values())

    def revoke(self, key_id: str, *, now: datetime) -> ApiKey:
        """Let a key count no longer; one revoked before keeps its moment. Raises `NotFoundError`."""
        with self._database.write() as connection:
            before = connection.execute(_ALL.where(_keys.c.key_id == key_id)).one_or_none()
            if before is None:
                raise NotFoundError(
                    phrase("There is no key {key_id}.", key_id=repr(key_id)),
                    hint=phrase("`pairwell keys list` shows the ids."),
                )
            if before.revoked_at is None:
                one = _keys.c.key_id == key_id
                connection.execute(_keys.update().where(one).values(revoked_at=to_micros(now)))
                self._advance(connection)
        key = _read(before)
        return key if key.revoked_at else msgspec.structs.replace(key, revoked_at=now)

    def sign_customer(self, customer_id: str, *, until: datetime, key_id: str | None = None) -> str:
        """A customer's token signed with a secret key that counts, else with the newest of them.

        Raises `NotFoundError` where there is none, `RequestError` for a customer id that no customer has.
        """
        if not 1 <= len(customer_id) <= _MOST_CUSTOMER_ID:
            raise RequestError(
                phrase("A customer id has 1 to {most} characters.", most=_MOST_CUSTOMER_ID),
                field="customer_id",
            )
        for digest, key in reversed(self.read().by_digest.items()):
            if key.kind == "secret" and key.revoked_at is None and key_id in {None, key.key_id}:
                return sign_customer(customer_id, until=until, digest=digest)
        raise NotFoundError(
            phrase("There is no secret key that counts to sign with.")
            if key_id is None
            else phrase("{key_id} is none that counts.", key_id=repr(key_id)),
            hint=phrase("Make one: pairwell keys create --secret"),
        )

    def read_epoch(self) -> int:
        """A number that moves with every change of the keys."""
        with self._database.read() as connection:
            return _read_epoch(connection)

    def read(self) -> KeysHeld:
        """Every key there is, revoked ones too; of a change meanwhile the epoch may be older, never newer."""
        with self._database.read() as connection:
            epoch = _read_epoch(connection)
            by_digest = {row.digest: _read(row) for row in connection.execute(_ALL)}
        return KeysHeld(epoch=epoch, by_digest=by_digest)

    def _advance(self, connection: sa.Connection) -> None:
        first = self._database.insert(_epochs).values(name="keys", number=1)
        connection.execute(first.on_conflict_do_update(index_elements=["name"], set_={"number": _epochs.c.number + 1}))


def _checked_name(name: str) -> str:
    if len(name) > _MOST_NAME or not name.isprintable():
        raise RequestError(
            phrase("A key's name is one line of at most {most} characters.", most=_MOST_NAME), field="name"
        )
    return name.strip()


def _checked_origins(wanted: Wanted) -> list[str]:
    origins = list(dict.fromkeys(read_origin(origin) for origin in wanted.origins))
    if wanted.kind == "secret" and origins:
        raise RequestError(
            phrase("A secret key has no origins: it is never used from a page."),
            hint=phrase("Leave --origin out, or make a --publishable key."),
            field="origin",
        )
    if wanted.kind == "publishable" and not origins:
        raise RequestError(
            phrase("A publishable key needs the origins of the pages that use it."),
            hint=phrase("Name each: --origin https://shop.example"),
            field="origin",
        )
    return origins


def _row(key: ApiKey, digest: bytes) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "kind": key.kind,
        "name": key.name,
        "digest": digest,
        "origins": msgspec.json.encode(key.origins).decode(),
        "created_at": to_micros(key.created_at),
        "revoked_at": None,
    }


def _read_epoch(connection: sa.Connection) -> int:
    found = _EPOCH.rows(connection, {})
    return int(found[0][0]) if found else 0


def _read(row: sa.Row[Any]) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        kind=cast("KeyKind", row.kind),
        name=row.name,
        origins=msgspec.json.decode(row.origins, type=list[str]),
        created_at=from_micros(row.created_at),
        revoked_at=None if row.revoked_at is None else from_micros(row.revoked_at),
    )
