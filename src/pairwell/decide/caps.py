"""Caps: one attention budget for each person over all channels, and totals for all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from pairwell.config.settings import Cap
from pairwell.decide.rules.sifting import Sifted, sift
from pairwell.decide.scene import Scene
from pairwell.decide.terms import Objection
from pairwell.errors import OperatingError
from pairwell.records import Candidate, Contact, Offer

_LONGEST = timedelta(days=36_500)  # beyond a hundred years the calendar ends before a window does


def cap(candidates: Sequence[Candidate], scene: Scene) -> Sifted:
    """Keep what no cap holds back."""
    budget = _Budget(scene)
    judge = lambda candidate, _: budget.objection(candidate)  # noqa: E731  (it belongs to this budget)
    return sift(candidates, scene, stage="caps", judge=judge, suspects=budget.suspects())


def totals_of(scene: Scene) -> Iterator[Cap]:
    """The caps of scope `offer` that hold for this placement."""
    return (one for one in _caps_here(scene) if one.scope == "offer")


class Places:
    """What of the totals is left while a slate fills up."""

    def __init__(self, scene: Scene) -> None:
        limited = ((one, one.limit) for one in totals_of(scene) if one.limit is not None)
        self._left = [
            (one.name, frozenset(one.items), limit - scene.inputs.taken.get(one.name, limit)) for one, limit in limited
        ]

    def take(self, item_ids: Iterable[str]) -> frozenset[str]:
        """Give one to an offer of the items; returns the items of which none is left then."""
        offered = frozenset(item_ids)
        self._left = [(name, items, left - (not items.isdisjoint(offered))) for name, items, left in self._left]
        return frozenset().union(*(items for _, items, left in self._left if left <= 0))

    def check(self, slate: Iterable[Offer]) -> None:
        """Give one to every offer of a slate. Raises `OperatingError` where too few are left: that would be our bug."""
        for offer in slate:
            self.take(offer.adds)
            if overdrawn := [name for name, items, left in self._left if left < 0 and not items.isdisjoint(offer.adds)]:
                raise OperatingError(f"A slate takes more of {', '.join(overdrawn)} than is left.")


def ends_of(slate: Iterable[Offer], scene: Scene) -> datetime | None:
    """The moment at which the first offer of `slate` ends; None where none is limited in time."""
    offered = {item_id for offer in slate for item_id in offer.adds}
    ends = (one.until for one in totals_of(scene) if one.until is not None and offered.intersection(one.items))
    return min(ends, default=None)


def window_start(one: Cap, now: datetime) -> datetime | None:
    """Since when a cap counts; None: since the beginning."""
    if one.window_h is None or one.window_h > _LONGEST / timedelta(hours=1):
        return None
    return now - timedelta(hours=one.window_h)


class _Budget:
    """What is left, counted once for a scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._now = scene.inputs.now
        self._for_all: Objection | None = None
        self._repeats: list[tuple[Cap, Counter[str]]] = []
        for one in _caps_here(scene):
            if one.scope == "customer":
                self._count(one)

    def objection(self, candidate: Candidate) -> Objection | None:
        """The cap that the offer would break."""
        return self._for_all or self._repeated(candidate.name) or self._gone(candidate.adds)

    def suspects(self) -> set[str] | None:
        """The ids of all whose offer may break a cap; None: anybody's."""
        limits = [(one.limit, items) for one, items in self._repeats if one.limit is not None]
        if self._for_all or any(limit <= 0 for limit, _ in limits):
            return None
        repeated = {item_id for limit, items in limits for item_id, number in items.items() if number >= limit}
        return repeated.union(*(one.items for one in totals_of(self._scene) if self._used_up(one)))

    def _used_up(self, one: Cap) -> Objection | None:
        """Why nothing of a total is left."""
        if one.until is not None and self._now >= one.until:
            return "ended", {"cap": one.name, "until": one.until.isoformat()}
        if one.limit is None:
            return None
        taken = self._scene.inputs.taken.get(one.name, one.limit)  # one that was not counted may be gone
        return ("given_away", {"cap": one.name, "counted": taken, "limit": one.limit}) if taken >= one.limit else None

    def _count(self, one: Cap) -> None:
        contacts = [contact for contact in self._scene.inputs.contacts if self._counts(one, contact)]
        if not self._scene.placement.interrupts:
            items = Counter(item_id for contact in contacts for item_id in _items_of(contact, self._now))
            self._repeats.append((one, items))
            return
        number = sum(contact.interrupts and any(_items_of(contact, self._now)) for contact in contacts)
        if one.limit is not None and number >= one.limit and self._for_all is None:
            self._for_all = "contacts", {"cap": one.name, "counted": number, "limit": one.limit}

    def _counts(self, one: Cap, contact: Contact) -> bool:
        start = window_start(one, self._now)
        return (start is None or contact.at > start) and (not one.channels or contact.channel in one.channels)

    def _repeated(self, name: str) -> Objection | None:
        for one, items in self._repeats:
            if one.limit is not None and items[name] >= one.limit:
                return "repeats", {"cap": one.name, "counted": items[name], "limit": one.limit}
        return None

    def _gone(self, item_ids: Sequence[str]) -> Objection | None:
        used_up = (self._used_up(one) for one in totals_of(self._scene) if not set(one.items).isdisjoint(item_ids))
        return next((objection for objection in used_up if objection is not None), None)


def _caps_here(scene: Scene) -> Iterator[Cap]:
    return (one for one in scene.settings.caps if not one.channels or scene.placement.channel in one.channels)


def _items_of(contact: Contact, now: datetime) -> Iterator[str]:
    """What counts as seen of a slate: all of it until it lapses."""
    live = now < contact.lapses_at
    return (item_id for number, item_id in enumerate(contact.item_ids) if live or contact.seen >> number & 1)
