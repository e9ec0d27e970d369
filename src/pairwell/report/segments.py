"""How customers differ: who buys lately, often and for much, who they are, and what each kind buys together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from pairwell.measure.customers.attributes import (
    find_attribute,
    measure_segments,
    name_segments,
    read_attributes,
)
from pairwell.measure.customers.behaviour import Behaviours, find_behaviours, read_categories
from pairwell.measure.customers.recency import STANDINGS, Scores, Standing, score, tiers
from pairwell.measure.customers.together import find_together
from pairwell.measure.customers.visits import Array, NotKnown, Visits, read_visits
from pairwell.report.asking import Asked, begin
from pairwell.report.characters import describe
from pairwell.report.customers import nobody, period_of, segments_table
from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.untold import why_not

NAME: Final = "segments"
_TITLE = "Segments: how customers differ"
_OWN: Final = ("standing", "behaviour")
_NAMES: Final[Mapping[Standing, tuple[str, str]]] = {
    "best": ("Best customers", "bought lately, often and for much"),
    "loyal": ("Loyal", "buy often, not all of them lately or for much"),
    "growing": ("Coming along", "bought lately, not often yet"),
    "new": ("New", "bought lately, once"),
    "cooling": ("Cooling off", "neither lately nor long ago, not often"),
    "at_risk": ("Slipping away", "used to buy often or for much, not lately"),
    "quiet": ("Gone quiet", "bought long ago, seldom"),
}


class _Kinds(msgspec.Struct, frozen=True):
    """Customers by kind: a name each, and of every customer who came (by place) the kind's number."""

    names: Sequence[str]
    of: Mapping[int, int]


def build_segments(asked: Asked) -> Report:
    """Customers by standing (recency, frequency, money), by tenths of spending, by attributes and by behaviour.

    For each kind what it buys together more than others do: of standings, or of `asked.by`, which is "behaviour" or an
    attribute. All orders before `asked.until` count. Raises `RequestError` for a segment that there is not.
    """
    visits = read_visits(asked.dataset, asked.settings.shop.timezone, asked.until or asked.now)
    if isinstance(visits, NotKnown):
        return nobody(asked, NAME, _TITLE, visits)
    report, scores = begin(asked, NAME, _TITLE, period_of(asked, visits)), score(visits)
    if isinstance(scores, NotKnown):
        figure = Figure(key="standings", title="Kinds of customer", unit="count", value=None, refusal=why_not(scores))
        return msgspec.structs.replace(report, figures=[figure])
    categories = read_categories(asked.dataset, visits, scores.customers, asked.until or asked.now)
    found = find_behaviours(visits, scores, categories)
    kinds = _kinds(asked, visits, scores, found)
    tables = [*_tables(asked, visits, scores, found), *_together(asked, visits, kinds)]
    return msgspec.structs.replace(
        report,
        figures=list(_figures(scores, found)),
        tables=tables,
        notes=list(_notes(asked)),
    )


def _kinds(asked: Asked, visits: Visits, scores: Scores, found: Behaviours | NotKnown) -> _Kinds:
    if asked.by in (None, "standing"):
        return _Kinds([_NAMES[name][0] for name in STANDINGS], _by_place(scores.customers, scores.standings))
    if asked.by == "behaviour":
        if isinstance(found, NotKnown):
            return _Kinds([], {})
        return _Kinds(
            [describe(found, number) for number in range(len(found.groups))], _by_place(scores.customers, found.of)
        )
    _, names = find_attribute(asked.dataset, visits, str(asked.by), beside=_OWN)
    kinds = sorted(set(names))
    return _Kinds(kinds, {place: kinds.index(name) for place, name in enumerate(names)})


def _by_place(customers: Array, kinds: Array) -> dict[int, int]:
    return dict(zip(customers.tolist(), kinds.tolist(), strict=True))


def _figures(scores: Scores, found: Behaviours | NotKnown) -> Iterator[Figure]:
    yield Figure(key="customers", title="Customers", unit="count", value=int(scores.customers.size))
    tenths = tiers(scores.values)
    yield Figure(
        key="top_tenth_share",
        title="Revenue of the tenth that spends most",
        unit="share",
        value=None if isinstance(tenths, NotKnown) else tenths[0].share,
        refusal=why_not(tenths) if isinstance(tenths, NotKnown) else None,
    )
    yield Figure(
        key="behaviour_groups",
        title="Groups by behaviour",
        unit="count",
        value=None if isinstance(found, NotKnown) else len(found.groups),
        refusal=why_not(found) if isinstance(found, NotKnown) else None,
        note="As many as a second half of the customers confirms (prediction strength .8 or more, Tibshirani and "
        "Walther 2005), with fewer customers between any two groups than in them.",
    )


def _tables(asked: Asked, visits: Visits, scores: Scores, found: Behaviours | NotKnown) -> Iterator[Table]:
    yield _standings(visits, scores)
    yield _grid(scores)
    tenths = tiers(scores.values)
    if not isinstance(tenths, NotKnown):
        yield _tenths(tenths)
    for name, column in _attributes(asked, visits).items():
        segments = measure_segments(visits, dict(enumerate(column)))
        title = name.replace("_", " ")
        yield segments_table(f"by_{name}", f"Customers by {title}", title.capitalize(), segments)
    if isinstance(found, Behaviours):
        yield _behaviours(visits, scores, found)


def _attributes(asked: Asked, visits: Visits) -> dict[str, list[str]]:
    if asked.by is not None and asked.by not in _OWN:
        name, names = find_attribute(asked.dataset, visits, asked.by, beside=_OWN)
        return {name: names}
    return {name: name_segments(column) for name, column in read_attributes(asked.dataset, visits).items()}


def _standings(visits: Visits, scores: Scores) -> Table:
    places = _by_place(scores.customers, scores.standings)
    segments = measure_segments(visits, {place: STANDINGS[kind] for place, kind in places.items()})
    table = segments_table("standings", "Customers by recency, frequency and money", "Kind", segments)
    since = {name: np.median(scores.days_since[scores.standings == kind]) for kind, name in enumerate(STANDINGS)
             if (scores.standings == kind).any()}  # fmt: skip
    rows: list[Mapping[str, Cell]] = [
        {
            **row,
            "segment": _NAMES[segment.name][0],  # type: ignore[index]
            "meaning": _NAMES[segment.name][1],  # type: ignore[index]
            "days_since": float(since[segment.name]),  # type: ignore[index]
        }
        for row, segment in zip(table.rows, segments, strict=True)
    ]
    columns = [
        table.columns[0],
        Column(key="meaning", title="They", unit="text"),
        *table.columns[1:],
        Column(key="days_since", title="Days since the last, median", unit="days"),
    ]
    note = "Lately, often and much mean: among the upper two fifths of customers; equal customers get equal scores."
    said = note if table.note is None else f"{note} {table.note}"
    return msgspec.structs.replace(table, columns=columns, rows=rows, note=said)


def _grid(scores: Scores) -> Table:
    rows: list[Mapping[str, Cell]] = [
        {
            "recency": f"{recency}{' (latest)' if recency == 5 else ''}",  # noqa: PLR2004 - the highest fifth
            **{
                f"frequency_{often}": int(((scores.recency == recency) & (scores.frequency == often)).sum())
                for often in range(1, 6)
            },
        }
        for recency in range(5, 0, -1)
    ]
    return Table(
        key="recency_frequency",
        title="Customers by recency (down) and frequency (across), 5 the highest",
        columns=[
            Column(key="recency", title="Recency", unit="text"),
            *(Column(key=f"frequency_{often}", title=f"F{often}", unit="count") for often in range(1, 6)),
        ],
        rows=rows,
        chart="heat",
    )


def _tenths(tenths: Sequence[object]) -> Table:
    rows: list[Mapping[str, Cell]] = [
        {"tier": f"{number}{' (spend most)' if number == 1 else ''}", **msgspec.structs.asdict(tier)}  # type: ignore[arg-type]
        for number, tier in enumerate(tenths, start=1)
    ]
    return Table(
        key="tiers",
        title="Revenue by tenths of customers",
        columns=[
            Column(key="tier", title="Tenth", unit="text"),
            Column(key="share", title="Of all revenue", unit="share"),
            Column(key="customers", title="Customers", unit="count"),
            Column(key="value", title="Revenue", unit="money"),
            Column(key="upto", title="With those above", unit="share"),
        ],
        rows=rows,
        chart="bars",
    )


def _behaviours(visits: Visits, scores: Scores, found: Behaviours) -> Table:
    names = [describe(found, number) for number in range(len(found.groups))]
    numbered = [f"{number + 1}. {name}" for number, name in enumerate(names)]
    segments = measure_segments(
        visits, {p: numbered[kind] for p, kind in _by_place(scores.customers, found.of).items()}
    )
    return segments_table("behaviours", "Customers by behaviour", "They", segments)


def _together(asked: Asked, visits: Visits, kinds: _Kinds) -> Iterator[Table]:
    by_id = {visits.customer_ids[place]: kind for place, kind in kinds.of.items()}
    found = find_together(asked.dataset, by_id, until=asked.until or asked.now)
    rows: list[Mapping[str, Cell]] = [
        {
            "kind": kinds.names[kind],
            "item": pair.titles[0],
            "with": pair.titles[1],
            "customers": pair.customers,
            "orders": pair.orders,
            "share": pair.share,
            "elsewhere": pair.elsewhere,
        }
        for kind, pairs in sorted(found.items())
        for pair in pairs
    ]
    if not kinds.names:
        return
    yield Table(
        key="together",
        title="Bought together more than by other customers",
        columns=[
            Column(key="kind", title="Kind", unit="text"),
            Column(key="item", title="Item", unit="text"),
            Column(key="with", title="With", unit="text"),
            Column(key="customers", title="Customers with both", unit="count"),
            Column(key="orders", title="Orders with both", unit="count"),
            Column(key="share", title="Of their orders", unit="share"),
            Column(key="elsewhere", title="Of others' orders", unit="share"),
        ],
        rows=rows,
        note="At most three a kind, surely more often than elsewhere (1 % of false ones). Kinds that bought at another "
        "time of the year differ by the season, too."
        if rows
        else "No two items are bought together surely more by one kind of customer than by others.",
    )


def _notes(asked: Asked) -> Iterator[str]:
    yield "Orders of one customer on one day count as one purchase; money is revenue less discounts and returns."
    if asked.since is not None:
        yield "Segments rest on all orders before the end of the period: its beginning does not matter here."
    if asked.by == "standing" or asked.by is None:
        yield "For what other kinds buy together ask with `--by behaviour` or by an attribute of customers."
