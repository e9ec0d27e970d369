"""A visitor in the demo's shop: sees, takes, buys, comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.browser.conftest import EVIL, Online, selling
from tests.browser.pages import Told, Web
from tests.browser.test_faults import closed_port
from tests.browser.test_offers import axe

from pairwell.serve.online.storefront.script import render_script

Open = Callable[..., Any]
#: Nothing here is about speed.
PATIENT = (
    "document.addEventListener('DOMContentLoaded', () => {"
    "for (const one of document.querySelectorAll('pairwell-offers')) one.setAttribute('timeout', '20000') })"
)
_FOCUSED = """() => {
  const one = document.activeElement.shadowRoot?.activeElement || document.activeElement;
  return (one.getAttribute("aria-label") || one.innerText || "").replace(/\\s+/g, " ").trim();
}"""
_SHIFT = """
window.shift = 0;
new PerformanceObserver((all) => {
  for (const entry of all.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def said() -> list[str]:
    """What the browser complained of, and foreign hosts that were asked."""
    return []


@pytest.fixture
def visit(chromium: Any, demo_shop: Online, said: list[str]) -> Iterator[Open]:
    contexts = []

    def foreign(url: str) -> bool:
        return not url.startswith((demo_shop.base, "data:"))

    def make(**options: Any) -> Any:
        contexts.append(chromium.new_context(**{"base_url": demo_shop.base, **options}))
        contexts[-1].set_default_timeout(20_000)
        contexts[-1].add_init_script(PATIENT)
        contexts[-1].add_init_script(_SHIFT)
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda one: said.extend([one.url] if foreign(one.url) else []))
        return page

    yield make
    for context in contexts:
        context.close()


def take(page: Any, title: str) -> None:
    """Take an offer, and wait until the shop's server has it."""
    with page.expect_response("**/cart/lines"):
        page.locator("pairwell-offers .offer", has_text=title).locator(".accept").first.click()


def titles(page: Any, path: str) -> list[str]:
    """Of the offers on a page."""
    page.goto(path)
    page.locator("pairwell-offers .offer").first.wait_for()
    return [str(text) for text in page.locator("pairwell-offers .title").all_inner_texts()]


def lines(page: Any) -> list[str]:
    return [str(text) for text in page.locator("#lines .name").all_inner_texts()]


@pytest.mark.parametrize("width", [360, 1280])
def test_a_visitor_sees_an_add_on_takes_it_buys_and_returns_it(
    visit: Open, said: list[str], demo_shop: Online, width: int
) -> None:
    page = visit(viewport={"width": width, "height": 900})
    page.goto("/")
    page.get_by_role("link", name="Tent €235.00").first.click()
    page.locator("pairwell-offers .offer").first.wait_for()
    page.get_by_role("button", name="Add to cart", exact=True).first.click()
    take(page, "Mat")
    upgrade = page.locator("pairwell-offers .offer", has_text="Tent XL")
    upgrade.get_by_text("Compare").click()
    rows = [" ".join(row.split()) for row in upgrade.locator("tbody tr").all_inner_texts()]
    assert rows[0] == "Price €235.00 €299.00 (+€64.00)"
    take(page, "Tent XL")
    assert lines(page) == ["1 × Tent XL", "1 × Mat"]
    page.get_by_role("link", name="Check out").click()
    page.get_by_role("button", name="Buy for €326.00").click()
    page.wait_for_url("**/thanks/*")
    page.locator("pairwell-offers .offer", has_text="Pan").first.wait_for()
    take(page, "Pan")
    page.get_by_role("link", name="Cart", exact=True).click()
    assert lines(page) == ["1 × Pan"]
    number = page.evaluate("document.referrer").rpartition("/")[2]
    page.get_by_role("link", name="Orders").click()
    page.get_by_role("button", name="Return Mat").click()
    assert page.locator(".returned").all_inner_texts() == ["Returned, €27.00 refunded"]
    assert page.get_by_role("button", name="Return Mat").count() == 0
    assert page.evaluate("window.shift") == 0
    assert said == []
    (order,) = demo_shop.of_order(number, "order")
    assert [line["item_id"] for line in order["order"]["lines"] if line["decision_id"]] == ["tent-xl", "mat"]
    (back,) = demo_shop.of_order(number, "return")
    expected = {"order_id": number, "item_id": "mat", "quantity": 1, "refund_minor": 2_700}
    assert {name: back["return"][name] for name in expected} == expected
    assert len(demo_shop.told(order["order"]["lines"][1]["decision_id"], "accept")) == 1


def test_what_a_customer_just_returned_is_not_offered_again(visit: Open, said: list[str]) -> None:
    page = visit()
    page.goto("/")
    page.locator("select[name=customer_id]").select_option("C00001")
    page.get_by_role("button", name="Go").click()
    page.goto("/products/lamp")
    page.get_by_role("button", name="Add to cart", exact=True).first.click()
    page.get_by_role("link", name="Check out").click()
    page.get_by_role("button", name="Buy for €15.00").click()
    page.wait_for_url("**/thanks/*")
    assert "Lamp" in titles(page, "/products/tent")
    page.get_by_role("link", name="Orders").click()
    page.get_by_role("button", name="Return Lamp").click()
    assert "Lamp" not in titles(page, "/products/tent")
    assert said == []


def test_by_keyboard_alone(visit: Open, said: list[str]) -> None:
    page = visit()
    page.goto("/")

    def press(name: str) -> None:
        """Tab to what has this name, and press Enter on it."""
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate(_FOCUSED) == name:
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"{name} cannot be reached by Tab")

    press("Tent €235.00")
    page.wait_for_url("**/products/tent")
    press("Add to cart")
    page.wait_for_url("**/cart")
    page.locator("pairwell-offers .offer").first.wait_for()
    with page.expect_response("**/cart/lines"):
        press("Switch to this one: Tent XL")
    press("Check out")
    page.wait_for_url("**/checkout")
    press("Buy for €299.00")
    page.wait_for_url("**/thanks/*")
    press("All your orders")
    page.wait_for_url("**/orders")
    press("Return Tent XL")
    page.locator(".returned").wait_for()
    assert said == []


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("ru", ["Вам может подойти", "В корзину", "Нет, спасибо", "27,00 € к вашей покупке на 235,00 €."]),
        ("pl", ["To może Ci się spodobać", "Do koszyka", "Nie, dziękuję", "27,00 € przy Twoich zakupach za 235,00 €."]),
    ],
)
def test_offers_speak_the_language_that_was_chosen(
    visit: Open, said: list[str], locale: str, expected: list[str]
) -> None:
    page = visit(viewport={"width": 360, "height": 900})
    page.goto("/")
    page.locator("select[name=locale]").select_option(locale)
    page.get_by_role("button", name="Go").click()
    page.goto("/products/tent")
    mat = page.locator("pairwell-offers .offer", has_text="Mat")
    found = [
        page.locator("pairwell-offers .heading"),
        *(mat.locator(f".{part}") for part in ("accept", "decline", "price")),
    ]
    assert [one.inner_text().replace("\xa0", " ") for one in found] == expected
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert said == []


@pytest.mark.parametrize("how", ["stopped", "slow", "garbage"])
def test_the_shop_goes_on_without_the_online_process(
    visit: Open, demo_shop: Online, elsewhere: Web, said: list[str], how: str
) -> None:
    elsewhere.wait_s = 5.0 if how == "slow" else 0.0
    for path in ("/v1/decisions", "/v1/events", "/v1/fragments"):
        elsewhere.show(path, Told("<b>{", "application/json"))
    elsewhere.show("/widget.js", Told(render_script("/widget.js").decode(), "text/javascript"))
    port = closed_port() if how == "stopped" else int(elsewhere.base.rpartition(":")[2])
    with selling(demo_shop.database.parents[1], port) as base:
        page = visit(base_url=base)
        for path in ("/", "/email"):
            page.goto(path)
        page.goto("/products/tent")
        page.get_by_role("button", name="Add to cart", exact=True).click()
        assert lines(page) == ["1 × Tent"]
        page.get_by_role("link", name="Check out").click()
        page.get_by_role("button", name="Buy for €235.00").click()
        page.get_by_role("link", name="All your orders").click()
        page.get_by_role("button", name="Return Tent").click()
        assert page.locator(".returned").count() == 1
        assert page.evaluate("document.querySelectorAll('pairwell-offers .offer').length") == 0
        assert page.evaluate("window.shift") == 0
    failed = ("Failed to load resource", base, "Refused to execute script")
    assert not [line for line in said if not any(one in line for one in failed)]


def test_what_a_customer_declined_is_not_asked_again_on_any_page(visit: Open, said: list[str]) -> None:
    page = visit()
    page.goto("/products/tent")
    page.locator("pairwell-offers .offer", has_text="Mat").get_by_role("button", name="No, thanks").click()
    with page.expect_response(lambda answer: "decline" in (answer.request.post_data or "")):
        page.get_by_role("button", name="I have it").click()
    page.evaluate("sessionStorage.clear()")
    page.get_by_role("button", name="Add to cart", exact=True).first.click()
    page.locator("pairwell-offers .offer").first.wait_for()
    assert page.locator("pairwell-offers .offer", has_text="Mat").count() == 0
    assert said == []


def test_the_e_mail_asks_for_leave_and_its_forms_work(visit: Open, said: list[str]) -> None:
    page = visit()
    page.goto("/products/tent")
    page.locator("select[name=customer_id]").select_option("C00001")
    page.locator("select[name=locale]").select_option("ru")
    page.get_by_role("button", name="Go").click()
    page.goto("/email")
    assert "No e-mail would be sent: rules withhold it, as long as" in page.inner_text("main")
    page.get_by_role("button", name="Agree to e-mails").click()
    assert page.locator(".letter p").first.inner_text().startswith("Здравствуйте, C00001!")
    page.get_by_role("button", name="В корзину: Mat").click()
    page.wait_for_url("**/cart")
    assert lines(page) == ["1 × Mat"]
    assert said == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["/", "/products/tent", "/cart", "/checkout", "/thanks", "/orders", "/email"])
def test_no_page_has_a_violation_or_sticks_out(visit: Open, path: str, width: int) -> None:
    page = visit(viewport={"width": width, "height": 1600}, reduced_motion="reduce", bypass_csp=True)
    page.goto("/products/tent")
    page.get_by_role("button", name="Add to cart", exact=True).first.click()
    if path in {"/thanks", "/orders"}:
        page.goto("/checkout")
        page.get_by_role("button", name="Buy for €235.00").click()
    if path != "/thanks":
        page.goto(path)
    if path not in {"/", "/orders", "/email"}:
        page.locator("pairwell-offers .offer").first.wait_for()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_what_the_catalogue_says_is_text_on_every_page(visit: Open, said: list[str]) -> None:
    page = visit(bypass_csp=True)

    def look(path: str | None = None) -> None:
        if path is not None:
            page.goto(path)
        page.wait_for_timeout(200)
        assert page.evaluate("window.hit") is None
        assert page.locator("main [onerror], main script, main [onload]").count() == 0

    look("/")
    look("/?category=%3Cscript%3Ewindow.hit=1%3C/script%3E")
    look("/products/%22%3E%3Cscript%3Ewindow.hit=1%3C%2Fscript%3E")
    assert page.locator("h1").inner_text() == EVIL
    page.get_by_role("button", name="Add to cart", exact=True).click()
    look("/products/trap")
    page.get_by_role("button", name="Add to cart", exact=True).first.click()
    look()
    look("/checkout")
    page.locator("#buy").click()
    look()
    look("/orders")
    page.locator("form button", has_text="Return").first.click()
    look()
    assert said == []
