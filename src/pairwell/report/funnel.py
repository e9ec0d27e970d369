"""Where offers are lost on the way to a purchase that is kept, and where visits are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from pairwell.clock import to_micros
from pairwell.events import items_named
from pairwell.journal.opportunities import read_orders_of_visitors
from pairwell.measure.offers.buying import STEPS, Buying, read_buying
from pairwell.measure.offers.reading import Read
from pairwell.measure.offers.sliced import left_of, parts_of
from pairwell.measure.offers.stages import STAGES, Way, by_kind, by_placement, most_shown, way_of
from pairwell.measure.sales.lines import History
from pairwell.report.asking import Asked, begin
from pairwell.report.named import KINDS, SILENCE, STAGE_TITLES
from pairwell.report.offered import Opened, empty, notes_of, notes_of_slices, open_offers, titles_of
from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.sliced import MOST, left_by, stages_by, stages_cells, stages_columns, stages_told
from pairwell.report.visited import VISITS_END
from pairwell.said import phrase

NAME, _TITLE = "funnel", phrase("Where offers are lost")
_OFFERS, _SILENCES = 20, 15  # rows of a table
_STEPS: Final = {
    "visits": phrase("Visits"),
    "cart": phrase("Something in the cart"),
    "order": phrase("Ordered"),
    "add_on": phrase("Several items in the order"),
    "again": phrase("Ordered again in the period"),
}
_BY_KIND: Final = (phrase("By kind of offer"), phrase("Kind of offer"))  # a table's title, and that of its first column
_BY_PLACEMENT: Final = (phrase("By placement"), phrase("Placement"))


def build_funnel(asked: Asked) -> Report:
    """The ways of offers and of visits through a period. Raises `RequestError`."""
    opened = open_offers(asked, compare=False)
    if opened is None:
        return empty(asked, NAME, _TITLE)
    read = opened.now
    way = way_of(read.told, read.lines, read.attributed)
    if opened.slices is not None:
        parts, found = parts_of(way, opened.slices, most=MOST)
        tables = [stages_by(opened.slices, parts, found, stages_told(way)), *left_by(opened.slices, parts)]
        return msgspec.structs.replace(
            begin(asked, NAME, _TITLE, opened.periods.period),
            figures=[accepted_figure(way)],
            tables=[_stages(read, way), *tables],
            notes=[*notes_of(read, asked), *notes_of_slices(opened.slices)],
        )
    buying = _buying(opened)
    offers = (
        [
            _stages(read, way),
            _of_groups("kinds", _BY_KIND, way, [(KINDS.get(kind, kind), one) for kind, one in by_kind(way)]),
            _of_groups("placements", _BY_PLACEMENT, way, by_placement(way)),
            _offers(asked, way),
            _silences(read),
        ]
        if read.told.decided.size
        else []
    )
    return msgspec.structs.replace(
        begin(asked, NAME, _TITLE, opened.periods.period),
        figures=_figures(way, buying),
        tables=[*offers, *([_visits(buying)] if buying is not None else [])],
        notes=_notes(read, asked, buying),
    )


def accepted_figure(way: Way) -> Figure:
    """Of the offers that were seen, how many were accepted."""
    accepted = way.rate("accepted")
    return Figure(
        key="accept_rate",
        title=phrase("Offers accepted of those seen"),
        unit="share",
        value=None if accepted is None else accepted.value,
        low=None if accepted is None else accepted.low,
        high=None if accepted is None else accepted.high,
        refusal=phrase("No event tells that anybody saw an offer in this period.") if accepted is None else None,
    )


def _figures(way: Way, buying: Buying | None) -> list[Figure]:
    viewed = None if buying is None else buying.viewed_before
    refusal = phrase("No event tells what was looked at before an order: send `view` events.")
    return [
        accepted_figure(way),
        Figure(
            key="viewed_before_order",
            title=phrase("Items looked at before an order, in the middle visit"),
            unit="number",
            value=viewed,
            refusal=refusal if viewed is None else None,
        ),
    ]


def _stages(read: Read, way: Way) -> Table:
    """From every request on: those of slates, and of their offers."""
    asked = read.told.decided.size
    rows: list[dict[str, Cell]] = [{"stage": phrase("Asked for offers"), "slates": asked, "offers": None, "left": None}]
    slates, offers, before = way.count_slates(), way.count(), asked
    told = stages_told(way)
    for stage, name in enumerate(STAGES):
        if name not in told:
            continue
        of_slates = slates[stage]
        left = of_slates / before if before else None
        rows.append({"stage": STAGE_TITLES[name], "slates": of_slates, "offers": offers[stage], "left": left})
        # Clicks may be told of some placements only, and purchases need no click: what is left is of those who saw.
        before = of_slates if name in ("eligible", "shown", "exposed", "bought") else before
    columns = [
        Column(key="stage", title=phrase("Stage"), unit="text"),
        Column(key="slates", title=phrase("Answers"), unit="count"),
        Column(key="offers", title=phrase("Offers in them"), unit="count"),
        Column(key="left", title=phrase("Left"), unit="share"),
    ]
    note = phrase("Left: of the answers of the stage before; clicked, accepted and bought of those seen.")
    return Table(key="stages", title=phrase("The way of offers"), columns=columns, rows=rows, chart="bars", note=note)


def _of_groups(key: str, named: tuple[str, str], whole: Way, groups: Sequence[tuple[str, Way]]) -> Table:
    rows = [_row(name, way) for name, way in groups]
    return Table(key=key, title=named[0], columns=[_named(named[1]), *_columns(whole)], rows=rows)


def _offers(asked: Asked, way: Way) -> Table:
    first = most_shown(way, _OFFERS)
    titles = titles_of(asked, sorted({item_id for _, name, _ in first for item_id in items_named(name)}))
    rows = [
        {
            **_row(" + ".join(titles.get(one, one) for one in items_named(name)), of_it),
            "items": ", ".join(items_named(name)),
            "kind": KINDS.get(kind, kind),
        }
        for kind, name, of_it in first
    ]
    columns = [
        _named(phrase("Offer")),
        Column(key="items", title=phrase("Items"), unit="text"),
        Column(key="kind", title=phrase("Kind"), unit="text"),
        *_columns(way),
    ]
    return Table(key="offers", title=phrase("The {most} offers seen most", most=_OFFERS), columns=columns, rows=rows)


def _silences(read: Read) -> Table:
    decided = read.told.decided
    left = left_of(read.told, np.ones(decided.size, dtype=np.bool_))
    rows: list[dict[str, Cell]] = [
        {
            "reason": SILENCE.get(one.reason, one.reason),
            "detail": one.detail,
            "answers": count,
            "share": count / decided.size,
        }
        for one, count in left.reasons[:_SILENCES]
    ]
    return Table(
        key="silences",
        title=phrase("Why nothing was offered"),
        columns=[
            Column(key="reason", title=phrase("Reason"), unit="text"),
            Column(key="detail", title=phrase("Which"), unit="text"),
            Column(key="answers", title=phrase("Answers"), unit="count"),
            Column(key="share", title=phrase("Of all answers"), unit="share"),
        ],
        rows=rows,
        chart="bars",
        note=phrase("The {most} most frequent; the reason is that of the last candidates left.", most=_SILENCES),
    )


def _visits(buying: Buying) -> Table:
    rows, before = list[dict[str, Cell]](), None
    for step in STEPS:
        count = buying.steps[step]
        rows.append({"step": _STEPS[step], "visits": count, "left": count / before if before else None})
        before = count
    return Table(
        key="visits",
        title=phrase("The way of visits"),
        columns=[
            Column(key="step", title=phrase("Step"), unit="text"),
            Column(key="visits", title=phrase("Visits"), unit="count"),
            Column(key="left", title=phrase("Left"), unit="share"),
        ],
        rows=rows,
        chart="bars",
        note=phrase(
            "Visits that began in the period; one ends after half an hour without an event. Left: of the step before."
        ),
    )


def _buying(opened: Opened) -> Buying | None:
    period, asked = opened.periods.period, opened.asked
    history = History(dataset=asked.dataset, snapshot=asked.dataset.newest(), shop=asked.settings.shop)
    visitors = read_orders_of_visitors(asked.database, since=period.since, until=period.until + VISITS_END)
    return read_buying(history, visitors, period)


def _notes(read: Read, asked: Asked, buying: Buying | None) -> list[str]:
    notes = notes_of(read, asked)
    if not read.told.decided.size:
        notes.insert(0, phrase("Nobody asked for offers in this period."))
    if buying is None:
        notes.append(phrase("No events tell of visits in this period, so there is no way of visits."))
    elif buying.orders_met < buying.orders:
        met = phrase(
            "Of {orders} orders {met} fall into a visit that events tell of.",
            orders=buying.orders,
            met=buying.orders_met,
        )
        notes.append(met)
    if len(read.told.slates.at) and int(read.told.slates.at.max()) > to_micros(asked.now):
        notes.append(phrase("Some decisions lie in the future of this machine's clock."))
    return notes


def _named(title: str) -> Column:
    return Column(key="name", title=title, unit="text")


def _columns(way: Way) -> list[Column]:
    return stages_columns(stages_told(way), ["accepted"])


def _row(name: str, way: Way) -> dict[str, Cell]:
    return {"name": name, **stages_cells(way, rates=["accepted"])}
