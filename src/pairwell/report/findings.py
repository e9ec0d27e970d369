"""What to change: everything that surely stands out, the dearest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from pairwell.errors import RequestError
from pairwell.measure.offers.estimates import Estimate
from pairwell.measure.offers.stages import way_of
from pairwell.report.asking import Asked, begin
from pairwell.report.found.goods import find_goods
from pairwell.report.found.holdout import find_holdout
from pairwell.report.found.kinds import find_kinds
from pairwell.report.found.limits import find_customers, find_limits, find_placements
from pairwell.report.found.offers import find_offers
from pairwell.report.found.record import Found
from pairwell.report.offered import Opened, empty, ends, notes_of, open_offers
from pairwell.report.record import Column, Figure, Report, Table
from pairwell.said import Said, joined, phrase

NAME, _TITLE = "findings", phrase("What to change")
_NOTHING: Final = phrase(
    "Nothing stands out surely enough to change it. That is an answer: either all is well, or "
    "there is too little to tell."
)
_DEAREST_FIRST: Final = phrase("Findings, the dearest first")
_BY_KIND: Final = phrase("Findings; what they cost, nobody can tell")
_RULE: Final = phrase(
    "A finding is listed where chance alone would show it in fewer than 1 of 20 such looks, corrected for how many "
    "things were looked at. Money is of this period; where "
    "nobody can tell it, the finding says why. Findings overlap, so do not add them up."
)


def build_findings(asked: Asked) -> Report:
    """Each finding with its evidence, its money and what changes it, by money. Raises `RequestError`."""
    if asked.by is not None:
        raise RequestError(
            phrase("Findings are of the whole shop, and not sliced by {by}.", by=repr(asked.by[:80])),
            hint=phrase(
                "Leave `by` out. They name the items, placements and customers they are about; "
                "`pairwell report funnel --by SEGMENT` shows offers by slice."
            ),
            field="by",
        )
    opened = open_offers(asked, compare=False)
    if opened is None:
        return empty(asked, NAME, _TITLE)
    found = sorted(_find(opened), key=_by_money)
    notes = [*([] if found else [_NOTHING]), _RULE, *notes_of(opened.now, asked)]
    if not opened.now.told.decided.size:
        notes.insert(0, phrase("Nobody asked for offers in this period, so that only orders can tell anything."))
    return msgspec.structs.replace(
        begin(asked, NAME, _TITLE, opened.periods.period),
        figures=[Figure(key="findings", title=phrase("Findings"), unit="count", value=len(found))],
        tables=[_overview(found), *(_details(place, one) for place, one in enumerate(found, start=1))] if found else [],
        notes=notes,
    )


def _find(opened: Opened) -> Iterator[Found]:
    """In the order in which findings without money are listed."""
    read = opened.now
    way = way_of(read.told, read.lines, read.attributed)
    yield from find_placements(opened, way)
    yield from find_limits(opened)
    yield from find_offers(opened, way)
    yield from find_kinds(way)
    yield from find_customers(opened, way)
    yield from find_holdout(opened)
    yield from find_goods(opened)


def _by_money(found: Found) -> float:
    return -found.money.value if isinstance(found.money, Estimate) else float("inf")


def _overview(found: Sequence[Found]) -> Table:
    return Table(
        key="findings",
        title=_DEAREST_FIRST if any(isinstance(one.money, Estimate) for one in found) else _BY_KIND,
        columns=[
            Column(key="finding", title=phrase("Finding"), unit="text"),
            Column(key="money", title=phrase("Costs in this period"), unit="money", interval=True),
            Column(key="setting", title=phrase("What changes it"), unit="text"),
        ],
        rows=[
            {
                "finding": _numbered(place, one),
                **ends("money", one.money if isinstance(one.money, Estimate) else None, "money"),
                "setting": one.setting,
            }
            for place, one in enumerate(found, start=1)
        ],
    )


def _details(place: int, found: Found) -> Table:
    unknown = phrase("Money: {why}", why=found.money) if isinstance(found.money, str) else ""
    return Table(
        key=found.key,
        title=_numbered(place, found),
        columns=found.columns,
        rows=found.rows,
        note=joined(found.evidence, unknown, phrase("What to do: {advice}", advice=found.do)),
    )


def _numbered(place: int, found: Found) -> Said:
    return joined(f"{place}.", found.title)
