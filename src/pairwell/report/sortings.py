"""By what customers are sorted into segments: standing, spending, behaviour, and what the shop says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from pairwell.measure.customers.attributes import find_attribute, name_segments, read_attributes
from pairwell.measure.customers.behaviour import Behaviours, find_behaviours, read_categories
from pairwell.measure.customers.recency import STANDINGS, Scores, Standing, score, tenths_of
from pairwell.measure.customers.visits import Array, Visits, read_visits
from pairwell.measure.unknown import NotKnown
from pairwell.report.asking import Asked
from pairwell.report.characters import describe
from pairwell.said import joined, phrase

OWN: Final = ("standing", "tier", "behaviour")
NAMES: Final[Mapping[Standing, tuple[str, str]]] = {
    "best": (phrase("Best customers"), phrase("bought lately, often and for much")),
    "loyal": (phrase("Loyal"), phrase("buy often, not all of them lately or for much")),
    "growing": (phrase("Coming along"), phrase("bought lately, not often yet")),
    "new": (phrase("New"), phrase("bought lately, once")),
    "cooling": (phrase("Cooling off"), phrase("neither lately nor long ago, not often")),
    "at_risk": (phrase("Slipping away"), phrase("used to buy often or for much, not lately")),
    "quiet": (phrase("Gone quiet"), phrase("bought long ago, seldom")),
}
_TITLES: Final = {
    "standing": phrase("how lately, often and much they buy"),
    "tier": phrase("tenths of spending"),
    "behaviour": phrase("behaviour"),
}
_TENTHS = 10


class Sorting(msgspec.Struct, frozen=True, kw_only=True):
    """Segments by one property: their names in order, and of each customer (by id) the place of its own."""

    key: str
    title: str  # what they are by, in words
    names: Sequence[str]
    of: Mapping[str, int]
    attribute: str | None = None  # by what the shop says, and not by what they bought


class Known(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What is known of customers at one moment."""

    visits: Visits
    scores: Scores | NotKnown
    behaviours: Behaviours | NotKnown


def know_customers(asked: Asked, until: datetime) -> Known | NotKnown:
    """By what they bought before a moment; not known where nobody bought anything then."""
    visits = read_visits(asked.dataset, asked.settings.shop.timezone, until)
    if isinstance(visits, NotKnown):
        return visits
    scores = score(visits)
    if isinstance(scores, NotKnown):
        return Known(visits=visits, scores=scores, behaviours=scores)
    categories = read_categories(asked.dataset, visits, scores.customers, until)
    return Known(visits=visits, scores=scores, behaviours=find_behaviours(visits, scores, categories))


def sort_customers(asked: Asked, known: Known) -> list[Sorting]:
    """Every sorting there is, or the one that is asked for. Raises `RequestError` for one that there is not."""
    names = () if asked.by is None or asked.by in OWN else (asked.by, asked.by.removeprefix("customer."))
    return [one for one in _every(asked, known) if asked.by is None or asked.by == one.key or one.attribute in names]


def tier_name(place: int) -> str:
    """What a tenth is called, from 0 for those who spend most."""
    ends = {0: phrase("1 (spend most)"), _TENTHS - 1: phrase("{last} (spend least)", last=_TENTHS)}
    return ends.get(place) or str(place + 1)


def numbered(found: Behaviours) -> list[str]:
    """The groups by behaviour, with a number, as two of them may be described alike."""
    return [joined(f"{number + 1}.", describe(found, number)) for number in range(len(found.groups))]


def sort_by_purchases(known: Known) -> Iterator[Sorting]:
    """By standing, by tenths of spending and by behaviour, as far as they are known."""
    visits, scores = known.visits, known.scores
    if isinstance(scores, NotKnown):
        return
    names = [NAMES[standing][0] for standing in STANDINGS]
    yield _sorting("standing", names, visits, scores.customers, scores.standings)
    yield _sorting("tier", [tier_name(n) for n in range(_TENTHS)], visits, scores.customers, tenths_of(scores.values))
    if isinstance(known.behaviours, Behaviours):
        yield _sorting("behaviour", numbered(known.behaviours), visits, scores.customers, known.behaviours.of)


def _every(asked: Asked, known: Known) -> Iterator[Sorting]:
    visits = known.visits
    yield from sort_by_purchases(known)
    if asked.by is not None and asked.by not in OWN:
        found = [find_attribute(asked.dataset, visits, asked.by, beside=OWN)]
    else:
        found = [(name, name_segments(column)) for name, column in read_attributes(asked.dataset, visits).items()]
    for name, column in found:
        kinds = sorted(set(column))
        of = {visits.customer_ids[place]: kinds.index(one) for place, one in enumerate(column)}
        key = f"customer.{name}" if name in OWN else name
        yield Sorting(key=key, title=name.replace("_", " "), names=kinds, of=of, attribute=name)


def _sorting(key: str, names: Sequence[str], visits: Visits, customers: Array, kinds: Array) -> Sorting:
    pairs = zip(customers.tolist(), kinds.tolist(), strict=True)
    return Sorting(
        key=key, title=_TITLES[key], names=names, of={visits.customer_ids[place]: int(kind) for place, kind in pairs}
    )
