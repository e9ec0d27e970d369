"""The pages of the demo's shop; where an offer may stand there is the element, or HTML that the server asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

import msgspec
from babel import Locale

from pairwell.catalogues import LANGUAGES
from pairwell.decide.texts import find_locale, money
from pairwell.records import Item
from pairwell.serve.online.storefront.markup import Markup, join, tag
from pairwell.serve.storefront.visits import Line, Order, Visit

_EACH = 6  # of a category on the first page
_GREETINGS: Final = {  # the letter speaks the language of its offers
    "en": "Hello {}, this may be of use to you.",
    "ru": "Здравствуйте, {}! Возможно, вам это пригодится.",
    "pl": "Dzień dobry, {}! Może Ci się to przyda.",
}
_WHY: Final = {
    "withheld_by_rule": "rules withhold it, as long as the customer has not agreed to e-mails",
    "no_candidates": "nothing is known to go with what was looked at or bought",
    "capped": "this customer was written to enough",
    "holdout": "this customer is one of those who by lot see no offers",
    "no answer": "the online process does not answer",
}
_COLOURS: Final = ("#35605a", "#6b4e71", "#7d5a3c", "#3d5a80", "#5c6b3c", "#8a4f4f", "#4f6d8a", "#6d5c2f")


class Shop(NamedTuple):
    """What pages are made of."""

    items: Mapping[str, Item]
    currency: str
    customers: Sequence[str]  # some to be

    def money(self, minor: int) -> str:
        return money(minor, self.currency, find_locale("en"))

    def title(self, item_id: str) -> str:
        item = self.items.get(item_id)
        return (item.title if item else None) or item_id

    def total(self, lines: Iterable[Line]) -> int:
        return sum(line.quantity * self.price(line.item_id) for line in lines)

    def price(self, item_id: str) -> int:
        item = self.items.get(item_id)
        return 0 if item is None else item.price_minor or 0


def render_page(title: str, inside: Markup, shop: Shop, visit: Visit) -> str:
    """A page around `inside`."""
    pieces = sum(line.quantity for line in visit.lines)
    bar = tag(
        "header",
        tag("a", "The demo shop", href="/", class_="brand"),
        tag(
            "nav",
            _link("E-mail", "/email"),
            _link("Orders", "/orders"),
            _link("Cart", "/cart", id="to-cart"),
            aria_label="Shop",
        ),
        tag("span", str(pieces), id="pieces", aria_label=f"{pieces} in the cart"),
        _who(shop, visit),
    )
    head = tag(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", f"{title} – demo shop"),  # noqa: RUF001
        Markup('<link rel="stylesheet" href="/shop.css"><link rel="icon" href="data:,">'),
        Markup('<script src="/widget.js" async></script><script src="/shop.js" defer></script>'),
    )
    return "<!doctype html>" + tag("html", head, tag("body", bar, tag("main", inside)), lang="en")


def render_catalogue(shop: Shop, category: str | None) -> Markup:
    """Some of each category, or all of one."""
    by_category: dict[str, list[Item]] = defaultdict(list)
    for item in shop.items.values():
        if item.published and item.price_minor:
            by_category[_category(item)].append(item)
    shown = {name: by_category[name] for name in sorted(by_category) if category in {None, name}}
    parts = [
        tag(
            "section",
            tag("h2", _link(name, f"/?category={quote(name)}")),
            tag("ul", *(_tile(item, shop) for item in (items if category else items[:_EACH])), class_="tiles"),
        )
        for name, items in shown.items()
    ]
    return join(tag("h1", category or "What we sell"), *parts)


def render_product(item: Item, shop: Shop, visit: Visit) -> Markup:
    """One item, and what goes with it or is a step up from it."""
    known = [(name.replace("_", " "), value) for name, value in item.attributes.items()]
    facts = join(*(join(tag("dt", name), tag("dd", value)) for name, value in known))
    return join(
        tag(
            "article",
            _picture(item.item_id, "large"),
            tag(
                "div",
                tag("h1", item.title or item.item_id),
                tag("p", shop.money(item.price_minor or 0), class_="price"),
                tag("p", f"Rated {item.rating:.1f}") if item.rating else None,
                tag("dl", facts) if known else None,
                _form("/cart", item.item_id, "Add to cart"),
            ),
            class_="product",
        ),
        _offers("product", visit, [], viewed=item.item_id),
    )


def render_cart(shop: Shop, visit: Visit) -> Markup:
    """What is in the cart, what it comes to, and offers where they move nothing."""
    full, bare = ("", None) if visit.lines else (None, "")
    empty = tag("p", "Nothing yet.", id="empty", hidden=full)
    sums = tag("p", "Together ", tag("strong", shop.money(shop.total(visit.lines)), id="total"))
    return join(
        tag("h1", "Your cart"),
        empty,
        tag(
            "div",
            tag("ul", *(_line(line, shop) for line in visit.lines), id="lines", class_="lines"),
            tag("aside", sums, tag("a", "Check out", href="/checkout", class_="button"), class_="sums", hidden=bare),
            _offers("cart", visit, visit.lines),
            class_="columns",
        ),
    )


def render_checkout(shop: Shop, visit: Visit) -> Markup:
    """The last look before buying."""
    total = shop.money(shop.total(visit.lines))
    order = tag("form", tag("button", f"Buy for {total}", type="submit", class_="button", id="buy"), method="post")
    return join(
        tag("h1", "Check out"),
        tag("ul", *(_bought(line, shop.total([line]), shop) for line in visit.lines), class_="lines", id="lines"),
        order if visit.lines else tag("p", "Nothing to buy yet."),
        _offers("checkout", visit, visit.lines) if visit.lines else None,
    )


def render_thanks(number: str, order: Order, shop: Shop, visit: Visit) -> Markup:
    """After a purchase: what it was, and what may go with it."""
    return join(
        tag("h1", "Thank you"),
        tag("p", f"Your order is {number}, for {shop.money(order.total)}. ", _link("All your orders", "/orders")),
        tag("ul", *(_bought(line, order.paid(line), shop) for line in order.lines), class_="lines"),
        _offers("after_purchase", visit, order.lines),
    )


def render_orders(shop: Shop, visit: Visit) -> Markup:
    """What was bought in this browser, each item with a way back."""
    orders = visit.own_orders()
    return join(
        tag("h1", "Your orders"),
        None if orders else tag("p", "Nothing bought yet."),
        *(_order(number, order, shop) for number, order in orders.items()),
    )


def _order(number: str, order: Order, shop: Shop) -> Markup:
    lines = (_bought(line, order.paid(line), shop, _way_back(number, order, line, shop)) for line in order.lines)
    heading = tag("h2", f"Order {number}, {shop.money(order.total)}")
    return tag("section", heading, tag("ul", *lines, class_="lines"))


def _way_back(number: str, order: Order, line: Line, shop: Shop) -> Markup:
    if line.item_id in order.returned:
        return tag("span", f"Returned, {shop.money(order.paid(line))} refunded", class_="returned")
    label = f"Return {shop.title(line.item_id)}"
    return _form("/orders", line.item_id, "Return", told=label, order_id=number)


def render_email(fragment: str, why: str, visit: Visit) -> Markup:
    """An e-mail to the customer as it would be sent, with the offers as HTML that the online process rendered."""
    if fragment:
        letter = join(tag("p", _GREETINGS[visit.locale].format(visit.customer_id), lang=visit.locale), Markup(fragment))
    else:
        agree = tag("form", tag("button", "Agree to e-mails", type="submit"), method="post", action="/consent")
        letter = join(tag("p", f"No e-mail would be sent: {_WHY.get(why, why)}."), agree if visit.customer_id else None)
    return join(tag("h1", "E-mail preview"), tag("article", letter, class_="letter"))


def render_picture(item_id: str, title: str) -> str:
    """A drawing in the place of a photograph."""
    title = title.strip() or "?"
    letters = "".join(word[0] for word in title.split()[-2:] if word[0].isalnum()).upper() or "?"
    colour = _COLOURS[sum(title.rsplit(maxsplit=1)[-1].encode()) % len(_COLOURS)]
    label = tag("text", letters, x=60, y=74, fill="#fff", font_size=40, font_family="sans-serif", text_anchor="middle")
    box = tag("rect", width=120, height=120, fill=colour)
    return tag("svg", box, label, xmlns="http://www.w3.org/2000/svg", viewBox="0 0 120 120", data_item=item_id)


def _offers(placement: str, visit: Visit, lines: Sequence[Line], *, viewed: str | None = None) -> Markup:
    cart = [{"item_id": line.item_id, "quantity": line.quantity} for line in lines]
    return tag(
        "pairwell-offers",
        placement=placement,
        locale=visit.locale,
        visitor=visit.visitor_id,
        cart=msgspec.json.encode(cart).decode(),
        viewed=viewed,
    )


def _who(shop: Shop, visit: Visit) -> Markup:
    """To be somebody, and to read offers in another language."""
    nobody = tag("option", "a visitor", value="")
    customers = [_option(name, name, chosen=name == visit.customer_id) for name in shop.customers]
    languages = [_option(name, Locale(name).get_display_name(), chosen=name == visit.locale) for name in LANGUAGES]
    return tag(
        "form",
        tag("label", "Shop as ", tag("select", nobody, *customers, name="customer_id")),
        tag("label", "Offers in ", tag("select", *languages, name="locale")),
        tag("button", "Go", type="submit"),
        method="post",
        action="/visitor",
    )


def _option(name: str, label: str | None, *, chosen: bool) -> Markup:
    return tag("option", label, value=name, selected="" if chosen else None)


def _tile(item: Item, shop: Shop) -> Markup:
    price = tag("span", shop.money(item.price_minor or 0), class_="price")
    link = tag("a", _picture(item.item_id, "small"), tag("span", item.title or item.item_id), price, href=address(item))
    return tag("li", link)


def _line(line: Line, shop: Shop) -> Markup:
    return tag(
        "li",
        _picture(line.item_id, "small"),
        tag("span", f"{line.quantity} × {shop.title(line.item_id)}", class_="name"),  # noqa: RUF001
        tag("span", shop.money(line.quantity * shop.price(line.item_id)), class_="price"),
        _form("/cart/remove", line.item_id, "Remove"),
    )


def _bought(line: Line, paid: int, shop: Shop, more: Markup | None = None) -> Markup:
    name = tag("span", f"{line.quantity} × {shop.title(line.item_id)}", class_="name")  # noqa: RUF001
    return tag("li", name, tag("span", shop.money(paid), class_="price"), more)


def _form(action: str, item_id: str, label: str, *, told: str | None = None, **more: str) -> Markup:
    """A button that sends an item's id and what more is named; `told` is what screen readers say of it."""
    hidden = [
        tag("input", type="hidden", name=name, value=value) for name, value in {"item_id": item_id, **more}.items()
    ]
    button = tag("button", label, type="submit", aria_label=told)
    return tag("form", *hidden, button, method="post", action=action)


def _link(text: str, href: str, **more: str) -> Markup:
    return tag("a", text, href=href, **more)


def _picture(item_id: str, size: str) -> Markup:
    return tag("img", src=f"/pictures/{quote(item_id, safe='')}.svg", alt="", width=72, height=72, class_=size)


def address(item: Item) -> str:
    """Where an item's page is."""
    return f"/products/{quote(item.item_id, safe='')}"


def _category(item: Item) -> str:
    return (item.category or "Other").split(" > ")[0]
