"""Deliveries of shop systems: who is heard, who is not, and what is answered."""

from __future__ import annotations

import msgspec
import pytest
from tests.unit.serve.online.conftest import Ask
from tests.unit.serve.online.feeds.conftest import OTHER, SECRET, SHOPIFY, WOO, Deliver, signed
from tests.unit.serve.online.feeds.payloads import MAT, TENT, shopify_order, shopify_product, woo_product
from tests.unit.serve.online.keyed import Keys, refusal

from pairwell.facts.store import FactStore
from pairwell.operations.keys.store import KeyStore
from pairwell.serve.online.service import Service

ORDER = shopify_order(TENT, MAT)
BODY = msgspec.json.encode(ORDER)


def test_a_signed_order_is_taken_once_however_often_it_is_delivered(shopify: Deliver) -> None:
    first, again = (shopify("orders/create", ORDER) for _ in range(2))
    assert first.status_code == 200
    assert first.json() == {"accepted": 3, "duplicates": 0, "refused": [], "left": {}}  # order, status, consent
    assert again.json() == {"accepted": 0, "duplicates": 3, "refused": [], "left": {}}


def test_the_secret_of_before_counts_while_it_is_changed(shopify: Deliver) -> None:
    assert shopify("orders/create", ORDER, secret=OTHER).status_code == 200
    assert refusal(shopify("orders/create", ORDER, secret="guessed")) == (401, "signature_wrong")


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    "shown",
    [[], ["", ""], [""], ["!"], ["QUJD"], [signed(BODY)[:-1]], [signed(BODY)] * 2, [signed(BODY), signed(BODY, "x")],
     [f" {signed(BODY)}"[:-1] + "B"]],
)  # fmt: skip
def test_no_signature_two_or_none_that_is_one_is_refused_before_the_body_is_read(ask: Ask, shown: list[str]) -> None:
    headers = [("x-shopify-topic", "orders/create"), *(("x-shopify-hmac-sha256", one) for one in shown)]
    answer = ask("POST", SHOPIFY, content=b"{not json", headers=headers)
    assert refusal(answer) == (401, "signature_missing")


@pytest.mark.usefixtures("known")
def test_a_body_that_nobody_signed_is_not_read(ask: Ask) -> None:
    headers = {"x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": signed(BODY)}
    assert refusal(ask("POST", SHOPIFY, content=BODY + b" ", headers=headers)) == (401, "signature_wrong")
    assert refusal(ask("POST", SHOPIFY, content=b"{not json", headers=headers)) == (401, "signature_wrong")


def test_what_is_not_set_up_says_so(ask: Ask) -> None:
    answer = ask("POST", SHOPIFY, content=BODY, headers={"x-shopify-hmac-sha256": signed(BODY)})
    assert refusal(answer) == (404, "feed_not_set_up")
    assert "[feeds.shopify]" in answer.json()["error"]["hint"]


@pytest.mark.parametrize("held", [None, ""])
def test_a_secret_that_the_environment_lacks_signs_nothing(
    shopify: Deliver, monkeypatch: pytest.MonkeyPatch, held: str | None
) -> None:
    for name in ("SHOPIFY_SECRET", "SHOPIFY_OLD"):
        monkeypatch.delenv(name) if held is None else monkeypatch.setenv(name, held)
    answer = shopify("orders/create", ORDER, secret="")
    assert refusal(answer) == (503, "feed_secret_missing")
    assert answer.headers["retry-after"]


def test_no_secret_stands_in_an_answer_a_log_or_the_settings(
    shopify: Deliver, ask: Ask, known: Service, log: object
) -> None:
    answers = [
        shopify("orders/create", ORDER), shopify("orders/create", ORDER, secret="guessed"),
        shopify("orders/create", []), ask("GET", "/metrics"), ask("GET", "/readyz"),
    ]  # fmt: skip
    said = "".join(answer.text for answer in answers) + log.getvalue()  # type: ignore[attr-defined]
    settings = known._workspace.settings_file.read_text(encoding="utf-8")
    assert SECRET not in said + settings
    assert "buyer1@example.com" not in said.casefold()


def test_keys_close_nothing_to_who_signs_and_open_nothing_to_who_does_not(
    shopify: Deliver, ask: Ask, known: Service
) -> None:
    keys = Keys(KeyStore(known.database))
    assert shopify("orders/create", ORDER).json()["accepted"] == 3
    answer = ask("POST", SHOPIFY, content=BODY, headers=keys.as_server)
    assert refusal(answer) == (401, "signature_missing")


@pytest.mark.usefixtures("known")
def test_woocommerce_tries_an_address_with_a_form_that_nobody_signed(ask: Ask) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = ask("POST", WOO, content=b"webhook_id=12", headers=form)
    assert (answer.status_code, answer.json()["left"]) == (200, {"ping": 1})
    assert refusal(ask("POST", WOO, content=b"webhook_id=12&a=b", headers=form)) == (401, "signature_missing")
    assert refusal(ask("POST", WOO, content=b"webhook_id=1" * 10, headers=form)) == (413, "too_large")
    assert refusal(ask("POST", SHOPIFY, content=b"webhook_id=12", headers=form)) == (401, "signature_missing")


@pytest.mark.parametrize(
    ("topic", "rule"),
    [
        ("checkouts/create", "topic_not_taken"),
        ("", "topic_not_taken"),
        ("refunds/create", "told_by_orders_updated"),
        ("inventory_levels/update", "told_by_products_update"),
    ],
)
def test_what_is_not_taken_is_answered_well_so_that_the_subscription_stays(
    shopify: Deliver, topic: str, rule: str
) -> None:
    answer = shopify(topic, {"id": 1})
    assert (answer.status_code, answer.json()["left"]) == (200, {rule: 1})


def test_a_test_delivery_changes_nothing(shopify: Deliver) -> None:
    answer = shopify("orders/create", ORDER, **{"x-shopify-test": "true"})
    assert answer.json() == {"accepted": 0, "duplicates": 0, "refused": [], "left": {"test_delivery": 1}}
    assert shopify("orders/create", {**ORDER, "test": True}).json()["left"] == {"test_order": 2}


@pytest.mark.parametrize("payload", [[], 1, "order", None])
def test_a_signed_body_that_is_no_object_is_a_clear_error(shopify: Deliver, payload: object) -> None:
    assert refusal(shopify("orders/create", payload)) == (400, "bad_request")


def test_what_cannot_be_true_is_refused_with_a_word_and_the_rest_counts(shopify: Deliver) -> None:
    answer = shopify("orders/create", {**ORDER, "currency": "XAU"})
    assert answer.status_code == 200
    assert {one["code"] for one in answer.json()["refused"]} == {"foreign_currency"}
    assert answer.json()["accepted"] == 2


def test_every_message_is_counted(shopify: Deliver, ask: Ask) -> None:
    shopify("orders/create", ORDER)
    shopify("checkouts/create", {})
    page = ask("GET", "/metrics").text
    assert 'pairwell_feeds_total{system="shopify",outcome="events"} 1' in page
    assert 'pairwell_feeds_total{system="shopify",outcome="nothing"} 1' in page
    assert 'pairwell_feeds_left_total{system="shopify",rule="topic_not_taken"} 1' in page


def test_only_post_is_taken(ask: Ask) -> None:
    for path in (SHOPIFY, WOO, "/v1/track", "/v1/batch"):
        assert refusal(ask("GET", path)) == (405, "method_not_allowed")


def _published(service: Service) -> dict[str, bool]:
    return {name: item.published for name, item in FactStore(service.database).items().items()}


def test_what_is_deleted_is_on_sale_no_longer(shopify: Deliver, woocommerce: Deliver, known: Service) -> None:
    shopify("products/update", shopify_product())
    woocommerce("product.updated", woo_product())
    assert _published(known)["TENT-GR-2"]
    assert shopify("products/delete", {"id": 632910392}).json()["accepted"] == 2
    assert woocommerce("product.deleted", {"id": 794}).json()["accepted"] == 1
    found = _published(known)
    assert not any(found[name] for name in ("TENT-GR-2", "Trekking Tent - Red / 2 persons", "beanie"))
    for product in (63291039, 6329103921, "%", None):
        assert shopify("products/delete", {"id": product}).json()["left"] == {"unknown_product": 1}
