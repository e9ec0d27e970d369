"""Who gets what over HTTP: with keys, without, from pages, from servers."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest

from pairwell.operations.keys.store import KeyStore
from pairwell.serve.online.app import OnlineApp
from pairwell.serve.online.service import Service

from .conftest import NOW
from .keyed import CART, EXPOSURE, OTHER, PAGE, Ask, Keys, codes, decided, refusal, told


@pytest.fixture
def keys(service: Service) -> Keys:
    return Keys(KeyStore(service.database))


# --- the door -------------------------------------------------------------------------------------


def test_the_first_key_closes_the_server_with_the_next_request(ask: Ask, service: Service) -> None:
    assert ask("POST", "/v1/decisions", json=CART).status_code == 200
    keys = Keys(KeyStore(service.database))
    refused = ask("POST", "/v1/decisions", json=CART)
    assert refusal(refused) == (401, "key_missing")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "keys create" in refused.json()["error"]["hint"]
    assert decided(ask, keys.as_server)["offers"]
    keys.store.revoke(keys.secret.key.key_id, now=NOW)
    assert refusal(ask("POST", "/v1/decisions", json=CART, headers=keys.as_server)) == (401, "key_revoked")


@pytest.mark.usefixtures("keys")
def test_without_a_key_nobody_learns_more_than_that_it_lives(ask: Ask) -> None:
    for method, path in [
        ("POST", "/v1/decisions"), ("POST", "/v1/events"), ("GET", "/v1/decisions/d-1"), ("GET", "/metrics"),
        ("GET", "/v1/items/tent/pairs"), ("GET", "/nowhere"),
    ]:  # fmt: skip
        assert refusal(ask(method, path, json={})) == (401, "key_missing"), path
    assert {ask("GET", path).status_code for path in ("/", "/healthz", "/openapi.json", "/readyz")} == {200}
    assert "It asks for a key" in ask("GET", "/").text
    ready = ask("GET", "/readyz").json()
    assert ready["ready"]
    assert {ready[part][detail] for part in ("settings", "model", "journal") for detail in ("live", "problem")} == {
        None
    }


def test_a_secret_key_opens_everything(ask: Ask, keys: Keys) -> None:
    answer = decided(ask, keys.as_server, customer_id="c-17", explain=True)
    assert {"model", "settings", "arm", "withheld"} <= set(answer)
    assert ask("GET", f"/v1/decisions/{answer['decision_id']}", headers=keys.as_server).json()["unit"] == "c:c-17"
    assert ask("GET", "/v1/items/tent/pairs", headers=keys.as_server).json()["pairs"][0]["together"]
    assert ask("GET", "/readyz", headers=keys.as_server).json()["model"]["live"]
    order = {"type": "order", "item_id": None, "order": {"order_id": "o", "lines": [{"item_id": "mat"}]}}
    assert told(ask, keys.as_server, {"customer_id": "c-17", **order})["accepted"] == 1


def test_a_secret_key_in_a_page_is_refused_and_told_to_be_revoked(ask: Ask, keys: Keys) -> None:
    response = ask("POST", "/v1/decisions", json=CART, headers={**keys.as_server, "origin": PAGE})
    assert refusal(response) == (403, "secret_key_in_page")
    assert f"keys revoke {keys.secret.key.key_id}" in response.json()["error"]["hint"]


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        (None, "origin_missing"),
        ("null", "origin_not_allowed"),
        (OTHER, "origin_not_allowed"),
        ("http://shop.example", "origin_not_allowed"),
        ("https://shop.example:8443", "origin_not_allowed"),
        ("https://shop.example.evil.example", "origin_not_allowed"),
        ("http://127.0.0.1:8420", "origin_not_allowed"),
    ],
)
def test_a_publishable_key_counts_with_its_origins_only(ask: Ask, keys: Keys, origin: str | None, code: str) -> None:
    headers = {"authorization": keys.as_page["authorization"], **({"origin": origin} if origin else {})}
    response = ask("POST", "/v1/decisions", json=CART, headers=headers)
    assert refusal(response) == (403, code)
    assert response.json()["error"]["hint"]
    assert "access-control-allow-origin" not in response.headers


def test_neither_log_nor_answer_repeats_a_key(ask: Ask, keys: Keys, log: Any) -> None:
    for text in (keys.secret.text, keys.page.text, keys.secret.text[:-1]):
        for response in (
            ask("GET", f"/v1/items/{text}/pairs"),
            ask("GET", f"/healthz?key={text}"),
            ask("POST", "/v1/decisions", json=CART, headers={"authorization": f"Bearer {text}", "origin": OTHER}),
            ask("POST", "/v1/events", json={"key": text, "events": []}, headers={"origin": OTHER}),
        ):
            assert response.status_code >= 400
            assert text[3:] not in response.text
    assert keys.secret.text[3:40] not in log.getvalue()


def test_beyond_loopback_nobody_gets_in_without_a_key(service: Service) -> None:
    import asyncio  # noqa: PLC0415

    app = OnlineApp(service, local=False, pages_port=None)

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as client:
            return [await client.post("/v1/decisions", json=CART), await client.get("/metrics")]

    assert [refusal(response) for response in asyncio.run(send())] == [(401, "key_missing")] * 2
    app.close()


# --- browsers -------------------------------------------------------------------------------------


def test_browsers_are_told_which_pages_may_ask(ask: Ask, keys: Keys) -> None:
    wish = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    allowed = ask("OPTIONS", "/v1/decisions", headers={"origin": PAGE, **wish})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (204, PAGE)
    assert set(allowed.headers["access-control-allow-headers"].split(", ")) >= {"authorization", "content-type"}
    assert (allowed.headers["vary"], int(allowed.headers["access-control-max-age"]) > 0) == ("Origin", True)
    for origin in (OTHER, "null"):
        other = ask("OPTIONS", "/v1/decisions", headers={"origin": origin, **wish})
        assert refusal(other) == (403, "origin_not_allowed")
        assert "access-control-allow-origin" not in other.headers
    keys.store.revoke(keys.page.key.key_id, now=NOW)
    assert ask("OPTIONS", "/v1/decisions", headers={"origin": PAGE, **wish}).status_code == 403


def test_a_page_may_read_its_answers_errors_too_and_never_with_credentials(ask: Ask, keys: Keys) -> None:
    for response in (
        ask("POST", "/v1/decisions", json=CART, headers=keys.as_page),
        ask("POST", "/v1/decisions", json={}, headers=keys.as_page),
        ask("GET", "/v1/items/tent/pairs", headers=keys.as_page),
        ask("GET", "/nowhere", headers=keys.as_page),
    ):
        assert response.headers["access-control-allow-origin"] == PAGE
        assert response.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/fragments"])
def test_a_question_shows_its_key_in_its_body(ask: Ask, keys: Keys, path: str) -> None:
    page = {"origin": PAGE, "content-type": "text/plain"}
    question = {"decision": CART} if path == "/v1/fragments" else CART
    shown = {**question, "key": keys.page.text}
    answer = ask("POST", path, content=json.dumps(shown), headers=page)
    assert (answer.status_code, "worth_minor" in answer.text) == (200, False)
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert refusal(ask("POST", path, json=shown, headers={"origin": OTHER})) == (403, "origin_not_allowed")
    assert refusal(ask("POST", path, json={**shown, "key": keys.secret.text}, headers=page)) == (
        403,
        "secret_key_in_page",
    )
    assert refusal(ask("POST", path, json=question, headers=page)) == (401, "key_missing")
    large = json.dumps({**shown, "more": "x" * 70_000})
    assert refusal(ask("POST", path, content=large, headers=page)) == (413, "too_large")


def test_the_first_key_counts_at_once_in_a_body_too(ask: Ask, service: Service) -> None:
    assert ask("POST", "/v1/decisions", json=CART).status_code == 200  # open, and known to be
    made = Keys(KeyStore(service.database))
    shown = {**CART, "key": made.page.text}
    answer = ask("POST", "/v1/decisions", json=shown, headers={"origin": PAGE})
    assert (answer.status_code, "arm" in answer.json()) == (200, False)


def test_a_question_names_its_customer_by_a_token_in_its_body(ask: Ask, keys: Keys, service: Service) -> None:
    token = keys.page_of("c-17")["x-pairwell-customer"]
    shown = {**CART, "key": keys.page.text, "customer_token": token}
    answer = ask("POST", "/v1/decisions", json=shown, headers={"origin": PAGE}).json()
    assert service.decision(answer["decision_id"]).inputs.request.customer_id == "c-17"


def test_a_beacon_shows_its_key_in_its_body(ask: Ask, keys: Keys, service: Service) -> None:
    page = {"origin": PAGE, "content-type": "text/plain"}
    beacon = {"key": keys.page.text, "events": [{**EXPOSURE, "visitor_id": "v-9"}]}
    assert ask("POST", "/v1/events", json=beacon, headers=page).json()["accepted"] == 1
    single = {"key": keys.page.text, **EXPOSURE, "event_id": "e-2"}
    assert ask("POST", "/v1/events", json=single, headers=page).json()["accepted"] == 1
    token = keys.page_of("c-17")["x-pairwell-customer"]
    signed = {"key": keys.page.text, "customer_token": token, "events": [{**EXPOSURE, "customer_id": "c-17"}]}
    assert ask("POST", "/v1/events", json=signed, headers=page).json()["accepted"] == 1
    assert refusal(ask("POST", "/v1/events", json=beacon, headers={"origin": OTHER})) == (403, "origin_not_allowed")
    assert refusal(ask("POST", "/v1/events", json={"events": []}, headers=page)) == (401, "key_missing")
    large = ask("POST", "/v1/events", content=b"x" * 70_000, headers=page)
    assert refusal(large) == (413, "too_large")
    assert service.journal.count().exposures == 3


# --- what a page may ask --------------------------------------------------------------------------


def test_a_page_sees_no_worth_no_chance_and_nothing_of_what_runs(ask: Ask, keys: Keys) -> None:
    answer = decided(ask, keys.as_page, visitor_id="v-9", explain=True)
    assert set(answer) == {"decision_id", "valid_until", "silence", "offers", "ignored", "currency"}
    assert answer["ignored"] == [{"field": "explain", "id": "true"}]
    assert answer["offers"]
    assert not {"propensity", "worth_minor", "score"} & set(answer["offers"][0])
    pairs = ask("GET", "/v1/items/tent/pairs", headers=keys.as_page).json()
    assert set(pairs) == {"item_id", "title", "relation", "pairs"}
    assert pairs["pairs"][0] == {"item_id": "mat", "title": "Mat"}
    for path in (f"/v1/decisions/{answer['decision_id']}", "/metrics"):
        assert refusal(ask("GET", path, headers=keys.as_page)) == (403, "needs_secret_key")
    assert ask("GET", "/readyz", headers=keys.as_page).json()["model"]["live"] is None


def test_a_page_names_a_customer_only_with_the_shops_word_for_it(ask: Ask, keys: Keys) -> None:
    def ask_for(customer_id: str | None, headers: dict[str, str]) -> httpx.Response:
        return ask("POST", "/v1/decisions", json={**CART, "customer_id": customer_id}, headers=headers)

    assert refusal(ask_for("c-17", keys.as_page)) == (403, "customer_token_missing")
    assert refusal(ask_for("c-18", keys.page_of("c-17"))) == (403, "customer_token_mismatch")
    assert refusal(ask_for("c-17", keys.page_of("c-17", hours=-1))) == (403, "customer_token_expired")
    assert refusal(ask_for("c-17", keys.page_of("c-17", hours=30))) == (403, "customer_token_invalid")
    forged = {**keys.as_page, "x-pairwell-customer": keys.page_of("c-17")["x-pairwell-customer"][:-2] + "xx"}
    assert refusal(ask_for(None, forged)) == (403, "customer_token_invalid")
    for named in ("c-17", None):
        made = ask_for(named, keys.page_of("c-17")).json()["decision_id"]
        assert ask("GET", f"/v1/decisions/{made}", headers=keys.as_server).json()["unit"] == "c:c-17"


def test_nobody_gets_the_answer_to_anothers_question(ask: Ask, keys: Keys) -> None:
    def answer_to(headers: dict[str, str], **fields: Any) -> str:
        made: str = decided(ask, headers, request_id="r-1", **fields)["decision_id"]
        return made

    answers = [
        answer_to(keys.as_server, customer_id="c-17"),
        answer_to(keys.page_of("c-17")),
        answer_to(keys.page_of("c-18")),
        answer_to(keys.as_page, visitor_id="v-9"),
        answer_to(keys.as_page, visitor_id="c-17"),
        answer_to(keys.as_page),
        answer_to(keys.as_page, cart=[{"item_id": "lamp"}]),
    ]
    assert len(set(answers)) == len(answers)
    assert answer_to(keys.page_of("c-17"), cart=[{"item_id": "lamp"}]) == answers[1]
    assert answer_to(keys.as_page, visitor_id="v-9", explain=True) == answers[3]
    assert answer_to(keys.as_page) == answers[5]


# --- what a page may tell -------------------------------------------------------------------------


def test_a_page_tells_behaviour_and_nothing_else(ask: Ask, keys: Keys, service: Service) -> None:
    order = {"order_id": "o-1", "lines": [{"item_id": "mat"}]}
    receipt = told(
        ask,
        keys.page_of("c-17"),
        {"type": "click"},
        {"type": "order", "item_id": None, "order": order},
        {"type": "exposure", "order": order},
        {"type": "consent", "item_id": None, "consent": {"channel": "email", "given": True}},
        {"type": "item", "item_id": None, "item": {"item_id": "tent", "price_minor": 1}},
        {"type": "nonsense"},
    )
    assert receipt["accepted"] == 1
    assert codes(receipt) == [(place, "needs_secret_key") for place in (1, 2, 3, 4)] + [(5, "bad_request")]
    assert [one["event_id"] for one in receipt["refused"]] == ["e-1", "e-2", "e-3", "e-4", "e-5"]
    assert service.journal.count().orders == 0


def test_a_page_tells_nothing_in_the_name_of_another_customer(ask: Ask, keys: Keys) -> None:
    assert codes(told(ask, keys.as_page, {"customer_id": "c-17"})) == [(0, "customer_token_missing")]
    receipt = told(ask, keys.page_of("c-17"), {"customer_id": "c-18"}, {"customer_id": "c-17"}, {})
    assert (receipt["accepted"], codes(receipt)) == (2, [(0, "customer_token_mismatch")])


def test_a_page_speaks_of_its_own_visitors_decisions_only(ask: Ask, keys: Keys) -> None:
    def codes_of(decision_id: str, headers: dict[str, str], **event: Any) -> list[str]:
        named = {
            "decision_id": decision_id,
            "offer_no": 0,
            "item_id": None,
            "at": (NOW + timedelta(seconds=1)).isoformat(),
        }
        return [code for _, code in codes(told(ask, headers, {**named, **event}))]

    of_visitor = decided(ask, keys.as_page, visitor_id="v-9")["decision_id"]
    of_customer = decided(ask, keys.page_of("c-17"), visitor_id="v-17")["decision_id"]
    of_nobody = decided(ask, keys.as_page)["decision_id"]
    unknown = told(ask, keys.as_page, {"decision_id": "none", "offer_no": 0})["refused"][0]
    for headers, event in [(keys.as_page, {"visitor_id": "v-8"}), (keys.as_page, {}), (keys.page_of("c-18"), {})]:
        for decision_id in (of_visitor, of_customer):
            found = told(ask, headers, {"decision_id": decision_id, "offer_no": 0, **event})["refused"][0]
            assert found == {**unknown, "message": unknown["message"].replace("none", decision_id)}
    assert codes_of(of_visitor, keys.as_page, visitor_id="v-9", event_id="a") == []
    assert codes_of(of_customer, keys.page_of("c-17"), event_id="b") == []
    assert codes_of(of_customer, keys.as_page, visitor_id="v-17", event_id="c") == []
    assert codes_of(of_nobody, keys.as_page, visitor_id="v-8", event_id="d") == []


def test_a_customer_under_a_pseudonym_speaks_of_their_own_decisions_too(
    ask: Ask, keys: Keys, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_secret", b"the workspace's own")
    made = decided(ask, keys.page_of("c-17"))["decision_id"]
    seen = {"decision_id": made, "offer_no": 0, "item_id": "mat", "at": (NOW + timedelta(seconds=1)).isoformat()}
    assert codes(told(ask, keys.page_of("c-18"), seen)) == [(0, "unknown_decision")]
    assert told(ask, keys.page_of("c-17"), seen)["accepted"] == 1
    assert "c-17" not in ask("GET", f"/v1/decisions/{made}", headers=keys.as_server).text


def test_no_page_keeps_the_shops_events_from_counting(ask: Ask, keys: Keys, service: Service) -> None:
    told(ask, keys.as_page, {"visitor_id": "v-8"}, {"visitor_id": "v-9"})
    assert told(ask, keys.as_page, {"visitor_id": "v-9"})["accepted"] == 1
    order = {"type": "order", "item_id": None, "order": {"order_id": "o", "lines": [{"item_id": "mat"}]}}
    assert told(ask, keys.as_server, order)["accepted"] == 1
    again = told(ask, keys.as_page, {"visitor_id": "v-8"})
    assert (again["accepted"], again["duplicates"]) == (0, 1)
    assert service.journal.count().orders == 1


# --- nonsense -------------------------------------------------------------------------------------


def test_no_nonsense_at_the_door_is_our_failure(ask: Ask, keys: Keys, log: Any) -> None:
    lots = Random(7)
    texts = [
        "", "null", " ", "Bearer", "Bearer ", "bearer\tx", "Bearer pk_", "Basic a:b", PAGE, "\xff\xfe", "a.b", "." * 9,
        "Bearer " + "x" * 9_000, keys.as_page["authorization"], keys.as_server["authorization"],
        keys.page_of("c-17")["x-pairwell-customer"],
    ]  # fmt: skip
    bodies = [b"", b"{}", b"[]", b"\xff", b'{"key": 1}', b'{"key": "pk_x"}', b'{"events": [null, 1, {}]}', b"[" * 5_000]
    paths = ["/v1/decisions", "/v1/events", "/metrics", "/v1/items/%00/pairs", "/readyz", "/v1/decisions/%ff"]
    for _ in range(400):
        chosen = {name: lots.choice(texts) for name in ("authorization", "origin", "x-pairwell-customer")}
        kept = {name: text.encode("latin-1") for name, text in chosen.items() if lots.random() < 0.7}
        method = lots.choice(["GET", "POST", "OPTIONS", "HEAD", "PUT"])
        if lots.random() < 0.2:
            kept["access-control-request-method"] = b"POST"
        response = ask(method, lots.choice(paths), content=lots.choice(bodies), headers=kept)
        assert response.status_code < 500, (method, kept, response.text)
    assert "internal" not in log.getvalue()
