"""A visitor in the demo's shop: sees, takes, buys, comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.browser.conftest import Online
from tests.browser.test_offers import axe

Open = Callable[..., Any]
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
        contexts.append(chromium.new_context(base_url=demo_shop.base, **options))
        contexts[-1].set_default_timeout(20_000)
        # Nothing here is about speed.
        contexts[-1].add_init_script(
            "document.addEventListener('DOMContentLoaded', () => {"
            "for (const one of document.querySelectorAll('pairwell-offers')) one.setAttribute('timeout', '20000') })"
        )
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


def lines(page: Any) -> list[str]:
    return [str(text) for text in page.locator("#lines .name").all_inner_texts()]


def test_a_visitor_sees_an_add_on_takes_it_buys_and_comes_back(visit: Open, said: list[str], demo_shop: Online) -> None:
    page = visit()
    page.goto("/")
    page.get_by_role("link", name="Tent €235.00").first.click()
    page.locator("pairwell-offers .offer").first.wait_for()
    page.get_by_role("button", name="Add to cart", exact=True).first.click()
    take(page, "Mat")
    take(page, "Tent XL")
    assert lines(page) == ["1 × Tent XL", "1 × Mat"]
    page.get_by_role("link", name="Check out").click()
    page.get_by_role("button", name="Buy for €326.00").click()
    page.wait_for_url("**/thanks/*")
    page.locator("pairwell-offers .offer", has_text="Pan").first.wait_for()
    take(page, "Pan")
    page.get_by_role("link", name="Cart", exact=True).click()
    assert lines(page) == ["1 × Pan"]
    assert page.evaluate("window.shift") == 0
    assert said == []
    with sqlite3.connect(f"file:{demo_shop.database}?mode=ro", uri=True) as connection:
        counts = dict(connection.execute("SELECT type, count(*) FROM events GROUP BY type"))
    assert counts["order"] == 1
    assert counts["accept"] == 3
    assert counts["view"] >= 1


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
    assert "No e-mail would be sent: withheld_by_rule." in page.inner_text("main")
    page.get_by_role("button", name="Agree to e-mails").click()
    page.get_by_role("button", name="В корзину: Mat").click()
    page.wait_for_url("**/cart")
    assert lines(page) == ["1 × Mat"]
    assert said == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["/", "/products/tent", "/cart", "/checkout", "/email"])
def test_no_page_has_a_violation_or_sticks_out(visit: Open, path: str, width: int) -> None:
    page = visit(viewport={"width": width, "height": 1600}, reduced_motion="reduce", bypass_csp=True)
    page.goto("/products/tent")
    page.get_by_role("button", name="Add to cart", exact=True).first.click()
    page.goto(path)
    if path not in {"/", "/email"}:
        page.locator("pairwell-offers .offer").first.wait_for()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
