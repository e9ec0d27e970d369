from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pairwell.errors import NotFoundError, PairwellError, RequestError
from pairwell.operations import schema
from pairwell.operations.database import Database
from pairwell.operations.users.audit import AuditLog
from pairwell.operations.users.passwords import is_password
from pairwell.operations.users.store import ROLES, NewUser, Role, User, UserStore, checked_name

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PASSWORD = "four quiet words here"


def add(users: UserStore, name: str = "anna", role: Role = "admin", password: str = PASSWORD) -> User:
    return users.add(NewUser(name=name, role=role, password=password), author="root", now=NOW)


def test_a_user_signs_in_with_their_password_alone(users: UserStore) -> None:
    add(users)
    assert users.sign_in("anna", PASSWORD, now=NOW) == User(name="anna", role="admin", created_at=NOW)
    assert users.sign_in("anna", PASSWORD + "!", now=NOW) is None
    assert users.sign_in("ann", PASSWORD, now=NOW) is None
    assert users.list()[0].signed_in_at == NOW


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_whoever_is_first_is_an_admin_as_nobody_else_could_add_further_ones(users: UserStore, role: Role) -> None:
    with pytest.raises(RequestError, match="There is no admin yet, so 'vera' has to be one") as refused:
        add(users, "vera", role)
    assert (refused.value.field, users.list()) == ("role", [])
    add(users, "anna", "admin")
    assert add(users, "vera", role).role == role


def test_names_are_one_whatever_their_letters(users: UserStore) -> None:
    add(users, "Anna@Shop.example")
    assert users.sign_in(" ANNA@shop.example ", PASSWORD, now=NOW) is not None
    with pytest.raises(RequestError, match="already"):
        add(users, "anna@SHOP.example")


def test_the_database_holds_no_password(users: UserStore, database: Database) -> None:
    add(users)
    with database.read() as connection:
        row = connection.execute(sa.select(schema.users)).one()
    assert row.password.startswith("$argon2id$")
    assert PASSWORD not in repr(row)


@pytest.mark.parametrize("password", ["", "short", "a" * 40, "abababababab", "my name is anna b", "x" * 1_025])
def test_a_password_that_is_soon_guessed_is_refused(users: UserStore, password: str) -> None:
    with pytest.raises(RequestError) as refused:
        add(users, password=password)
    assert refused.value.field == "password"
    assert not password or password not in str(refused.value)
    assert users.list() == []


@given(st.text(max_size=120))
def test_a_name_is_kept_in_one_way_or_refused(name: str) -> None:
    try:
        kept = checked_name(name)
    except PairwellError:
        return
    assert checked_name(kept) == kept == kept.casefold()
    assert not set(kept) & set(" <>\"'&/\\\n")


class TestLockout:
    def test_five_wrong_passwords_lock_the_name_for_a_minute_and_then_for_longer(self, users: UserStore) -> None:
        add(users)
        for _ in range(5):
            assert users.sign_in("anna", "wrong", now=NOW) is None
        assert users.sign_in("anna", PASSWORD, now=NOW + timedelta(seconds=59)) is None
        later = NOW + timedelta(seconds=61)
        assert users.sign_in("anna", "wrong", now=later) is None
        assert users.list()[0].locked_until == later + timedelta(minutes=2)
        assert users.sign_in("anna", PASSWORD, now=later + timedelta(minutes=2)) is not None

    def test_who_signs_in_starts_counting_anew(self, users: UserStore) -> None:
        add(users)
        for _ in range(3):
            for _ in range(4):
                assert users.sign_in("anna", "wrong", now=NOW) is None
            assert users.sign_in("anna", PASSWORD, now=NOW) is not None

    def test_it_never_grows_longer_than_an_hour(self, users: UserStore) -> None:
        add(users)
        now = NOW
        for _ in range(20):
            users.sign_in("anna", "wrong", now=now)
            until = users.list()[0].locked_until
            assert until is None or until - now <= timedelta(hours=1)
            now = now if until is None else until

    def test_another_password_opens_the_name(self, users: UserStore) -> None:
        add(users)
        for _ in range(5):
            users.sign_in("anna", "wrong", now=NOW)
        users.set_password("anna", "other words of mine", author="root", now=NOW)
        assert users.sign_in("anna", "other words of mine", now=NOW) is not None
        assert users.sign_in("anna", PASSWORD, now=NOW) is None


class TestNetworks:
    def test_a_stranger_s_guesses_keep_no_owner_out(self, users: UserStore) -> None:
        add(users)
        now = NOW
        for _ in range(8):
            assert users.sign_in("anna", "wrong", now=now, network="203.0.113.7") is None
            now = users.list()[0].locked_until or now
        assert users.sign_in("anna", PASSWORD, now=now - timedelta(seconds=1), network="203.0.113.7") is None
        assert users.sign_in("anna", PASSWORD, now=now, network="198.51.100.1") is not None

    def test_very_many_from_anywhere_lock_it_but_where_its_owner_was(self, users: UserStore) -> None:
        add(users)
        assert users.sign_in("anna", PASSWORD, now=NOW, network="198.51.100.1") is not None
        for number in range(100):
            assert users.sign_in("anna", "wrong", now=NOW, network=f"203.0.113.{number}") is None
        assert users.sign_in("anna", PASSWORD, now=NOW, network="192.0.2.1") is None
        assert users.sign_in("anna", PASSWORD, now=NOW + timedelta(minutes=1), network="192.0.2.1") is not None
        for number in range(100):
            users.sign_in("anna", "wrong", now=NOW, network=f"203.0.113.{number}")
        assert users.sign_in("anna", PASSWORD, now=NOW, network="198.51.100.1") is not None

    def test_networks_that_only_guessed_are_forgotten(self, users: UserStore, database: Database) -> None:
        add(users)
        users.sign_in("anna", PASSWORD, now=NOW, network="known")
        for day in range(5):
            users.sign_in("anna", "wrong", now=NOW + timedelta(days=2 * day), network=f"stranger-{day}")
        with database.read() as connection:
            networks = set(connection.scalars(sa.select(schema.sign_ins.c.network)))
        assert networks == {"known", "stranger-4"}


def test_a_password_changed_while_it_is_being_looked_at_lets_nobody_in(
    users: UserStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(users)

    def slowly(password: str, kept: str) -> bool:
        right = is_password(password, kept)
        users.set_password("anna", "other words of mine", author="root", now=NOW)
        return right

    monkeypatch.setattr("pairwell.operations.users.store.is_password", slowly)
    opened = list[User]()
    assert users.sign_in("anna", PASSWORD, now=NOW, opening=lambda _, user: opened.append(user)) is None
    assert opened == []


class TestTheLastAdmin:
    def test_it_neither_goes_nor_becomes_less(self, users: UserStore) -> None:
        add(users, "anna", "admin")
        add(users, "ben", "viewer")
        with pytest.raises(RequestError, match="only admin"):
            users.remove("anna", author="root", now=NOW)
        with pytest.raises(RequestError, match="only admin"):
            users.give_role("anna", "analyst", author="root", now=NOW)
        users.give_role("ben", "admin", author="root", now=NOW)
        users.remove("anna", author="ben", now=NOW)
        assert [(one.name, one.role) for one in users.list()] == [("ben", "admin")]

    def test_the_last_user_of_all_may_go(self, users: UserStore) -> None:
        add(users, "anna", "admin")
        users.remove("anna", author="root", now=NOW)
        assert users.list() == []


def test_an_unknown_name_is_told(users: UserStore) -> None:
    with pytest.raises(NotFoundError, match="no user 'nobody'"):
        users.remove("nobody", author="root", now=NOW)
    with pytest.raises(NotFoundError):
        users.set_password("nobody", PASSWORD, author="root", now=NOW)


def test_every_change_is_in_the_log_newest_first(users: UserStore, database: Database) -> None:
    add(users)
    users.give_role("anna", "admin", author="ben", now=NOW)
    users.set_password("anna", "other words of mine", author="anna", now=NOW)
    for _ in range(5):
        users.sign_in("anna", "wrong", now=NOW)
    users.remove("anna", author="ben", now=NOW)
    log = AuditLog(database)
    newest = log.newest(10)
    assert [(one.author, one.action, one.subject) for _, one in newest] == [
        ("ben", "user_removed", "anna"),
        ("anna", "locked_out", "anna"),
        ("anna", "password_set", "anna"),
        ("ben", "role_given", "anna"),
        ("root", "user_added", "anna"),
    ]
    assert log.newest(2, before=newest[1][0]) == newest[2:4]
    assert not any(word in repr(newest) for word in (PASSWORD, "other words", "argon"))
