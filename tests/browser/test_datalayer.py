"""What a shop pushes to its dataLayer becomes behaviour, and its page never notices."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from tests.browser.conftest import PATIENCE_MS, Visit
from tests.browser.pages import Told, Web
from tests.browser.test_faults import closed_port

New = Callable[..., Visit]
GA4 = (
    "dataLayer.push({ecommerce: null});"
    "dataLayer.push({event: 'view_item', ecommerce: {value: 27, items: [{item_id: 'mat', price: 27}]}});"
    "dataLayer.push({event: 'add_to_cart', ecommerce: {items: [{item_id: 'mat'}, {item_id: 'lamp', quantity: 2}]}});"
    "dataLayer.push({event: 'remove_from_cart', ecommerce: {items: [{item_id: 'lamp'}]}});"
    "dataLayer.push({event: 'view_search_results', search_term: 'Jane Doe'});"
    "dataLayer.push({event: 'begin_checkout', ecommerce: {items: [{item_id: 'mat'}]}});"
    "dataLayer.push({event: 'purchase', ecommerce: {transaction_id: 'T-1', items: [{item_id: 'mat'}]}});"
)
ACTS = [("add_to_cart", "lamp"), ("add_to_cart", "mat"), ("checkout", ""), ("remove_from_cart", "lamp"), ("search", ""),
        ("view", "mat")]  # fmt: skip
GTAG = (
    "function gtag() { dataLayer.push(arguments) }"
    "gtag('js', new Date(0)); gtag('config', 'G-1'); gtag('set', {currency: 'EUR'});"
    "gtag('event', 'view_item', {items: [{item_id: 'mat'}]});"
    "gtag('event', 'add_to_cart', {currency: 'EUR', items: [{item_id: 'mat'}, {item_id: 'lamp'}]});"
    "gtag('event', 'remove_from_cart', {items: [{item_id: 'lamp'}]});"
    "gtag('event', 'search', {search_term: 'Jane Doe'});"
    "gtag('event', 'begin_checkout', {items: [{item_id: 'mat'}]});"
    "gtag('event', 'purchase', {transaction_id: 'T-1', items: [{item_id: 'mat'}]});"
)
METRICA = (
    "ymLayer.push({ecommerce: {currencyCode: 'RUB', detail: {products: [{id: 'mat', name: 'Mat', price: 2700}]}}});"
    "ymLayer.push({ecommerce: {currencyCode: 'RUB', add: {products: [{id: 'mat'}, {id: 43, quantity: 2}]}}});"
    "ymLayer.push({ecommerce: {currencyCode: 'RUB', remove: {products: [{id: 43}]}}});"
    "ymLayer.push({ecommerce: {purchase: {actionField: {id: 'T-1'}, products: [{id: 'mat'}]}}});"
)
HOSTILE = {
    "nothing": "null, undefined, 0, '', [], {}, Symbol('x'), 7n, () => 1, new Proxy({}, {})",
    "getters that throw": "{get event() { throw new Error('no') }}, {event: 'view_item', get ecommerce() { throw 1 }},"
    "{event: 'view_item', ecommerce: {items: [{get item_id() { throw null }}]}}",
    "proxies that throw": "new Proxy({}, {get() { throw new Error('no') }}),"
    "{event: 'view_item', ecommerce: {items: new Proxy([], {get() { throw 2 }})}}",
    "what holds itself": "(() => { const all = {event: 'view_item'}; all.ecommerce = all; all.items = [all];"
    "return all })()",
    "names that objects have": "{event: 'constructor', ecommerce: {items: [{item_id: 'no'}]}},"
    "{event: '__proto__', ecommerce: {items: [{item_id: 'no'}]}},"
    "{event: {toString: () => 'view_item'}, ecommerce: {items: [{item_id: 'no'}]}}",
    "items that are none": "{event: 'view_item', ecommerce: {items: 'mat'}},"
    "{event: 'view_item', ecommerce: {items: {length: 1e9}}},"
    "{event: 'view_item', ecommerce: {items: [null, 7, 'mat', [], {}]}},"
    "{ecommerce: {detail: true, add: {products: 7}}}",
    "ids that are none": "{event: 'view_item', ecommerce: {items: [{item_id: ''}, {item_id: NaN}, {item_id: 1.5},"
    "{item_id: 1e21}, {item_id: {toString() { throw 3 }}}, {item_id: 'x'.repeat(257)}, {item_id: 'a\\0b'},"
    "{item_id: '\\ud800'}, {item_id: true}]}}",
    "arguments that are none": "(function () { return arguments })('event'),"
    "(function () { return arguments })('event', 'view_item', 7),"
    "(function () { return arguments })('event', Symbol('x'), {items: []})",
}


def layer_page(one: Visit, pushes: str = "", more: str = "", *, script: str = "", **said: str) -> str:
    """A page that pushes before the script is there; what is said are the tag's `data-` attributes."""
    told = {"key": one.online.key, **said}
    attributes = "".join(f' data-{name.replace("_", "-")}="{escape(value)}"' for name, value in told.items())
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Mat</title><link rel='icon' href='data:,'>"
        "<script>window.dataLayer = window.dataLayer || []; window.ymLayer = [];</script>"
        f"<script>{pushes}</script><main><h1>Mat</h1>{more}</main>"
        f"<script src='{script or one.online.base + '/datalayer.js'}' async{attributes}></script></html>"
    )


def show(one: Visit, pushes: str = "", more: str = "", **said: str) -> str:
    """Open such a page as a visitor of its own; returns the visitor's id."""
    visitor = said.setdefault("visitor", f"v-{secrets.token_hex(8)}")
    one.page.goto(one.shop.show("/layer", Told(layer_page(one, pushes, more, **said))))
    return visitor


def posts(one: Visit) -> list[str]:
    return [url for url in one.asked if "/v1/" in url]


def push(one: Visit, what: str) -> None:
    one.page.evaluate(f"() => {{ {what} }}")


def viewed(item_id: str) -> str:
    return f"dataLayer.push({{event: 'view_item', ecommerce: {{items: [{{item_id: {item_id!r}}}]}}}});"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("pushes", [GA4, GTAG], ids=["dataLayer", "gtag"])
def test_ga4_pushes_become_behaviour_and_stay_as_they_are(visit: New, pushes: str, when: str) -> None:
    one = visit()
    visitor = show(one, pushes if when == "before" else "")
    if when == "after":
        push(one, pushes)
    assert one.online.acts(visitor, len(ACTS)) == ACTS
    one.page.wait_for_timeout(1_500)
    assert len(posts(one)) == 1
    as_pushed = one.page.evaluate(f"() => {{ const dataLayer = []; {pushes}; return JSON.stringify(dataLayer) }}")
    assert one.page.evaluate("JSON.stringify(dataLayer)") == as_pushed
    assert one.page.evaluate("Object.keys(dataLayer).includes('push')") is False
    assert one.page.evaluate("dataLayer.push({}) === dataLayer.length")
    assert one.said == []


def test_metrica_s_container_may_have_another_name(visit: New) -> None:
    one = visit()
    visitor = show(one, METRICA + GA4, layer="ymLayer")
    expected = [("add_to_cart", "43"), ("add_to_cart", "mat"), ("remove_from_cart", "43"), ("view", "mat")]
    assert one.online.acts(visitor, 4) == expected


def test_what_both_vendors_are_told_is_one_act_and_two_clicks_are_two(visit: New) -> None:
    one = visit()
    both = METRICA.replace("ymLayer", "dataLayer").split(";")[1] + ";" + GA4.split(";")[2] + ";"
    visitor = show(one, both, layer="dataLayer ymLayer")
    push(one, both)
    expected = [("add_to_cart", name) for name in ("43", "lamp", "mat") for _ in range(2)]
    assert one.online.acts(visitor, len(expected)) == expected


def test_a_list_made_anew_of_what_it_held_tells_nothing_twice(visit: New) -> None:
    one = visit()
    visitor = show(one, viewed("mat"))
    one.page.wait_for_timeout(100)
    twice = "{ const one = {event: 'view_item', ecommerce: {items: [{item_id: 'pan'}]}};"
    push(one, twice + "dataLayer.push(one); dataLayer.push(one) }")
    push(one, "window.dataLayer = dataLayer.concat([{gtm: 1}]); dispatchEvent(new Event('load'));" + viewed("lamp"))
    one.page.wait_for_timeout(1_500)
    assert one.online.acts(visitor, 4) == [("view", "lamp"), ("view", "mat"), ("view", "pan"), ("view", "pan")]


@pytest.mark.parametrize("layers", ["before", "after"])
def test_others_that_wrap_the_list_are_no_matter(visit: New, layers: str) -> None:
    one = visit()
    wrap = (
        "window.others = []; { const before = dataLayer.push;"
        "dataLayer.push = function () { window.others.push(arguments[0]); return before.apply(dataLayer, arguments) } }"
    )
    visitor = show(one, wrap if layers == "before" else "")
    if layers == "after":
        push(one, wrap)
    push(one, viewed("mat"))
    assert one.online.acts(visitor, 1) == [("view", "mat")]
    assert one.page.evaluate("others.length") == 1


def test_the_script_may_be_there_twice(visit: New) -> None:
    one = visit()
    second = f"<script src='{one.online.base}/datalayer.js' data-visitor='other' data-key='{one.online.key}'></script>"
    page = layer_page(one, viewed("mat"), second, visitor="v-second")
    one.page.goto(one.shop.show("/layer", Told(page)))
    push(one, viewed("lamp"))
    one.page.wait_for_timeout(1_500)
    assert sorted(one.online.acts("v-second", 0) + one.online.acts("other", 0)) == [("view", "lamp"), ("view", "mat")]


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("when", ["before", "after"])
def test_nothing_that_is_pushed_does_harm(visit: New, what: str, when: str) -> None:
    one = visit()
    hostile = f"dataLayer.push({HOSTILE[what]});"
    visitor = show(one, hostile if when == "before" else "")
    if when == "after":
        push(one, hostile)
    push(one, viewed('"><img src=x onerror=window.hit=1>'))
    assert one.online.acts(visitor, 1) == [("view", '"><img src=x onerror=window.hit=1>')]
    assert one.page.evaluate("window.hit") is None
    assert one.said == []


def test_a_huge_list_is_cut_and_the_page_stays_quick(visit: New) -> None:
    one = visit()
    visitor = show(one)
    many = "Array.from({length: 1e6}, (_, at) => ({item_id: 'i' + at}))"
    took = one.page.evaluate(
        f"() => {{ const items = {many}, began = performance.now();"
        "dataLayer.push({event: 'view_item', ecommerce: {items}}); return performance.now() - began }"
    )
    assert took < 1_000
    one.page.wait_for_timeout(1_500)
    one.page.goto(f"{one.shop.base}/shop.css")  # what still waits leaves by beacon
    assert one.online.acts(visitor, 200) == sorted(("view", f"i{at}") for at in range(200))


def test_who_leaves_at_once_is_counted(visit: New) -> None:
    one = visit()
    visitor = show(one)
    push(one, viewed("mat") + f"location.href = '{one.shop.base}/shop.css'")
    assert one.online.acts(visitor, 1) == [("view", "mat")]


def test_without_consent_nothing_is_asked_and_nothing_kept(visit: New) -> None:
    one = visit()
    show(one, GA4, visitor="")
    one.page.wait_for_timeout(1_500)
    assert posts(one) == []
    assert one.page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    push(one, "document.querySelector('script[data-key]').setAttribute('data-consent', '')")
    one.page.wait_for_function("localStorage.length")
    visitor = one.page.evaluate("localStorage.getItem('pairwell-visitor')")
    assert one.online.acts(visitor, len(ACTS)) == ACTS


def test_a_consent_taken_away_takes_the_id_and_what_waits(visit: New) -> None:
    one = visit()
    show(one, visitor="", consent="")
    push(one, viewed("mat"))
    visitor = one.page.evaluate("localStorage.getItem('pairwell-visitor')")
    push(one, viewed("lamp") + "document.querySelector('script[data-key]').removeAttribute('data-consent')")
    push(one, viewed("pan"))
    one.page.wait_for_timeout(1_500)
    one.page.goto(f"{one.shop.base}/shop.css")
    assert one.page.evaluate("localStorage.length") == 0
    assert one.online.acts(visitor, 0) == []


@pytest.mark.parametrize("again", [False, True], ids=["for good", "and given again"])
def test_what_is_under_way_when_a_consent_is_taken_away_is_sent_no_second_time(visit: New, again: bool) -> None:
    one, held, sent = visit(), list[Any](), list[str]()
    headers = {"access-control-allow-origin": "*"}

    def answer(route: Any) -> None:
        sent.append(route.request.post_data)
        if len(sent) == 1:
            held.append(route)
        else:
            route.fulfill(status=202, body="{}", headers=headers)

    one.page.route("**/v1/events", answer)
    show(one, viewed("mat"), visitor="", consent="")
    one.page.wait_for_timeout(1_500)
    push(one, "document.querySelector('script[data-key]').removeAttribute('data-consent')")
    one.page.wait_for_timeout(100)
    if again:
        push(one, "document.querySelector('script[data-key]').setAttribute('data-consent', '')")
    held[0].fulfill(status=503, body="", headers=headers)
    one.page.wait_for_timeout(4_000)
    assert len(sent) == 1


@pytest.mark.parametrize("script", ["says all", "says nothing"])
def test_with_the_widget_on_the_page_one_visitor_is_one_visitor(visit: New, script: str) -> None:
    one = visit()
    widget = (
        f"<ul id='lines'></ul><pairwell-offers key='{one.online.key}' consent placement='cart' timeout='{PATIENCE_MS}'>"
        f"</pairwell-offers><script src='{one.online.base}/widget.js'></script><script src='/shop.js'></script>"
    )
    page = layer_page(one, viewed("mat"), widget, consent="")
    if script == "says nothing":
        page = page.replace(f' data-key="{one.online.key}" data-consent=""', "")
    one.page.goto(one.shop.show("/layer", Told(page)))
    (slate,) = one.heard("offers")
    visitor = one.page.evaluate("localStorage.getItem('pairwell-visitor')")
    assert one.online.acts(visitor, 1) == [("view", "mat")]
    (exposed, *_) = one.online.told(slate["decision_id"], "exposure")
    assert exposed["visitor_id"] == visitor
    one.page.evaluate(
        "document.addEventListener('pairwell:accept', (event) => dataLayer.push({event: 'add_to_cart',"
        "ecommerce: {items: event.detail.item_ids.map((item_id) => ({item_id}))}}))"
    )
    one.card("Mat").locator(".accept").click()
    assert len(one.online.told(slate["decision_id"], "accept")) == 1
    assert one.online.acts(visitor, 2) == [("add_to_cart", "mat"), ("view", "mat")]
    assert [line for line in one.said if line.startswith("error")] == []


def test_a_strict_policy_lets_it_work(visit: New) -> None:
    one = visit()
    one.shop.show("/pushes.js", Told("window.dataLayer = window.dataLayer || [];" + GA4, "text/javascript"))
    page = (
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Mat</title><script src='/pushes.js'></script>"
        f"<script src='{one.online.base}/datalayer.js' data-key='{one.online.key}' data-visitor='v-strict'></script>"
    )
    policy = (
        f"default-src 'none'; script-src 'self' {one.online.base}; connect-src {one.online.base};"
        "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    one.page.goto(one.shop.show("/strict", Told(page, headers={"content-security-policy": policy})))
    assert one.online.acts("v-strict", len(ACTS)) == ACTS
    assert [line for line in one.said if "favicon" not in line] == []


def test_the_server_is_stopped(visit: New) -> None:
    one = visit()
    show(one, endpoint=f"http://127.0.0.1:{closed_port()}")
    push(one, GA4)
    one.page.wait_for_timeout(1_500)
    assert not [line for line in one.said if "Failed to load resource" not in line]


@pytest.mark.parametrize(("body", "status"), [("<html>Welcome</html>", 200), ("{", 200), ("", 503)])
def test_whatever_the_server_answers_it_is_sent_again_only_where_that_helps(
    visit: New, elsewhere: Web, body: str, status: int
) -> None:
    one, sent = visit(), list[dict[str, Any]]()

    def answer(route: Any) -> None:
        sent.append(json.loads(route.request.post_data))
        route.fulfill(status=status if len(sent) == 1 else 202, body=body, headers={"access-control-allow-origin": "*"})

    one.page.route("**/v1/events", answer)
    show(one, viewed("mat"), endpoint=elsewhere.base)
    one.page.wait_for_timeout(5_000)
    assert len(sent) == (2 if status == 503 else 1)
    assert all(batch == sent[0] for batch in sent)
    assert not [line for line in one.said if "Failed to load resource" not in line]


def test_a_slow_server_holds_up_nothing(visit: New, elsewhere: Web) -> None:
    one = visit()
    elsewhere.show("/v1/events", Told("{}", "application/json"))
    elsewhere.wait_s = 5.0
    show(one, endpoint=elsewhere.base)
    took = one.page.evaluate(f"() => {{ const began = performance.now(); {GA4}; return performance.now() - began }}")
    assert took < 1_000
    one.page.wait_for_timeout(1_200)
    one.page.goto(f"{one.shop.base}/shop.css")
    assert one.said == []


def test_only_who_looks_for_trouble_is_told_of_it(visit: New) -> None:
    one = visit()
    odd = (
        "dataLayer.push({event: 'view_item_list', ecommerce: {items: []}});"
        "dataLayer.push({event: 'view_item', ecommerce: {items: [{}]}});"
    )
    show(one, odd, debug="")
    one.page.wait_for_timeout(200)
    assert [line.partition(": Pairwell: ")[2] for line in one.said] == [
        "not forwarded: view_item_list",
        "error: view without item_id",
    ]
    other = visit()
    show(other, odd)
    other.page.wait_for_timeout(200)
    assert other.said == []
