"""Keys that change or cannot be read, limits, claims, and what is counted of who gets in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from pairwell.config.presets import read_preset
from pairwell.config.rules.rule import Industry
from pairwell.config.settings import Limits
from pairwell.config.workspace import Workspace
from pairwell.errors import JournalError
from pairwell.facts.store import FactStore
from pairwell.operations.keys.store import KeyStore
from pairwell.records import Item
from pairwell.serve.online.access.keyring import Keyring
from pairwell.serve.online.app import OnlineApp
from pairwell.serve.online.service import Service

from .conftest import NOW, SETTINGS, publish
from .keyed import CART, EXPOSURE, Ask, Keys, decided, refusal, told


@pytest.fixture
def keys(service: Service) -> Keys:
    return Keys(KeyStore(service.database))


def test_too_many_requests_wait(ask: Ask, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(visitor_per_s=0.5, visitor_burst=2)
    monkeypatch.setattr("pairwell.serve.online.app._limits", lambda _: limits)
    responses = [ask("GET", "/v1/items/tent/pairs", headers=keys.as_page) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert responses[2].headers["retry-after"] in {"1", "2"}
    assert responses[2].headers["access-control-expose-headers"] == "date, retry-after"
    assert refusal(responses[2]) == (429, "too_many_requests")
    assert ask("GET", "/v1/items/tent/pairs", headers=keys.as_server).status_code == 200


@pytest.fixture
def away(app: OnlineApp, keys: Keys) -> Iterator[Keyring]:
    """The keys were read once, and cannot be read now."""

    def fail() -> int:
        raise JournalError("It is away.")

    del keys
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app.keyring._store, "read_epoch", fail)
        yield app.keyring


@pytest.mark.usefixtures("away")
def test_where_keys_cannot_be_read_nobody_is_let_in_and_decisions_are_silence(ask: Ask, keys: Keys) -> None:
    for headers in ({}, keys.as_page, keys.as_server, {"authorization": "Bearer sk_nonsense"}):
        answer = decided(ask, headers)
        assert (answer["silence"], answer["offers"]) == ({"reason": "journal_unavailable"}, [])
        assert not {"model", "settings", "arm"} & set(answer)
    for method, path in [("POST", "/v1/events"), ("GET", "/v1/items/tent/pairs"), ("GET", "/metrics")]:
        response = ask(method, path, headers=keys.as_server)
        assert refusal(response) == (503, "journal_unavailable")
        assert response.headers["retry-after"] == "1"
    assert ask("GET", "/healthz").status_code == 200
    assert ask("GET", "/readyz", headers=keys.as_server).json()["model"]["live"] is None


def test_metrics_count_what_is_answered_without_naming_anybody(ask: Ask, keys: Keys, service: Service) -> None:
    decided(ask, keys.page_of("c-17"), visitor_id="v-9")
    ask("POST", "/v1/decisions", json={**CART, "placement": "nowhere"}, headers=keys.as_server)
    told(ask, keys.as_page, {"visitor_id": "v-9"}, {"type": "order", "item_id": None}, {"type": "nonsense"})
    response = ask("GET", "/metrics", headers=keys.as_server)
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert service.live.model is not None
    for line in (
        'pairwell_decisions_total{placement="cart",outcome="offers"} 1',
        'pairwell_events_total{type="exposure"} 1',
        'pairwell_events_taken_total{outcome="accepted"} 1',
        'pairwell_events_refused_total{code="needs_secret_key"} 1',
        'pairwell_errors_total{status="400",code="bad_request"} 1',
        "pairwell_decision_seconds_count 1",
        'pairwell_waiting{line="decisions"} 0',
        f'pairwell_model_info{{model="{service.live.model.id}"}} 1',
    ):
        assert line in response.text.splitlines()
    assert "pairwell_database_bytes " in response.text
    for secret in ("c-17", "v-9", "tent", keys.page.key.key_id, "nowhere"):
        assert secret not in response.text


def test_a_request_that_was_let_in_before_the_keys_changed_is_looked_at_anew(
    ask: Ask, app: OnlineApp, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(ask, keys.as_server)  # the keys are in memory now
    reads = app.keyring._store.read_epoch
    monkeypatch.setattr(app.keyring, "_next_look", lambda: pytest.fail("a key that counts needs no look of its own"))
    decided(ask, keys.as_server)
    monkeypatch.undo()
    keys.store.revoke(keys.page.key.key_id, now=NOW)
    assert decided(ask, keys.as_server)["offers"]
    assert reads() == 3
    keys.store.revoke(keys.secret.key.key_id, now=NOW)
    for path, body in (("/v1/decisions", CART), ("/v1/events", EXPOSURE)):
        assert refusal(ask("POST", path, json=body, headers=keys.as_server)) == (401, "key_revoked")
        assert refusal(ask("POST", path, json=body, headers=keys.as_page)) == (401, "key_revoked")


def test_where_the_keys_never_stand_still_nobody_is_let_in(ask: Ask, app: OnlineApp, keys: Keys) -> None:
    numbers = iter(range(10, 1_000))
    decided(ask, keys.as_server)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app.keyring._store, "read_epoch", lambda: next(numbers))
        assert decided(ask, keys.as_server)["silence"] == {"reason": "journal_unavailable"}
        assert refusal(ask("POST", "/v1/events", json=EXPOSURE, headers=keys.as_server)) == (503, "journal_unavailable")


def test_a_page_cannot_claim_what_overrides_rules(ask: Ask, keys: Keys, service: Service) -> None:
    claims = {"seller_id": "s-1", "attributes": {"acute": "true", "need": "sleep", "adult": "true", "region": "PL"}}
    answer = decided(ask, keys.as_page, visitor_id="v-9", **claims)
    ignored = [(one["field"], one["id"]) for one in answer["ignored"]]
    assert ignored == [("seller_id", "s-1"), *(("attributes", name) for name in ("acute", "need", "adult"))]
    request = service.decision(answer["decision_id"]).inputs.request
    assert (request.seller_id, request.attributes) == (None, {"region": "PL"})
    by_server = decided(ask, keys.as_server, visitor_id="v-9", **claims)
    assert service.decision(by_server["decision_id"]).inputs.request.seller_id == "s-1"


@pytest.mark.parametrize("industry", ["retail", "grocery", "food"])
def test_an_age_that_a_page_claims_is_not_believed(
    ask: Ask, keys: Keys, service: Service, learned: Workspace, industry: Industry
) -> None:
    rules = tuple(rule for rule in read_preset(industry).rules if rule.name == "adults only")
    publish(learned, msgspec.structs.replace(SETTINGS, rules=rules))
    mat = Item(item_id="mat", title="Mat", price_minor=2_700, stock=5, attributes={"adults_only": "true"})
    FactStore(service.database).write_items([mat], at=NOW)
    service.refresh()

    def offered(headers: dict[str, str], **fields: Any) -> bool:
        return "mat" in [one["item_id"] for one in decided(ask, headers, **fields)["offers"]]

    assert not offered(keys.as_server)
    assert not offered(keys.as_page, attributes={"adult": "true"})
    assert offered(keys.as_server, attributes={"adult": "true"})
