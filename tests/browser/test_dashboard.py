"""The dashboard over a fresh demo, in Chromium: every page at both widths, in both themes, in all languages."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4
from xml.etree import ElementTree as ET

import httpx
import pytest
from tests.browser.dashboard import Dashboard, Reader
from tests.browser.pictures import small_png
from tests.browser.test_offers import axe

from pairwell.catalogues import LANGUAGES
from pairwell.serve.pages.views.all import UNLISTED, VIEWS

WIDE: Final = {"width": 1280, "height": 900}
NARROW: Final = {"width": 360, "height": 800}
#: Pages of what the demo's shop has not, and so none of its pages leads to; the first says how to have it.
OF_A_FIRM: Final = ("/accounts", "/accounts/account")
#: Where a folder is named, every page is kept there as a picture, in both themes.
SCREENSHOTS = os.environ.get("PAIRWELL_SCREENSHOTS")
_DRAWN = "document.querySelector('.drawn canvas').toDataURL()"
_STICKS_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def paths(chromium: Any, pages: Dashboard) -> list[str]:
    """Of every page: those of the navigation, and the first link or form that leads to each of the others."""
    one = Reader(chromium, pages.base)
    links = [str(link) for link in _links(one.open("/reports").locator("nav a"))]
    for path in links:  # it grows meanwhile
        item = next((link for link in links if _kind(link) == "/item"), "").partition("=")[2]
        found = _links(one.open(path).locator("main a, main form[method=get]"), item)
        for kind in UNLISTED - {_kind(link) for link in links}:
            links += [link for link in found if _kind(link) == kind][:1]
    one.context.close()
    return ["/", "/reports", *links, "/account", OF_A_FIRM[0]]


def _kind(link: str) -> str:
    return link.partition("?")[0]


def _links(found: Any, item: str = "") -> list[str]:
    """Where links lead, and forms: what has to be filled in is the first that is proposed, else an item."""
    hrefs: list[str] = found.evaluate_all(
        """(all, item) => all.map(one => {
            if (one.href) return one.getAttribute("href");
            for (const box of one.querySelectorAll("[required]")) box.value ||= box.list?.options[0]?.value ?? item;
            const told = [...new FormData(one)].filter(([, value]) => value);
            return one.getAttribute("action") + (told.length ? "?" + new URLSearchParams(told) : "");
        })""",
        item,
    )
    return hrefs


def test_the_pages_that_are_tried_are_all_there_are(paths: list[str]) -> None:
    assert {view.path for view in VIEWS} - {_kind(path) for path in paths} == {OF_A_FIRM[1]}
    assert OF_A_FIRM[0] not in paths[:-1]
    assert len([path for path in paths if path.startswith("/reports/")]) > 5


def test_nothing_is_wrong_with_any_page_wide_and_light_or_narrow_and_dark(
    reader: Callable[..., Reader], paths: list[str]
) -> None:
    one = reader(viewport=WIDE, color_scheme="light")
    wrong: dict[str, list[Any]] = {}
    for path in paths:
        found = _look_at(one, path)
        wrong |= {path: found} if found else {}
    assert wrong == {}


def test_a_firm_is_led_to_its_accounts_of_which_no_page_has_anything_wrong(chromium: Any, firm: Dashboard) -> None:
    one = Reader(chromium, firm.base, viewport=WIDE, color_scheme="light")
    first = next(link for link in _links(one.open("/reports").locator("nav a")) if link in OF_A_FIRM)
    account = next(link for link in _links(one.open(first).locator("main .links a")) if _kind(link) in OF_A_FIRM)
    wrong = {path: found for path in (first, account) if (found := _look_at(one, path))}
    one.context.close()
    assert (_kind(first), _kind(account)) == OF_A_FIRM
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_narrow_no_page_sticks_out_in_any_language(
    reader: Callable[..., Reader], paths: list[str], language: str
) -> None:
    one = reader(viewport=NARROW, locale=language)
    wrong: dict[str, list[Any]] = {}
    for path in paths:
        page = one.open(path)
        found = [*one.complaints(), *_sticks_out(page)]
        if page.locator("html").get_attribute("lang") != language:
            found.append("another language")
        wrong |= {path: found} if found else {}
    assert wrong == {}


def test_without_script_every_page_says_the_same(reader: Callable[..., Reader], paths: list[str]) -> None:
    one = reader(java_script_enabled=False)
    told = {path: one.open(path).locator("main").inner_text() for path in paths}
    assert [path for path, text in told.items() if len(text) < 40] == []
    assert one.complaints() == []


class TestCharts:
    @pytest.fixture
    def one(self, reader: Callable[..., Reader]) -> Iterator[Reader]:
        one = reader(viewport=WIDE, color_scheme="light", accept_downloads=True)
        yield one
        assert one.complaints() == []

    def _save(self, one: Reader, kind: str) -> bytes:
        with one.page.expect_download() as waiting:
            one.page.locator("figure").first.get_by_role("button", name=f"as {kind}").click()
        assert waiting.value.suggested_filename == f"over-time-orders.{kind.lower()}"
        return Path(waiting.value.path()).read_bytes()

    def test_each_is_saved_as_a_picture_a_drawing_and_numbers(self, one: Reader) -> None:
        one.open("/")
        picture = self._save(one, "PNG")
        assert picture.startswith(b"\x89PNG")
        assert int.from_bytes(picture[16:20]) == 1920
        drawing = ET.fromstring(self._save(one, "SVG"))
        assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
        assert "Over time: Orders" in "".join(drawing.itertext())
        first, *rows = csv.reader(self._save(one, "CSV").decode().splitlines())
        assert first == ["Day", "Over time: Orders"]
        told = httpx.get(f"{one.base}/api/v1/reports/overview?format=csv&table=over_time", timeout=60).text
        server = [row[:2] for row in csv.reader(told.splitlines())][1:]
        assert [[day, float(orders)] for day, orders in rows] == [[day, float(orders)] for day, orders in server]

    def test_arrows_walk_from_point_to_point(self, one: Reader) -> None:
        page = one.open("/")
        days = page.locator("section", has=page.locator("figure")).first.locator("tbody tr")
        written = [" ".join(days.nth(n).locator("th, td").nth(c).text_content() for c in (0, 1)) for n in (0, 1, -1)]
        chart = page.locator(".drawn").first
        chart.focus()
        told = []
        for key in ("ArrowLeft", "ArrowRight", "End"):
            page.keyboard.press(key)
            told.append(page.locator("figure [role=status]").first.inner_text().replace(":", ""))
        assert told == written

    def test_it_follows_colours_and_width(self, one: Reader) -> None:
        page = one.open("/")
        assert page.locator("figure svg").first.is_hidden()
        light = page.evaluate(_DRAWN)
        page.emulate_media(color_scheme="dark")
        _until(page, f"light => {_DRAWN} !== light", light)
        page.set_viewport_size(NARROW)
        _until(page, "() => document.querySelector('.drawn canvas').clientWidth < 360")
        assert _sticks_out(page) == []

    def test_on_paper_and_without_script_the_server_s_drawing_stands(self, one: Reader, reader: Any) -> None:
        page = one.open("/")
        page.emulate_media(media="print")
        assert page.locator("figure svg").first.is_visible()
        assert page.locator(".drawn").first.is_hidden()
        plain = reader(java_script_enabled=False).open("/")
        assert plain.locator("figure svg").first.is_visible()

    def test_a_name_is_text_however_it_is_spelt(self, one: Reader) -> None:
        evil = "<img src=x onerror=window.hit=1>{a|b}"

        def spoil(route: Any) -> None:
            answer = route.fetch()
            told = evil.replace("<", "&lt;").replace(">", "&gt;")
            route.fulfill(response=answer, body=re.sub(r"\d{4}-\d\d-\d\d(?=&#34;|&quot;)", told, answer.text()))

        one.page.route("**/reports/overview", spoil)
        page = one.open("/reports/overview")
        page.locator(".drawn").first.focus()
        page.keyboard.press("End")
        assert page.locator("figure [role=status]").first.inner_text().startswith(evil)
        page.locator(".drawn").first.hover()
        assert page.evaluate("window.hit") is None


class TestLiveList:
    def _decide(self, pages: Dashboard, visitor: str) -> None:
        asked = {"placement": "cart", "visitor_id": visitor, "cart": [{"item_id": "x"}]}
        httpx.post(f"{pages.online}/v1/decisions", json=asked, timeout=60).raise_for_status()

    def _pass(self, page: Any, times: int = 1) -> None:
        for _ in range(times):
            page.clock.run_for(5_000)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(200)

    def test_new_decisions_come_by_themselves_while_somebody_looks(
        self, reader: Callable[..., Reader], pages: Dashboard
    ) -> None:
        one = reader(viewport=WIDE)
        one.page.clock.install()
        page = one.open("/decisions?placement=cart")
        visitor = f"new-{uuid4().hex}"
        row = page.get_by_text(visitor, exact=True)
        self._decide(pages, visitor)
        assert row.count() == 0
        for _ in range(50):
            self._pass(page)
            if row.count():
                break
        assert row.count() == 1
        assert page.locator("#decisions").count() == 1
        assert axe(page) == []
        assert one.complaints() == []

    @pytest.mark.parametrize(
        "away",
        [
            "document.querySelector('#live').click()",
            "Object.defineProperty(document, 'hidden', { get: () => true })",
            "document.querySelector('#decisions a').focus()",
            "getSelection().selectAllChildren(document.querySelector('#decisions td'))",
        ],
    )
    def test_nothing_is_fetched_while_nobody_wants_it(self, reader: Callable[..., Reader], away: str) -> None:
        one = reader(viewport=WIDE)
        one.page.clock.install()
        page = one.open("/decisions")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        self._pass(page)
        assert len(asked) == 1
        page.evaluate(away)
        self._pass(page, 3)
        assert len(asked) == 1

    def test_older_ones_stand_still(self, reader: Callable[..., Reader]) -> None:
        page = reader().open("/decisions?before=2030-01-01T00:00:00%2B00:00")
        assert page.locator("script").count() == 0
        assert page.locator("#live").count() == 0


def _until(page: Any, holds: str, given: Any = None) -> None:
    """Wait until a function says so. It is asked from outside: the policy of the pages lets nothing evaluate texts."""
    for _ in range(400):
        if page.evaluate(holds, given):
            return
        page.wait_for_timeout(50)
    raise AssertionError(holds)


def _look_at(one: Reader, path: str) -> list[Any]:
    """What is wrong with a page wide and light, narrow and dark."""
    page = one.open(path)
    _keep(page, path, "light")
    found = _wrong(page)
    page.emulate_media(color_scheme="dark")
    _keep(page, path, "dark")
    page.set_viewport_size(NARROW)
    found += _wrong(page) + one.complaints()
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)
    return found


def _wrong(page: Any) -> list[Any]:
    """What sticks out, and what axe finds; it looks at the first rows of a table, as others are like them."""
    sideways = _sticks_out(page)
    page.evaluate("document.querySelectorAll('tbody tr:nth-child(n+31)').forEach(one => one.remove())")
    return [*sideways, *axe(page)]


def _sticks_out(page: Any) -> list[str]:
    if not page.evaluate(_STICKS_OUT):
        return []
    return [
        "sideways: "
        + str(
            page.evaluate(
                "() => [...document.querySelectorAll('body *')].filter(one => !one.closest('.wide, nav') && "
                "one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)"
                ".slice(0, 4).map(one => one.outerHTML.slice(0, 120))"
            )
        )
    ]


def _keep(page: Any, path: str, theme: str) -> None:
    """The page as a picture, where that is asked for; the first page is one of the reports."""
    if SCREENSHOTS and path != "/":
        name = re.sub(r"[^a-z0-9]+", "-", path.partition("?")[0].lower()).strip("-")
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        blank = page.context.browser.new_page()
        (folder / f"{name}-{theme}.png").write_bytes(small_png(blank, page.screenshot(animations="disabled")))
        blank.close()
