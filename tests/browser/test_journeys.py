"""People at the demo: one buys, one excludes a pair, one tries settings, one publishes, one may only look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, Final, NamedTuple
from uuid import uuid4

import httpx
import pytest
from tests.browser.conftest import selling
from tests.browser.dashboard import Dashboard, Reader, run
from tests.browser.test_demo_shop import PATIENT, take
from tests.browser.test_offers import axe
from tests.e2e.running import LOADING_S

from pairwell.clock import system_clock
from pairwell.operations.users.store import ROLES, Role
from pairwell.serve.pages.views.all import ACTS
from pairwell.serve.pages.visitors import RIGHTS
from pairwell.shop.face import open_shop

PASSWORD: Final = "four quiet words here"
WIDE: Final = {"width": 1280, "height": 900}
_WORDS: Final = ("tent", "grill", "printer")  # dear enough for something beside them
_FOCUSED: Final = "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()"
_TABS: Final = 150
Enter = Callable[[Role], Reader]


class Pair(NamedTuple):
    """An item, and another that the demo offers beside it."""

    anchor_id: str
    item_id: str
    title: str
    price_minor: int


@pytest.fixture(scope="module")
def team(pages: Dashboard, pair: Pair) -> Iterator[None]:  # noqa: ARG001 - found while the pages are open to all
    """A user of each role, called by it. Without them the pages are open again."""
    for role in reversed(ROLES):
        words = ("users", "add", role, "--role", role, "--password-stdin", "--workspace", str(pages.folder))
        run(*words, told=PASSWORD + "\n")
    yield
    with closing(open_shop(pages.folder)) as shop:
        for role in ROLES:
            shop.users.remove(role, author="owner", now=system_clock())


@pytest.fixture
def enter(reader: Callable[..., Reader], team: None) -> Iterator[Enter]:  # noqa: ARG001 - the users
    """Sign somebody in with keys alone; in the end no browser may have complained."""
    made: list[Reader] = []

    def sign_in(role: Role) -> Reader:
        made.append(reader(viewport=WIDE))
        page = made[-1].open("/sign-in")
        page.get_by_label("Name").focus()
        for text, key in ((role, "Tab"), (PASSWORD, "Enter")):
            page.keyboard.type(text)
            page.keyboard.press(key)
        page.wait_for_url("**/")
        page.wait_for_selector("[hx-trigger=load]", state="detached")
        return made[-1]

    yield sign_in
    assert [said for one in made for said in one.complaints()] == []


@pytest.fixture(scope="module")
def pair(pages: Dashboard) -> Pair:
    """The first that somebody is offered."""
    with httpx.Client(timeout=LOADING_S) as client:
        found = [
            one
            for word in _WORDS
            for one in client.get(f"{pages.base}/api/v1/pairs", params={"q": word}).json()["items"]
            if one["price_minor"] > 10_000
        ]
        for anchor in found:
            for offer in _decide(client, pages, anchor["item_id"]).get("offers", []):
                if offer["kind"] == "cross_sell":
                    return Pair(anchor["item_id"], offer["item_id"], offer["title"], offer["price_minor"])
    raise AssertionError(f"Nothing is offered beside any of {found}.")


def _decide(client: Any, pages: Dashboard, item_id: str, visitor: str | None = None) -> dict[str, Any]:
    asked = {"placement": "cart", "visitor_id": visitor or uuid4().hex, "cart": [{"item_id": item_id}]}
    answer: dict[str, Any] = client.post(f"{pages.online}/v1/decisions", json=asked).raise_for_status().json()
    return answer


def _record(one: Reader, path: str) -> Any:
    """What the page says, for programs, but for what is drawn anew each time."""
    answer = one.context.request.get(f"/api/v1{path}")
    assert answer.ok, answer.text()
    return {name: told for name, told in answer.json().items() if name != "today"}


def _said(page: Any) -> str:
    """What a form has just done."""
    told: str = page.locator(".said").inner_text()
    return told


def _press(page: Any, name: str) -> None:
    """Tab to what has this name, and press Enter on it."""
    for _ in range(_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(_FOCUSED) == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


def _stop(page: Any) -> None:
    """End the experiment of a page."""
    form = page.locator("form[action='/experiments/stop']")
    form.get_by_label("Reason").fill("Enough was seen.")
    form.get_by_role("button").click()
    page.locator(".said", has_text="is over").wait_for()


class TestVisitor:
    """Comes first: the pages are open yet."""

    def test_an_add_on_that_is_accepted_and_bought_counts_on_the_overview(
        self, chromium: Any, reader: Callable[..., Reader], pages: Dashboard, pair: Pair
    ) -> None:
        one = reader(viewport=WIDE)
        since = _record(one, "/reports/overview")["period"]["since"][:10]
        page = one.open(f"/reports/overview?since={since}")
        before, shown = self._figures(one, since), self._shown(page)
        with selling(pages.folder, int(pages.online.rpartition(":")[2])) as base:
            self._buy(chromium, base, pair)
        page.reload()
        page.wait_for_selector("[hx-trigger=load]", state="detached")
        after, anew = self._figures(one, since), self._shown(page)
        assert after["orders"] - before["orders"] == 1
        assert after["attributed_revenue_minor"] - before["attributed_revenue_minor"] == pair.price_minor
        for key, title in (("orders", "Orders"), ("attributed_revenue_minor", "Attributed revenue")):
            assert [shown[title], anew[title]] == [before[key], after[key]]
        assert axe(page) == []
        assert one.complaints() == []

    def _figures(self, one: Reader, since: str) -> dict[str, Any]:
        told = _record(one, f"/reports/overview?since={since}")["figures"]
        return {figure["key"]: figure["value"] for figure in told}

    def _shown(self, page: Any) -> dict[str, int]:
        """The digits of each figure by its title: cents, where it is money."""
        found = page.locator("article:has(.value)").evaluate_all(
            "all => all.map(one => [one.querySelector('h2').textContent, one.querySelector('.value').firstChild.data])"
        )
        return {title.strip(): int("".join(filter(str.isdigit, text)) or 0) for title, text in found}

    def _buy(self, chromium: Any, base: str, pair: Pair) -> None:
        """Whoever the lot keeps without offers leaves; another comes."""
        for _ in range(20):
            context = chromium.new_context(base_url=base, viewport=WIDE)
            context.add_init_script(PATIENT)
            bought = self._take_and_buy(context.new_page(), pair)
            context.close()
            if bought:
                return
        raise AssertionError(f"{pair} was offered to nobody")

    def _take_and_buy(self, page: Any, pair: Pair) -> bool:
        sent: list[str] = []
        page.on("request", lambda one: sent.append(one.post_data or ""))
        page.goto(f"/products/{pair.anchor_id}")
        with page.expect_response(lambda one: '"placement":"cart"' in (one.request.post_data or "")) as answered:
            page.get_by_role("button", name="Add to cart", exact=True).first.click()
        offers = answered.value.json().get("offers", [])
        numbers = [offer["offer_no"] for offer in offers if offer["item_id"] == pair.item_id]
        if not numbers:
            return False
        page.locator("pairwell-offers .offer", has_text=pair.title).scroll_into_view_if_needed()
        while not any('"exposure"' in one and f'"offer_no":{numbers[0]}' in one for one in sent):
            page.wait_for_timeout(100)  # it is seen once somebody could read it
        take(page, pair.title)
        page.get_by_role("link", name="Check out").click()
        page.locator("#buy").click()
        page.wait_for_url("**/thanks/*")
        return True


def test_a_merchandiser_excludes_a_pair_by_keyboard_alone_and_the_next_decision_obeys(
    enter: Enter, pages: Dashboard, pair: Pair
) -> None:
    one = enter("merchandiser")
    page = one.page
    _press(page, "What goes with what")
    page.wait_for_url("**/pairs")
    page.get_by_role("searchbox").focus()
    page.keyboard.type(pair.anchor_id)
    page.keyboard.press("Enter")
    page.wait_for_url("**/pairs?q=*")
    anchor = page.locator("main tbody th a").first.inner_text()
    _press(page, anchor)
    page.wait_for_url("**/item?id=*")
    assert axe(page) == []
    decide = ("decide", "--placement", "cart", "--item", pair.anchor_id, "--explain", "--dry-run")
    _press(page, f"Exclude: {pair.title}")
    page.locator(".said").wait_for()
    assert _said(page) == f"{pair.item_id} is never offered beside {pair.anchor_id}, from the next decision on."
    told = run(*decide, "--workspace", str(pages.folder))
    why = {("never_together" in line) for line in told.splitlines() if line.startswith(f"{pair.item_id} ")}
    assert why == {True}
    visitors = [uuid4().hex for _ in range(5)]
    with httpx.Client(timeout=LOADING_S) as client:
        met = [_decide(client, pages, pair.anchor_id, visitor) for visitor in visitors]
        assert not [offer for one in met for offer in one.get("offers", []) if offer["item_id"] == pair.item_id]
        _press(page, f"Take back: {pair.title}")
        page.locator(".said", has_text="taken back").wait_for()
        met = [_decide(client, pages, pair.anchor_id) for _ in range(10)]
        assert [offer for one in met for offer in one.get("offers", []) if offer["item_id"] == pair.item_id]


def test_an_analyst_plans_starts_and_reads_an_experiment(enter: Enter, pages: Dashboard, pair: Pair) -> None:
    one, name = enter("analyst"), f"one-at-most-{uuid4().hex[:6]}"
    page = one.open("/experiments")
    if (running := _record(one, "/experiments")["running"]) is not None:
        page.get_by_role("link", name=running).first.click()
        _stop(page)
    page.get_by_role("link", name="How long would it have to run?").click()
    page.get_by_label("Effect to show").fill("20%")
    page.get_by_role("button", name="Show").click()
    plan = _record(one, "/experiments/plan?effect=20%25")["plan"]
    assert page.locator(".figures .value").first.inner_text() == f"{plan['days']} days"
    assert axe(page) == []
    page.get_by_role("link", name="Start an experiment like this").click()
    assert page.get_by_label("Days, as planned").input_value() == str(plan["days"])
    page.get_by_label("Name").fill(name)
    page.get_by_label("What is tried").fill("[slots]\nmax = 1\n")
    page.get_by_label("Reason").fill("One offer may be read more.")
    page.get_by_role("button", name="Start", exact=True).click()
    assert _said(page) == f"The experiment {name} runs."
    with httpx.Client(timeout=LOADING_S) as client:
        for _ in range(12):
            _decide(client, pages, pair.anchor_id)
    page.get_by_role("link", name=name).first.click()
    read = _record(one, f"/experiment?name={name}")
    assert [(differs["name"], differs["after"]) for differs in read["changes"]] == [("slots.max", "1")]
    assert page.get_by_role("heading", name="What it shows").is_visible()
    assert "One offer may be read more." in page.locator("main").inner_text()
    assert axe(page) == []
    _stop(page)


def test_an_admin_publishes_to_a_tenth_and_takes_it_back(enter: Enter) -> None:
    one = enter("admin")
    page = one.open("/settings")
    before = _record(one, "/settings")
    form = page.locator("form[action='/settings/publish']")
    form.get_by_label("Who gets it").select_option("0.1")
    form.get_by_label("Reason").fill("Smaller add-ons.")
    form.get_by_role("button", name="Publish").click()
    assert _said(page) == f"Live: settings {before['draft']['settings']}, for 10% of the customers."
    share = page.locator("article", has_text="Live for a share first").locator(".value")
    assert share.inner_text() == f"10% {before['draft']['settings'][:8]}"
    now = _record(one, "/settings")
    assert (now["underway"]["share"], now["live"]) == (0.1, before["live"])
    assert axe(page) == []
    form = page.locator("form[action='/settings/withdraw']")
    form.get_by_label("Reason").fill("They were too small.")
    form.get_by_role("button", name="Withdraw it").click()
    assert _said(page) == f"Live: settings {before['live']}, for everybody."
    assert share.inner_text() == "–"
    after = _record(one, "/settings")
    assert (after["underway"], after["live"]) == (None, before["live"])
    assert [entry.get("author") for entry in after["log"]].count("admin") >= 2


def test_a_viewer_is_shown_no_form_that_changes_anything_and_none_is_taken_from_them(enter: Enter, pair: Pair) -> None:
    one = enter("viewer")
    watched = ("/settings", "/models", "/experiments", f"/item?id={pair.anchor_id}")
    before = [_record(one, path) for path in watched]
    for path in (*watched, "/pairs", "/account"):
        actions = (
            one.open(path)
            .locator("form[method=post]")
            .evaluate_all("all => all.map(one => one.getAttribute('action'))")
        )
        assert set(actions) <= {"/preferences", "/sign-out", "/users/password"}, path
    token = one.page.locator("input[name=token]").first.input_value()
    forbidden = [act for act in ACTS if act.right not in RIGHTS["viewer"]]
    for act in forbidden:
        form = {**dict.fromkeys(act.fields, "x"), "token": token}
        answer = one.context.request.post(act.path, form=form, headers={"origin": one.base}, max_redirects=0)
        assert (answer.status, answer.json()["error"]["code"]) == (403, "role_missing"), act.path
    assert [_record(one, path) for path in watched] == before


def test_another_language_and_other_colours_keep_the_page(enter: Enter) -> None:
    one, path = enter("viewer"), "/experiments/plan?effect=10%25&holdout=0.3"
    page = one.open(path)
    heading = page.locator("h1").inner_text()
    page.locator("details.who summary").click()
    form = page.locator("form[action='/preferences']")
    form.locator("[name=language]").select_option("pl")
    form.locator("[name=theme]").select_option("dark")
    form.locator("button").click()
    page.locator("html[lang=pl][data-theme=dark]").wait_for(state="attached")
    assert page.url == one.base + path
    assert page.locator("h1").inner_text() != heading
    assert page.locator("[name=effect]").input_value() == "10%"
    assert axe(page) == []
