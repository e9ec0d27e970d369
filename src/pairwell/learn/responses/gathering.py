"""Opportunities as columns of numbers, a few bytes for each offer, and what became of each."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.clock import from_micros
from pairwell.config.settings import Choice, Persuasion
from pairwell.errors import NotFoundError, SettingsError
from pairwell.events import items_named
from pairwell.journal.codes import Codes
from pairwell.journal.opportunities import Opportunity
from pairwell.learn.responses.arrays import Bools, Floats, Ints
from pairwell.learn.responses.counting import Moments, find_windows
from pairwell.learn.responses.purchases import Purchases
from pairwell.posterior import PASSED_OVER, Basis, Setting, effects_of, half_of, log_odds, prior_persuasion

ChoiceOf = Callable[[str], Choice]
_Bought = Mapping[int, set[int]]  # items by slate


class Window(NamedTuple):
    """For how long after a slate is no longer valid outcomes count, and up to when they are known; microseconds."""

    length: int
    now: int


class Trial(NamedTuple):
    """The expected loss of a slate that was shown to learn of its offers; also while its window is open."""

    at: int
    lost_minor: float


class Slates(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a slate."""

    placement: Ints  # place in `placements`
    placements: Sequence[str]
    cluster: Ints  # whose it is
    shown: Bools
    by_lot: Bools  # a lot kept it from being shown; where neither, nothing was worth showing
    closed: Bools  # its window is over, so that what it came to is known


class Carts(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a unit and window in which it was, or by lot was not, shown offers beside a cart."""

    slate: Ints  # the first
    ordered: Bools
    offers: Ints  # of all its slates that were shown
    weight: Floats  # 1 / the chance of being shown, or never being shown, as it was


class Offers(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row an offer of one kind, passed over or not, the first of its item in its window.

    `effects` and `sizes` have as many columns.
    """

    slate: Ints  # its row there
    item: Ints  # place in `items`
    items: Sequence[str]
    effects: Ints  # places in `names`
    sizes: Floats
    names: Sequence[str]
    quiet: Floats  # log odds foretold of who is shown nothing
    persuasion: Floats  # foretold
    half: Floats  # quiet probability at which it is half of the most; 0: it does not depend on that
    shown: Bools
    passed: Bools  # not shown by choice, not by lot
    seen: Bools  # of those shown: an exposure was told
    bought: Bools
    weight: Floats  # 1 / the chance of being shown, or never being shown in that window, as it was


class Gathered(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Everything that outcomes teach from."""

    slates: Slates
    carts: Carts
    offers: Mapping[str, Offers]  # by kind
    newest: datetime  # decision whose window is over
    left_out: int  # slates whose settings are gone


class Gathering:
    """Takes opportunities one by one, the newest first; what they came to is asked once all are in."""

    def __init__(self, choice_of: ChoiceOf, window: Window, prior: Persuasion) -> None:
        self._chances, self._window, self._prior = _Chances(choice_of), window, prior
        self.trials = list[Trial]()
        self._units, self._left_out = list[frozenset[str]](), 0
        self._clusters, self._placements, self._items = Codes(), Codes(), Codes()
        self._columns = {
            name: array("q") for name in ("at", "end", "placement", "cluster", "shown", "by_lot", "has_cart")
        }
        self._lots = {name: array("d") for name in ("holdout", "withheld")}
        self._kinds: dict[str, _Kind] = {}

    def __len__(self) -> int:
        """How many there are whose window is over."""
        return sum(end <= self._window.now for end in self._columns["end"])

    @property
    def units(self) -> set[str]:
        """Whose opportunities they are."""
        return set().union(*self._units)

    @property
    def oldest(self) -> datetime:
        """The moment of the first decision."""
        return from_micros(min(self._columns["at"]))

    def add(self, opportunity: Opportunity) -> None:
        """Take one; one whose settings are gone is left out, as nobody knows how likely it was."""
        if opportunity.shown and opportunity.learning_minor:
            self.trials.append(Trial(opportunity.at, opportunity.learning_minor))
        lots = self._chances.of(opportunity)
        if lots is None:
            self._left_out += 1
            return
        slate = self._add_slate(opportunity, lots)
        for place, (offer, basis) in enumerate(zip(opportunity.offers, opportunity.bases, strict=True)):
            at = Setting(placement=opportunity.placement, place=place)
            self._add_offer(_Place(slate, place in opportunity.seen, passed=False), (offer.kind, offer.name, basis), at)
        for kind, name, basis in map(msgspec.structs.astuple, opportunity.passed_over):
            at = Setting(placement=opportunity.placement, place=0)
            self._add_offer(_Place(slate, seen=False, passed=True), (kind, name, basis), at)

    def _add_slate(self, opportunity: Opportunity, lots: tuple[float, float]) -> int:
        """Its row."""
        slate = len(self._units)
        self._units.append(opportunity.units)
        row = (
            opportunity.at,
            opportunity.valid_until + self._window.length,
            self._placements[opportunity.placement],
            self._clusters[opportunity.whose],
            int(opportunity.shown),
            int(bool(opportunity.offers) and not opportunity.shown),
            int(opportunity.has_cart),
        )
        for column, value in zip(self._columns.values(), row, strict=True):
            column.append(value)
        for lot, chance in zip(self._lots.values(), lots, strict=True):
            lot.append(chance)
        return slate

    def _add_offer(self, place: _Place, offer: tuple[str, str, Basis], at: Setting) -> None:
        kind, name, basis = offer
        effects = {**effects_of(basis, at), PASSED_OVER: float(place.passed)}
        foretold = _Foretold(
            log_odds(basis.quiet), prior_persuasion(kind, basis.fit, self._prior), half_of(kind, basis, self._prior)
        )
        self._kinds.setdefault(kind, _Kind()).add(place, self._items[name], effects, foretold)

    def close(self, purchases: Purchases) -> Gathered:
        """The columns, with what was bought within the window of each decision whose window is over."""
        columns = {name: np.array(column, dtype=np.int64) for name, column in self._columns.items()}
        moments = Moments(
            at=columns["at"],
            end=columns["end"],
            shown=columns["shown"] > 0,
            passed=(columns["shown"] == 0) & (columns["by_lot"] == 0),
            closed=columns["end"] <= self._window.now,
            holdout=np.array(self._lots["holdout"]),
            withheld=np.array(self._lots["withheld"]),
        )
        slates = Slates(
            placement=columns["placement"],
            placements=self._placements.names,
            cluster=columns["cluster"],
            shown=moments.shown,
            by_lot=columns["by_lot"] > 0,
            closed=moments.closed,
        )
        bought = self._bought(purchases, moments)
        counted = self._count_offers(columns["cluster"], moments)
        return Gathered(
            slates=slates,
            carts=self._carts(columns, moments, bought),
            offers={
                name: kind.close(slates, self._items.names, (bought, *counted[name]))
                for name, kind in sorted(self._kinds.items())
                if len(counted[name][0])
            },
            newest=from_micros(int(moments.at[moments.closed].max())),
            left_out=self._left_out,
        )

    def _bought(self, purchases: Purchases, moments: Moments) -> dict[int, set[int]]:
        """What was bought of all that was offered, by slate; of those with an order."""
        wanted = {code: set(items_named(name)) for code, name in enumerate(self._items.names)}
        codes = {min(parts): code for code, parts in wanted.items() if len(parts) == 1}
        bundles = {code: parts for code, parts in wanted.items() if len(parts) > 1}
        bought: dict[int, set[int]] = {}
        for slate in np.flatnonzero(moments.closed).tolist():
            found = purchases.between(self._units[slate], int(moments.at[slate]), int(moments.end[slate]))
            if found is not None:
                bought[slate] = {codes[item_id] for item_id in found if item_id in codes}
                bought[slate].update(code for code, parts in bundles.items() if parts <= found)
        return bought

    def _carts(self, columns: Mapping[str, Ints], moments: Moments, bought: Mapping[int, set[int]]) -> Carts:
        beside = np.flatnonzero((columns["has_cart"] > 0) & ~moments.passed)
        windows = find_windows(columns["cluster"][beside], moments.of(beside))
        offers = np.zeros(len(self._units), dtype=np.int64)
        for kind in self._kinds.values():
            offers += np.bincount(kind.slate[~kind.passed], minlength=len(offers))
        first = beside[windows.counts]
        return Carts(
            slate=first,
            ordered=np.fromiter((slate in bought for slate in first.tolist()), np.bool_, len(first)),
            offers=windows.total((offers * moments.shown)[beside]),
            weight=windows.weight,
        )

    def _count_offers(self, cluster: Ints, moments: Moments) -> dict[str, tuple[Ints, Floats]]:
        """By kind which of its offers count, and their weights; an item is the same whatever the kind."""
        if not self._kinds:
            return {}
        parts = [(kind.slate, np.array(kind.item, dtype=np.int64), kind.passed) for kind in self._kinds.values()]
        slate, item, passed = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.argsort(slate, kind="stable")
        of = moments.of(slate[order])
        of = msgspec.structs.replace(of, passed=passed[order], shown=of.shown & ~passed[order])
        windows = find_windows((cluster[slate] * len(self._items.names) + item)[order], of)
        rows, found, start = order[windows.counts], dict[str, tuple[Ints, Floats]](), 0
        for name, (own, _, _) in zip(self._kinds, parts, strict=True):
            mine = np.flatnonzero((rows >= start) & (rows < start + len(own)))
            mine = mine[np.argsort(rows[mine], kind="stable")]
            found[name] = rows[mine] - start, windows.weight[mine]
            start += len(own)
        return found


class _Foretold(NamedTuple):
    """What was foretold of an offer."""

    quiet: float  # log odds
    persuasion: float
    half: float


class _Place(NamedTuple):
    """Where an offer stood."""

    slate: int
    seen: bool
    passed: bool


class _Kind:
    """The offers of one kind so far."""

    def __init__(self) -> None:
        self._names = Codes()
        self._slate, self.item = array("q"), array("q")
        self._seen, self._passed = array("b"), array("b")
        self._effects, self._sizes = array("q"), array("d")
        self._quiet, self._persuasion, self._half = array("d"), array("d"), array("d")

    @property
    def slate(self) -> Ints:
        """Of each offer its slate."""
        return np.array(self._slate, dtype=np.int64)

    @property
    def passed(self) -> Bools:
        """Of each offer whether it was passed over."""
        return np.array(self._passed, dtype=np.bool_)

    def add(self, at: _Place, item: int, effects: Mapping[str, float], foretold: _Foretold) -> None:
        self._slate.append(at.slate)
        self.item.append(item)
        self._seen.append(at.seen)
        self._passed.append(at.passed)
        for name, size in effects.items():
            self._effects.append(self._names[name])
            self._sizes.append(size)
        self._quiet.append(foretold.quiet)
        self._persuasion.append(foretold.persuasion)
        self._half.append(foretold.half)

    def close(self, slates: Slates, items: Sequence[str], came_to: tuple[_Bought, Ints, Floats]) -> Offers:
        """What was bought by slate, the rows that count, and their weights."""
        bought, rows, weight = came_to
        nothing, width = set[int](), len(self._effects) // len(self._slate)
        slate, item, passed = self.slate[rows], np.array(self.item, dtype=np.int64)[rows], self.passed[rows]
        shown = slates.shown[slate] & ~passed
        pairs = zip(slate.tolist(), item.tolist(), strict=True)
        return Offers(
            slate=slate,
            item=item,
            items=items,
            effects=np.array(self._effects, dtype=np.int64).reshape(-1, width)[rows],
            sizes=np.array(self._sizes).reshape(-1, width)[rows],
            names=self._names.names,
            quiet=np.array(self._quiet)[rows],
            persuasion=np.array(self._persuasion)[rows],
            half=np.array(self._half)[rows],
            shown=shown,
            passed=passed,
            seen=shown & np.array(self._seen, dtype=np.bool_)[rows],
            bought=np.fromiter((of in bought.get(at, nothing) for at, of in pairs), np.bool_, len(rows)),
            weight=weight,
        )


class _Chances:
    """How likely what a lot decided was, by the settings of the decision."""

    def __init__(self, choice_of: ChoiceOf) -> None:
        self._choice_of = choice_of
        self._lots: dict[str, tuple[float, float] | None] = {}

    def of(self, opportunity: Opportunity) -> tuple[float, float] | None:
        """The chances of the holdout and of being withheld else; None where nobody knows, or it could not be."""
        if opportunity.settings not in self._lots:
            self._lots[opportunity.settings] = self._read(opportunity.settings)
        lots = self._lots[opportunity.settings]
        if lots is None:
            return None
        impossible = bool(opportunity.offers) and (max(lots) == 1 if opportunity.shown else max(lots) == 0)
        return None if impossible else lots

    def _read(self, settings: str) -> tuple[float, float] | None:
        try:
            choice = self._choice_of(settings)
        except (SettingsError, NotFoundError):
            return None
        return choice.holdout, choice.withheld


def gather(opportunities: Iterable[Opportunity], choice_of: ChoiceOf, window: Window, prior: Persuasion) -> Gathering:
    """All of them, taken in; the newest come first. What they are foretold by is this prior, whatever held then."""
    gathering = Gathering(choice_of, window, prior)
    for opportunity in opportunities:
        gathering.add(opportunity)
    return gathering
