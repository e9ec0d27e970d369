"""What a visitor sees and does on a cart with the widget in it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from tests.browser.conftest import Visit

New = Callable[..., Visit]
_AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def titles(visit: Visit) -> list[str]:
    visit.offers().first.wait_for()
    return [str(text) for text in visit.page.locator("pairwell-offers .title").all_inner_texts()]


def test_an_add_on_is_seen_and_accepted(visit: New) -> None:
    one = visit()
    one.open()
    (slate,) = one.heard("offers")
    mat = next(offer for offer in slate["offers"] if offer["item_id"] == "mat")
    assert one.card("Mat").locator(".price").inner_text() == "€27.00 beside your €235.00."
    seen = {event["offer_no"] for event in one.online.told(slate["decision_id"], "exposure")}
    assert seen
    assert seen <= {offer["offer_no"] for offer in slate["offers"]}
    one.card("Mat").get_by_role("button", name="Add to cart").click()
    (accepted,) = one.heard("accept")
    assert (accepted["item_id"], accepted["replaces"], accepted["offer_no"]) == ("mat", None, mat["offer_no"])
    assert [event["offer_no"] for event in one.online.told(slate["decision_id"], "accept")] == [mat["offer_no"]]
    assert one.page.locator("#lines li").all_inner_texts() == ["1 × tent", "1 × mat"]
    one.page.wait_for_function("window.heard.filter(one => one[0] === 'offers').length === 2")
    assert "Mat" not in titles(one)
    assert [line for line in one.said if not line.startswith("log")] == []
    assert {"/".join(url.split("/")[:3]) for url in one.asked} == {one.shop.base, one.online.base}


def test_an_upgrade_is_compared_and_replaces_the_line(visit: New) -> None:
    one = visit()
    one.open()
    card = one.card("Tent XL")
    card.get_by_text("Compare").click()
    rows = [" ".join(row.split()) for row in card.locator("tbody tr").all_inner_texts()]
    assert rows[0] == "Price €235.00 €299.00 (+€64.00)"
    assert any(row.startswith("Rating 3.9 4.6") for row in rows)
    card.get_by_role("button", name="Switch to this one: Tent XL").click()
    assert one.heard("accept")[0]["replaces"] == "tent"
    assert one.page.locator("#lines li").all_inner_texts() == ["1 × tent-xl"]
    one.page.wait_for_function("window.heard.filter(one => one[0] === 'offers').length === 2")
    assert titles(one) == ["Pan"]


@pytest.mark.parametrize("known", [{"consent": ""}, {}], ids=["by the server", "without an id"])
def test_what_was_declined_is_not_asked_again(visit: New, known: dict[str, Any]) -> None:
    one = visit()
    one.open(**known)
    (slate,) = one.heard("offers")
    one.card("Mat").get_by_role("button", name="No, thanks").click()
    one.page.get_by_role("button", name="Too expensive").click()
    assert one.heard("decline")[0]["reason"] == "too_dear"
    assert [event.get("reason") for event in one.online.told(slate["decision_id"], "decline")] == ["too_dear"]
    assert one.page.locator("pairwell-offers .offer", has_text="Mat").count() == 0
    one.page.reload()
    (again,) = one.heard("offers")
    assert "Mat" not in titles(one)
    if known:  # the server knows, not just this tab
        one.page.evaluate("sessionStorage.clear()")
        one.page.reload()
        assert "mat" not in {offer["item_id"] for offer in one.heard("offers")[0]["offers"]}
    assert again["decision_id"] != slate["decision_id"]
    ids = one.page.evaluate("Object.keys(localStorage)")
    assert ids == (["pairwell-visitor"] if known else [])


def test_a_no_without_a_reason_counts_when_the_page_is_left(visit: New) -> None:
    one = visit()
    one.open()
    (slate,) = one.heard("offers")
    one.card("Lamp").get_by_role("button", name="No, thanks").click()
    one.page.goto(f"{one.shop.base}/shop.css")
    assert [event.get("reason") for event in one.online.told(slate["decision_id"], "decline")] == [None]


def test_hiding_hides_all(visit: New) -> None:
    one = visit()
    one.open()
    (slate,) = one.heard("offers")
    one.page.get_by_role("button", name="Hide these offers").click()
    assert len(one.online.told(slate["decision_id"], "dismiss")) == 1
    assert one.offers().count() == 0


def test_hiding_while_the_last_offer_is_being_declined_tells_both(visit: New) -> None:
    one = visit()
    one.open(limit="1")
    (slate,) = one.heard("offers")
    one.page.get_by_role("button", name="No, thanks").click()
    one.page.get_by_role("button", name="Hide these offers").click()
    assert len(one.online.told(slate["decision_id"], "decline")) == 1
    assert len(one.online.told(slate["decision_id"], "dismiss")) == 1
    assert one.offers().count() == 0
    assert [line for line in one.said if line.startswith("error")] == []


_HIDE_ONCE_SHOWN = """
let hidden = false;
Object.defineProperty(document, "visibilityState", { get: () => (hidden ? "hidden" : "visible") });
window.turn = (to) => { hidden = to; document.dispatchEvent(new Event("visibilitychange")); };
addEventListener("pairwell:offers", () => window.turn(true), { once: true });
"""


def test_who_looks_away_in_the_first_second_sees_the_offers_later(visit: New) -> None:
    one = visit()
    one.page.add_init_script(_HIDE_ONCE_SHOWN)
    one.open()
    (slate,) = one.heard("offers")
    one.page.wait_for_timeout(1_600)
    assert not [url for url in one.asked if url.endswith("/v1/events")]
    one.page.evaluate("window.turn(false)")
    assert one.online.told(slate["decision_id"], "exposure")


@pytest.mark.parametrize("how", ["refuse", "fail"])
def test_what_the_shop_did_not_take_is_not_told_as_accepted(visit: New, how: str) -> None:
    one = visit()
    one.open()
    (slate,) = one.heard("offers")
    one.page.evaluate(f"window.{how} = true")
    button = one.card("Mat").get_by_role("button", name="Add to cart")
    button.click()
    assert one.heard("accept")
    assert button.is_enabled()
    if how == "fail":
        one.page.get_by_text("That did not work. Please try again.").wait_for(state="attached")
    one.page.evaluate(f"window.{how} = false")
    button.click()
    assert len(one.online.told(slate["decision_id"], "accept")) == 1


def test_only_what_is_in_view_was_seen(visit: New) -> None:
    one = visit(viewport={"width": 800, "height": 500})
    one.open(before='<div class="tall"></div>')
    (slate,) = one.heard("offers")
    one.page.wait_for_timeout(1_600)
    assert not [url for url in one.asked if url.endswith("/v1/events")]
    one.offers().last.scroll_into_view_if_needed()
    assert one.online.told(slate["decision_id"], "exposure")
    assert one.shift == 0


def test_by_keyboard_alone(visit: New) -> None:
    one = visit()
    one.open()
    one.heard("offers")

    def focused() -> str:
        name = "document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label')"
        return str(one.page.evaluate(f"{name} || document.activeElement.shadowRoot?.activeElement?.textContent || ''"))

    def tab_to(name: str) -> None:
        for _ in range(30):
            one.page.keyboard.press("Tab")
            if focused() == name:
                return
        raise AssertionError(f"{name} cannot be reached by Tab")

    tab_to("No, thanks: Lamp")
    one.page.keyboard.press("Enter")
    assert focused() == "I have it"
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Space")
    assert one.heard("decline")[0]["reason"] == "too_dear"
    assert focused() == "You might also like"
    assert one.page.locator("pairwell-offers [role=status]").inner_text() == "Removed: Lamp. 2 offers"
    tab_to("Add to cart: Mat")
    one.page.keyboard.press("Enter")
    assert one.heard("accept")[0]["item_id"] == "mat"
    one.page.wait_for_function("window.heard.filter(one => one[0] === 'offers').length === 2")
    assert focused() == "You might also like"
    for _ in range(30):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("document.activeElement.id") == "checkout":
            return
    raise AssertionError("the way on to the checkout is shut")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ["You might also like", "Add to cart", "€27.00 beside your €235.00.", "2 offers"]),
        ("ru-RU", ["Вам может подойти", "В корзину", "27,00 € к вашей покупке на 235,00 €.", "2 предложения"]),
        ("pl", ["To może Ci się spodobać", "Do koszyka", "27,00 € przy Twoich zakupach za 235,00 €.", "2 oferty"]),
    ],
)
def test_in_the_page_s_language(visit: New, lang: str, said: list[str]) -> None:
    one = visit()
    one.open(lang=lang)
    one.heard("offers")
    heading, add, price, count = said
    assert one.page.locator("pairwell-offers .heading").inner_text() == heading
    assert one.card("Mat").locator(".accept").inner_text() == add
    assert one.card("Mat").locator(".price").inner_text().replace("\xa0", " ") == price
    one.card("Lamp").locator(".decline").click()
    one.page.keyboard.press("Escape")
    status = one.page.locator("pairwell-offers [role=status]").inner_text()
    assert status.endswith(count)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_violation_and_nothing_sticks_out(visit: New, width: int, scheme: str) -> None:
    one = visit(viewport={"width": width, "height": 1400}, color_scheme=scheme, reduced_motion="reduce")
    one.open()
    one.heard("offers")
    one.card("Tent XL").get_by_text("Compare").click()
    one.card("Lamp").get_by_role("button", name="No, thanks").click()
    assert axe(one.page) == []
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert one.page.evaluate(wide) is False
    targets = one.page.locator("pairwell-offers button").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert min(targets) >= 32


def axe(page: Any) -> list[Any]:
    """What axe-core finds of WCAG 2.2, levels A and AA."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("options => axe.run(document, options)", _AXE)["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_a_picture_that_does_not_load_leaves_its_place_empty(visit: New) -> None:
    one = visit()
    one.page.route("**/pictures/mat.svg", lambda route: route.fulfill(status=404))
    one.open()
    one.heard("offers")
    picture = one.card("Mat").locator("img")
    picture.wait_for(state="hidden")
    assert picture.evaluate("one => one.offsetWidth") > 0
    assert one.shift == 0


def test_what_hangs_on_a_consent_is_sent_no_second_time_once_that_is_taken_away(visit: New) -> None:
    one, held, sent = visit(), list[Any](), list[str]()
    headers = {"access-control-allow-origin": "*"}

    def hold(route: Any) -> None:
        held.append(route)
        sent.append(route.request.post_data)

    one.page.route("**/v1/events", hold)
    one.open(consent="")
    one.heard("offers")
    visitor = one.page.evaluate("localStorage.getItem('pairwell-visitor')")
    one.page.wait_for_timeout(1_500)
    before = len(sent)
    assert before
    assert all(visitor in body for body in sent)
    one.page.evaluate("document.querySelector('pairwell-offers').removeAttribute('consent')")
    for route in held[:before]:
        route.fulfill(status=503, body="", headers=headers)
    one.page.wait_for_timeout(6_000)
    assert [body for body in sent[before:] if visitor in body] == []
