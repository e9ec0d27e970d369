"""Every page of the dashboard over a fresh demo, in Chromium: at both widths, in both themes, in all languages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from tests.browser.conftest import CHROMIUM
from tests.browser.test_offers import axe
from tests.e2e.running import LOADING_S, PAIRWELL, started, wait_for

from pairwell.catalogues import LANGUAGES
from pairwell.serve.pages.views.all import UNLISTED, VIEWS

WIDE: Final = {"width": 1280, "height": 900}
NARROW: Final = {"width": 360, "height": 800}
#: Where a folder is named, every page is kept there as a picture, in both themes.
SCREENSHOTS = os.environ.get("PAIRWELL_SCREENSHOTS")
_STICKS_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the pages of a fresh demo; with PAIRWELL_DEMO those of one that was made there before."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: `apt-get install chromium`, or name it in PAIRWELL_CHROMIUM")
    folder = os.environ.get("PAIRWELL_DEMO")
    if folder is None:
        folder = str(tmp_path_factory.mktemp("demo") / "shop")
        with started([PAIRWELL, "demo", folder, "--port", "0", "--pages-port", "0", "--shop-port", "0"]) as demo:
            yield _address(demo.said)
    else:
        with started([PAIRWELL, "serve", "--workspace", folder, "--port", "0", "--pages-port", "0"]) as server:
            yield _address(server.said)


def _address(said: list[str]) -> str:
    return wait_for(lambda: next((one[1] for one in re.finditer(r"pages are at (http://[\d.:]+)", "".join(said))), ""))


class Reader:
    """Somebody who looks at pages, and what the browser said meanwhile."""

    def __init__(self, browser: Any, base: str, **options: Any) -> None:
        self.base = base
        self.context = browser.new_context(base_url=base, reduced_motion="reduce", **options)
        self.context.set_default_timeout(LOADING_S * 1000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda one: self.said.extend([] if self._own(one.url) else [one.url]))

    def open(self, path: str) -> Any:
        """The page at a path, once nothing is being fetched any more."""
        answer = self.page.goto(path, wait_until="networkidle")
        assert answer.status == 200, path
        return self.page

    def complaints(self) -> list[str]:
        """What the browser said since this was asked last."""
        said, self.said = self.said, []
        return said

    def _own(self, url: str) -> bool:
        return url.startswith((self.base + "/", "data:", "blob:"))


@pytest.fixture
def reader(chromium: Any, pages: str) -> Iterator[Callable[..., Reader]]:
    """Make a reader: `reader(viewport=…, locale=…)`."""
    made: list[Reader] = []

    def make(**options: Any) -> Reader:
        made.append(Reader(chromium, pages, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.fixture(scope="module")
def paths(chromium: Any, pages: str) -> list[str]:
    """Of every page: those of the navigation, and the first link to each of those that other pages lead to."""
    one = Reader(chromium, pages)
    links = [str(link) for link in _links(one.open("/reports").locator("nav a"))]
    for path in list(links):
        found = _links(one.open(path).locator("main a"))
        for kind in UNLISTED - {link.partition("?")[0] for link in links}:
            links += [link for link in found if link.partition("?")[0] == kind][:1]
    one.context.close()
    return ["/", "/reports", *links, "/account"]


def _links(found: Any) -> list[str]:
    hrefs: list[str] = found.evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return hrefs


def test_the_pages_that_are_tried_are_all_there_are(paths: list[str]) -> None:
    assert {view.path for view in VIEWS} - {path.partition("?")[0] for path in paths} == set()
    assert len([path for path in paths if path.startswith("/reports/")]) > 5


def test_wide_and_light_nothing_is_wrong_with_any_page(reader: Callable[..., Reader], paths: list[str]) -> None:
    one = reader(viewport=WIDE, color_scheme="light")
    wrong: dict[str, list[Any]] = {}
    for path in paths:
        page = one.open(path)
        _keep(page, path, "light")
        found = [*axe(page), *one.complaints(), *_sticks_out(page)]
        wrong |= {path: found} if found else {}
    assert wrong == {}


def test_narrow_and_dark_nothing_is_wrong_with_any_page(reader: Callable[..., Reader], paths: list[str]) -> None:
    one = reader(viewport=NARROW, color_scheme="dark")
    wrong: dict[str, list[Any]] = {}
    for path in paths:
        page = one.open(path)
        found = [*axe(page), *one.complaints(), *_sticks_out(page)]
        if SCREENSHOTS:
            page.set_viewport_size(WIDE)
            _keep(page, path, "dark")
            page.set_viewport_size(NARROW)
        wrong |= {path: found} if found else {}
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
    for path in paths:
        page = one.open(path)
        assert page.locator("h1").inner_text().strip(), path
        assert len(page.locator("main").inner_text()) > 20, path
    assert one.complaints() == []


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
    """The page as a picture, where that is asked for."""
    if SCREENSHOTS:
        name = re.sub(r"[^a-z0-9]+", "-", path.partition("?")[0].lower()).strip("-") or "first"
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}-{theme}.png", animations="disabled")
