"""Which offers work for each segment of customers, and who is left without a good one and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pairwell.events import items_named
from pairwell.measure.customers.attributes import read_stated
from pairwell.measure.offers.sliced import Part, parts_of
from pairwell.measure.offers.slicing import NOBODY, name_units, slice_customers
from pairwell.measure.offers.stages import Way, most_shown, way_of
from pairwell.measure.unknown import NotKnown
from pairwell.report.asking import Asked
from pairwell.report.named import KINDS, segment_name
from pairwell.report.offered import Opened, open_offers, titles_of
from pairwell.report.record import Column, Table
from pairwell.report.shown.cells import span_words
from pairwell.report.sliced import left_table, reasons_table, stages_cells, stages_columns
from pairwell.report.sortings import Sorting, know_customers, sort_by_purchases
from pairwell.said import phrase

_UNSORTED: Final = phrase("Bought nothing before")
_LOOKED_AT, _BEST = 30, 3  # offers of a segment
_STAGES: Final = ("shown", "exposed", "accepted", "bought", "kept")
_RATES: Final = ("accepted", "kept")
_ENOUGH = 5  # times seen before an offer is said to work
_NOBODY_BEFORE: Final = phrase("Nobody bought anything before this period, so its customers cannot be sorted by that.")
_NO_OFFERS: Final = phrase(
    "Nobody asked for offers in this period, so nothing can be told of which offers work for whom, or of who is left "
    "without one."
)

_Called = dict[str, list[tuple[str, str, Way]]]


class Working(msgspec.Struct, frozen=True, kw_only=True):
    """Tables of what offers came to by segment, and what to know of them."""

    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()


def find_working(asked: Asked, attributes: Sequence[Sorting]) -> Working:
    """By every sorting of customers, or by the one asked for, with its details.

    `attributes`: sortings by what the shop says of customers; those by purchases are made here, of what came before.
    """
    opened = open_offers(msgspec.structs.replace(asked, by=None), compare=False)
    if opened is None or not opened.now.told.decided.size:
        return Working(notes=[_NO_OFFERS])
    period = opened.periods.period
    known = know_customers(asked, period.since)
    if isinstance(known, NotKnown):
        return Working(notes=[_NOBODY_BEFORE])
    way = way_of(opened.now.told, opened.now.lines, opened.now.attributed)
    stated = read_stated(asked.dataset)
    tables = list[Table]()
    own = [one for one in sort_by_purchases(known) if asked.by in (None, one.key)]
    for one in (*own, *attributes):
        parts = _parts(opened, way, one, stated.get(one.attribute or ""))
        tables += _tables(opened, one, parts, detailed=asked.by is not None or one.key == "standing")
    told = phrase(
        "Which offers work, and who is left without one, is told of {span}. There customers are sorted by what they "
        "had bought before, so that no offer makes its own segment.",
        span=span_words(period, asked.settings.shop.timezone),
    )
    return Working(tables=tables, notes=[told])


def _tables(opened: Opened, sorting: Sorting, parts: Sequence[Part], *, detailed: bool) -> Iterator[Table]:
    called = _called(opened, parts)
    yield _works(sorting, parts, called)
    left = [(segment_name(part.name), part.left) for part in parts if part.left is not None]
    title = phrase("Left without an offer, by {what}", what=sorting.title)
    yield left_table(title, phrase("Customers"), left, f"left_{sorting.key}")
    if detailed:
        yield _taken(sorting, parts, called)
        title = phrase("Why nothing was offered, by {what}", what=sorting.title)
        yield reasons_table(title, phrase("Customers"), left, f"why_{sorting.key}")


def _parts(opened: Opened, way: Way, sorting: Sorting, stated: Mapping[str, str] | None) -> list[Part]:
    """In the order of the segments; those of whom nothing was known last. `stated`: of an attribute, by customer."""
    units, names = opened.now.units, [*sorting.names, _UNSORTED]
    if stated is None:
        of_unit = [
            names[sorting.of.get(unit.removeprefix("c:"), -1) if unit.startswith("c:") else -1] for unit in units
        ]
    else:
        of_unit = name_units(units, stated)
        names = sorted({*of_unit})
    order = {name: place for place, name in enumerate([*names, NOBODY])}
    parts, _ = parts_of(way, slice_customers(opened.now, sorting.key, of_unit))
    return sorted(parts, key=lambda part: order[part.name])


def _called(opened: Opened, parts: Sequence[Part]) -> _Called:
    """The offers that work best in each part, as people know them: kind, title and their ways."""
    best = {part.name: _best(part.way) for part in parts}
    ids = {item for offers in best.values() for _, name, _ in offers for item in items_named(name)}
    titles = titles_of(opened.asked, sorted(ids))
    return {
        part: [
            (KINDS.get(kind, kind), " + ".join(titles.get(one, one) for one in items_named(name)), way)
            for kind, name, way in offers
        ]
        for part, offers in best.items()
    }


def _best(way: Way) -> list[tuple[str, str, Way]]:
    """Of the offers accepted most and seen often enough, those most surely kept, then accepted, of those seen."""

    def surely(offer: tuple[str, str, Way]) -> tuple[float, float, str]:
        rates = [offer[2].rate(stage) for stage in ("kept", "accepted")]
        lows = [0.0 if rate is None else -rate.low for rate in rates]
        return lows[0], lows[1], offer[1]

    often = [one for one in most_shown(way, _LOOKED_AT, by="accepted") if one[2].stage("exposed").sum() >= _ENOUGH]
    return sorted(often, key=surely)[:_BEST]


def _works(sorting: Sorting, parts: Sequence[Part], called: _Called) -> Table:
    return Table(
        key=f"offers_{sorting.key}",
        title=phrase("Which offers work, by {what}", what=sorting.title),
        columns=[
            Column(key="name", title=phrase("Customers"), unit="text"),
            *stages_columns(_STAGES, _RATES),
            Column(key="best", title=phrase("Works best"), unit="text"),
        ],
        rows=[
            {"name": segment_name(one.name), **stages_cells(one.way, _STAGES, _RATES), "best": _first(called[one.name])}
            for one in parts
        ],
        note=phrase(
            "Works best: of the offers taken at all and seen {enough} times or more, the one most surely kept.",
            enough=_ENOUGH,
        ),
    )


def _taken(sorting: Sorting, parts: Sequence[Part], called: _Called) -> Table:
    return Table(
        key=f"taken_{sorting.key}",
        title=phrase("The offers that work best, by {what}", what=sorting.title),
        columns=[
            Column(key="name", title=phrase("Customers"), unit="text"),
            Column(key="offer", title=phrase("Offer"), unit="text"),
            Column(key="kind", title=phrase("Kind"), unit="text"),
            *stages_columns(_STAGES, _RATES),
        ],
        rows=[
            {"name": segment_name(one.name), "offer": offer, "kind": kind, **stages_cells(way, _STAGES, _RATES)}
            for one in parts
            for kind, offer, way in called[one.name]
        ],
        note=phrase(
            "At most {best} a row of customers, of the {looked} that they accepted most, and only what was seen "
            "{enough} times or more. The best of many look better than they are: trust the interval.",
            best=_BEST,
            looked=_LOOKED_AT,
            enough=_ENOUGH,
        ),
    )


def _first(offers: Sequence[tuple[str, str, Way]]) -> str:
    if not offers:
        return phrase("none seen often enough")
    _, title, way = offers[0]
    return phrase(
        "{title} ({kept} kept of {seen} seen)",
        title=title,
        kept=int(way.stage("kept").sum()),
        seen=int(way.stage("exposed").sum()),
    )
