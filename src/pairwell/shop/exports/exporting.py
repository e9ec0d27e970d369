"""Lists of an open workspace, written for a shop system."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Protocol, TextIO

import msgspec

from pairwell.config.explaining import name_neighbours
from pairwell.config.published import Published
from pairwell.errors import EvidenceError, RequestError
from pairwell.facts.store import FactStore
from pairwell.model.model import Model
from pairwell.shop.exports.files import TARGETS, Target, drop_upgrades
from pairwell.shop.exports.listing import LeftOut, Listing, Shelf, Wanted, count_reasons, list_products

_USUAL = 8


class Open(Protocol):
    """The parts of an open workspace that lists are made of."""

    @property
    def published(self) -> Published: ...

    @property
    def facts(self) -> FactStore: ...

    def model_or_none(self) -> Model | None: ...


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
    """Which lists are written: at most `n` of a kind beside a product; None: as many as are usual."""

    target: str
    n: int | None = None
    keep_pins: bool = False  # what people pinned is written, also where a rule or a guard holds it back


def export_lists(shop: Open, asked: Export, stream: TextIO) -> Exported:
    """Write the lists of every product into `stream`.

    Raises `RequestError` for a target that is none, or a count out of bounds; `EvidenceError` where there is nothing
    to write, or where the shop system has no name for any of the items. Then nothing is written.
    """
    target = _find_target(asked.target)
    facts, settings = shop.facts, shop.published.settings
    items, model = facts.items(), shop.model_or_none()
    wanted = Wanted(naming=target.naming(items), n=_count(asked, target), keep_pins=asked.keep_pins)
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
    stream.write(("\ufeff" if target.bom else "") + text.getvalue())
    return _told(target, model, listing, rows, lost=0 if target.upgrades else lost)


def _told(target: Target, model: Model | None, listing: Listing, rows: int, *, lost: int) -> Exported:
    complements = [beside for product in listing.products for beside in product.complements]
    upgrades = [beside for product in listing.products for beside in product.upgrades]
    notes = [] if model is not None else ["Nothing was learned yet: the lists hold only what people set."]
    if lost:
        notes.append(f"{target.title} has no place for upgrades: {lost} of them were left out.")
    if listing.nameless:
        named = ", ".join(listing.nameless[:_USUAL])
        more = " …" if len(listing.nameless) > _USUAL else ""
        notes.append(f"Items that {target.title} has no name for, left out: {named}{more}")
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


def _find_target(name: str) -> Target:
    target = TARGETS.get(name)
    if target is None:
        hint = name_neighbours(name, list(TARGETS))
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


def _nothing(model: Model | None, listing: Listing) -> EvidenceError:
    reasons = ", ".join(f"{count} {reason}" for reason, count in count_reasons(listing).items())
    said = f" Held back: {reasons}." if reasons else ""
    hint = "Run `pairwell learn`." if model is None else "See `pairwell status` for what is missing to learn from."
    return EvidenceError(f"No product has anything to show beside it.{said}", hint=hint)


def targets() -> Sequence[Target]:
    """The shop systems that lists are written for."""
    return tuple(TARGETS.values())
