from __future__ import annotations

import re
from contextlib import closing
from html import escape

import pytest
from tests.unit.serve.pages.browsing import HOME, Browser
from tests.unit.serve.pages.conftest import BASE, EVIL, NOW, PASSWORD, Ask

from pairwell.config.workspace import Workspace
from pairwell.operations.database import Database
from pairwell.operations.keys.store import KeyStore, Wanted
from pairwell.operations.keys.text import ENTROPY_BYTES
from pairwell.operations.users.audit import AuditLog
from pairwell.operations.users.store import ROLES, Role, UserStore
from pairwell.records import CuratedRelation, Item
from pairwell.serve.pages.said import remember
from pairwell.serve.pages.views.all import ACTS, UNLISTED, VIEWS
from pairwell.serve.pages.visitors import RIGHTS
from pairwell.shop.face import open_shop

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published")


def _named(act: str) -> dict[str, str]:
    return {name: "x" for one in ACTS if one.path == act for name in one.fields}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_and_does_what_it_may_and_no_more(ask: Ask, users: UserStore, role: Role) -> None:
    assert users.list()
    browser = Browser(ask, role)
    listed = browser.see("/account")[1]
    for view in VIEWS:
        may = view.right in RIGHTS[role]
        assert (browser.see(view.path)[0] != 403) == may, view.path
        assert (browser.see(f"/api/v1{view.path}")[0] != 403) == may
        assert (f'<a href="{view.path}" title=' in listed) == (may and view.path not in UNLISTED and view.needs is None)
    for act in ACTS:
        told = browser.send(act.path, **_named(act.path))[0]
        assert (told != 403) == (act.right in RIGHTS[role]), act.path


@pytest.mark.parametrize("act", [act.path for act in ACTS])
def test_no_form_does_anything_for_a_page_of_another_site(ask: Ask, users: UserStore, act: str) -> None:
    before = [(one.name, one.role) for one in users.list()]
    admin = Browser(ask, "admin")
    fields = _named(act) | {"name": "viewer"} if "name" in _named(act) else _named(act)
    cookie = {"cookie": admin.headers["cookie"]}
    for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null"}):
        sent = ask("POST", act, data={**fields, "token": admin.token()}, headers={**cookie, **headers})
        assert sent.status_code == 403
    for token in ({}, {"token": ""}, {"token": "0" * 64}, {"token": Browser(ask, "admin").token()}):
        sent = ask("POST", act, data={**fields, **token}, headers={**cookie, "origin": BASE})
        assert (sent.status_code, sent.json()["error"]["code"]) == (403, "foreign_origin")
    assert ask("POST", act, data=fields, headers={"origin": BASE}).status_code == 401
    assert [(one.name, one.role) for one in users.list()] == before


class TestWhatAFormDid:
    def test_is_told_once(self, ask: Ask, users: UserStore) -> None:
        admin = Browser(ask, "admin")
        assert users.list()
        token = admin.token()
        told = ask(
            "POST", "/users/role", data={"token": token, "name": "viewer", "role": "analyst"}, headers=admin.headers
        )
        held = f"{admin.headers['cookie']};{told.headers['set-cookie'].partition(';')[0]}"
        script = ask("GET", "/style.css", headers={"cookie": held})
        assert "set-cookie" not in script.headers
        shown = ask("GET", "/users", headers={**HOME, "cookie": held})
        assert "viewer is analyst now." in shown.text
        assert shown.headers["set-cookie"].startswith("pairwell_said=; Max-Age=0; Path=/;")
        assert "set-cookie" not in ask("GET", "/users", headers={**HOME, "cookie": admin.headers["cookie"]}).headers

    @pytest.mark.parametrize("path", ["/nowhere", "/sign-in"])
    def test_stands_on_no_page_of_an_error(self, ask: Ask, users: UserStore, path: str) -> None:
        assert users.list()
        held = {"cookie": remember("All is well.", BASE).partition(";")[0], **HOME, "origin": BASE}
        wrong = ask("POST" if path == "/sign-in" else "GET", path, data={"name": "x", "password": "y"}, headers=held)
        assert wrong.status_code == 401
        assert "All is well." not in wrong.text
        assert wrong.headers["set-cookie"].startswith("pairwell_said=; Max-Age=0;")


class TestUsers:
    def test_an_admin_adds_changes_and_removes_a_user(self, ask: Ask, users: UserStore, database: Database) -> None:
        admin = Browser(ask, "admin")
        assert admin.send("/users/add", name="eve", role="viewer", password=PASSWORD) == (303, "Added eve as viewer.")
        assert Browser(ask, "eve").see("/")[0] == 200
        assert admin.send("/users/role", name="eve", role="analyst") == (303, "eve is analyst now.")
        eve = Browser(ask, "eve")
        assert "with the role analyst" in eve.see("/account")[1]
        assert admin.send("/users/remove", name="eve") == (303, "Removed eve.")
        assert eve.see("/")[0] == 401
        newest = [(one.author, one.action, one.subject) for _, one in AuditLog(database).newest(3)]
        assert newest == [("admin", name, "eve") for name in ("user_removed", "role_given", "user_added")]
        assert len(users.list()) == len(ROLES)

    def test_what_is_wrong_is_told_and_nothing_changes(self, ask: Ask, users: UserStore) -> None:
        admin, before = Browser(ask, "admin"), users.list()
        status, shown = admin.send("/users/add", name=EVIL, role="viewer", password=PASSWORD)
        assert (status, "is no user&#39;s name" in shown, "<script>alert" in shown) == (400, True, False)
        assert admin.send("/users/add", name="eve", role="boss", password=PASSWORD)[0] == 400
        assert admin.send("/users/add", name="eve", role="viewer", password="short")[0] == 400
        assert admin.send("/users/remove", name="admin")[0] == 400
        assert admin.send("/users/role", name="nobody", role="viewer")[0] == 404
        assert admin.send("/users/add", name="eve")[0] == 400
        assert admin.send("/users/remove", name="viewer", colour="red")[0] == 400
        assert [(one.name, one.role) for one in users.list()] == [(one.name, one.role) for one in before]

    def test_the_first_user_is_an_admin(self, ask: Ask, database: Database) -> None:
        nobody = Browser(ask, None)
        assert re.findall(
            r'<option[^>]* value="(\w+)">', nobody.see("/users")[1].partition('action="/users/add"')[2]
        ) == ["admin"]
        status, shown = nobody.send("/users/add", name="vera", role="viewer", password=PASSWORD)
        assert (status, "There is no admin yet" in shown, UserStore(database).list()) == (400, True, [])

    def test_a_user_changes_their_own_password_and_signs_in_anew(self, ask: Ask, users: UserStore) -> None:
        assert users.list()
        viewer = Browser(ask, "viewer")
        wrong = viewer.send("/users/password", password="wrong words of mine", new_password="other quiet words")
        assert wrong[0] == 400
        told = viewer.send("/users/password", password=PASSWORD, new_password="other quiet words")
        assert told == (303, "The password is changed. Sign in with it.")
        assert viewer.see("/")[0] == 401
        assert users.sign_in("viewer", "other quiet words", now=NOW) is not None

    def test_an_admin_revokes_a_key(self, ask: Ask, users: UserStore, keys: KeyStore, database: Database) -> None:
        assert users.list()
        made = keys.create(Wanted(kind="secret"), now=NOW, entropy=bytes(ENTROPY_BYTES)).key
        admin = Browser(ask, "admin")
        assert admin.send("/keys/revoke", key_id=made.key_id) == (303, f"{made.key_id} counts no longer.")
        assert keys.list()[0].revoked_at is not None
        assert AuditLog(database).newest(1)[0][1].action == "key_revoked"


class TestDecisions:
    def test_the_newest_come_first_and_each_is_explained(self, ask: Ask, workspace: Workspace) -> None:
        with closing(open_shop(workspace.root)) as shop:
            made = [
                shop.decide({"placement": "cart", "visitor_id": f"v-{n}", "cart": [{"item_id": EVIL}]})
                for n in range(3)
            ]
        listed = ask("GET", "/api/v1/decisions").json()["decisions"]
        assert [one["decision_id"] for one in listed] == [one.decision_id for one in reversed(made)]
        page = ask("GET", "/decisions", headers=HOME).text
        assert "<script>alert" not in page
        assert ask("GET", "/api/v1/decisions").json()["titles"] == {}
        assert all(one.decision_id in page for one in made)
        shown = ask("GET", f"/decision?id={made[0].decision_id}&replay=1", headers=HOME)
        assert (shown.status_code, "the same, bit for bit" in shown.text) == (200, True)
        assert "<script>alert" not in shown.text

    def test_what_was_not_shown_stands_in_a_table_with_its_stage_reason_and_figures(
        self, ask: Ask, workspace: Workspace
    ) -> None:
        with closing(open_shop(workspace.root)) as shop:
            shop.facts.write_items(
                [
                    Item(item_id="tent", title="Tent", price_minor=20_000),
                    Item(item_id="cot", title=EVIL, price_minor=15_000),
                ],
                at=NOW,
            )
            shop.facts.write_relations(
                [CuratedRelation(anchor_id="tent", item_id="cot", relation="complement", rank=0)], at=NOW
            )
            made = shop.decide({"placement": "cart", "cart": [{"item_id": "tent", "quantity": 2}, {"item_id": "gone"}]})
        told = ask("GET", f"/api/v1/decision?id={made.decision_id}").json()
        (left,) = told["withheld"]
        assert (left["item_id"], left["stage"], left["price_minor"]) == ("cot", "guards", 15_000)
        assert told["outcome"].startswith("Nothing was shown.")
        shown = ask("GET", f"/decision?id={made.decision_id}", headers=HOME).text
        assert ask("GET", "/api/v1/decisions").json()["titles"] == {"tent": "Tent"}
        assert "<td>Tent, gone</td>" in ask("GET", "/decisions", headers=HOME).text
        row = shown[shown.index("<tbody>") : shown.index("</tbody>")]
        assert "By the guards of price and margin" in row
        assert f"<summary>{escape(left['why'])}</summary>" in row
        assert "not in the catalogue" in shown
        assert "2 × <a href" in shown
        assert "<script>alert" not in shown
        assert "1 candidate was not shown" in shown

    def test_they_are_found_by_placement_and_outcome(self, ask: Ask, workspace: Workspace) -> None:
        with closing(open_shop(workspace.root)) as shop:
            shop.decide({"placement": "cart", "cart": [{"item_id": "tent"}]})
            silent = shop.decide({"placement": "product", "viewed": ["tent"]})
        found = ask("GET", "/api/v1/decisions?placement=product").json()["decisions"]
        assert [one["decision_id"] for one in found] == [silent.decision_id]
        reason = found[0]["silence"]
        assert len(ask("GET", f"/api/v1/decisions?outcome={reason}&placement=product").json()["decisions"]) == 1
        assert ask("GET", "/api/v1/decisions?outcome=offered").json()["decisions"] == []
        before = found[0]["at"].replace("+", "%2B")
        assert len(ask("GET", f"/api/v1/decisions?before={before}").json()["decisions"]) == 1

    @pytest.mark.parametrize(
        ("path", "status"),
        [("/decision", 400), ("/decision?id=none", 404), ("/decisions?before=x", 400), ("/decisions?colour=red", 400),
         ("/decisions?before=2026-01-01T00:00:00", 400), ("/decisions?placement=%00", 200)],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, ask: Ask, path: str, status: int) -> None:
        assert ask("GET", path).status_code == status
        assert ask("GET", path, headers=HOME).status_code == status


class TestPreferences:
    def _set(self, ask: Ask, **form: str) -> tuple[str, str]:
        answer = ask("POST", "/preferences", data=form, headers={"origin": BASE})
        assert answer.status_code == 303
        kept = [value.partition(";")[0] for value in answer.headers.get_list("set-cookie")]
        return answer.headers["location"], ";".join(kept)

    def test_the_reader_chooses_language_and_colours(self, ask: Ask) -> None:
        to, cookie = self._set(ask, to="/reports/funnel?by=channel", language="pl", theme="dark")
        assert to == "/reports/funnel?by=channel"
        shown = ask("GET", "/", headers={**HOME, "cookie": cookie}).text
        assert '<html lang="pl" data-theme="dark">' in shown

    def test_the_browser_s_language_is_taken_where_nothing_was_chosen(self, ask: Ask) -> None:
        shown = ask("GET", "/", headers={**HOME, "accept-language": "de, ru;q=0.9, en;q=0.8"}).text
        assert '<html lang="ru">' in shown

    @pytest.mark.parametrize(
        "to",
        [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "/a\r\nset-cookie: x=y",
            "javascript:alert(1)",
        ],
    )
    def test_it_never_leads_to_another_server(self, ask: Ask, to: str) -> None:
        assert self._set(ask, to=to, language="en", theme="")[0] == "/"

    def test_what_is_no_language_and_no_theme_is_none(self, ask: Ask) -> None:
        cookie = f"pairwell_language={EVIL};pairwell_theme={EVIL};pairwell_said=%%%".encode("latin-1")
        shown = ask("GET", "/", headers={b"accept": b"text/html", b"cookie": cookie}).text
        assert '<html lang="en">' in shown
        assert "<script>alert" not in shown
