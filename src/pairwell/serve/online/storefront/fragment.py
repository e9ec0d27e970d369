"""A decision as HTML for shops that render pages on their servers: no style, no script, one form for each offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, NamedTuple, get_args

import msgspec
from babel import Locale
from msgspec import Meta

from pairwell.config.settings import OfferKind
from pairwell.decide.texts import find_locale, money
from pairwell.events import DeclineReason
from pairwell.offer_words import read_by_shoppers
from pairwell.records import Answer, Comparison, DecisionRequest, Offer
from pairwell.serve.online.storefront.markup import Markup, join, tag, web_address
from pairwell.serve.online.storefront.words import word

_LABELS: Final[Mapping[OfferKind, str]] = {"upgrade": "switch", "bundle": "add_set", "repeat": "buy_again"}
_ATTRIBUTES: Final = ("price", "rating", "tier")
_NOTHING = "\u2013"  # a dash


class FragmentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to decide, and how its HTML fits into the page."""

    decision: DecisionRequest
    action: Annotated[str, Meta(max_length=2_000)] = ""  # where forms are sent; empty: to the page itself
    hidden: Annotated[dict[str, str], Meta(max_length=20)] = {}  # more fields of each form: a token against forgery
    heading: Annotated[str, Meta(max_length=200)] = ""
    heading_level: Annotated[int, Meta(ge=1, le=5)] = 2


class _Page(NamedTuple):
    answer: Answer
    asked: FragmentRequest
    locale: Locale

    def say(self, name: str) -> str:
        return word(name, self.locale)

    def money(self, minor: int) -> str:
        assert isinstance(self.answer.currency, str), "an answer with offers names its currency"
        return money(minor, self.answer.currency, self.locale)


def render_fragment(answer: Answer, asked: FragmentRequest) -> str:
    """The offers as a `section`; empty where nothing is offered."""
    if not answer.offers:
        return ""
    page = _Page(answer, asked, find_locale(asked.decision.locale))
    name, level = f"pairwell-{answer.decision_id}", asked.heading_level
    return tag(
        "section",
        tag(f"h{level}", asked.heading or page.say("heading"), id=name),
        tag("ul", *(_offer(offer, page) for offer in answer.offers), class_="pairwell-list"),
        class_="pairwell",
        lang=str(page.locale).replace("_", "-"),
        aria_labelledby=name,
        data_decision_id=answer.decision_id,
        data_valid_until=answer.valid_until.isoformat(),
    )


def _offer(offer: Offer, page: _Page) -> Markup:
    title, url, image = offer.title or offer.item_id, web_address(offer.url), web_address(offer.image_url)
    return tag(
        "li",
        tag("img", src=image, alt="", width=72, height=72, loading="lazy", class_="pairwell-image") if image else None,
        tag(
            f"h{page.asked.heading_level + 1}",
            tag("a", title, href=url) if url else title,
            class_="pairwell-title",
        ),
        *_reasons(offer, page),
        _compare(offer.compare, page) if offer.compare else None,
        _form(offer, title, page),
        class_=f"pairwell-offer pairwell-{offer.kind}",
        data_offer_no=offer.offer_no,
    )


def _reasons(offer: Offer, page: _Page) -> Iterator[Markup]:
    price = page.money(offer.price_minor)
    beside = next((reason.text for reason in offer.reasons if reason.code == "price_beside"), "")
    rest = beside.removeprefix(price).strip()
    yield tag("p", tag("b", price), f" {rest}" if rest else None, class_="pairwell-price")
    for reason in read_by_shoppers(offer.reasons):
        if reason.code != "price_beside":
            yield tag("p", reason.text, class_="pairwell-reason")


def _compare(rows: list[Comparison], page: _Page) -> Markup:
    head = tag("tr", *(tag("th", page.say(name), scope="col") for name in ("feature", "yours", "this_one")))
    body = (
        tag(
            "tr",
            tag("th", _named(row, page), scope="row"),
            tag("td", row.anchor or _NOTHING),
            tag("td", _better(row, page)),
        )
        for row in rows
    )
    table = tag("table", tag("thead", head), tag("tbody", *body))
    return tag("details", tag("summary", page.say("compare")), table, class_="pairwell-compare")


def _named(row: Comparison, page: _Page) -> str:
    return page.say(row.attribute) if row.attribute in _ATTRIBUTES else row.attribute.replace("_", " ")


def _better(row: Comparison, page: _Page) -> str:
    offered = row.offer or _NOTHING
    return f"{offered} ({page.say('better')})" if row.better else offered


def _form(offer: Offer, title: str, page: _Page) -> Markup:
    """Its buttons send `pairwell`: `accept`, `decline` or `decline:` with a reason."""
    fields: dict[str, str | int | None] = {
        "decision_id": page.answer.decision_id,
        "offer_no": offer.offer_no,
        "replaces": offer.replaces,
    }
    return tag(
        "form",
        *(tag("input", type="hidden", name=name, value=value) for name, value in page.asked.hidden.items()),
        *(tag("input", type="hidden", name=name, value=value) for name, value in fields.items() if value is not None),
        *(tag("input", type="hidden", name="item_id", value=item_id) for item_id in offer.adds),
        _button(page.say(_LABELS.get(offer.kind, "add")), "accept", title),
        tag(
            "details",
            tag("summary", page.say("no_thanks"), aria_label=f"{page.say('no_thanks')}: {title}"),
            tag("p", page.say("why")),
            *(_button(page.say(reason), f"decline:{reason}", title) for reason in get_args(DeclineReason)),
            _button(page.say("no_answer"), "decline", title),
            class_="pairwell-decline",
        ),
        method="post",
        action=web_address(page.asked.action) or None,
    )


def _button(text: str, value: str, title: str) -> Markup:
    return join(tag("button", text, type="submit", name="pairwell", value=value, aria_label=f"{text}: {title}"), " ")
