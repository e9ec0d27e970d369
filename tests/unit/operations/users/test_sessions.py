from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pairwell.operations import schema
from pairwell.operations.copying import bring_forward, copy_to_file, count_rows, load_from_file
from pairwell.operations.database import Database
from pairwell.operations.keys.store import KeyStore, Wanted
from pairwell.operations.keys.text import ENTROPY_BYTES
from pairwell.operations.users.sessions import LASTS, Holder, SessionStore, form_token
from pairwell.operations.users.store import NewUser, User, UserStore

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def sessions(database: Database) -> SessionStore:
    return SessionStore(database)


@pytest.fixture
def anna(users: UserStore) -> User:
    return users.add(NewUser(name="anna", role="admin", password="four quiet words"), author="root", now=NOW)


def test_a_browser_is_known_by_its_name_for_twelve_hours(sessions: SessionStore, anna: User) -> None:
    name = sessions.open(anna, now=NOW)
    assert sessions.find(name, now=NOW + LASTS - timedelta(seconds=1)) == Holder(user=anna, key_id=None)
    assert sessions.find(name, now=NOW + LASTS) is None
    assert sessions.find(name[:-1], now=NOW) is None


def test_the_database_does_not_hold_the_name(sessions: SessionStore, anna: User, database: Database) -> None:
    name = sessions.open(anna, now=NOW)
    with database.read() as connection:
        row = connection.execute(sa.select(schema.page_sessions)).one()
    assert name not in repr(row)
    assert form_token(name) not in repr(row)


def test_each_sign_in_has_a_name_and_forms_of_its_own(sessions: SessionStore, anna: User) -> None:
    names = {sessions.open(anna, now=NOW) for _ in range(20)}
    assert len(names) == len({form_token(name) for name in names}) == 20


def test_a_new_role_counts_at_once_and_a_removed_user_is_out(
    sessions: SessionStore, anna: User, users: UserStore
) -> None:
    name = sessions.open(anna, now=NOW)
    users.add(NewUser(name="ben", role="admin", password="four quiet words"), author="root", now=NOW)
    users.give_role("anna", "analyst", author="root", now=NOW)
    held = sessions.find(name, now=LATER)
    assert held is not None
    assert held.user is not None
    assert held.user.role == "analyst"
    users.remove("anna", author="root", now=NOW)
    assert sessions.find(name, now=LATER) is None
    users.add(NewUser(name="anna", role="admin", password="four quiet words"), author="root", now=NOW)
    assert sessions.find(name, now=LATER) is None  # whoever had the name before is not let in again


def test_another_password_signs_all_browsers_out(sessions: SessionStore, anna: User, users: UserStore) -> None:
    names = [sessions.open(anna, now=NOW) for _ in range(3)]
    users.set_password("anna", "other quiet words", author="root", now=NOW)
    assert [sessions.find(name, now=LATER) for name in names] == [None] * 3


def test_who_has_shown_a_key_is_out_when_it_is_revoked(sessions: SessionStore, database: Database) -> None:
    keys = KeyStore(database)
    key = keys.create(Wanted(kind="secret"), now=NOW, entropy=bytes(ENTROPY_BYTES)).key
    name = sessions.open(key, now=NOW)
    assert sessions.find(name, now=LATER) == Holder(user=None, key_id=key.key_id)
    keys.revoke(key.key_id, now=NOW)
    assert sessions.find(name, now=LATER) is None


def test_signing_out_ends_one_browser(sessions: SessionStore, anna: User) -> None:
    one, other = sessions.open(anna, now=NOW), sessions.open(anna, now=NOW)
    sessions.close(one)
    assert sessions.find(one, now=LATER) is None
    assert sessions.find(other, now=LATER) is not None


def test_sessions_that_are_over_are_not_kept(sessions: SessionStore, anna: User, database: Database) -> None:
    sessions.open(anna, now=NOW)
    sessions.open(anna, now=NOW + LASTS)
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.page_sessions)) == 1


def test_a_copy_that_is_put_back_signs_nobody_in(users: UserStore, database: Database, tmp_path: Path) -> None:
    sessions = SessionStore(database)
    wanted = NewUser(name="copied", role="admin", password="four quiet words")
    name = sessions.open(users.add(wanted, author="root", now=NOW), now=NOW)
    copy_to_file(database, tmp_path / "copy.db")
    load_from_file(tmp_path / "copy.db", database, replace=True)
    assert sessions.find(name, now=NOW) is None
    bring_forward(tmp_path / "copy.db")
    assert count_rows(tmp_path / "copy.db")["page_sessions"] == 0
    assert users.list()[0].name == "copied"
