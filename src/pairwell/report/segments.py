"""How customers differ: who buys lately, often and for much, who they are, and what each kind buys together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from pairwell.measure.customers.attributes import find_attribute, measure_segments, name_segments, read_attributes
from pairwell.measure.customers.behaviour import Behaviours
from pairwell.measure.customers.recency import STANDINGS, Scores, tiers
from pairwell.measure.customers.together import find_together
from pairwell.measure.customers.visits import Array, Visits
from pairwell.measure.unknown import NotKnown
from pairwell.report.asking import Asked, begin
from pairwell.report.customers import attribute_titles, nobody, period_of, segments_table
from pairwell.report.named import segment_name
from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.sortings import NAMES, OWN, Known, Sorting, know_customers, numbered, sort_customers, tier_name
from pairwell.report.untold import why_not
from pairwell.report.working import find_working
from pairwell.said import joined, phrase

_DETAILS: Final = phrase(
    "The offers that work best, and every reason why nothing was offered, are told for one way of sorting at a time: "
    "ask with `--by tier`, `--by behaviour` or by an attribute of customers."
)
_LATELY: Final = {5: phrase("5 (latest)"), 1: phrase("1 (longest ago)")}
_OFTEN: Final = (phrase("1 (seldom)"), "2", "3", "4", phrase("5 (often)"))
NAME: Final = "segments"
_TITLE = phrase("Segments: how customers differ")


def build_segments(asked: Asked) -> Report:
    """Customers by standing (recency, frequency, money), by tenths of spending, by attributes and by behaviour.

    For each kind what it buys together more than others do, which offers work for it, and why it is left without any;
    or of `asked.by` alone, which is one of `OWN` or an attribute. All orders before `asked.until` count; offers are
    those of the period. Raises `RequestError` for a segment that there is not.
    """
    known = know_customers(asked, asked.until or asked.now)
    if isinstance(known, NotKnown):
        return nobody(asked, NAME, _TITLE, known)
    visits, scores = known.visits, known.scores
    sortings, report = sort_customers(asked, known), begin(asked, NAME, _TITLE, period_of(asked, visits))
    if isinstance(scores, NotKnown):
        figure = Figure(
            key="standings", title=phrase("Kinds of customer"), unit="count", value=None, refusal=why_not(scores)
        )
        return msgspec.structs.replace(report, figures=[figure])
    working = find_working(asked, [one for one in sortings if one.attribute is not None])
    tables = [*_tables(asked, known, scores), *_together(asked, sortings), *working.tables]
    return msgspec.structs.replace(
        report,
        figures=list(_figures(scores, known.behaviours)),
        tables=tables,
        notes=[*_notes(asked), *([_DETAILS] if asked.by is None and working.tables else []), *working.notes],
    )


def _by_place(customers: Array, kinds: Array) -> dict[int, int]:
    return dict(zip(customers.tolist(), kinds.tolist(), strict=True))


def _figures(scores: Scores, found: Behaviours | NotKnown) -> Iterator[Figure]:
    yield Figure(key="customers", title=phrase("Customers"), unit="count", value=int(scores.customers.size))
    tenths = tiers(scores.values)
    yield Figure(
        key="top_tenth_share",
        title=phrase("Revenue of the tenth that spends most"),
        unit="share",
        value=None if isinstance(tenths, NotKnown) else tenths[0].share,
        refusal=why_not(tenths) if isinstance(tenths, NotKnown) else None,
    )
    yield Figure(
        key="behaviour_groups",
        title=phrase("Groups by behaviour"),
        unit="count",
        value=None if isinstance(found, NotKnown) else len(found.groups),
        refusal=why_not(found) if isinstance(found, NotKnown) else None,
        note=phrase(
            "As many as the other half of the customers shows just as well, with fewer customers between any two "
            "groups than in them."
        ),
    )


def _tables(asked: Asked, known: Known, scores: Scores) -> Iterator[Table]:
    """All of them, or those of the segment asked for."""
    visits, tenths = known.visits, tiers(scores.values)
    if asked.by in (None, "standing"):
        yield _standings(visits, scores)
        yield _grid(scores)
    if asked.by in (None, "tier") and not isinstance(tenths, NotKnown):
        yield _tenths(tenths)
    if asked.by not in OWN:
        for name, column in _attributes(asked, visits).items():
            segments = measure_segments(visits, dict(enumerate(column)))
            yield segments_table(f"by_{name}", *attribute_titles(name), segments)
    if asked.by in (None, "behaviour") and isinstance(known.behaviours, Behaviours):
        yield _behaviours(visits, scores, known.behaviours)


def _attributes(asked: Asked, visits: Visits) -> dict[str, list[str]]:
    if asked.by is not None:
        name, names = find_attribute(asked.dataset, visits, asked.by, beside=OWN)
        return {name: names}
    return {name: name_segments(column) for name, column in read_attributes(asked.dataset, visits).items()}


def _standings(visits: Visits, scores: Scores) -> Table:
    places = _by_place(scores.customers, scores.standings)
    segments = measure_segments(visits, {place: STANDINGS[kind] for place, kind in places.items()})
    table = segments_table(
        "standings", phrase("Customers by how lately, often and much they buy"), phrase("Kind"), segments
    )
    since = {name: np.median(scores.days_since[scores.standings == kind]) for kind, name in enumerate(STANDINGS)
             if (scores.standings == kind).any()}  # fmt: skip
    rows: list[Mapping[str, Cell]] = [
        {
            **row,
            "segment": NAMES[segment.name][0],  # type: ignore[index]
            "meaning": NAMES[segment.name][1],  # type: ignore[index]
            "days_since": float(since[segment.name]),  # type: ignore[index]
        }
        for row, segment in zip(table.rows, segments, strict=True)
    ]
    columns = [
        table.columns[0],
        Column(key="meaning", title=phrase("They"), unit="text"),
        *table.columns[1:],
        Column(key="days_since", title=phrase("Days since the last, middle customer"), unit="days"),
    ]
    note = phrase(
        "Lately, often and much mean: among the upper two fifths of customers; equal customers get equal scores. "
        "Method: recency, frequency, money (RFM)."
    )
    return msgspec.structs.replace(table, columns=columns, rows=rows, note=joined(note, table.note or ""))


def _grid(scores: Scores) -> Table:
    rows: list[Mapping[str, Cell]] = [
        {
            "recency": _LATELY.get(recency, str(recency)),
            **{
                f"frequency_{often}": int(((scores.recency == recency) & (scores.frequency == often)).sum())
                for often in range(1, 6)
            },
        }
        for recency in range(5, 0, -1)
    ]
    return Table(
        key="recency_frequency",
        title=phrase("Customers by how lately (down) and how often (across) they bought, in fifths"),
        columns=[
            Column(key="recency", title=phrase("Bought"), unit="text"),
            *(
                Column(key=f"frequency_{often}", title=title, unit="count")
                for often, title in enumerate(_OFTEN, start=1)
            ),
        ],
        rows=rows,
        chart="heat",
    )


def _tenths(tenths: Sequence[object]) -> Table:
    rows: list[Mapping[str, Cell]] = [
        {"tier": tier_name(place), **msgspec.structs.asdict(tier)}  # type: ignore[arg-type]
        for place, tier in enumerate(tenths)
    ]
    return Table(
        key="tiers",
        title=phrase("Revenue by tenths of customers"),
        columns=[
            Column(key="tier", title=phrase("Tenth"), unit="text"),
            Column(key="share", title=phrase("Of all revenue"), unit="share"),
            Column(key="customers", title=phrase("Customers"), unit="count"),
            Column(key="value", title=phrase("Revenue"), unit="money"),
            Column(key="upto", title=phrase("With those above"), unit="share"),
        ],
        rows=rows,
        chart="bars",
    )


def _behaviours(visits: Visits, scores: Scores, found: Behaviours) -> Table:
    names = numbered(found)
    segments = measure_segments(visits, {p: names[kind] for p, kind in _by_place(scores.customers, found.of).items()})
    return segments_table("behaviours", phrase("Customers by behaviour"), phrase("They"), segments)


def _together(asked: Asked, sortings: Sequence[Sorting]) -> Iterator[Table]:
    """What each segment buys together more than others do, by each sorting."""
    if not sortings:
        return
    until = asked.until or asked.now
    rows: list[Mapping[str, Cell]] = [
        {
            "by": one.title,
            "kind": segment_name(one.names[kind]),
            "item": pair.titles[0],
            "with": pair.titles[1],
            "customers": pair.customers,
            "orders": pair.orders,
            "share": pair.share,
            "elsewhere": pair.elsewhere,
        }
        for one in sortings
        for kind, pairs in sorted(find_together(asked.dataset, one.of, until=until).items())
        for pair in pairs
    ]
    looked = joined(*(one.title for one in sortings), between=", ")
    yield Table(
        key="together",
        title=phrase("Bought together more than by other customers"),
        columns=_TOGETHER,
        rows=rows,
        note=phrase(
            "At most three a row of customers, surely more often than elsewhere; of a hundred pairs listed about one "
            "may be chance. Looked at by {looked}. Who bought at another time of the year differs by the season, too.",
            looked=looked,
        )
        if rows
        else phrase(
            "No two items are bought together surely more by one kind of customer than by others; looked at by "
            "{looked}.",
            looked=looked,
        ),
    )


_TOGETHER: Final = (
    Column(key="by", title=phrase("By"), unit="text"),
    Column(key="kind", title=phrase("Customers"), unit="text"),
    Column(key="item", title=phrase("Item"), unit="text"),
    Column(key="with", title=phrase("With"), unit="text"),
    Column(key="customers", title=phrase("Customers with both"), unit="count"),
    Column(key="orders", title=phrase("Orders with both"), unit="count"),
    Column(key="share", title=phrase("Of their orders"), unit="share"),
    Column(key="elsewhere", title=phrase("Of others' orders"), unit="share"),
)


def _notes(asked: Asked) -> Iterator[str]:
    yield phrase(
        "Orders of one customer on one day count as one purchase; money is revenue less discounts and returns."
    )
    if asked.since is not None:
        yield phrase("Segments rest on all orders before the end of the period: its beginning does not matter here.")
