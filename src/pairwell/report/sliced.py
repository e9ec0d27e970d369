"""Tables of offers by slice: how far they came, who was left without one, and what was earned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pairwell.measure.offers.effects import Result
from pairwell.measure.offers.estimates import Estimate, NotEstimable
from pairwell.measure.offers.sliced import Earned, Left, Part
from pairwell.measure.offers.slicing import Slices
from pairwell.measure.offers.stages import STAGES, Way, by_placement
from pairwell.report.named import SILENCE, STAGE_TITLES, segment_name, segment_title
from pairwell.report.offered import ends, say_refusal
from pairwell.report.record import Cell, Column, Table
from pairwell.report.verdicts import is_open, say_surely
from pairwell.said import capital, joined, percent, phrase, phrase_count

MOST: Final = 20  # slices of a table
CANNOT: Final = phrase("cannot be told")
_RATES: Final = {"accepted": "accept_rate", "bought": "bought_rate", "kept": "kept_rate"}
_PLACED: Final = ("exposed", "accepted", "kept")
_REASONS, _NAMED = 5, 2  # of a slice, with a row each, and in its own row
_NO_LOT: Final[Mapping[str, str]] = {
    "kind": phrase(
        "One customer meets several kinds of offer, and the lot left customers without offers, not kinds: what a kind "
        "added nobody can tell. Beside what is put down to it stands only the whole, above."
    ),
    "seller": phrase(
        "The lot left customers without offers, not sellers: what a seller's offers added nobody can tell."
    ),
}
_OF_ITEMS: Final = phrase(
    "Added: what customers with offers bought of these goods beyond what those without did; so what an upgrade "
    "replaces counts against its own goods."
)
_OF_CUSTOMERS: Final = phrase(
    "Each row is compared with the customers of the same row who were kept without offers by lot."
)
_OF_PLACES: Final = phrase("Added: by customers who first met an offer there, wherever they met others later.")


def slice_title(slices: Slices) -> str:
    """What slices are by, in words."""
    return segment_title(slices.by)


def slice_name(slices: Slices, name: str) -> str:
    """What one is called."""
    return segment_name(name, slices.by)


def stages_told(way: Way) -> list[str]:
    """The stages of offers; without clicks where nobody tells of any."""
    clicks = way.stage("clicked").any()
    return [name for name in STAGES if name != "clicked" or clicks]


def stages_by(slices: Slices, parts: Sequence[Part], found: int, told: Sequence[str]) -> Table:
    """How far offers came in each slice."""
    title = slice_title(slices)
    columns = [
        Column(key="name", title=capital(title), unit="text"),
        *stages_columns(told, _RATES),
    ]
    return Table(
        key="slices",
        title=phrase("Offers by {what}", what=title),
        columns=columns,
        rows=[{"name": slice_name(slices, one.name), **stages_cells(one.way)} for one in parts],
        chart="bars",
        note=left_out(found),
    )


def stages_columns(stages: Iterable[str], rates: Iterable[str]) -> list[Column]:
    """For how many offers came to `stages`, and for the shares of those seen that came to `rates`."""
    return [
        *(Column(key=name, title=STAGE_TITLES[name], unit="count") for name in stages),
        *(
            Column(
                key=_RATES[name], title=phrase("{stage} of seen", stage=STAGE_TITLES[name]), unit="share", interval=True
            )
            for name in rates
        ),
    ]


def stages_cells(way: Way, stages: Iterable[str] = STAGES, rates: Iterable[str] = _RATES) -> dict[str, Cell]:
    """Of some offers how many came to each stage, and the shares of those seen."""
    counts = dict(zip(STAGES, way.count(), strict=True))
    cells: dict[str, Cell] = {name: counts[name] for name in stages}
    for name in rates:
        cells |= ends(_RATES[name], way.rate(name), "share")
    return cells


def left_by(slices: Slices, parts: Sequence[Part]) -> Iterator[Table]:
    """Who was left without an offer in each slice, and why; nothing where answers have no such property."""
    known = [(slice_name(slices, one.name), one.left) for one in parts if one.left is not None]
    if known:
        title = slice_title(slices)
        yield left_table(phrase("Left without an offer, by {what}", what=title), capital(title), known)
        yield reasons_table(phrase("Why nothing was offered, by {what}", what=title), capital(title), known)


def left_table(title: str, named: str, parts: Sequence[tuple[str, Left]], key: str = "left_without") -> Table:
    """Answers with nothing to show, by name."""
    return Table(
        key=key,
        title=title,
        columns=[
            Column(key="name", title=named, unit="text"),
            Column(key="asked", title=phrase("Asked for offers"), unit="count"),
            Column(key="silent", title=phrase("With nothing to show"), unit="count"),
            Column(key="share", title=phrase("Share"), unit="share", interval=True),
            Column(key="customers", title=phrase("Customers"), unit="count"),
            Column(key="never", title=phrase("Never offered anything"), unit="count"),
            Column(key="why", title=phrase("Mostly because"), unit="text"),
        ],
        rows=[
            {
                "name": name,
                "asked": left.asked,
                "silent": left.silent,
                **ends("share", left.share, "share"),
                "customers": left.customers,
                "never": left.never,
                "why": _mostly(left),
            }
            for name, left in parts
        ],
        note=phrase("Who was by lot kept without offers is not left without a good one, and does not count here."),
    )


def reasons_table(title: str, named: str, parts: Sequence[tuple[str, Left]], key: str = "left_why") -> Table:
    """The reasons of each, as shares of what it asked for."""
    rows: list[dict[str, Cell]] = [
        {
            "name": name,
            "reason": SILENCE.get(silence.reason, silence.reason),
            "detail": silence.detail,
            "answers": count,
            "share": count / left.asked,
        }
        for name, left in parts
        for silence, count in left.reasons[:_REASONS]
    ]
    return Table(
        key=key,
        title=title,
        columns=[
            Column(key="name", title=named, unit="text"),
            Column(key="reason", title=phrase("Reason"), unit="text"),
            Column(key="detail", title=phrase("Which"), unit="text"),
            Column(key="answers", title=phrase("Answers"), unit="count"),
            Column(key="share", title=phrase("Of all they asked for"), unit="share"),
        ],
        rows=rows,
        note=None if rows else phrase("There was something to offer every time."),
    )


def _mostly(left: Left) -> str:
    if not left.reasons:
        return ""
    told = []
    for silence, count in left.reasons[:_NAMED]:
        which = f"({silence.detail})" if silence.detail else ""
        told.append(joined(SILENCE.get(silence.reason, silence.reason), which, percent(count / left.silent, 0)))
    return joined(*told, between=", ")


def placements_by(slices: Slices, parts: Sequence[Part], found: int) -> Table:
    """What was accepted of each slice at each placement."""
    title = slice_title(slices)
    rows: list[dict[str, Cell]] = [
        {
            "name": slice_name(slices, one.name),
            "placement": place,
            **stages_cells(way, _PLACED, ["accepted"]),
        }
        for one in parts
        for place, way in by_placement(one.way)
    ]
    return Table(
        key="slices",
        title=phrase("Placements by {what}", what=title),
        columns=[
            Column(key="name", title=capital(title), unit="text"),
            Column(key="placement", title=phrase("Placement"), unit="text"),
            *stages_columns(_PLACED, ["accepted"]),
        ],
        rows=rows,
        note=left_out(found),
    )


def earned_table(slices: Slices, earned: Sequence[Earned], found: int) -> Table:
    """What is put down to the offers of each slice beside what they added, where lots can tell that."""
    title = slice_title(slices)
    refusals = [
        joined(slice_name(slices, one.name), say_refusal(one.added_margin), between=": ")
        for one in earned
        if isinstance(one.added_margin, NotEstimable)
    ]
    return Table(
        key="slices",
        title=phrase("Earned by {what}", what=title),
        columns=_columns(title, compared=slices.trial is not None, added=slices.by not in _NO_LOT),
        rows=[_earned_row(slices, one) for one in earned],
        note=joined(_note(slices), *_alike(refusals), left_out(found) or ""),
    )


def _columns(title: str, *, compared: bool, added: bool) -> list[Column]:
    columns = [
        Column(key="name", title=capital(title), unit="text"),
        Column(key="attributed_revenue", title=phrase("Attributed revenue"), unit="money"),
        Column(key="attributed_margin", title=phrase("Attributed margin"), unit="money"),
        Column(key="returned_share", title=phrase("Came back"), unit="share"),
    ]
    if compared:
        columns += [
            Column(key="treated", title=phrase("Customers"), unit="count"),
            Column(key="held", title=phrase("Holdout"), unit="count"),
        ]
    if added:
        columns += [
            Column(key="added_revenue", title=phrase("Added revenue"), unit="money", interval=True),
            Column(key="added_margin", title=phrase("Added margin"), unit="money", interval=True),
            Column(key="verdict", title=phrase("Verdict"), unit="text"),
        ]
    return columns


def _earned_row(slices: Slices, one: Earned) -> dict[str, Cell]:
    return {
        "name": slice_name(slices, one.name),
        "attributed_revenue": round(one.revenue),
        "attributed_margin": round(one.margin),
        "returned_share": (one.gross - one.revenue) / one.gross if one.gross > 0 else None,
        "treated": one.treated,
        "held": one.held,
        **shown_ends("added_revenue", one.added_revenue),
        **shown_ends("added_margin", one.added_margin),
        "verdict": say_surely(one.surely) if isinstance(one.added_margin, Estimate) else CANNOT,
    }


def shown_ends(key: str, found: Result | None) -> dict[str, Cell]:
    """The cells of money added; where nobody can tell its sign, its interval alone."""
    cells = ends(key, found, "money")
    return {**cells, key: None} if isinstance(found, Estimate) and is_open(found) else cells


def _note(slices: Slices) -> str:
    if slices.by in _NO_LOT:
        return _NO_LOT[slices.by]
    how = _OF_CUSTOMERS if slices.of == "customer" else _OF_ITEMS if slices.of == "item" else _OF_PLACES
    return joined(how, phrase("The verdict holds for all rows together: the more rows, the surer each must be."))


def _alike(refusals: Sequence[str]) -> Sequence[str]:
    """At most three, and how many more."""
    shown = 3
    if len(refusals) <= shown:
        return refusals
    more = phrase_count(
        "And {count} more row has too few customers to tell.",
        "And {count} more rows have too few customers to tell.",
        len(refusals) - shown,
    )
    return [*refusals[:shown], more]


def left_out(found: int) -> str | None:
    """What a table says that does not hold all slices."""
    return phrase("{shown} of {found} are shown.", shown=MOST, found=found) if found > MOST else None
