from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from contextlib import closing
from html import unescape
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import ITEMS, MODEL, NOW, SURE, pair
from tests.unit.serve.pages.conftest import BASE, EVIL, Ask

from pairwell.clock import system_clock
from pairwell.config.document import compact_settings
from pairwell.config.published import publish_settings
from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Cap, Settings
from pairwell.config.workspace import Workspace
from pairwell.errors import RequestError
from pairwell.events import Event
from pairwell.operations.database import Database
from pairwell.operations.keys.store import KeyStore, Wanted
from pairwell.operations.keys.text import ENTROPY_BYTES
from pairwell.records import Item
from pairwell.serve.pages.views.playing.basket import LONGEST, Line, fitting, read_lines, with_one, write_lines
from pairwell.serve.pages.views.playing.knobs import _KINDS, list_knobs
from pairwell.shop.face import open_shop
from pairwell.shop.parts import Parts

HOME = {"accept": "text/html"}
TENT = "/playground?placement=cart&cart=tent"
CUSTOMER = "c-4711"


class Popular(TableModel, frozen=True):
    """A model that knows what is bought most."""

    def popular(self, n: int) -> list[str]:
        return ["gas", "tent"][:n]


BOUGHT = Popular(
    id="m1", add_ons={**MODEL.add_ons, "gas": [pair("mat", confidence=0.0)]}, ladders=MODEL.ladders, once=MODEL.once
)


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parts, "model_or_none", lambda _: BOUGHT)


def publish(workspace: Workspace, settings: Settings) -> None:
    workspace.settings_file.write_text(compact_settings(settings), encoding="utf-8")
    publish_settings(workspace)


@pytest.fixture(autouse=True)
def _tents(workspace: Workspace) -> None:
    publish(workspace, SURE)
    with closing(open_shop(workspace.root)) as shop:
        shop.facts.write_items(ITEMS.values(), at=NOW)


def see(ask: Ask, path: str) -> str:
    answer = ask("GET", path, headers=HOME)
    assert answer.status_code == 200, answer.text
    return answer.text


def told(ask: Ask, path: str) -> dict[str, Any]:
    answer = ask("GET", f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def as_customer(ask: Ask, **fields: str) -> httpx.Response:
    form = {"placement": "cart", "cart": "tent", "customer": CUSTOMER, **fields}
    return ask("POST", "/playground", data=form, headers={**HOME, "origin": BASE})


def offered(record: dict[str, Any]) -> list[str]:
    return [one["offer"]["item_id"] for one in record["played"]["live"]["offers"]]


class TestThePage:
    def test_it_shows_the_slate_and_what_the_decision_weighed(self, ask: Ask) -> None:
        page = see(ask, TENT)
        for said in (
            "Storm tent",
            "€299.00",
            "Better: rated 4.6 instead of 4.1",
            "Place",
            "Too dear beside this purchase",
        ):
            assert said in page
        assert "What your change does" not in page

    def test_the_slate_is_in_the_language_that_is_asked_for(self, ask: Ask) -> None:
        page = see(ask, f"{TENT}&locale=ru")
        assert '<div class="slate" lang="ru">' in page
        assert "25,00\xa0€" in page
        assert '<html lang="en">' in page

    def test_a_change_is_told_beside_what_is_published(self, ask: Ask) -> None:
        page = see(ask, f"{TENT}&guards.add_on_price_share=0.5")
        assert "What your change does" in page
        assert page.count('<div class="slate"') == 2
        assert 'name="guards.add_on_price_share" value="0.5"' in page
        record = told(ask, f"{TENT}&guards.add_on_price_share=0.5")
        assert record["played"]["differences"][0]["item_id"] == "stove"

    def test_a_change_leads_to_an_experiment_of_it(self, ask: Ask) -> None:
        tried = f"{TENT}&guards.add_on_price_share=50%25&attention_minor=7&shop.objective=revenue"
        link = re.search(r'href="(/experiments\?[^"#]*)#start">Start an experiment', see(ask, tried))
        assert link is not None
        form = see(ask, unescape(link[1]))
        (text,) = re.findall(r"<textarea[^>]*>([^<]*)</textarea>", form)
        assert tomllib.loads(unescape(text)) == {
            "guards": {"add_on_price_share": 0.5},
            "placements": {"cart": {"attention_minor": 7}},
            "shop": {"objective": "revenue"},
        }
        for without in (TENT, f"{TENT}&guards.add_on_price_share=-1"):
            assert "Start an experiment" not in see(ask, without)

    def test_what_is_wrong_with_a_setting_stands_beside_it(self, ask: Ask) -> None:
        page = see(ask, f"{TENT}&guards.add_on_price_share=-1&attention_minor=x&rule_off=nope")
        for name, said in (("guards-add_on_price_share", "float` &gt;= 0.0"), ("attention_minor", "got `str`")):
            field, wrong = page.index(f'aria-describedby="wrong-{name}"'), page.index(f'id="wrong-{name}"')
            assert field < wrong < page.index(said, wrong) < wrong + 300
        assert "There is no rule &#39;nope&#39;." in page
        assert "Storm tent" in page  # what is published is told all the same
        assert page.count('aria-invalid="true"') == 2

    def test_two_multiples_need_no_brackets(self, ask: Ask) -> None:
        record = told(ask, f"{TENT}&guards.upgrade_price_corridor=1.5,%202")
        assert record["played"]["changes"] == [
            {"name": "guards.upgrade_price_corridor", "before": [1.05, 1.6], "after": [1.5, 2.0]}
        ]

    @pytest.mark.parametrize("kind", [kind.name for kind in _KINDS])
    def test_every_setting_of_it_is_one_and_says_what_is_published(self, kind: str) -> None:
        listed = {one.name: one for one in list_knobs(SURE, {}, "cart", [])}
        assert listed[kind].now
        assert listed[kind].setting.endswith(kind)

    @pytest.mark.parametrize(
        ("query", "field"),
        [("placement=kart", "placement"), ("cart=a:0", "cart"), ("cart=a:b", "cart"), ("cart=%25ff", "cart"),
         ("at=yesterday", "at"), ("at=0001-01-01T00:00", "at"), ("draw=0", "draw"), ("draw=1e9", "draw"),
         ("limit=51", "limit"), ("limit=-1", "limit"), ("attributes=age", "attributes"), ("locale=e", "locale"),
         ("colour=red", "colour"), ("cart=a&cart=b", "cart"), ("customer=c-1", "customer"), ("viewed=a%00", None)],
    )  # fmt: skip
    def test_what_is_wrong_with_the_request_is_named(self, ask: Ask, query: str, field: str | None) -> None:
        answer = ask("GET", f"/api/v1/playground?{query}")
        assert answer.status_code == (400 if field else answer.status_code)
        assert answer.status_code < 500
        assert field is None or answer.json()["error"]["field"] == field
        assert ask("GET", f"/playground?{query}", headers=HOME).status_code == answer.status_code

    def test_no_text_of_the_shop_becomes_a_script(self, ask: Ask, workspace: Workspace) -> None:
        rule = Rule(name=EVIL, stage="eligibility", scope="offer", when="item.title == 'x'", reason="x")
        placements = {**SURE.placements, "<i>": SURE.placements["cart"]}
        publish(
            workspace,
            msgspec.structs.replace(
                SURE, rules=(rule,), caps=(Cap(name=EVIL, limit=1, window_h=1.0),), placements=placements
            ),
        )
        with closing(open_shop(workspace.root)) as shop:
            bad = [msgspec.structs.replace(one, title=f"{one.title} {EVIL}") for one in ITEMS.values()]
            shop.facts.write_items([*bad, Item(item_id=EVIL, title=EVIL, price_minor=100)], at=NOW)
        evil = httpx.QueryParams({"x": EVIL})["x"]
        for name in ("find", "add", "look", "remove", "locale", "seller", "rule_off", "shop.objective", "slots.max"):
            page = see(
                ask,
                str(httpx.URL("/playground", params={"cart": "tent", name: evil[:35] if name == "locale" else evil})),
            )
            assert "<script>alert" not in page
            assert "<img" not in page
        page = see(
            ask, str(httpx.URL("/playground", params={"cart": write_lines([Line(item_id=EVIL)]), "placement": "<i>"}))
        )
        assert "<script>alert" not in page
        assert "<i>" not in page
        assert "<script>alert" not in as_customer(ask, customer=EVIL).text


class TestTheAddress:
    def test_a_link_shows_the_same_again(self, ask: Ask, workspace: Workspace) -> None:
        choice = msgspec.structs.replace(SURE.choice, temperature=10.0)
        publish(workspace, msgspec.structs.replace(SURE, choice=choice))
        first = told(ask, f"{TENT}:2&viewed=gas&attributes=region%3DPL&draw=3&slots.max=2")
        address = first["address"]
        assert address == address | {"cart": "tent:2", "viewed": "gas", "attributes": "region=PL", "draw": "3"}
        again = told(ask, str(httpx.URL("/playground", params=address)))
        assert again == first
        orders = {tuple(offered(told(ask, f"{TENT}&at=2026-01-31T09:30&draw={draw}"))) for draw in range(1, 15)}
        assert len(orders) > 1

    def test_its_buttons_find_add_and_remove(self, ask: Ask) -> None:
        found = told(ask, f"{TENT}&find=MAT")
        assert [one["item_id"] for one in found["found"]] == ["mat", "mat-red"]
        assert 'name="add" value="mat-red"' in see(ask, f"{TENT}&find=MAT")
        added = told(ask, f"{TENT}&find=MAT&add=mat")
        assert (added["found"], added["address"]["cart"]) == ([], "tent mat")
        assert told(ask, f"{TENT}&add=tent")["address"]["cart"] == "tent:2"
        assert told(ask, f"{TENT}&viewed=gas lamp&look=gas")["address"]["viewed"] == "lamp gas"
        gone = told(ask, f"{TENT}&viewed=tent&remove=tent")
        assert (gone["lines"], gone["made_up"], offered(gone)) == ([], False, [])

    def test_what_nobody_knows_is_told(self, ask: Ask) -> None:
        page = see(ask, "/playground?cart=nope+tent")
        assert "Not known here, and passed over:" in page

    @given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.integers(1, 9_999))))
    def test_any_id_is_read_back(self, told: list[tuple[str, int]]) -> None:
        lines = [Line(item_id=item_id, quantity=number) for item_id, number in told]
        assert read_lines(write_lines(lines), "cart") == lines
        assert len(write_lines(fitting(lines))) <= LONGEST

    def test_more_than_an_address_holds_is_refused(self) -> None:
        many = [Line(item_id=f"item-{number:010}") for number in range(12)]
        with pytest.raises(RequestError, match="no more items"):
            with_one(many, "another-item", "add")


class TestTheCustomer:
    def test_it_is_in_the_body_of_a_form_and_never_in_an_address(self, ask: Ask) -> None:
        answer = as_customer(ask)
        assert answer.status_code == 200
        assert f"As customer {CUSTOMER} would get it." in answer.text
        for address in re.findall(r'(?:href|action|src)="([^"]*)"', answer.text):
            assert CUSTOMER not in unescape(address)
        assert 'name="to" value="/playground"' in answer.text
        assert not [value for value in answer.headers.values() if CUSTOMER in value]
        assert '<form id="ask" method="post"' in answer.text
        assert '<form id="ask" method="get"' in see(ask, TENT)

    def test_what_they_own_counts(self, ask: Ask, workspace: Workspace) -> None:
        assert "The customer said no to it lately" not in as_customer(ask).text
        with closing(open_shop(workspace.root)) as shop:
            now = system_clock()
            shop.log_events([Event(event_id="e", type="decline", at=now, customer_id=CUSTOMER, item_id="lamp")], now)
        assert "The customer said no to it lately" in as_customer(ask).text

    def test_the_holdout_is_looked_through_and_told(self, ask: Ask, workspace: Workspace) -> None:
        publish(workspace, msgspec.structs.replace(SURE, choice=msgspec.structs.replace(SURE.choice, holdout=1.0)))
        page = as_customer(ask).text
        assert "is in the holdout and would see none of it" in page
        assert "Storm tent" in page
        assert "Lots are looked through" in see(ask, TENT)

    @pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
    def test_no_page_of_another_site_asks(self, ask: Ask, headers: dict[str, str]) -> None:
        assert ask("POST", "/playground", data={"customer": CUSTOMER}, headers=headers).status_code == 403

    def test_nobody_asks_without_signing_in(self, ask: Ask, database: Database) -> None:
        KeyStore(database).create(Wanted(kind="secret"), now=NOW, entropy=bytes(ENTROPY_BYTES))
        assert ask("POST", "/playground", data={"customer": CUSTOMER}, headers={"origin": BASE}).status_code == 401

    def test_what_the_form_does_not_know_is_refused(self, ask: Ask) -> None:
        assert as_customer(ask, colour="red").status_code == 400
        assert as_customer(ask, customer="x" * 201).status_code == 400


def test_a_decision_leads_to_the_same_request_of_nobody(
    ask: Ask, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pairwell.model.store.load_model", lambda *_: BOUGHT)
    with closing(open_shop(workspace.root)) as shop:
        cart = [{"item_id": "tent", "quantity": 2}, {"item_id": "gas"}]
        made = shop.decide({"placement": "cart", "customer_id": CUSTOMER, "cart": cart})
    link = re.search(r'href="(/playground\?[^"]*)"', see(ask, f"/decision?id={made.decision_id}"))
    assert link is not None
    assert CUSTOMER not in link[1]
    assert told(ask, unescape(link[1]))["address"]["cart"] == "tent:2 gas"


class TestTheBeginning:
    def test_it_is_like_the_newest_request_and_says_nothing_of_who_asked(self, ask: Ask, workspace: Workspace) -> None:
        with closing(open_shop(workspace.root)) as shop:
            shop.decide({"placement": "cart", "cart": [{"item_id": "nope"}]})
            for item_id in ("tent", "gas"):
                cart = [{"item_id": item_id, "quantity": 2}]
                asked = {"placement": "cart", "customer_id": CUSTOMER, "locale": "pl", "attributes": {"age": "30"}}
                shop.decide({**asked, "cart": cart})
        record = told(ask, "/playground")
        assert (record["made_up"], record["address"]["cart"], offered(record) != []) == (True, "tent:2", True)
        assert record["address"]["locale"] == "pl"
        assert CUSTOMER not in str(record)
        assert "30" not in record["address"].get("attributes", "")
        assert "Like one that was asked lately." in see(ask, "/playground")

    def test_without_decisions_it_is_what_is_bought_most(self, ask: Ask) -> None:
        record = told(ask, "/playground")
        assert record["address"]["cart"] == "tent"  # nothing is worth showing beside the gas
        assert "Storm tent" in see(ask, "/playground?slots.max=1")

    def test_an_empty_shop_says_what_to_do(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Parts, "model_or_none", lambda _: None)
        assert "Nothing has been learned yet" in see(ask, TENT)
        assert offered(told(ask, "/playground")) == []


@pytest.fixture
def rows(database: Database) -> Callable[[], dict[str, list[str]]]:
    def read() -> dict[str, list[str]]:
        with database.read() as connection:
            names = set(sa.inspect(connection).get_table_names())
            return {name: sorted(map(repr, connection.execute(sa.text(f'SELECT * FROM "{name}"')))) for name in names}

    return read


def test_nothing_that_is_looked_at_is_kept(
    ask: Ask, workspace: Workspace, rows: Callable[[], dict[str, list[str]]]
) -> None:
    publish(workspace, msgspec.structs.replace(SURE, caps=(Cap(name="one", limit=1, window_h=24.0),)))
    before, files = rows(), sorted(workspace.root.rglob("*.toml"))
    for path in (
        "/playground",
        TENT,
        f"{TENT}&slots.max=1",
        f"{TENT}&cap_off=one",
        "/playground?placement=email&cart=tent",
    ):
        see(ask, path)
        told(ask, path)
    assert as_customer(ask).status_code == as_customer(ask, **{"slots.max": "1"}).status_code == 200
    assert rows() == before
    assert sorted(workspace.root.rglob("*.toml")) == files
