"""One request with everything that was read for it, indexed the ways the stages ask."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import msgspec

from pairwell.candidates.anchors import find_anchors
from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.links import Links, index_relations
from pairwell.config.settings import Placement, Settings
from pairwell.decide.bounds import Bounds
from pairwell.decide.money import after_returns, earnings, net_price
from pairwell.decide.terms import Terms, open_terms
from pairwell.errors import RequestError
from pairwell.posterior import Posterior, Setting
from pairwell.records import Candidate, DecisionInputs, DecisionRequest, Item


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the cart, or the item looked at; `paid_minor` a unit, None where nobody knows the price."""

    item_id: str
    quantity: int
    paid_minor: int | None


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """What an add-on is set beside: the cart, else the item looked at. `total_minor` sums the known prices only."""

    total_minor: int
    priced: bool  # every price is known


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """An item that stands for another: the same, its variant or its substitute."""

    how: str
    item_id: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Items that a candidate must not double, by id and by family."""

    ids: frozenset[str]
    families: Mapping[str | None, frozenset[str]]  # never under None: items without a family are no variants
    learned: Mapping[str, Sequence[Twin]]  # by what was learned to stand for one of them, by id


class Scene:
    """A request, the settings and the facts. Facts are those named in the inputs: others count as unknown.

    `posterior`: what was learned from offers; None before anything was.
    """

    def __init__(
        self,
        inputs: DecisionInputs,
        *,
        model: LearnedPairs | None,
        items: Mapping[str, Item],
        settings: Settings,
        posterior: Posterior | None = None,
    ) -> None:
        self.inputs = inputs
        self.request: DecisionRequest = inputs.request
        self.model, self.posterior = model, posterior
        self.settings = settings
        self.placement = find_placement(inputs.request.placement, settings)
        self.items = {item_id: items[item_id] for item_id in inputs.items if item_id in items}
        self.anchors = find_anchors(inputs.request, self.items)
        self.links: Links = index_relations(inputs.relations)
        self.owned = frozenset(inputs.owned)
        self.declined = recent_declines(inputs, settings)
        self.sets: dict[object, Any] = {}  # what bundles cost, as it is worked out

    # --- what is there --------------------------------------------------------------------------

    @cached_property
    def lines(self) -> dict[str, Line]:
        """What is in the cart, and each anchor beside it, by id."""
        quantities: defaultdict[str, int] = defaultdict(int)
        prices: dict[str, int] = {}
        for line in self.request.cart:
            quantities[line.item_id] += line.quantity
            if line.unit_price_minor is not None:
                # Of two prices for one item the lower one guards more.
                prices[line.item_id] = min(line.unit_price_minor, prices.get(line.item_id, line.unit_price_minor))
        for anchor in self.anchors:
            quantities.setdefault(anchor, 0)
        return {
            item_id: Line(item_id=item_id, quantity=n, paid_minor=prices.get(item_id, self.price_of(item_id)))
            for item_id, n in quantities.items()
        }

    @cached_property
    def purchase(self) -> Purchase:
        """The cart's total, else the price of what is looked at, as the customer pays it."""
        beside = [line for line in self.lines.values() if line.quantity > 0 or not self.request.cart]
        known = [(line.quantity or 1) * line.paid_minor for line in beside if line.paid_minor is not None]
        return Purchase(total_minor=sum(known), priced=len(known) == len(beside))

    @cached_property
    def bounds(self) -> Bounds:
        """What the guards allow beside the purchase."""
        paid = {item_id: line.paid_minor for item_id, line in self.lines.items()}
        purchase = self.purchase
        return Bounds(self.settings.guards, total_minor=purchase.total_minor, priced=purchase.priced, paid_minor=paid)

    @cached_property
    def present(self) -> Group:
        """The cart and the anchors."""
        return self.group(self.lines)

    @cached_property
    def refused(self) -> Group:
        """What was declined within the quiet period."""
        return self.group(self.declined)

    @cached_property
    def available(self) -> frozenset[str] | None:
        """The only ids that may be offered; None where the request does not say."""
        return None if self.request.available is None else frozenset(self.request.available)

    @property
    def slots(self) -> int:
        """Offers that fit the answer."""
        return min(self.settings.slots.max, self.request.limit or self.settings.slots.max)

    @cached_property
    def first(self) -> Setting:
        """Where the first offer of a slate stands."""
        return Setting(placement=self.request.placement, place=0)

    # --- money ----------------------------------------------------------------------------------

    @cached_property
    def terms(self) -> dict[str, Terms]:
        """What the settings make of each item, by id."""
        return open_terms(self.settings).of(self.items)

    def price_of(self, item_id: str) -> int | None:
        """What the customer pays for a unit by the item's own price; None where it has none or is unknown."""
        terms = self.terms.get(item_id)
        return None if terms is None else terms.price_minor

    def kept(self, item_id: str) -> float:
        """The share of an item's sales that is not sent back."""
        return 1.0 if self.model is None else self.model.kept(item_id)

    def earned(self, item_id: str) -> float:
        """What a unit of an item is worth to the shop at its own price, returns considered."""
        return after_returns(self.terms[item_id].earned_minor, self.kept(item_id), self.settings.shop)

    def earned_by(self, line: Line) -> float:
        """What a unit of a line is worth to the shop, returns considered; 0 where its price is unknown."""
        if line.paid_minor is None:
            return 0.0
        shop = self.settings.shop
        earned = earnings(net_price(line.paid_minor, shop), self.items.get(line.item_id), shop)
        return after_returns(earned, self.kept(line.item_id), shop)

    @cached_property
    def at_stake(self) -> float:
        """What the cart earns; nothing where it earns less than nothing."""
        # fsum is exact, so that the order of the cart cannot change the last bit.
        return max(0.0, math.fsum(line.quantity * self.earned_by(line) for line in self.lines.values()))

    @cached_property
    def friction(self) -> float:
        """The chance that one offer costs the checkout, as far as was learned; else as the settings say."""
        learned = self.posterior.friction.get(self.request.placement) if self.posterior else None
        return learned.mean if learned else self.placement.friction

    # --- the customer -----------------------------------------------------------------------------

    @cached_property
    def tired(self) -> float:
        """The log of 1 + the offers that the customer got lately; 0 of customers who may not have agreed to that."""
        if self.inputs.customer is None and (self.inputs.unit or "").startswith("c:"):
            return 0.0
        return math.log1p(sum(len(contact.item_ids) for contact in self.inputs.contacts))

    @cached_property
    def loyalty(self) -> float:
        """The log of 1 + the customer's orders; 0 where nothing is known of them."""
        return math.log1p(self.inputs.customer.orders) if self.inputs.customer else 0.0

    # --- likeness -------------------------------------------------------------------------------

    def group(self, item_ids: Iterable[str]) -> Group:
        """`item_ids` with their families."""
        ids = frozenset(item_ids)
        families: defaultdict[str | None, set[str]] = defaultdict(set)
        for item_id in ids:
            if family := self.family_of(item_id):
                families[family].add(item_id)
        return Group(
            ids=ids,
            families={family: frozenset(members) for family, members in families.items()},
            learned=self._learned_twins(ids),
        )

    def _learned_twins(self, ids: Iterable[str]) -> Mapping[str, Sequence[Twin]]:
        found: defaultdict[str, list[Twin]] = defaultdict(list)
        for item_id in sorted(ids) if self.model else ():
            for other, how in self.stand_ins(item_id).items():
                found[other].append(Twin(how=how, item_id=item_id))
        return found

    def stand_ins(self, item_id: str) -> Mapping[str, Literal["variant", "substitute"]]:
        """What was learned to stand for an item, without what is bought together with it."""
        return self.model.stand_ins(item_id) if self.model else {}

    def family_of(self, item_id: str) -> str | None:
        item = self.items.get(item_id)
        return item.family if item else None

    def twin(self, candidate: Candidate, group: Group, *, besides: str | None = None) -> Twin | None:
        """What in `group`, `besides` one, stands for the candidate already; None where nothing does.

        What people pinned is not held back for what was only learned.
        """
        item_id = candidate.item_id
        family = self.family_of(item_id)
        if item_id in group.ids and item_id != besides:
            return Twin(how="same", item_id=item_id)
        if family in group.families and (found := _first(group.families[family], besides)):
            return Twin(how="variant", item_id=found)
        if found := _first(self.links.variants_of(item_id) & group.ids, besides):
            return Twin(how="variant", item_id=found)
        if found := _first(self.links.substitutes_of(item_id) & group.ids, besides):
            return Twin(how="substitute", item_id=found)
        twins = () if candidate.pin is not None else group.learned.get(item_id, ())
        return next((twin for twin in twins if twin.item_id != besides), None)


def _first(item_ids: frozenset[str], besides: str | None) -> str | None:
    return min((item_id for item_id in item_ids if item_id != besides), default=None) if item_ids else None


def find_placement(name: str, settings: Settings) -> Placement:
    """The settings of a placement. Raises `RequestError` naming those that exist."""
    if name in settings.placements:
        return settings.placements[name]
    known = ", ".join(sorted(settings.placements)) or "none"
    raise RequestError(
        f"Placement {name!r} is not in the settings; expected one of: {known}.",
        hint=f"Use one of these, or add [placements.{name}] to pairwell.toml and run `pairwell publish`.",
        field="placement",
    )


def quiet_since(now: datetime, settings: Settings) -> datetime:
    """The moment at which the quiet period that ends now began."""
    reach = timedelta(days=min(settings.decline.quiet_days, _LONGEST_QUIET_DAYS))
    return now - reach


_LONGEST_QUIET_DAYS = 36_500.0  # beyond a hundred years the calendar ends before the quiet does


def recent_declines(inputs: DecisionInputs, settings: Settings) -> list[str]:
    """The items declined within the quiet period, once for every decline, oldest first."""
    since = quiet_since(inputs.now, settings)
    return [decline.item_id for decline in inputs.declines if decline.at > since]
