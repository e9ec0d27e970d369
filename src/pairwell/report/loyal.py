"""What offers do to loyalty and to what customers say: by lot, and beside that of who accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from pairwell.clock import from_micros, to_micros
from pairwell.measure.customers.visits import Visits
from pairwell.measure.offers.acceptors import LANDMARK_DAYS, Alike, Balance, Seen, compare_acceptors
from pairwell.measure.offers.effects import Result
from pairwell.measure.offers.estimates import Estimate, NotEstimable
from pairwell.measure.offers.loyalty import Compared, Pair, came_back
from pairwell.measure.offers.moods import BEFORE_DAYS, LEAST, Mood, Moods, by_exposure, moods_by_lot, read_said
from pairwell.measure.offers.reading import Read
from pairwell.report.asking import Asked
from pairwell.report.offered import Opened, ends, open_offers, say_refusal
from pairwell.report.record import Cell, Column, Table
from pairwell.report.shown.cells import NO_DIFFERENCE
from pairwell.report.sliced import CANNOT
from pairwell.said import joined, number, phrase, phrase_count

_YEAR: Final = timedelta(days=365)
_EPOCH: Final = date(1970, 1, 1)
_NO_EXPERIMENT: Final = phrase(
    "Not an experiment: those who accept may like the shop more anyway. Whether offers bring customers back says the "
    "table by lot alone."
)
_NOT_YET: Final = phrase("Some or all lines cannot be told yet: nobody is known for as long. Wait.")
_BY_LOT: Final = phrase(
    "Everybody with something to be offered, whether they accepted or not, from the first time on; who is not known "
    "for as long yet is left out, in both groups."
)

_NOTHING_BOUGHT: Final = phrase("Nothing was bought since the period began, so nobody knows what offers do to loyalty.")
_NOBODY_ASKED: Final = phrase("Nobody was offered anything yet, so nobody knows what offers do to loyalty.")
_OFFERS, _HOLDOUT = phrase("Offers"), phrase("Holdout")


class Loyal(msgspec.Struct, frozen=True, kw_only=True):
    """Tables, and what to know of them."""

    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()


def find_loyal(asked: Asked, visits: Visits) -> Loyal:
    """Of the period asked for, else of a year up to the newest order; one note where nobody was offered anything."""
    zone = ZoneInfo(asked.settings.shop.timezone)
    until = asked.until or datetime.combine(_EPOCH + timedelta(days=visits.last_day + 1), time(), zone)
    if asked.since is not None and asked.since >= until:
        return Loyal(notes=[_NOTHING_BOUGHT])
    wanted = msgspec.structs.replace(asked, by=None, since=asked.since or until - _YEAR, until=until)
    opened = open_offers(wanted, compare=False)
    if opened is None or not len(opened.now.told.slates.at):
        return Loyal(notes=[_NOBODY_ASKED])
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
        ("loyalty_by_lot", phrase("Coming back: offers against the holdout"), (_OFFERS, _HOLDOUT)), asked, note=_BY_LOT
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
        columns=[Column(key="what", title=phrase("Bought"), unit="text"), *_pair_columns(ones, others)],
        rows=[
            {"what": _WORDS[one.asked](one.number), **_pair_cells(one.pair)}
            for one in asked
            if one.pair.ones.units or one.pair.others.units
        ],
        note=joined(note, *refused),
    )


_OF_MOODS: Final = phrase(
    "Not an experiment: who comes often sees more offers, buys more and has more to complain of; the next table tells "
    "by lot. Satisfaction is the share of its scale (5 of 5 is 100 %); tickets count as complaints. A week counts by "
    "what was seen before it began."
)
_BEFORE: Final = {
    "days since the last purchase": phrase("days since the last purchase"),
    "purchases": phrase("purchases"),
    "spent": phrase("spent"),
    "first offer seen": phrase("first offer seen"),
}
_WORDS: Final[Mapping[str, Callable[[int], str]]] = {
    "within": lambda days: phrase("within {days} days", days=days),
    "repeat": lambda days: phrase("twice or more within {days} days", days=days),
    "month": lambda number: phrase("in month {number} (30 days each)", number=number),
}


def _pair_columns(ones: str, others: str) -> list[Column]:
    return [
        Column(key="ones", title=ones, unit="count"),
        Column(key="ones_share", title=phrase("Share"), unit="share", interval=True),
        Column(key="others", title=others, unit="count"),
        Column(key="others_share", title=phrase("Share of these"), unit="share", interval=True),
        Column(key="difference", title=phrase("Difference"), unit="share", interval=True),
        Column(key="verdict", title=phrase("Verdict"), unit="text"),
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
        return CANNOT
    return phrase("more") if found.low > 0 else phrase("less") if found.high < 0 else NO_DIFFERENCE


def _acceptors(alike: Alike | NotEstimable) -> Iterator[Table]:
    named = ("loyalty_of_acceptors", phrase("Coming back: who accepted an offer, and who saw one and did not"))
    groups = (phrase("Accepted"), phrase("Alike, did not"))
    if isinstance(alike, NotEstimable):
        note = joined(_NO_EXPERIMENT, say_refusal(alike))
        yield Table(key=named[0], title=named[1], columns=_what(groups), rows=[], note=note)
        return
    yield _compared((*named, groups), alike.compared, note=joined(_NO_EXPERIMENT, *_alike_words(alike)))
    yield Table(
        key="loyalty_balance",
        title=phrase("How alike they were before"),
        columns=[
            Column(key="what", title=phrase("Known before"), unit="text"),
            Column(key="before", title=phrase("All of them, apart by"), unit="number"),
            Column(key="after", title=phrase("As compared"), unit="number"),
        ],
        rows=[_balance(one) for one in alike.balance],
        note=phrase(
            "In standard deviations; below {good} is good, above {most} nothing would be compared.",
            good=number(0.1, 1),
            most=number(0.25, 2),
        ),
    )


def _alike_words(alike: Alike) -> Iterator[str]:
    yield phrase_count(
        "Of {count} acceptor {matched} are compared with others alike in what they had bought before they saw an "
        "offer, worth as many as {worth} customers.",
        "Of {count} acceptors {matched} are compared with others alike in what they had bought before they saw an "
        "offer, worth as many as {worth} customers.",
        alike.acceptors,
        matched=alike.matched,
        worth=number(alike.worth),
    )
    yield phrase(
        "Both are followed from {days} days after the first offer they saw; who accepted later counts as who did not.",
        days=LANDMARK_DAYS,
    )


def _balance(one: Balance) -> dict[str, Cell]:
    return {"what": _BEFORE.get(one.name, one.name), "before": round(one.before, 3), "after": round(one.after, 3)}


def _what(groups: tuple[str, str]) -> list[Column]:
    return [Column(key="what", title=phrase("Bought"), unit="text"), *_pair_columns(*groups)]


def _by_exposure(moods: Sequence[Mood]) -> Table:
    told = any(one.scores or one.complaints for one in moods)
    return Table(
        key="moods_by_exposure",
        title=phrase("What customers say, by offers seen in the {days} days before", days=BEFORE_DAYS),
        columns=[
            Column(key="seen", title=phrase("Offers seen"), unit="text"),
            Column(key="scores", title=phrase("Scores"), unit="count"),
            Column(key="satisfaction", title=phrase("Satisfaction"), unit="share", interval=True),
            Column(key="complaints", title=phrase("Complaints"), unit="count"),
            Column(key="weeks", title=phrase("Weeks of customers"), unit="count"),
            Column(key="rate", title=phrase("Complaints a week"), unit="share", interval=True),
        ],
        rows=[_mood(place, one) for place, one in enumerate(moods)] if told else [],
        note=_OF_MOODS if told else say_refusal(NotEstimable(reason="unsaid")),
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
    pairs = {
        phrase("Satisfaction of those who gave a score"): moods.satisfaction,
        phrase("Complained"): moods.complained,
    }
    refused = [
        joined(name, say_refusal(one.difference), between=": ")
        for name, one in pairs.items()
        if isinstance(one.difference, NotEstimable)
    ]
    said = [name for name, one in pairs.items() if one.difference != NotEstimable(reason="unsaid")]
    note = phrase(
        "From the first time that there was something to offer. Who gives a score at all may differ by group, too."
    )
    return Table(
        key="moods_by_lot",
        title=phrase("What customers say: offers against the holdout"),
        columns=[Column(key="what", title=phrase("What"), unit="text"), *_pair_columns(_OFFERS, _HOLDOUT)],
        rows=[{"what": name, **_pair_cells(pairs[name])} for name in said],
        note=joined(note, *refused) if said else say_refusal(NotEstimable(reason="unsaid")),
    )
