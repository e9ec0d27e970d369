"""Opportunities as columns of numbers, a few bytes for each offer, and what became of each."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
import numpy as np

from pairwell.clock import from_micros
from pairwell.config.settings import Choice
from pairwell.errors import NotFoundError, SettingsError
from pairwell.events import items_named
from pairwell.journal.opportunities import Opportunity
from pairwell.learn.responses.arrays import Bools, Floats, Ints
from pairwell.learn.responses.purchases import Purchases
from pairwell.posterior import Setting, effects_of, log_odds, persuasion

ChoiceOf = Callable[[str], Choice]


class Codes:
    """Numbers for names, from 0 in the order in which they come."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self._codes.setdefault(name, len(self._codes))

    @property
    def names(self) -> list[str]:
        """By number."""
        return list(self._codes)


class Slates(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a slate."""

    placement: Ints  # place in `placements`
    placements: Sequence[str]
    cluster: Ints  # whose it is
    shown: Bools
    has_cart: Bools
    offers: Ints  # how many
    weight: Floats  # 1 / the chance of being shown, or of not being shown, as it was
    ordered: Bools  # an order was placed within the window


class Offers(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row an offer of one kind; `effects` and `sizes` have the same number of effects in each."""

    slate: Ints  # its row there
    item: Ints  # place in `items`
    items: Sequence[str]
    effects: Ints  # places in `names`
    sizes: Floats
    names: Sequence[str]
    quiet: Floats  # log odds foretold of who is shown nothing
    persuasion: Floats  # foretold
    seen: Bools  # of those shown: an exposure was told
    bought: Bools


class Gathered(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Everything that outcomes teach from."""

    slates: Slates
    offers: Mapping[str, Offers]  # by kind
    newest: datetime  # decision
    left_out: int  # slates whose settings are gone


class Gathering:
    """Takes opportunities one by one; what they came to is asked once all are in."""

    def __init__(self, choice_of: ChoiceOf) -> None:
        self._chances = _Chances(choice_of)
        self._at, self._units, self._left_out = array("q"), list[frozenset[str]](), 0
        self._clusters, self._placements, self._items = Codes(), Codes(), Codes()
        self._columns = {name: array("q") for name in ("placement", "cluster", "shown", "has_cart", "offers")}
        self._weights = array("d")
        self._kinds: dict[str, _Kind] = {}

    def __len__(self) -> int:
        return len(self._at)

    @property
    def units(self) -> set[str]:
        """Whose opportunities they are."""
        return set().union(*self._units)

    @property
    def oldest(self) -> datetime:
        """The moment of the first decision."""
        return from_micros(min(self._at))

    def add(self, opportunity: Opportunity) -> None:
        """Take one; one whose settings are gone is left out, as nobody knows how likely it was."""
        chance = self._chances.of(opportunity)
        if chance is None:
            self._left_out += 1
            return
        slate = len(self._at)
        self._at.append(opportunity.at)
        self._units.append(opportunity.units)
        self._weights.append(1 / chance)
        row = (
            self._placements[opportunity.placement],
            self._clusters[opportunity.whose],
            int(opportunity.shown),
            int(opportunity.has_cart),
            len(opportunity.offers),
        )
        for column, value in zip(self._columns.values(), row, strict=True):
            column.append(value)
        for place, (offer, basis) in enumerate(zip(opportunity.offers, opportunity.bases, strict=True)):
            kind = self._kinds.setdefault(offer.kind, _Kind())
            effects = effects_of(basis, Setting(placement=opportunity.placement, place=place))
            foretold = log_odds(basis.quiet), persuasion(basis.quiet, basis.shown)
            kind.add((slate, self._items[offer.name], place in opportunity.seen), effects, foretold)

    def close(self, purchases: Purchases, *, window_us: int) -> Gathered:
        """The columns, with what was bought within the window after each decision."""
        columns = {name: np.array(column, dtype=np.int64) for name, column in self._columns.items()}
        items = self._items.names
        bought: dict[int, set[int]] = {}
        ordered = np.zeros(len(self._at), dtype=np.bool_)
        wanted = {name: set(items_named(name)) for name in items}
        codes = {name: code for code, name in enumerate(items) if len(wanted[name]) == 1}
        bundles = {code: wanted[name] for code, name in enumerate(items) if len(wanted[name]) > 1}
        for slate, (at, units) in enumerate(zip(self._at, self._units, strict=True)):
            found = purchases.between(units, at, at + window_us)
            if found is not None:
                ordered[slate] = True
                bought[slate] = {codes[item_id] for item_id in found if item_id in codes}
                bought[slate].update(code for code, parts in bundles.items() if parts <= found)
        slates = Slates(
            placement=columns["placement"],
            placements=self._placements.names,
            cluster=columns["cluster"],
            shown=columns["shown"] > 0,
            has_cart=columns["has_cart"] > 0,
            offers=columns["offers"],
            weight=np.array(self._weights),
            ordered=ordered,
        )
        kinds = {name: self._kinds[name].close(slates, items, bought) for name in sorted(self._kinds)}
        return Gathered(slates=slates, offers=kinds, newest=from_micros(max(self._at)), left_out=self._left_out)


class _Kind:
    """The offers of one kind so far."""

    def __init__(self) -> None:
        self._names = Codes()
        self._slate, self._item, self._seen = array("q"), array("q"), array("b")
        self._effects, self._sizes = array("q"), array("d")
        self._quiet, self._persuasion = array("d"), array("d")

    def add(self, at: tuple[int, int, bool], effects: Mapping[str, float], foretold: tuple[float, float]) -> None:
        slate, item, seen = at
        self._slate.append(slate)
        self._item.append(item)
        self._seen.append(seen)
        for name, size in effects.items():
            self._effects.append(self._names[name])
            self._sizes.append(size)
        self._quiet.append(foretold[0])
        self._persuasion.append(foretold[1])

    def close(self, slates: Slates, items: Sequence[str], bought: Mapping[int, set[int]]) -> Offers:
        rows, nothing = len(self._slate), set[int]()
        slate, item = np.array(self._slate, dtype=np.int64), np.array(self._item, dtype=np.int64)
        pairs = zip(self._slate, self._item, strict=True)
        return Offers(
            slate=slate,
            item=item,
            items=items,
            effects=np.array(self._effects, dtype=np.int64).reshape(rows, -1),
            sizes=np.array(self._sizes).reshape(rows, -1),
            names=self._names.names,
            quiet=np.array(self._quiet),
            persuasion=np.array(self._persuasion),
            seen=slates.shown[slate] & np.array(self._seen, dtype=np.bool_),
            bought=np.fromiter((of in bought.get(at, nothing) for at, of in pairs), np.bool_, rows),
        )


class _Chances:
    """How likely what a lot decided was, by the settings of the decision."""

    def __init__(self, choice_of: ChoiceOf) -> None:
        self._choice_of = choice_of
        self._not_shown: dict[str, float | None] = {}

    def of(self, opportunity: Opportunity) -> float | None:
        """The chance of being shown, or not, as it was; None where nobody knows."""
        if opportunity.settings not in self._not_shown:
            self._not_shown[opportunity.settings] = self._read(opportunity.settings)
        not_shown = self._not_shown[opportunity.settings]
        if not_shown is None:
            return None
        return (1 - not_shown if opportunity.shown else not_shown) or None

    def _read(self, settings: str) -> float | None:
        try:
            choice = self._choice_of(settings)
        except (SettingsError, NotFoundError):
            return None
        return choice.holdout + (1 - choice.holdout) * choice.withheld


def gather(opportunities: Iterable[Opportunity], choice_of: ChoiceOf) -> Gathering:
    """All of them, taken in."""
    gathering = Gathering(choice_of)
    for opportunity in opportunities:
        gathering.add(opportunity)
    return gathering
