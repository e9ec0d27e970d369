"""Lists of an open workspace, written for a shop system."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO

import msgspec

from pairwell.candidates.learned import LearnedPairs
from pairwell.config.explaining import name_neighbours
from pairwell.config.published import Published
from pairwell.errors import EvidenceError, RequestError
from pairwell.facts.store import FactStore
from pairwell.shop.exports.feeds import MOST, FeedWritten, fill_feed
from pairwell.shop.exports.files import TARGETS, Target, drop_upgrades
from pairwell.shop.exports.listing import LeftOut, Listing, Shelf, Wanted, count_reasons, list_products
from pairwell.shop.exports.naming import ByPlainId

_USUAL = 8


class Open(Protocol):
    """The parts of an open workspace that lists are made of."""

    @property
    def published(self) -> Published: ...

    @property
    def facts(self) -> FactStore: ...

    def model_or_none(self) -> LearnedPairs | None: ...


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, and what was not."""

    target: str
    model: str | None  # None: only what people set
    products: int  # with something beside them
    rows: int  # in the file
    complements: int
    upgrades: int
    pinned: int  # of complements and upgrades, set by people
    left_out_by_reason: dict[str, int]
    left_out: list[LeftOut]
    nameless: int  # items that the shop system has no name for
    notes: list[str]


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """Which lists are written: `n` of a kind beside a product, None: as many as are usual; pins are all."""

    target: str
    n: int | None = None
    keep_pins: bool = False  # what people pinned is written, also where a rule or a guard holds it back


class FeedExport(msgspec.Struct, frozen=True, kw_only=True):
    """Which feed is filled, with at most `n` beside an offer; None: as many as there is room for."""

    feed: Path
    n: int | None = None
    keep_pins: bool = False


class FeedExported(msgspec.Struct, frozen=True, kw_only=True):
    """What was put into a feed, and what was not."""

    model: str | None  # None: only what people set
    feed: FeedWritten
    left_out_by_reason: dict[str, int]
    left_out: list[LeftOut]
    nameless: int  # items whose ids hold a comma
    notes: list[str]
    target: str = "yml"


def export_lists(shop: Open, asked: Export, stream: TextIO) -> Exported:
    """Write the lists of every product into `stream`.

    Raises `RequestError` for a target that is none, or a count out of bounds; `EvidenceError` where there is nothing
    to write, or where the shop system has no name for any of the items. Then nothing is written.
    """
    target = _find_target(asked.target)
    facts, settings = shop.facts, shop.published.settings
    items, model = facts.items(), shop.model_or_none()
    n = _count(asked, target)
    wanted = Wanted(naming=target.naming(items), n=n, most=target.most, keep_pins=asked.keep_pins)
    shelf = Shelf(items=items, relations=facts.relations_of([*items]), model=model, settings=settings)
    listing = list_products(shelf, wanted)
    _require_names(target, listing, len(items))
    lost = sum(len(product.upgrades) for product in listing.products)
    if not target.upgrades:
        products = [drop_upgrades(product) for product in listing.products if product.complements]
        left = [one for one in listing.left_out if one.relation != "upgrade"]
        listing = msgspec.structs.replace(listing, products=products, left_out=left)
    if not listing.products:
        raise _nothing(model, listing)
    text = StringIO()
    rows = target.write(text, listing)
    stream.write(text.getvalue())
    return _told(target, model, listing, rows, lost=0 if target.upgrades else lost)


def export_feed(shop: Open, asked: FeedExport, target: BinaryIO) -> FeedExported:
    """Write the shop's own YML feed with what goes with each offer in it.

    Raises as `export_lists` does, and `SourceError` where the file is no such feed.
    """
    n = MOST if asked.n is None else asked.n
    if not 1 <= n <= MOST:
        raise RequestError(f"{n} beside an offer cannot be.", hint=f"Ask for 1 to {MOST}.", field="n")
    facts, model = shop.facts, shop.model_or_none()
    items = facts.items()
    relations = facts.relations_of([*items])
    shelf = Shelf(items=items, relations=relations, model=model, settings=shop.published.settings)
    listing = list_products(shelf, Wanted(naming=ByPlainId(without=","), n=n, most=MOST, keep_pins=asked.keep_pins))
    products = [drop_upgrades(product) for product in listing.products if product.complements]
    left = [one for one in listing.left_out if one.relation != "upgrade"]
    listing = msgspec.structs.replace(listing, products=products, left_out=left)
    if not products:
        raise _nothing(model, listing)
    lists = {product.name: [beside.name for beside in product.complements] for product in products}
    feed = fill_feed(asked.feed, lists, target, most=MOST)
    return FeedExported(
        model=None if model is None else model.id,
        feed=feed,
        left_out_by_reason=count_reasons(listing),
        left_out=left,
        nameless=len(listing.nameless),
        notes=_notes("A YML feed", model, listing),
    )


def _told(target: Target, model: LearnedPairs | None, listing: Listing, rows: int, *, lost: int) -> Exported:
    complements = [beside for product in listing.products for beside in product.complements]
    upgrades = [beside for product in listing.products for beside in product.upgrades]
    notes = _notes(target.title, model, listing)
    if lost:
        notes.append(f"{target.title} has no place for upgrades: {lost} of them were left out.")
    return Exported(
        target=target.name,
        model=None if model is None else model.id,
        products=len(listing.products),
        rows=rows,
        complements=len(complements),
        upgrades=len(upgrades),
        pinned=sum(beside.curated for beside in (*complements, *upgrades)),
        left_out_by_reason=count_reasons(listing),
        left_out=listing.left_out,
        nameless=len(listing.nameless),
        notes=notes,
    )


def _notes(title: str, model: LearnedPairs | None, listing: Listing) -> list[str]:
    notes = [] if model is not None else ["Nothing was learned yet: the lists hold only what people set."]
    if listing.nameless:
        named = ", ".join(listing.nameless[:_USUAL])
        more = " …" if len(listing.nameless) > _USUAL else ""
        notes.append(f"{title} has no name for {len(listing.nameless):,} items, left out: {named}{more}")
    return notes


def _find_target(name: str) -> Target:
    target = TARGETS.get(name)
    if target is None:
        hint = name_neighbours(name, [*TARGETS, "yml"])
        raise RequestError(f"{name!r} is no system that lists are written for.", hint=hint, field="target")
    return target


def _count(asked: Export, target: Target) -> int:
    n = min(_USUAL, target.most or _USUAL) if asked.n is None else asked.n
    if n < 1 or n > (target.most or n):
        most = f", since {target.title} takes no more" if target.most else ""
        bounds = f"1 to {target.most}{most}" if target.most else "1 or more"
        raise RequestError(f"{n} beside a product cannot be.", hint=f"Ask for {bounds}.", field="n")
    return n


def _require_names(target: Target, listing: Listing, items: int) -> None:
    if not items:
        raise EvidenceError(
            "There are no items.", hint="Run `pairwell ingest items FILE` and `pairwell ingest orders FILE`."
        )
    if len(listing.nameless) == items:
        raise EvidenceError(
            f"{target.title} has no name for any of the {items} items: none was imported from there.",
            hint=f"Export the products there and run `pairwell ingest items FILE --source {target.name}`.",
        )


def _nothing(model: LearnedPairs | None, listing: Listing) -> EvidenceError:
    reasons = ", ".join(f"{count} {reason}" for reason, count in count_reasons(listing).items())
    said = f" Held back: {reasons}." if reasons else ""
    hint = "Run `pairwell learn`." if model is None else "See `pairwell status` for what is missing to learn from."
    return EvidenceError(f"No product has anything to show beside it.{said}", hint=hint)
