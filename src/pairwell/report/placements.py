"""Where and with what customers are most receptive to offers."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from pairwell.errors import RequestError
from pairwell.events import items_named
from pairwell.measure.findings.chances import is_surely_below
from pairwell.measure.offers.effects import Result
from pairwell.measure.offers.effects import by_placement as added_by_placement
from pairwell.measure.offers.estimates import Estimate, NotEstimable
from pairwell.measure.offers.reading import Read
from pairwell.measure.offers.sliced import parts_of
from pairwell.measure.offers.stages import Way, by_kind, by_placement, most_shown, way_of
from pairwell.report.asking import Asked, begin
from pairwell.report.offered import empty, ends, notes_of, notes_of_slices, open_offers, say_refusal, titles_of
from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.sliced import CANNOT, MOST, placements_by, shown_ends, stages_cells, stages_columns
from pairwell.report.verdicts import say_surely
from pairwell.said import joined, percent, phrase

NAME, _TITLE = "placements", phrase("Where customers take offers")
_MOST = 10
_STAGES: Final = ("exposed", "accepted", "bought", "kept")
_TAKEN: Final = (
    ("cross_sell", phrase("Add-ons taken most")),
    ("upgrade", phrase("Upgrades taken most")),
)


def build_placements(asked: Asked) -> Report:
    """Placements by what customers accept there and by what offers there added. Raises `RequestError`."""
    if asked.by == "placement":
        raise RequestError(
            "This report is by placement already.", hint="Leave `by` out, or name another segment.", field="by"
        )
    opened = open_offers(asked, compare=False)
    if opened is None:
        return empty(asked, NAME, _TITLE)
    read = opened.now
    way = way_of(read.told, read.lines, read.attributed)
    kinds = dict(by_kind(way))
    placements = by_placement(way)
    sliced = [] if opened.slices is None else [placements_by(opened.slices, *parts_of(way, opened.slices, most=MOST))]
    return msgspec.structs.replace(
        begin(asked, NAME, _TITLE, opened.periods.period),
        figures=[_most_receptive(placements)],
        tables=[
            _placements(read, placements),
            *(sliced or (_taken(asked, (kind, title), kinds[kind]) for kind, title in _TAKEN if kind in kinds)),
        ],
        notes=[*notes_of(read, asked), *([] if opened.slices is None else notes_of_slices(opened.slices))],
    )


def _most_receptive(placements: list[tuple[str, Way]]) -> Figure:
    """The placement where the largest share is accepted, if it surely is larger than anywhere else."""
    key, title = "most_receptive_placement", phrase("Where customers accept most")
    found = sorted(
        ((rate, name) for name, way in placements if (rate := way.rate("accepted")) is not None),
        key=lambda one: (-one[0].value, one[1]),
    )
    if not found:
        refusal = phrase("No event tells that anybody saw an offer in this period.")
        return Figure(key=key, title=title, unit="text", value=None, refusal=refusal)
    best = found[0]
    rivals = [name for rate, name in found[1:] if rate.high >= best[0].low]
    if len(found) == 1:
        refusal = phrase("Offers were seen in one place only: {place}.", place=best[1])
    elif rivals:
        refusal = phrase(
            "Nobody can tell yet: it may be {place}, or {others}.", place=best[1], others=", ".join(rivals)
        )
    else:
        note = phrase("{share} of those seen.", share=percent(best[0].value))
        return Figure(key=key, title=title, unit="text", value=best[1], note=note)
    return Figure(key=key, title=title, unit="text", value=None, refusal=refusal)


def _placements(read: Read, placements: list[tuple[str, Way]]) -> Table:
    added = added_by_placement(read.trial, read.lines)
    rows, refusals = list[dict[str, Cell]](), dict[str, str]()
    ways = dict(placements)
    told = read.told
    asked = np.bincount(told.decided.placement, minlength=len(told.names.placements)).tolist()
    decisions = {name: count for name, count in zip(told.names.placements, asked, strict=True) if count}
    looked = len(added)
    for name in sorted({*ways, *added, *decisions}):
        treated, held, margin = added.get(name, (0, 0, NotEstimable(reason="no_treated")))
        if isinstance(margin, NotEstimable):
            refusals[name] = say_refusal(margin)
        way = ways.get(name)
        rows.append(
            {
                "placement": name,
                "decisions": decisions.get(name, 0),
                "exposed": 0 if way is None else int(way.stage("exposed").sum()),
                "accepted": 0 if way is None else int(way.stage("accepted").sum()),
                **ends("accept_rate", None if way is None else way.rate("accepted"), "share"),
                "treated": treated,
                "held": held,
                **shown_ends("margin", margin),
                "verdict": _verdict(margin, looked),
            }
        )
    if not rows:
        return Table(key="placements", title=phrase("Placements"), columns=_COLUMNS, rows=[], note=_NOBODY)
    said = [joined(name, why, between=": ") for name, why in refusals.items()]
    return Table(key="placements", title=phrase("Placements"), columns=_COLUMNS, rows=rows, note=joined(_NOTE, *said))


def _verdict(margin: Result, looked: int) -> str:
    """Whether it surely added or lost, with as many placements as were looked at."""
    if isinstance(margin, NotEstimable):
        return CANNOT
    against = Estimate(value=-margin.value, low=-margin.high, high=-margin.low)
    surely = int(is_surely_below(against, 0.0, among=looked)) - int(is_surely_below(margin, 0.0, among=looked))
    return say_surely(surely)


def _taken(asked: Asked, what: tuple[str, str], way: Way) -> Table:
    kind, title = what
    first = most_shown(way, _MOST, by="accepted")
    titles = titles_of(asked, sorted({item_id for _, name, _ in first for item_id in items_named(name)}))
    rows = [
        {
            "offer": " + ".join(titles.get(one, one) for one in items_named(name)),
            "items": ", ".join(items_named(name)),
            **stages_cells(of_it, _STAGES, ["accepted"]),
        }
        for _, name, of_it in first
    ]
    return Table(key=f"{kind}_taken", title=title, columns=_TAKEN_COLUMNS, rows=rows, chart="bars")


_NOTE: Final = phrase("Margin added is of the customers who first met an offer there, wherever they met others later.")
_NOBODY: Final = phrase("Nobody asked for offers in this period.")
_COLUMNS: Final = [
    Column(key="placement", title=phrase("Placement"), unit="text"),
    Column(key="decisions", title=phrase("Asked"), unit="count"),
    *stages_columns(["exposed", "accepted"], ["accepted"]),
    Column(key="treated", title=phrase("Customers"), unit="count"),
    Column(key="held", title=phrase("Holdout"), unit="count"),
    Column(key="margin", title=phrase("Margin added"), unit="money", interval=True),
    Column(key="verdict", title=phrase("Verdict"), unit="text"),
]
_TAKEN_COLUMNS: Final = [
    Column(key="offer", title=phrase("Offer"), unit="text"),
    Column(key="items", title=phrase("Items"), unit="text"),
    *stages_columns(_STAGES, ["accepted"]),
]
