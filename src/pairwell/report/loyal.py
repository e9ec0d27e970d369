"""What offers do to loyalty and to what customers say: by lot, and beside that of who accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from pairwell.clock import from_micros, to_micros
from pairwell.measure.customers.visits import Visits
from pairwell.measure.offers.acceptors import LANDMARK_DAYS, Alike, Seen, compare_acceptors
from pairwell.measure.offers.effects import Result
from pairwell.measure.offers.estimates import Estimate, NotEstimable
from pairwell.measure.offers.loyalty import Compared, Pair, came_back
from pairwell.measure.offers.moods import BEFORE_DAYS, LEAST, Mood, Moods, by_exposure, moods_by_lot, read_said
from pairwell.measure.offers.reading import Read
from pairwell.report.asking import Asked
from pairwell.report.offered import Opened, ends, open_offers, say_refusal
from pairwell.report.record import Cell, Column, Table
from pairwell.wording import counted

_YEAR: Final = timedelta(days=365)
_EPOCH: Final = date(1970, 1, 1)
_NO_EXPERIMENT: Final = (
    "Not an experiment: those who accept may like the shop more anyway. Whether offers bring customers back says the "
    "table by lot alone."
)
_NOT_YET: Final = "Some or all lines cannot be told yet: nobody is known for as long. Wait."
_BY_LOT: Final = (
    "Everybody with something to be offered, whether they accepted or not, from the first time on; who is not known "
    "for as long yet is left out, in both groups."
)


class Loyal(msgspec.Struct, frozen=True, kw_only=True):
    """Tables, and what to know of them."""

    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()


def find_loyal(asked: Asked, visits: Visits) -> Loyal:
    """Of the period asked for, else of a year up to the newest order; one note where nobody was offered anything."""
    zone = ZoneInfo(asked.settings.shop.timezone)
    until = asked.until or datetime.combine(_EPOCH + timedelta(days=visits.last_day + 1), time(), zone)
    if asked.since is not None and asked.since >= until:
        return Loyal(notes=["Nothing was bought since the period began, so nobody knows what offers do to loyalty."])
    wanted = msgspec.structs.replace(asked, by=None, since=asked.since or until - _YEAR, until=until)
    opened = open_offers(wanted, compare=False)
    if opened is None or not len(opened.now.told.slates.at):
        return Loyal(notes=["Nobody was offered anything yet, so nobody knows what offers do to loyalty."])
    return _loyal(opened, visits)


def _loyal(opened: Opened, visits: Visits) -> Loyal:
    read, period = opened.now, opened.periods.period
    said = read_said(opened.asked.dataset, read.units, period)
    asked = came_back(read.trial, read.lines, since=to_micros(period.since), until=to_micros(period.until))
    zone = ZoneInfo(opened.asked.settings.shop.timezone)
    alike = compare_acceptors(_seen(read, visits, zone), visits)
    tables = [_by_lot(asked), *_acceptors(alike), _by_exposure(by_exposure(read.told, said, read.met))]
    return Loyal(tables=[*tables, _moods(moods_by_lot(read.trial, said))])


def _seen(read: Read, visits: Visits, zone: ZoneInfo) -> Seen:
    """Customers who saw an offer in the period, by the first of them."""
    told, offers = read.told, read.told.offers
    unit = told.slates.unit[offers.slate]
    rows = np.flatnonzero((offers.exposed >= told.since) & (unit >= 0))
    rows = rows[np.lexsort((offers.exposed[rows], unit[rows]))]
    units, first = np.unique(unit[rows], return_index=True)
    start = offers.exposed[rows][first]
    taken = np.full(len(read.units), told.until, dtype=np.int64)
    accepted = np.flatnonzero((offers.accepted >= 0) & (unit >= 0))
    np.minimum.at(taken, unit[accepted], offers.accepted[accepted])
    ours = read.attributed.offer >= 0
    np.minimum.at(taken, read.lines.unit[ours], read.lines.at[ours])
    named = np.array([read.units[one].startswith("c:") for one in units.tolist()], dtype=np.bool_)
    units, start = units[named], start[named]
    places = {name: place for place, name in enumerate(visits.customer_ids)}
    landmark = start + LANDMARK_DAYS * 86_400_000_000
    return Seen(
        customer=np.array([places.get(read.units[one][2:], -1) for one in units.tolist()], dtype=np.int64),
        day=np.array(
            [(from_micros(at).astimezone(zone).date() - _EPOCH).days for at in start.tolist()], dtype=np.int64
        ),
        accepted=taken[units] < landmark,
    )


def _by_lot(asked: Sequence[Compared]) -> Table:
    return _compared(
        ("loyalty_by_lot", "Coming back: offers against the holdout", ("Offers", "Holdout")), asked, note=_BY_LOT
    )


def _compared(named: tuple[str, str, tuple[str, str]], asked: Sequence[Compared], *, note: str) -> Table:
    key, title, (ones, others) = named
    differences = [one.pair.difference for one in asked]
    refused = dict.fromkeys(
        _NOT_YET if one.reason == "nobody" else say_refusal(one) for one in differences if isinstance(one, NotEstimable)
    )
    return Table(
        key=key,
        title=title,
        columns=[Column(key="what", title="Bought", unit="text"), *_pair_columns(ones, others)],
        rows=[
            {"what": _WORDS[one.asked].format(number=one.number), **_pair_cells(one.pair)}
            for one in asked
            if one.pair.ones.units or one.pair.others.units
        ],
        note=" ".join([note, *refused]),
    )


_WORDS: Final[Mapping[str, str]] = {
    "within": "within {number} days",
    "repeat": "twice or more within {number} days",
    "month": "in month {number} (30 days each)",
}


def _pair_columns(ones: str, others: str) -> list[Column]:
    return [
        Column(key="ones", title=ones, unit="count"),
        Column(key="ones_share", title="Share", unit="share", interval=True),
        Column(key="others", title=others, unit="count"),
        Column(key="others_share", title="Share of these", unit="share", interval=True),
        Column(key="difference", title="Difference", unit="share", interval=True),
        Column(key="verdict", title="Verdict", unit="text"),
    ]


def _pair_cells(pair: Pair) -> dict[str, Cell]:
    return {
        "ones": pair.ones.units,
        **ends("ones_share", pair.ones.mean, "share"),
        "others": pair.others.units,
        **ends("others_share", pair.others.mean, "share"),
        **ends("difference", pair.difference, "share"),
        "verdict": _verdict(pair.difference),
    }


def _verdict(found: Result) -> str:
    if not isinstance(found, Estimate):
        return "cannot be told"
    return "more" if found.low > 0 else "less" if found.high < 0 else "no difference shown"


def _acceptors(alike: Alike | NotEstimable) -> Iterator[Table]:
    named = ("loyalty_of_acceptors", "Coming back: who accepted an offer, and who saw one and did not")
    groups = ("Accepted", "Alike, did not")
    if isinstance(alike, NotEstimable):
        note = f"{_NO_EXPERIMENT} {say_refusal(alike)}"
        yield Table(key=named[0], title=named[1], columns=_what(groups), rows=[], note=note)
        return
    note = (
        f"{_NO_EXPERIMENT} Of {counted(alike.acceptors, 'acceptor')} {alike.matched:,} are compared with others alike "
        f"in what they had bought before they saw an offer, worth as many as {alike.worth:,.0f} customers. Both are "
        f"followed from {LANDMARK_DAYS} days after the first offer they saw; who accepted later counts as who did not."
    )
    yield _compared((*named, groups), alike.compared, note=note)
    yield Table(
        key="loyalty_balance",
        title="How alike they were before",
        columns=[
            Column(key="what", title="Known before", unit="text"),
            Column(key="before", title="All of them, apart by", unit="number"),
            Column(key="after", title="As compared", unit="number"),
        ],
        rows=[
            {"what": one.name, "before": round(one.before, 3), "after": round(one.after, 3)} for one in alike.balance
        ],
        note="In standard deviations; below 0.1 is good, above 0.25 nothing would be compared.",
    )


def _what(groups: tuple[str, str]) -> list[Column]:
    return [Column(key="what", title="Bought", unit="text"), *_pair_columns(*groups)]


def _by_exposure(moods: Sequence[Mood]) -> Table:
    told = any(one.scores or one.complaints for one in moods)
    return Table(
        key="moods_by_exposure",
        title=f"What customers say, by offers seen in the {BEFORE_DAYS} days before",
        columns=[
            Column(key="seen", title="Offers seen", unit="text"),
            Column(key="scores", title="Scores", unit="count"),
            Column(key="satisfaction", title="Satisfaction", unit="share", interval=True),
            Column(key="complaints", title="Complaints", unit="count"),
            Column(key="weeks", title="Weeks of customers", unit="count"),
            Column(key="rate", title="Complaints a week", unit="share", interval=True),
        ],
        rows=[_mood(place, one) for place, one in enumerate(moods)] if told else [],
        note="Not an experiment: who comes often sees more offers, buys more and has more to complain of; the next "
        "table tells by lot. Satisfaction is the share of its scale (5 of 5 is 100 %); tickets count as "
        "complaints. A week counts by what was seen before it began."
        if told
        else say_refusal(NotEstimable(reason="unsaid")),
    )


def _mood(place: int, mood: Mood) -> dict[str, Cell]:
    last = f"{LEAST[place + 1] - 1}" if place + 1 < len(LEAST) else None
    name = f"{mood.least}+" if last is None else last if last == str(mood.least) else f"{mood.least}-{last}"
    return {
        "seen": name,
        "scores": mood.scores,
        **ends("satisfaction", mood.satisfaction, "share"),
        "complaints": mood.complaints,
        "weeks": mood.weeks,
        **ends("rate", mood.rate, "share"),
    }


def _moods(moods: Moods) -> Table:
    pairs = {"Satisfaction of those who gave a score": moods.satisfaction, "Complained": moods.complained}
    refused = [
        f"{name}: {say_refusal(one.difference)}"
        for name, one in pairs.items()
        if isinstance(one.difference, NotEstimable)
    ]
    said = [name for name, one in pairs.items() if one.difference != NotEstimable(reason="unsaid")]
    note = "From the first time that there was something to offer. Who gives a score at all may differ by group, too."
    return Table(
        key="moods_by_lot",
        title="What customers say: offers against the holdout",
        columns=[Column(key="what", title="What", unit="text"), *_pair_columns("Offers", "Holdout")],
        rows=[{"what": name, **_pair_cells(pairs[name])} for name in said],
        note=" ".join([note, *refused]) if said else say_refusal(NotEstimable(reason="unsaid")),
    )
