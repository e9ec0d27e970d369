"""Read the decisions of a period into columns, a part at a time."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np

from pairwell.clock import to_micros
from pairwell.journal.codes import Codes
from pairwell.journal.offers_told import DecisionTold, OfferTold, read_decisions_told
from pairwell.measure.offers.estimates import Ints
from pairwell.measure.offers.rows import NEVER, Decided, Expected, Names, Offers, Silence, Slates, Told
from pairwell.measure.period import Period
from pairwell.operations.database import Database

_OF_MONEY = ("nothing_worth_it", "kill_switch")
_SLATES = ("at", "unit", "placement", "seller", "shown")
_DECIDED = ("unit", "placement", "seller", "silence")
_BETWEEN = "\x1f"  # of a reason and its detail
_OFFERS = ("slate", "name", "kind", "exposed", "exposed_last", "clicked", "accepted", "declined", "reason")


def read_told(database: Database, period: Period, back: timedelta = timedelta(0)) -> Told:
    """What was decided in the period, and told of it; slates `back` before it as far as purchases look back to them."""
    return gather(read_decisions_told(database, since=period.since - back, until=period.until), period)


def gather(parts: Iterable[Sequence[DecisionTold]], period: Period) -> Told:
    """The same of decisions that come in parts, in order of time."""
    gathering = _Gathering(to_micros(period.since), to_micros(period.until))
    for part in parts:
        for decision in part:
            gathering.add(decision)
    return gathering.close()


class _Gathering:
    def __init__(self, since: int, until: int) -> None:
        self._since, self._until = since, until
        self._decided, self._slates, self._offers = array("q"), array("q"), array("q")  # row after row
        self._units, self._names, self._kinds = Codes(), Codes(), Codes()
        self._placements, self._reasons = Codes(), Codes()
        self._sellers, self._silences = Codes(), Codes()
        self._worth, self._shown, self._learned = 0.0, 0, 0

    def add(self, decision: DecisionTold) -> None:
        unit = NEVER if decision.whose is None else self._units[decision.whose]
        seller = NEVER if decision.seller is None else self._sellers[decision.seller]
        asked = unit, self._placements[decision.placement], seller
        if decision.at >= self._since:
            self._decided.extend((*asked, NEVER if decision.offers else self._silences[_told_of(decision)]))
        if not decision.offers:
            return
        slate = len(self._slates) // len(_SLATES)
        self._slates.extend((decision.at, *asked, int(decision.shown)))
        if decision.shown and decision.at >= self._since:
            self._worth += decision.worth_minor
            self._shown += 1
            self._learned += int(decision.learned)
        for offer in decision.offers:
            self._add_offer(slate, offer)

    def _add_offer(self, slate: int, offer: OfferTold) -> None:
        moments = (offer.exposed, offer.exposed_last, offer.clicked, offer.accepted, offer.declined)
        told = [self._within(moment) for moment in moments]
        told[1] = max(told[:2])  # seen again after the period's end: as far as is known here it was seen once
        reason = NEVER if offer.reason is None or told[-1] == NEVER else self._reasons[offer.reason]
        self._offers.extend((slate, self._names[offer.name], self._kinds[offer.kind], *told, reason))

    def _within(self, moment: int | None) -> int:
        """NEVER where it had not happened by the end of the period."""
        return NEVER if moment is None or moment >= self._until else moment

    def close(self) -> Told:
        slates, offers = _columns(self._slates, _SLATES), _columns(self._offers, _OFFERS)
        return Told(
            since=self._since,
            until=self._until,
            slates=Slates(**{**slates, "shown": slates["shown"] > 0}),  # type: ignore[arg-type]
            offers=Offers(**offers),
            names=Names(
                units=self._units.names,
                offers=self._names.names,
                kinds=self._kinds.names,
                placements=self._placements.names,
                reasons=self._reasons.names,
                sellers=self._sellers.names,
                silences=[Silence(*name.split(_BETWEEN, 1)) for name in self._silences.names],
            ),
            decided=Decided(**_columns(self._decided, _DECIDED)),
            expected=Expected(worth_minor=self._worth, slates=self._shown, learned=self._learned),
        )


def _told_of(decision: DecisionTold) -> str:
    """A silence as one name; where nothing was worth it, the detail is a sum of money and names none."""
    detail = "" if decision.silence in _OF_MONEY else decision.detail or ""
    return f"{decision.silence or ''}{_BETWEEN}{detail}"


def _columns(rows: array[int], names: Sequence[str]) -> dict[str, Ints]:
    table = np.array(rows, dtype=np.int64).reshape(-1, len(names))
    return {name: np.ascontiguousarray(table[:, place]) for place, name in enumerate(names)}
