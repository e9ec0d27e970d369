from __future__ import annotations

import re

import pytest
from argon2 import PasswordHasher
from tests.unit.serve.pages.conftest import BASE, EVIL, NOW, Ask, MadeUp

from pairwell.operations.database import Database
from pairwell.operations.keys.store import KeyStore, Wanted
from pairwell.operations.keys.text import ENTROPY_BYTES
from pairwell.operations.users import passwords
from pairwell.operations.users.store import NewUser, UserStore
from pairwell.serve.online.faults import Refused
from pairwell.serve.pages.door import require_token
from pairwell.serve.pages.visitors import RIGHTS, Visitor

BROWSER = {"accept": "text/html"}
REPORT = "/api/v1/reports/overview"
PASSWORD = "four quiet words here"


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def users(database: Database) -> UserStore:
    """One, who has to be an admin."""
    store = UserStore(database)
    store.add(NewUser(name="anna", role="admin", password=PASSWORD), author="root", now=NOW)
    return store


def sign_in(ask: Ask, name: str = "anna", password: str = PASSWORD, **headers: str) -> tuple[int, str]:
    """The status, and the cookie that was set."""
    form = {"name": name, "password": password}
    answer = ask("POST", "/sign-in", data=form, headers={"origin": BASE, **headers})
    return answer.status_code, answer.headers.get("set-cookie", "")


def as_anna(ask: Ask) -> dict[str, str]:
    return {"cookie": sign_in(ask)[1].partition(";")[0], **BROWSER}


def test_from_the_first_user_on_everybody_signs_in(ask: Ask, users: UserStore, maker: MadeUp) -> None:
    assert users.list()
    for path in ("/", "/reports", REPORT, "/nowhere"):
        assert ask("GET", path).status_code == 401
    assert ask("GET", REPORT).json()["error"]["code"] == "not_signed_in"
    assert ask("GET", REPORT, headers={"authorization": "Bearer nothing"}).status_code == 401
    assert not maker.asked
    assert ask("GET", "/sign-in").status_code == 200


def test_the_form_is_there_as_soon_as_another_process_added_the_first_user(ask: Ask, database: Database) -> None:
    assert ask("GET", "/sign-in").status_code == 303
    UserStore(database).add(NewUser(name="anna", role="admin", password=PASSWORD), author="root", now=NOW)
    assert ask("GET", "/sign-in").status_code == 200


def test_a_user_signs_in_and_out(ask: Ask, users: UserStore) -> None:
    assert users.list()
    status, cookie = sign_in(ask)
    assert status == 303
    assert re.fullmatch(r"pairwell_session=[\w-]{43}; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict", cookie)
    mine = {"cookie": cookie.partition(";")[0], **BROWSER}
    shown = ask("GET", "/", headers=mine)
    assert (shown.status_code, "anna" in shown.text) == (200, True)
    ask("POST", "/sign-out", headers={**mine, "origin": BASE})
    assert ask("GET", "/", headers=mine).status_code == 401


def test_no_answer_tells_whether_there_is_such_a_user(ask: Ask, users: UserStore) -> None:
    assert users.list()
    answers = [
        ask("POST", "/sign-in", data={"name": name, "password": "wrong words of mine"}, headers={"origin": BASE})
        for name in ("anna", "nobody", EVIL)
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert "set-cookie" not in answers[0].headers


def test_signing_in_again_ends_the_session_before(ask: Ask, users: UserStore) -> None:
    assert users.list()
    before = sign_in(ask)[1].partition(";")[0]
    after = sign_in(ask, cookie=before)[1].partition(";")[0]
    assert before != after
    assert ask("GET", "/", headers={"cookie": before}).status_code == 401
    assert ask("GET", "/", headers={"cookie": after}).status_code == 200


def test_a_session_that_a_stranger_chose_is_not_taken_over(ask: Ask, users: UserStore) -> None:
    assert users.list()
    chosen = "pairwell_session=" + "a" * 43
    sign_in(ask, cookie=chosen)
    assert ask("GET", "/", headers={"cookie": chosen}).status_code == 401


def test_whoever_is_removed_is_out_with_the_next_request(ask: Ask, users: UserStore) -> None:
    users.add(NewUser(name="ben", role="admin", password=PASSWORD), author="root", now=NOW)
    mine = as_anna(ask)
    assert ask("GET", "/", headers=mine).status_code == 200
    users.remove("anna", author="root", now=NOW)
    assert ask("GET", "/", headers=mine).status_code == 401


def test_without_any_user_left_the_pages_are_open_again(ask: Ask, users: UserStore) -> None:
    assert ask("GET", "/").status_code == 401
    users.remove("anna", author="root", now=NOW)
    assert ask("GET", "/").status_code == 200


def test_a_secret_key_lets_programs_in_beside_users(ask: Ask, users: UserStore, keys: KeyStore) -> None:
    assert users.list()
    text = keys.create(Wanted(kind="secret"), now=NOW, entropy=bytes(ENTROPY_BYTES)).text
    assert ask("GET", REPORT, headers={"authorization": f"Bearer {text}"}).status_code == 200
    status = ask("POST", "/sign-in", data={"key": text}, headers={"origin": BASE}).status_code
    assert status == 303


def test_a_form_of_another_site_signs_nobody_in(ask: Ask, users: UserStore) -> None:
    assert users.list()
    status, cookie = sign_in(ask, origin="https://evil.example")
    assert (status, cookie) == (403, "")


def test_ten_tries_of_one_network_are_enough(ask: Ask, users: UserStore) -> None:
    assert users.list()
    told = [sign_in(ask, name=f"name{number}")[0] for number in range(12)]
    assert told == [401] * 10 + [429] * 2


@pytest.mark.parametrize(
    "form", ["name=anna", "name=anna&password=", "name=%00&password=x", "key=", "", "name=" + "a" * 3_000, "%", "=&="]
)
def test_a_form_that_is_wrong_lets_nobody_in(ask: Ask, users: UserStore, form: str) -> None:
    assert users.list()
    headers = {"origin": BASE, "content-type": "application/x-www-form-urlencoded"}
    answer = ask("POST", "/sign-in", content=form, headers=headers)
    assert answer.status_code in {400, 401}
    assert "set-cookie" not in answer.headers


class TestRights:
    def test_only_admins_may_everything(self) -> None:
        assert {role: sorted(rights) for role, rights in RIGHTS.items()} == {
            "viewer": ["read"],
            "merchandiser": ["curate", "read"],
            "analyst": ["experiment", "read"],
            "admin": ["curate", "experiment", "govern", "read"],
        }

    def test_whoever_may_not_is_told_which_role_may(self) -> None:
        viewer = Visitor(name="anna", rights=RIGHTS["viewer"], role="viewer")
        viewer.require("read")
        with pytest.raises(Refused, match="anna may not do this: it takes the role merchandiser") as refused:
            viewer.require("curate")
        assert refused.value.status == 403


class TestTokens:
    VISITOR = Visitor(name="anna", rights=RIGHTS["admin"], token="of-anna")

    @pytest.mark.parametrize(
        "fields", [{}, {"token": ""}, {"token": "of-ann"}, {"token": "of-ben"}, {"Token": "of-anna"}]
    )
    def test_a_form_without_the_token_of_its_session_is_refused(self, fields: dict[str, str]) -> None:
        with pytest.raises(Refused) as refused:
            require_token(self.VISITOR, fields)
        assert refused.value.fault.code == "foreign_origin"

    def test_its_own_will_do(self) -> None:
        require_token(self.VISITOR, {"token": "of-anna"})
