"""Whatever goes wrong with the offers, the shop's page is as if they were not there."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from tests.browser.conftest import EVIL, EVIL_ID, Visit
from tests.browser.pages import Told, Web

New = Callable[..., Visit]
_CSP = "default-src 'none'; script-src 'self' {0}; style-src 'self'; img-src 'self'; connect-src {0}; {1}"
_STRICT = "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
OFFER: dict[str, Any] = {
    "offer_no": 0, "kind": "cross_sell", "item_id": "mat", "title": "Mat", "price_minor": 2700, "anchor_id": "tent",
    "replaces": None, "discount_minor": 0, "reasons": [], "compare": None,
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "decision_id": "01M7ZYM8NNNRAXRSRMN020A1AZ", "valid_until": "2036-11-21T10:50:00Z", "silence": None,
    "offers": [OFFER], "ignored": [], "currency": "EUR",
}  # fmt: skip
GARBAGE = {
    "nothing": "",
    "no JSON": "<html>Welcome to nginx</html>",
    "null": "null",
    "a number": "7",
    "no offers": "{}",
    "offers that are none": json.dumps(ANSWER | {"offers": [7]}),
    "a price in words": json.dumps(ANSWER | {"offers": [OFFER | {"price_minor": "much"}]}),
    "no currency": json.dumps(ANSWER | {"currency": None}),
    "a currency that is none": json.dumps(ANSWER | {"currency": "<b>"}),
    "no end": json.dumps(ANSWER | {"valid_until": "soon"}),
    "reasons that are none": json.dumps(ANSWER | {"offers": [OFFER | {"reasons": [{}]}]}),
}


def assert_as_without(one: Visit) -> None:
    """Nothing is shown, nothing moved, and the shop's own button is where it would be and works."""
    assert one.offers().count() == 0
    assert one.page.locator("pairwell-offers").evaluate("one => one.getBoundingClientRect().height") == 0
    assert one.page.evaluate("document.querySelector('#lines').children.length") == 1
    one.page.locator("#checkout").click()
    assert one.shift == 0
    assert not [line for line in one.said if line.startswith("error: ") and "Failed to load resource" not in line]


def answering(elsewhere: Web, body: str, headers: Mapping[str, str] = MappingProxyType({})) -> str:
    """An endpoint that answers `body` to every question."""
    for path in ("/v1/decisions", "/v1/events"):
        elsewhere.show(path, Told(body, "application/json", headers))
    return elsewhere.base


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_the_server_is_stopped(visit: New) -> None:
    one = visit()
    one.open(endpoint=f"http://127.0.0.1:{closed_port()}", class_="")
    assert one.heard("silent")[0]["reason"] == "error"
    assert_as_without(one)


def test_even_the_script_is_missing(visit: New) -> None:
    one = visit()
    one.open(script=f"http://127.0.0.1:{closed_port()}/widget.js", class_="")
    assert_as_without(one)


def test_the_server_is_slow(visit: New, elsewhere: Web) -> None:
    one, endpoint = visit(), answering(elsewhere, json.dumps(ANSWER))
    elsewhere.wait_s = 5.0
    one.open(endpoint=endpoint, timeout="", class_="")
    assert one.heard("silent")[0]["reason"] == "timeout"
    took = one.page.evaluate(
        "performance.getEntriesByType('resource').find(e => e.name.endsWith('decisions'))?.duration"
    )
    assert took is None or took < 2_000
    assert_as_without(one)
    one.page.wait_for_timeout(5_500)
    assert one.offers().count() == 0


def test_the_script_is_slow(visit: New, elsewhere: Web) -> None:
    elsewhere.wait_s = 5.0
    one = visit()
    one.open(script=f"{elsewhere.base}/widget.js", class_="", until="domcontentloaded")
    assert one.page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventStart") < 4_000
    assert_as_without(one)


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE.keys())
def test_the_server_answers_garbage(visit: New, elsewhere: Web, body: str) -> None:
    one = visit()
    one.open(endpoint=answering(elsewhere, body), class_="")
    assert one.heard("silent")[0]["reason"] == "error"
    assert_as_without(one)


def test_a_key_that_does_not_count_is_told_to_the_shop_s_code(visit: New) -> None:
    one = visit()
    one.open(key="pk_" + "A" * 46, class_="")
    assert one.heard("silent")[0]["reason"] == "refused"
    assert_as_without(one)


def test_offers_wait_where_they_would_move_what_is_read(visit: New) -> None:
    one = visit(viewport={"width": 1000, "height": 700})
    one.open(class_="", after='<p id="total">Total</p><div class="tall"></div>')
    element = one.page.locator("pairwell-offers")
    one.page.wait_for_function("document.querySelector('pairwell-offers').getAttribute('state') === 'waiting'")
    assert one.offers().count() == 0
    one.page.mouse.wheel(0, 2_000)
    one.page.wait_for_timeout(500)
    one.page.mouse.wheel(0, -2_000)
    one.page.wait_for_timeout(500)
    assert one.shift == 0
    assert element.get_attribute("state") in {"waiting", "offers"}


def test_there_is_room_for_as_many_as_fit(visit: New) -> None:
    one = visit()
    one.open(class_="", style="display: block; min-height: 13rem")
    (slate,) = one.heard("offers")
    assert len(slate["offers"]) == one.offers().count() == 1
    assert one.shift == 0


@pytest.mark.parametrize("above", [3_000, 340], ids=["out of view", "by its edge"])
def test_what_ends_before_it_is_seen_is_never_shown(visit: New, elsewhere: Web, above: int) -> None:
    one = visit(viewport={"width": 800, "height": 500})
    answer = ANSWER | {"valid_until": "2026-11-21T20:36:35.668Z"}  # a second and a half after the decision
    body = json.dumps(answer | {"decision_id": "01M7ZX6D7R" + "0" * 16})
    one.open(endpoint=answering(elsewhere, body), before=f'<svg width="1" height="{above}"></svg>')
    one.heard("offers")
    one.page.wait_for_timeout(2_500)
    assert not [url for url in one.asked if url.endswith("/v1/events")]
    one.page.mouse.wheel(0, above)
    one.page.wait_for_timeout(200)
    assert not [card for card in one.offers().all() if card.is_visible()]
    assert one.shift == 0


@pytest.mark.parametrize("date", ["date", "retry-after"], ids=["told", "hidden"])
@pytest.mark.parametrize("left_s", [-60, 60], ids=["over", "not over"])
def test_an_answer_that_is_told_again_lasts_no_longer(visit: New, elsewhere: Web, left_s: int, date: str) -> None:
    one, now = visit(), datetime.now(UTC)
    told = {"decision_id": "01M7ZX6D7R" + "0" * 16, "valid_until": (now + timedelta(seconds=left_s)).isoformat()}
    endpoint = answering(elsewhere, json.dumps(ANSWER | told), {"access-control-expose-headers": date})
    after = "<p>Total</p><script>document.querySelector('pairwell-offers').request = {request_id: 'r-1'}</script>"
    if left_s < 0:
        one.open(endpoint=endpoint, class_="", after=after)
        assert one.heard("silent")[0]["reason"] == "expired"
        assert_as_without(one)
        return
    with one.page.expect_request("**/v1/events") as sent:
        one.open(endpoint=endpoint, after=after)
    (event,) = json.loads(sent.value.post_data)["events"]
    assert event["type"] == "exposure"
    assert abs(datetime.fromisoformat(event["at"]) - now) < timedelta(seconds=30)


def test_a_strict_policy_lets_it_work(visit: New) -> None:
    one = visit()
    policy = _CSP.format(one.online.base, _STRICT)
    one.open(headers={"content-security-policy": policy})
    one.heard("offers")
    assert one.card("Mat").locator(".accept").evaluate("one => getComputedStyle(one).cursor") == "pointer"
    one.card("Mat").locator(".accept").click()
    assert one.page.locator("#lines li").all_inner_texts() == ["1 × tent", "1 × mat"]
    assert one.said == []


def test_what_the_catalogue_says_is_text_and_nothing_else(visit: New) -> None:
    one = visit()
    one.open(before='<script>document.body.dataset.cart = \'[{"item_id": "trap", "quantity": 1}]\'</script>')
    (slate,) = one.heard("offers")
    assert slate["offers"][0]["item_id"] == EVIL_ID
    assert one.offers().locator(".title").inner_text() == EVIL
    assert one.offers().locator("img, a, script").count() == 0
    one.offers().locator(".accept").click()
    assert_nothing_ran(one)


@pytest.mark.parametrize("field", ["title", "item_id", "kind", "url", "image_url", "reasons", "compare", "anchor_id"])
def test_what_an_answer_says_is_text_and_nothing_else(visit: New, elsewhere: Web, field: str) -> None:
    told: Any = {
        "reasons": [{"code": EVIL_ID, "text": EVIL}, {"code": "price_beside", "text": EVIL}],
        "compare": [
            {"attribute": attribute, "anchor": EVIL, "offer": EVIL_ID, "better": EVIL}
            for attribute in (EVIL, "__proto__")
        ],
        "url": "javascript:window.hit=1//https://shop.example/",
        "image_url": "data:image/svg+xml,<svg onload=window.hit=1>",
    }.get(field, EVIL)
    one = visit()
    one.open(endpoint=answering(elsewhere, json.dumps(ANSWER | {"offers": [OFFER | {field: told}]})))
    one.heard("offers")
    assert one.offers().count() == 1
    assert_nothing_ran(one)


@pytest.mark.parametrize(
    "name", ["locale", "placement", "heading", "viewed", "visitor", "customer_token", "cart", "limit"]
)
def test_what_an_attribute_says_is_text_and_nothing_else(visit: New, elsewhere: Web, name: str) -> None:
    one = visit()
    one.open(endpoint=answering(elsewhere, json.dumps(ANSWER)), **dict[str, Any]({name: EVIL_ID + EVIL}))
    one.heard("offers")
    assert_nothing_ran(one)


def test_a_placement_that_is_none_is_silence(visit: New) -> None:
    one = visit()
    one.open(placement=EVIL_ID, class_="")
    assert one.heard("silent")[0]["reason"] == "refused"
    assert_as_without(one)


def assert_nothing_ran(one: Visit) -> None:
    one.page.wait_for_timeout(200)
    assert one.page.evaluate("window.hit") is None
    inside = (
        "document.querySelector('pairwell-offers').shadowRoot.querySelectorAll('script, iframe, [onerror], [onload]')"
    )
    assert one.page.evaluate(f"{inside}.length") == 0
    assert not [line for line in one.said if line.startswith("error: ") and "404" not in line]
