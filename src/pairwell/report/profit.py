"""What offers earned: what is put down to them, beside what they truly added."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from pairwell.config.settings import Decline
from pairwell.facts.posteriors import PosteriorStore
from pairwell.measure.offers.attribution import Attributed
from pairwell.measure.offers.effects import FOLLOWING_DAYS, Effects, Result, effects_of, untriggered
from pairwell.measure.offers.estimates import UNLIKELY, Bools, Estimate, NotEstimable
from pairwell.measure.offers.reading import Read
from pairwell.measure.offers.rows import Lines
from pairwell.measure.offers.sliced import earned_by
from pairwell.measure.offers.stages import count_reasons, count_silenced, way_of
from pairwell.report.asking import Asked, begin
from pairwell.report.kinds import kinds_table
from pairwell.report.named import REASONS
from pairwell.report.offered import Opened, empty, figure, notes_of, notes_of_slices, open_offers, say_refusal
from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.shown.cells import Cells
from pairwell.report.sliced import MOST, earned_table, shown_ends
from pairwell.report.verdicts import added_figure, verdict_of
from pairwell.said import exact, joined, phrase, phrase_count

NAME, _TITLE = "profit", phrase("What offers earned")
_LEFT_OUT: Final[Mapping[str, Callable[[int], str]]] = {
    "merged": lambda count: phrase_count(
        "{count} customer not compared: they were known by two names with a lot each.",
        "{count} customers not compared: they were known by two names with a lot each.",
        count,
    ),
    "several_arms": lambda count: phrase_count(
        "{count} customer not compared: they belong by lot to the holdout for a part of the time only, as it was "
        "changed.",
        "{count} customers not compared: they belong by lot to the holdout for a part of the time only, as it was "
        "changed.",
        count,
    ),
    "no_lot": lambda count: phrase_count(
        "{count} customer not compared: they were customers while there was no holdout.",
        "{count} customers not compared: they were customers while there was no holdout.",
        count,
    ),
}
_PARTS: Final = (
    ("offered", phrase("Items offered within the window before")),
    ("following", phrase("The same items in the {days} days after it", days=FOLLOWING_DAYS)),
    ("others", phrase("Everything else")),
)
_EARNED: Final = (
    ("revenue", phrase("Attributed revenue"), phrase("Incremental revenue")),
    ("margin", phrase("Attributed margin"), phrase("Incremental margin")),
)
_BELOW_0: Final = phrase(
    "Below 0 in the second row, purchases came earlier instead of more; in the third, offered items took the place of "
    "others, as an upgrade does of what it replaces."
)

_NOT_BY_LOT: Final = phrase(
    "Customers who were never offered anything differ between the groups, too, by more than chance does once in a "
    "thousand shops. Something but the lot sorts them: do not trust the incremental figures."
)


def build_profit(asked: Asked) -> Report:
    """What is put down to offers, what they added by the holdout, and what they cost. Raises `RequestError`."""
    opened = open_offers(asked, compare=True)
    if opened is None:
        return empty(asked, NAME, _TITLE)
    read, slices = opened.now, opened.slices
    effects = effects_of(read.trial, read.bought)
    tables = [_parts(effects), _groups(read), _declines(read)] if len(read.told.slates.at) else []
    learned = PosteriorStore(asked.database).newest()
    tables += [kinds_table(learned, asked.settings.shop.timezone)] if learned is not None and learned.effects else []
    if slices is not None:
        tables = [earned_table(slices, *earned_by(read, slices, most=MOST))]
    return msgspec.structs.replace(
        begin(asked, NAME, _TITLE, opened.periods.period, None if opened.before is None else opened.periods.previous),
        figures=[*_earned(opened, effects), *_costs(opened, effects)],
        tables=tables,
        notes=[*_notes(opened, effects), *notes_of(read, asked), *([] if slices is None else notes_of_slices(slices))],
    )


def _earned(opened: Opened, effects: Effects) -> Iterator[Figure]:
    cells = Cells(opened.asked.settings.shop.currency)
    yield verdict_of(effects, cells, holdout=opened.asked.settings.choice.holdout)
    yield from money_figures(opened, effects)
    yield _inflation(effects)


def money_figures(opened: Opened, effects: Effects) -> Iterator[Figure]:
    """Revenue and margin, each as it is put down to offers and as they added it."""
    window = opened.asked.settings.attribution.window_h
    before = None if opened.before is None else effects_of(opened.before.trial, opened.before.bought)
    cells = Cells(opened.asked.settings.shop.currency)
    for what, attributed, incremental in _EARNED:
        yield Figure(
            key=f"attributed_{what}_minor",
            title=attributed,
            unit="money",
            value=round(attributed_of(opened.now, what)),
            previous=None if opened.before is None else round(attributed_of(opened.before, what)),
            note=phrase(
                "Bought within {hours} hours of seeing it offered, less returns; an upgrade counts whole.",
                hours=exact(window),
            ),
        )
        yield added_figure(
            (f"incremental_{what}_minor", incremental, "money"),
            getattr(effects, what),
            cells=cells,
            previous=None if before is None else getattr(before, what),
            note=phrase("What customers with offers brought beyond what those kept without offers by lot did."),
        )


def _inflation(effects: Effects) -> Figure:
    name, title = "inflation", phrase("How many times too high attribution is")
    found = effects.inflation()
    if found is not None:
        return figure((name, title, "times"), found)
    if isinstance(effects.margin, NotEstimable):
        why = say_refusal(effects.margin)
    elif effects.attributed_margin <= 0:
        why = phrase("Nothing is put down to offers in this period.")
    else:
        why = phrase("Nobody can tell yet: the offers may have added nothing at all, or taken away.")
    return Figure(key=name, title=title, unit="times", value=None, refusal=why)


def _costs(opened: Opened, effects: Effects) -> Iterator[Figure]:
    read = opened.now
    yield added_figure(
        ("incremental_orders", phrase("Orders won or lost"), "number"),
        effects.orders,
        cells=Cells(opened.asked.settings.shop.currency),
        note=phrase("Below 0: offers cost checkouts."),
    )
    yield from _declined(read, opened.asked.settings.decline)
    yield _returned(read)
    yield figure(
        ("untriggered_margin_minor", phrase("Check: customers never offered anything"), "money"),
        untriggered(read.trial, read.lines),
        note=phrase("Nothing was done to them, so that this is chance; the first note below says where it cannot be."),
    )


def _declined(read: Read, decline: Decline) -> Iterator[Figure]:
    way = way_of(read.told, read.lines, read.attributed)
    declined = read.told.offers.declined[way.offer] >= 0
    tried = int((way.stage("exposed") | declined).sum())
    yield Figure(
        key="declines",
        title=phrase("Offers declined"),
        unit="count",
        value=int(declined.sum()),
        note=phrase_count("Of {count} offer that customers saw.", "Of {count} offers that customers saw.", tried),
    )
    yield Figure(
        key="silenced_customers",
        title=phrase("Customers silenced by declining"),
        unit="count",
        value=count_silenced(read.told, declines=decline.declines_to_silence, within_days=decline.quiet_days),
        note=phrase_count(
            "They declined {count} offer within {days} days.",
            "They declined {count} offers within {days} days.",
            decline.declines_to_silence,
            days=exact(decline.quiet_days),
        ),
    )


def _returned(read: Read) -> Figure:
    bought = _ours(read.attributed)
    back = float((read.lines.gross - read.lines.revenue)[bought].sum())
    gross = float(read.lines.gross[bought].sum())
    return Figure(
        key="attributed_returned_share",
        title=phrase("Attributed revenue that came back"),
        unit="share",
        value=back / gross if gross > 0 else None,
        refusal=None if gross > 0 else phrase("Nothing is put down to offers in this period."),
    )


def _parts(effects: Effects) -> Table:
    table = Table(
        key="margin_by_part",
        title=phrase("Where the incremental margin came from"),
        columns=[
            Column(key="part", title=phrase("Bought"), unit="text"),
            Column(key="margin", title=phrase("Margin added"), unit="money", interval=True),
        ],
        rows=[],
    )
    refused = [(title, one) for key, title in _PARTS if isinstance(one := getattr(effects, key), NotEstimable)]
    if len(refused) == len(_PARTS):
        note = say_refusal(max((one for _, one in refused), key=lambda one: one.needed))
        return msgspec.structs.replace(table, note=note)
    rows = [{"part": title, **shown_ends("margin", getattr(effects, key))} for key, title in _PARTS]
    said = [joined(title, say_refusal(one), between=": ") for title, one in refused]
    return msgspec.structs.replace(table, rows=rows, note=joined(_BELOW_0, *said))


def _groups(read: Read) -> Table:
    trial, rows = read.trial, list[dict[str, Cell]]()
    for title, held in ((phrase("Offers"), False), (phrase("Holdout"), True)):
        mine = trial.only(trial.triggered & (trial.held == held))
        counts = _Counts(mine.unit, mine.start, read.lines)
        n = len(mine.unit)
        rows.append(
            {
                "group": title,
                "customers": n,
                "orders": counts.orders,
                "revenue_each": round(counts.revenue / n) if n else None,
                "margin_each": round(counts.margin / n) if n else None,
            }
        )
    columns = [
        Column(key="group", title=phrase("Group"), unit="text"),
        Column(key="customers", title=phrase("Customers"), unit="count"),
        Column(key="orders", title=phrase("Orders"), unit="count"),
        Column(key="revenue_each", title=phrase("Revenue each"), unit="money"),
        Column(key="margin_each", title=phrase("Margin each"), unit="money"),
    ]
    return Table(
        key="groups",
        title=phrase("Who is compared"),
        columns=columns,
        rows=rows,
        note=phrase("Customers who had something to be offered, by when the period ended, from the first time on."),
    )


class _Counts:
    """What some units bought, from their start on."""

    def __init__(self, unit: np.typing.NDArray[np.int64], start: np.typing.NDArray[np.int64], lines: Lines) -> None:
        since = dict(zip(unit.tolist(), start.tolist(), strict=True))
        begins = np.array([since.get(one, -1) for one in range(int(lines.unit.max(initial=-1)) + 1)], dtype=np.int64)
        mine: Bools = (begins[lines.unit] >= 0) & (lines.at >= begins[lines.unit])
        self.orders = len(np.unique(lines.order[mine]))
        self.revenue, self.margin = float(lines.revenue[mine].sum()), float(lines.margin[mine].sum())


def _declines(read: Read) -> Table:
    reasons = count_reasons(way_of(read.told, read.lines, read.attributed))
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return Table(
        key="decline_reasons",
        title=phrase("Why customers declined"),
        columns=[
            Column(key="reason", title=phrase("Reason"), unit="text"),
            Column(key="declines", title=phrase("Offers"), unit="count"),
        ],
        rows=[{"reason": REASONS.get(reason, reason), "declines": count} for reason, count in ordered],
        chart="bars",
    )


def attributed_of(read: Read, what: str) -> float:
    """Revenue or margin that is put down to offers, in minor units."""
    return float(getattr(read.lines, what)[_ours(read.attributed)].sum())


def _ours(attributed: Attributed) -> Bools:
    return np.asarray(attributed.offer >= 0)


def _notes(opened: Opened, effects: Effects) -> Sequence[str]:
    left_out = opened.now.trial.left_out
    notes = list[str]() if opened.now.told.decided.size else [phrase("Nobody asked for offers in this period.")]
    notes += [_LEFT_OUT[reason](count) for reason, count in sorted(left_out.items()) if count]
    check: Result = untriggered(opened.now.trial, opened.now.lines, level=1 - UNLIKELY)
    if isinstance(check, Estimate) and not check.low <= 0 <= check.high:
        notes.insert(0, _NOT_BY_LOT)
    if isinstance(effects.margin, Estimate):
        against = phrase_count(
            "{count} customer with offers against {held} without.",
            "{count} customers with offers against {held} without.",
            effects.treated,
            held=effects.held,
        )
        often = phrase("Each interval would hold the true figure in 95 of 100 shops like this one.")
        notes.append(joined(against, often))
    return notes
