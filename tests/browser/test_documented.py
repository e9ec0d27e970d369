"""docs/storefront.md does what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.browser.conftest import Visit
from tests.browser.pages import Told

from pairwell.serve.online.storefront.script import render_script

New = Callable[..., Visit]
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "storefront.md").read_text(encoding="utf-8")
SOURCE = render_script("/widget.js").decode()


def test_the_page_of_the_first_five_minutes_works(visit: New) -> None:
    one = visit()
    (html,) = re.findall(r"```html\n(<!doctype html>.*?)```", PAGE, re.DOTALL)
    for there, here in (
        ("pk_…", one.online.key),
        ("http://127.0.0.1:8420", one.online.base),
        ("STOVE-EMB1", "tent"),
        ('placement="cart"', 'placement="cart" timeout="20000"'),
    ):
        assert there in html
        html = html.replace(there, here)
    one.page.goto(one.shop.show("/documented", Told(html)))
    one.card("Mat").locator(".accept").click()
    one.card("Tent XL").locator(".accept").click()
    one.page.wait_for_function("document.querySelector('#lines').textContent === 'mattent-xl'")
    assert not [line for line in one.said if line.startswith("error")]


def test_the_tag_of_the_forwarder_works(visit: New) -> None:
    one = visit()
    (tag,) = re.findall(r"```html\n(<script src=.*?)\n```", PAGE, re.DOTALL)
    pushed = "<script>window.dataLayer = [{event: 'view_item', ecommerce: {items: [{item_id: 'mat'}]}}]</script>"
    tag = tag.replace("https://offers.shop.example", one.online.base).replace("pk_…", one.online.key)
    one.page.goto(one.shop.show("/documented", Told(f"<!doctype html><title>Mat</title>{pushed}{tag}")))
    one.page.wait_for_function("localStorage.getItem('pairwell-visitor')")
    assert one.online.acts(one.page.evaluate("localStorage.getItem('pairwell-visitor')"), 1) == [("view", "mat")]


def test_every_attribute_of_the_forwarder_is_told() -> None:
    source = render_script("/datalayer.js").decode()
    names = {*re.findall(r'setting\("([a-z-]+)"\)', source), *re.findall(r'Attribute\("data-([a-z-]+)"\)', source)}
    assert len(names) >= 7
    assert not {name for name in names if f"`data-{name}`" not in PAGE}


def test_every_attribute_property_and_part_is_told() -> None:
    attributes = re.findall(r'(?:get|has)Attribute\("([a-z-]+)"', SOURCE)
    parts = re.findall(r'button\("([a-z-]+)"', SOURCE)
    parts += re.findall(r'element\([^,()]*(?:\([^)]*\))?[^,()]*, "([a-z-]+)"', SOURCE)
    properties = re.findall(r"var\((--pairwell-[a-z-]+)", SOURCE)
    events = re.findall(r'_emit\("(\w+)"', SOURCE)
    assert min(map(len, (attributes, parts, properties, events))) >= 4
    told = {*attributes, *parts, *properties, *(f"pairwell:{name}" for name in events)} - {"aria-disabled"}
    assert not {name for name in told if f"`{name}`" not in PAGE and f"  {name}:" not in PAGE}
