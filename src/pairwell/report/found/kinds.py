"""Kinds of offer that customers take much more seldom than the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pairwell.measure.findings.chances import Tally, much_below, tally_of
from pairwell.measure.offers.stages import Way, by_kind, by_placement
from pairwell.report.found.record import Found
from pairwell.report.named import KINDS
from pairwell.report.offered import ends
from pairwell.report.record import Column
from pairwell.said import phrase

_COLUMNS: Final = (
    Column(key="kind", title=phrase("Kind of offer"), unit="text"),
    Column(key="seen", title=phrase("Seen"), unit="count"),
    Column(key="accepted", title=phrase("Accepted"), unit="count"),
    Column(key="taken", title=phrase("Of those seen"), unit="share", interval=True),
    Column(key="others", title=phrase("Others"), unit="share"),
)


def find_kinds(way: Way) -> Iterator[Found]:
    """Kinds that are surely taken much more seldom than the other kinds together."""
    kinds = by_kind(way)
    found = much_below([_taken(one) for _, one in kinds])
    if not found:
        return
    first = kinds[found[0].group][0]
    place = _most_seen(kinds[found[0].group][1])
    yield Found(
        key="hardly_taken_kinds",
        title=phrase("Kinds of offer that are hardly taken"),
        money=phrase("Their places might have gone to offers that are taken; what those would sell, nobody can tell."),
        evidence=phrase("Accepted surely, and at most a third as often, as offers of the other kinds."),
        setting=f"placements.{place}.kinds",
        do=phrase(
            'Take "{kind}" out of `kinds` under [placements.{place}] in pairwell.toml and run `pairwell publish`, or '
            "offer others of the kind: `pairwell report funnel --by kind` tells how far each comes.",
            kind=first,
            place=place,
        ),
        columns=_COLUMNS,
        rows=[
            {
                "kind": KINDS.get(kinds[one.group][0], kinds[one.group][0]),
                "seen": one.tried,
                "accepted": one.happened,
                **ends("taken", one.share, "share"),
                "others": one.rest,
            }
            for one in found
        ],
    )


def _taken(way: Way) -> Tally:
    return tally_of(way.stage("accepted"), way.stage("exposed"), way.cluster)


def _most_seen(way: Way) -> str:
    """The placement where most of them were seen."""
    places: Sequence[tuple[str, Way]] = by_placement(way)
    return max(places, key=lambda one: int(one[1].stage("exposed").sum()))[0]
