from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwell.offer_words import Reason
from pairwell.records import Answer, Comparison, DecisionRequest, Offer, Silence
from pairwell.serve.online.storefront.fragment import FragmentRequest, render_fragment
from pairwell.serve.online.storefront.markup import web_address

Ask = Callable[..., httpx.Response]
TENT: dict[str, Any] = {"placement": "cart", "cart": [{"item_id": "tent"}]}
_EMPTY = {"img", "input"}
_TAGS = {
    "section", "h2", "h3", "ul", "li", "p", "b", "a", "img", "details", "summary", "table", "thead", "tbody", "tr",
    "th", "td", "form", "input", "button",
}  # fmt: skip


class Read(HTMLParser):
    """Every element of a fragment with its attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, tag: str, name: str) -> list[str | None]:
        return [attributes.get(name) for found, attributes in self.elements if found == tag]


def make_answer(**offer: Any) -> Answer:
    usual: dict[str, Any] = {
        "offer_no": 0, "kind": "cross_sell", "item_id": "mat", "title": "Mat", "price_minor": 2_700,
        "anchor_id": "tent", "replaces": None, "discount_minor": 0,
        "reasons": [Reason(code="price_beside", text="€27.00 beside your €235.00.")], "compare": None,
    }  # fmt: skip
    return Answer(
        decision_id="01M7ZYM8NNNRAXRSRMN020A1AZ",
        valid_until=datetime(2026, 11, 21, 10, 50, tzinfo=UTC),
        silence=None,
        offers=[Offer(**{**usual, **offer})],
        ignored=[],
        currency="EUR",
    )


def make_page(**fields: Any) -> FragmentRequest:
    return FragmentRequest(decision=DecisionRequest(placement="cart", locale=fields.pop("locale", "en")), **fields)


def test_the_same_decision_as_html(ask: Ask) -> None:
    answer = ask("POST", "/v1/fragments", json={"decision": TENT, "action": "/cart/offers", "hidden": {"csrf": "t"}})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "x-pairwell-silence" not in answer.headers
    read = Read(answer.text)
    decisions = read.values("section", "data-decision-id")
    journaled = ask("GET", f"/v1/decisions/{decisions[0]}").json()
    assert [offer["item_id"] for offer in journaled["answer"]["offers"]] == [
        attributes["value"] for tag, attributes in read.elements if tag == "input" and attributes["name"] == "item_id"
    ]
    assert set(read.values("form", "action")) == {"/cart/offers"}
    assert set(read.values("form", "method")) == {"post"}
    assert "€27.00" in read.text


def test_silence_is_nothing_and_says_why(ask: Ask) -> None:
    answer = ask("POST", "/v1/fragments", json={"decision": {"placement": "cart", "cart": [{"item_id": "nothing"}]}})
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["x-pairwell-silence"] == "no_candidates"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "decision"),
        ({"decision": TENT, "colour": "red"}, "colour"),
        ({"decision": {**TENT, "placement": "nowhere"}}, "placement"),
        ({"decision": TENT, "heading_level": 6}, "heading_level"),
    ],
)
def test_what_is_wrong_is_named(ask: Ask, body: dict[str, Any], field: str) -> None:
    answer = ask("POST", "/v1/fragments", json=body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_nothing_is_chosen_for_the_customer() -> None:
    read = Read(render_fragment(make_answer(), make_page()))
    names = {name for _, attributes in read.elements for name in attributes}
    assert names.isdisjoint({"checked", "selected", "autofocus"})
    assert [value for value in read.values("button", "value") if value] == [
        "accept", "decline:have_it", "decline:too_dear", "decline:not_for_me", "decline:later", "decline",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", ["You might also like", "Switch to this one"]),
        ("ru-RU", ["Вам может подойти", "Заменить на этот"]),
        ("pl", ["To może Ci się spodobać", "Zamień na ten"]),
    ],
)
def test_it_speaks_the_customer_s_language(locale: str, said: list[str]) -> None:
    rows = [Comparison(attribute="price", anchor="1", offer="2", better=None)]
    answer = make_answer(kind="upgrade", replaces="tent", compare=rows)
    read = Read(render_fragment(answer, make_page(locale=locale)))
    assert set(said) <= set(read.text)
    assert read.values("section", "lang") == [locale]
    assert ("input", {"type": "hidden", "name": "replaces", "value": "tent"}) in read.elements


def test_a_bundle_names_all_that_it_adds() -> None:
    read = Read(render_fragment(make_answer(kind="bundle", item_ids=["mat", "lamp"]), make_page()))
    named = [attributes["value"] for _, attributes in read.elements if attributes.get("name") == "item_id"]
    assert named == ["mat", "lamp"]


_EVIL = st.one_of(
    st.text(min_size=1),
    st.sampled_from(
        [
            '"><script>alert(1)</script>', "' onmouseover='alert(1)", "<img src=x onerror=alert(1)>",
            "</section></form><iframe>", "&lt;script&gt;", "javascript:alert(1)", "<!--", "]]>", "\x00<b>",
        ]
    ),
)  # fmt: skip


@given(text=_EVIL, more=_EVIL)
def test_whatever_is_said_is_text(text: str, more: str) -> None:
    answer = make_answer(
        title=text,
        item_id=more,
        anchor_id=text,
        replaces=more,
        url=text,
        image_url=more,
        reasons=[Reason(code=more, text=text), Reason(code="price_beside", text=more)],
        compare=[Comparison(attribute=text, anchor=more, offer=text, better=True)],
    )
    page = make_page(action=text, hidden={more: text}, heading=more, locale="en")
    read = Read(render_fragment(msgspec.structs.replace(answer, decision_id=text), page))
    assert {tag for tag, _ in read.elements} <= _TAGS
    names = {name for _, attributes in read.elements for name in attributes}
    assert not {name for name in names if name.startswith("on") or name == "style"}
    for address in (*read.values("a", "href"), *read.values("img", "src"), *read.values("form", "action")):
        assert address is None or web_address(address) == address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/mat", "/mat"),
        ("https://shop.example/mat?a=1&b=2", "https://shop.example/mat?a=1&b=2"),
        (" /mat ", "/mat"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,<script>", None),
        ("vbscript:x", None),
        ("http://[", None),
        ("/\\evil.example", None),
        (msgspec.UNSET, None),
    ],
)
def test_only_what_cannot_run_is_an_address(text: object, found: str | None) -> None:
    assert web_address(text) == found


def test_silence_is_not_rendered() -> None:
    silent = msgspec.structs.replace(make_answer(), offers=[], silence=Silence(reason="holdout"))
    assert render_fragment(silent, make_page()) == ""


def test_an_own_text_stands_in_the_place_of_what_was_counted() -> None:
    codes = ("own_text", "bought_together", "upgrade")
    page = render_fragment(make_answer(reasons=[Reason(code=code, text=f"<{code}>") for code in codes]), make_page())
    assert "&lt;own_text&gt;" in page
    assert "&lt;upgrade&gt;" in page
    assert "bought_together" not in page
