"""The way of an offer, from a slate to a purchase that is kept, and where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from pairwell.measure.offers.attribution import Attributed
from pairwell.measure.offers.estimates import Bools, Estimate, Ints, share_of
from pairwell.measure.offers.rows import Lines, Told

STAGES: Final = ("eligible", "shown", "exposed", "clicked", "accepted", "bought", "kept")
_DAY = 86_400_000_000  # microseconds


class Way(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """How far each offer of the period came: one row an offer, a column a stage.

    A stage says what was told, whatever was told of those before it: a purchase counts also where nobody told that
    the offer was accepted. `bought`: a line is put down to it; `kept`: nothing of that came back whole.
    """

    offer: Ints  # its row among the offers
    reached: Bools  # [offer, stage]
    slate: Ints
    cluster: Ints  # its unit; where nobody is named, its slate
    told: Told

    def stage(self, name: str) -> Bools:
        """Which offers reached it."""
        return np.asarray(self.reached[:, STAGES.index(name)])

    def count(self) -> list[int]:
        """Offers by stage."""
        return [int(number) for number in self.reached.sum(axis=0)]

    def count_slates(self) -> list[int]:
        """Slates by stage, of which any offer reached it."""
        return [len(np.unique(self.slate[self.reached[:, stage]])) for stage in range(len(STAGES))]

    def only(self, rows: Bools) -> Way:
        """Some of the offers."""
        columns = ("offer", "reached", "slate", "cluster")
        return msgspec.structs.replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def rate(self, stage: str, *, among: str = "exposed") -> Estimate | None:
        """The share of the offers that came to one stage which came to another; over customers. None: none did."""
        tried = self.stage(among)
        clusters = np.unique(self.cluster, return_inverse=True)[1]
        happened, all_tried = (
            np.bincount(clusters, weights=rows).astype(np.float64) for rows in (tried & self.stage(stage), tried)
        )
        return share_of(happened, all_tried)


def way_of(told: Told, lines: Lines, attributed: Attributed) -> Way:
    """How far the offers of the period came, by what was told and bought within it."""
    offers, slates = told.offers, told.slates
    rows = np.flatnonzero(slates.at[offers.slate] >= told.since)
    slate = offers.slate[rows]
    shown, unit = slates.shown[slate], slates.unit[slate]
    there = attributed.offer >= 0
    whole = np.bincount(attributed.offer[there], minlength=len(offers.slate))[rows]
    back = np.bincount(attributed.offer[there & (lines.kept <= 0)], minlength=len(offers.slate))[rows]
    happened = (offers.exposed, offers.clicked, offers.accepted)
    told_of = [shown & (moments[rows] >= 0) for moments in happened]
    reached = np.stack([np.ones(len(rows), dtype=np.bool_), shown, *told_of, whole > 0, (whole > 0) & (back == 0)])
    cluster = np.where(unit >= 0, unit, len(told.names.units) + slate)
    return Way(offer=rows, reached=reached.T, slate=slate, cluster=cluster, told=told)


def by_placement(way: Way) -> list[tuple[str, Way]]:
    """The ways of each placement, in order of its name."""
    return _by(way, way.told.slates.placement[way.slate], way.told.names.placements)


def by_kind(way: Way) -> list[tuple[str, Way]]:
    """The ways of each kind of offer, in order of its name."""
    return _by(way, way.told.offers.kind[way.offer], way.told.names.kinds)


def most_shown(way: Way, n: int, *, by: str = "exposed") -> list[tuple[str, str, Way]]:
    """The offers that came to a stage most often, most first: kind, name and their ways."""
    if not len(way.offer):
        return []
    names, kinds = way.told.names.offers, way.told.names.kinds
    code = way.told.offers.kind[way.offer] * len(names) + way.told.offers.name[way.offer]
    found, where = np.unique(code, return_inverse=True)
    counts = np.bincount(where, weights=way.stage(by))
    first = np.lexsort((found, -counts))[:n]
    return [
        (kinds[found[one] // len(names)], names[found[one] % len(names)], way.only(where == one))
        for one in first
        if counts[one] > 0
    ]


def count_reasons(way: Way) -> dict[str, int]:
    """Declined offers by the reason that was given; "" for none."""
    refused = way.told.offers.declined[way.offer] >= 0
    codes, counts = np.unique(way.told.offers.reason[way.offer][refused], return_counts=True)
    named = [way.told.names.reasons[code] if code >= 0 else "" for code in codes]
    return dict(zip(named, counts.tolist(), strict=True))


def count_silenced(told: Told, *, declines: int, within_days: float) -> int:
    """Units that declined so many offers within so many days, the last of them in the period."""
    offers = told.offers
    refused = np.flatnonzero((offers.declined >= 0) & (told.slates.unit[offers.slate] >= 0))
    unit, at = told.slates.unit[offers.slate[refused]], offers.declined[refused]
    order = np.lexsort((at, unit))
    unit, at = unit[order], at[order]
    if len(unit) < declines:
        return 0
    ends = slice(declines - 1, None)
    before = slice(None, len(unit) - declines + 1)
    often = (unit[ends] == unit[before]) & (at[ends] - at[before] <= within_days * _DAY) & (at[ends] >= told.since)
    return len(np.unique(unit[ends][often]))


def _by(way: Way, codes: Ints, names: Sequence[str]) -> list[tuple[str, Way]]:
    some = ((names[code], way.only(codes == code)) for code in np.unique(codes).tolist())
    return sorted(some, key=lambda one: one[0])
