"""Pages hold nothing in English for whoever reads another language, beside what is the shop's own."""

from __future__ import annotations

import itertools
from contextlib import closing
from typing import get_args

import httpx
import pytest
from tests.unit.decide.tents import ITEMS, NOW, SURE
from tests.unit.serve.pages.conftest import BASE, Ask
from tests.unit.serve.pages.english import english_in, english_on
from tests.unit.serve.pages.test_playground import BOUGHT

from pairwell.catalogues import LANGUAGES
from pairwell.config.document import compact_settings
from pairwell.config.published import publish_settings
from pairwell.config.settings import USUAL_CHANNELS, Objective
from pairwell.config.workspace import Workspace
from pairwell.dataset.tables import TABLES
from pairwell.offer_words import KINDS
from pairwell.operations.users.store import ROLES
from pairwell.records import SilenceReason
from pairwell.serve.pages import codes
from pairwell.serve.pages.speaking import sentences
from pairwell.serve.pages.views.all import VIEWS
from pairwell.shop.face import open_shop
from pairwell.shop.parts import Parts

OTHERS = LANGUAGES[1:]
ORDERS = (
    "order_id,item_id,customer_id,placed_at,unit_price\no1,tent,c1,2026-10-01 10:00,5\n,tent,c1,2026-10-01 10:00,5\n"
)
WRONG = [
    "/decision", "/decision?id=zz", "/decisions?before=yesterday", "/item", "/item?id=zz", "/experiment",
    "/experiment?name=zz", "/experiments/plan?effect=much", "/experiments/plan?power=2", "/associations?min_support=7",
    "/associations?sort=zz", "/limits?newest=7", "/playground?at=yesterday", "/playground?limit=0",
    "/playground?cart=a:b", "/playground?attributes=zz", "/quarantine", "/nowhere", "/bundles?zz=1",
]  # fmt: skip


@pytest.fixture
def _tents(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop that sells tents, and whose draft changes a limit."""
    workspace.settings_file.write_text(compact_settings(SURE), encoding="utf-8")
    publish_settings(workspace)
    with closing(open_shop(workspace.root)) as shop:
        shop.facts.write_items(ITEMS.values(), at=NOW)
    other = compact_settings(SURE).replace("add_on_price_share = 0.3", "add_on_price_share = 0.2")
    workspace.settings_file.write_text(other, encoding="utf-8")
    monkeypatch.setattr(Parts, "model_or_none", lambda _: BOUGHT)


@pytest.fixture
def told(_tents: None, workspace: Workspace) -> dict[str, str]:
    """What pages about one thing ask for, in that shop once it has decided, refused rows and begun an experiment."""
    with closing(open_shop(workspace.root)) as shop:
        path = workspace.root / "orders.csv"
        path.write_text(ORDERS, encoding="utf-8")
        shop.ingest("orders", path)
        shop.decide({"placement": "cart", "customer_id": "c1", "cart": [{"item_id": "tent"}]})
        shop.experiments.start_written("fewer", "[slots]\nmax = 1\n")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Parts, "model_or_none", lambda _: None)
            made = shop.decide({"placement": "cart", "cart": [{"item_id": "tent"}]})
        refused = [one.name for one in shop.held().refused]
    return {
        "/decision": f"?id={made.decision_id}",
        "/item": "?id=tent",
        "/experiment": "?name=fewer",
        "/quarantine": f"?file={refused[0]}",
        "/playground": "?placement=cart&cart=tent&guards.add_on_price_share=0.9",
    }


def test_every_page_is_in_its_reader_s_language(ask: Ask, told: dict[str, str]) -> None:
    rules = [text for one in SURE.rules for text in (one.name, one.later) if text]
    data = [
        *rules,
        *(one.name for one in SURE.caps),
        "orders.csv",
        "Directive ",
        told["/quarantine"].removeprefix("?file="),
    ]
    for view, language in itertools.product(VIEWS, OTHERS):
        shown = _see(ask, f"{view.path}{told.get(view.path, '')}", language)
        # A page about one thing says that it needs to know of which.
        assert shown.status_code == 200 or (shown.status_code == 400 and view.path not in told), view.path
        assert not english_on(shown.text, data), (view.path, language)


@pytest.mark.usefixtures("_tents")
def test_what_is_wrong_is_said_in_its_reader_s_language(ask: Ask) -> None:
    for path, language in itertools.product(WRONG, OTHERS):
        shown = _see(ask, path, language)
        assert shown.status_code >= 400, path
        assert not english_on(shown.text), (path, language)


@pytest.mark.usefixtures("_tents")
def test_a_wrong_setting_is_said_beside_its_field(ask: Ask) -> None:
    shown = _see(ask, "/playground?placement=cart&cart=tent&slots.max=many&rule_off=zz", "ru").text
    assert "ожидается `int`, а не `str`" in shown
    assert "Нет правила &#39;zz&#39;" in shown


@pytest.mark.usefixtures("_tents")
def test_what_a_form_did_is_said_in_its_reader_s_language(ask: Ask) -> None:
    sent = {"anchor_id": "tent", "item_id": "gas", "relation": "never", "rank": "", "back": "tent"}
    headers = {"accept": "text/html", "accept-language": "pl", "origin": BASE}
    done = ask("POST", "/pairs/relate", data=sent, headers=headers)
    assert done.status_code == 303
    cookie = done.headers["set-cookie"].partition(";")[0]
    page = ask("GET", done.headers["location"], headers={**headers, "cookie": cookie}).text
    assert "począwszy od następnej decyzji." in page


@pytest.mark.usefixtures("_tents")
def test_json_stays_english(ask: Ask) -> None:
    told = ask("GET", "/api/v1/playground?placement=cart&cart=tent", headers={"accept-language": "ru"}).json()
    assert told["played"]["live"]["outcome"].startswith("Shown: ")
    wrong = ask("GET", "/api/v1/item?id=zz", headers={"accept-language": "ru"}).json()["error"]
    assert wrong["message"] == "Item 'zz' is not in the catalogue, nor in any order."


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (get_args(SilenceReason), codes.SILENCES),
        (KINDS, codes.KINDS),
        (USUAL_CHANNELS, codes.CHANNELS),
        (ROLES, codes.ROLES),
        (get_args(Objective), codes.OBJECTIVES),
        (TABLES, codes.TABLES),
    ],
)
def test_every_code_is_a_word_in_every_language(values: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert {value.replace("_", " ") for value in values} <= set(words)
    assert all(sentences(language).gettext(word) for language in OTHERS for word in words)


def test_english_is_found() -> None:
    page = '<main><p>Это `what is` так</p><p>Nothing was shown.</p><p lang="en">Nothing was.</p><code>the</code></main>'
    assert english_on(page) == ["Nothing was shown."]
    assert english_on(page, ["Nothing was"]) == []
    assert english_in(["Продажа приносит 4,25 €", "a sale of it"]) == ["a sale of it"]


def _see(ask: Ask, path: str, language: str) -> httpx.Response:
    return ask("GET", path, headers={"accept": "text/html", "accept-language": language})
