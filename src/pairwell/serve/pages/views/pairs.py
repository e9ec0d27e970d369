"""What goes with what: items are found, and around one stands all that was learned and said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from pairwell.clock import system_clock
from pairwell.errors import RequestError
from pairwell.offer_words import KINDS, LONGEST, OfferText, words_of
from pairwell.said import joined, phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.view import Act, Done, Fields, View
from pairwell.serve.pages.visitors import Visitor
from pairwell.shop.said import LAST_RANK, WORDS, Said, Word, Written
from pairwell.shop.surroundings import Found, Surroundings, search_items, surround
from pairwell.shop.today import Today, ask_today

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_FOUND, _AROUND = 50, 10
_PLACE = ("kind", "locale", "placement", "variant")  # of a text


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """The items that were looked for, the most bought first."""

    q: str
    currency: str
    items: list[Found]
    more: bool  # than are shown


class OneItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item, what stands around it, and what can be said of it."""

    currency: str
    around: Surroundings
    words: tuple[Word, ...] = WORDS
    last_rank: int = LAST_RANK
    other: str | None = None  # the item of which something is to be said
    kinds: tuple[str, ...] = KINDS  # of offers, that a text can be for
    placements: list[str]
    longest: dict[str, int]  # characters of a text, by field
    today: dict[str, Today]  # by item, what of it would be offered here now


def make_pairs(shop: Shop, fields: Fields) -> Pairs:
    """The items that hold the words asked for."""
    words = fields.get("q", "")
    found = search_items(shop, words, _FOUND + 1)
    currency = shop.published.settings.shop.currency
    return Pairs(q=words, currency=currency, items=found[:_FOUND], more=len(found) > _FOUND)


def make_item(shop: Shop, fields: Fields) -> OneItem:
    """What stands around an item. Raises `NotFoundError`."""
    item_id = fields.get("id", "")
    if not item_id:
        raise RequestError(
            phrase("`id` is missing: which item is meant?"), hint=phrase("Look for it at /pairs."), field="id"
        )
    settings = shop.published.settings
    return OneItem(
        currency=settings.shop.currency,
        around=surround(shop, item_id, _AROUND),
        other=fields.get("other"),
        placements=sorted(settings.placements),
        longest=LONGEST,
        today=ask_today(shop, item_id, system_clock()),
    )


def _relate(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    said = shop.curating.relate(
        fields["anchor_id"], fields["item_id"], fields["relation"], _rank(fields["rank"]), author=visitor.name
    )
    return Done(said=_told(said), to=_page_of(fields["back"]))


def _told(said: Said) -> str:
    named = {"item": said.item_id, "anchor": said.anchor_id}
    if said.relation == "nothing":
        told = phrase("What was said of {item} beside {anchor} is taken back.", **named)
    elif said.relation == "never":
        told = phrase("{item} is never offered beside {anchor}, from the next decision on.", **named)
    else:
        told = phrase("{item} is “{relation}” to {anchor}. The next decision obeys.", relation=said.relation, **named)
    if said.today is not None:
        told = joined(phrase("{item} is pinned to {anchor}.", **named), _of_today(said.today))
    if not said.stored:
        return joined(phrase("It was so already."), told)
    if said.replaced and said.relation != "nothing":
        told = joined(told, phrase("It replaces “{words}”.", words=", ".join(said.replaced)))
    return told


def _of_today(today: Today) -> str:
    if today.place is not None:
        return phrase(
            "The next decision shows it, at place {place} of “{placement}”.",
            place=today.place,
            placement=today.placement,
        )
    return phrase("Today it is held back in “{placement}”. {why}.", placement=today.placement, why=today.why)


def _rank(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit()):
        raise RequestError(
            phrase("The place is {text}; expected a whole number, 0 for the first.", text=repr(text[:20])), field="rank"
        )
    return int(text.strip()[:9])


def _write_text(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    told = {name: fields[name].strip() or None for name in LONGEST}
    if not any(told.values()):
        raise RequestError(phrase("The text has neither a title nor an argument nor a picture."), field="argument")
    text = OfferText(**_place(fields), **told)  # type: ignore[arg-type]  # kind and locale are texts
    written = shop.curating.write_text(fields["item_id"], text, author=visitor.name)
    return Done(said=_told_written(written), to=_page_of(fields["item_id"]))


def _told_written(written: Written) -> str:
    if not written.stored:
        return phrase("It was so already.")
    said = phrase("The text is written. The next offer has it.")
    if written.replaced is None:
        return said
    return joined(said, phrase("It replaces “{words}”.", words=words_of(written.replaced)))


def _withdraw_text(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    text = OfferText(**_place(fields))  # type: ignore[arg-type]  # kind and locale are texts
    shop.curating.write_text(fields["item_id"], text, author=visitor.name)
    return Done(said=phrase("The text is taken back. The next offer is without it."), to=_page_of(fields["item_id"]))


def _place(fields: Fields) -> dict[str, str | None]:
    place = {name: fields[name].strip() for name in _PLACE}
    for name in ("kind", "locale"):
        if not place[name]:
            raise RequestError(phrase("The text does not say its {name}.", name=name), field=name)
    return {name: said if name in {"kind", "locale"} else said or None for name, said in place.items()}


def _page_of(item_id: str) -> str:
    return f"{ITEM.path}?{urlencode({'id': item_id})}"


PAIRS = View(
    path="/pairs",
    label=sentence("What goes with what"),
    about=sentence("What is bought together, and what you said of it."),
    group="offers",
    template="pairs.html",
    record=Pairs,
    make=make_pairs,
    parameters=("q",),
)
ITEM = View(
    path="/item",
    label=sentence("Item"),
    about=sentence("What stands around one item."),
    group="offers",
    template="item.html",
    record=OneItem,
    make=make_item,
    parameters=("id", "other"),
)
ACTS = (
    Act(path="/pairs/relate", right="curate", fields=("anchor_id", "item_id", "relation", "rank", "back"), do=_relate),
    Act(path="/texts/write", right="curate", fields=("item_id", *_PLACE, *LONGEST), do=_write_text),
    Act(path="/texts/withdraw", right="curate", fields=("item_id", *_PLACE), do=_withdraw_text),
)
