"""The nouns that cross rooms."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from pairwell.config.settings import OfferKind
from pairwell.events import BehaviourType, Id, Minor, Quantity, name_offer
from pairwell.habits import Bundled, Followed, Repeat
from pairwell.offer_words import OfferText, Reason
from pairwell.posterior import Basis

Relation = Literal["complement", "substitute", "upgrade", "variant", "requires", "follow_up", "never"]
BackoffLevel = Literal["alike_anchor", "alike_item", "family", "category", "brand"]
Stage = Literal["candidates", "eligibility", "applicability", "suitability", "guards", "caps", "worth", "choice"]
SilenceReason = Literal[
    "holdout",
    "withheld_at_random",
    "capped",
    "no_candidates",
    "not_enough_evidence",
    "withheld_by_rule",
    "later",
    "guarded",
    "nothing_worth_it",
    "overloaded",
    "journal_unavailable",
    "kill_switch",
]


# --- what is sold -------------------------------------------------------------------------------


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an item now. Money is net of tax, in minor units of the shop's currency."""

    item_id: str
    revision: int = 0  # grows with every change of the item's facts
    title: str | None = None
    kind: Literal["good", "service", "plan"] = "good"
    category: str | None = None  # "A > B > C"
    brand: str | None = None
    family: str | None = None  # variants share it
    tier: int | None = None
    price_minor: int | None = None
    cost_minor: int | None = None
    rating: float | None = None
    n_ratings: int | None = None
    stock: int | None = None  # None: not tracked, taken as in stock
    published: bool = True
    attributes: dict[str, str] = {}
    url: str | None = None
    image_url: str | None = None
    # price_minor, cost_minor, stock, published -> when that was said; as far as is known
    stated_at: dict[str, int] = {}
    texts: list[OfferText] = []  # the shop's own, where the item is offered


class CuratedRelation(msgspec.Struct, frozen=True, kw_only=True):
    """A relation set by people; these lead, in order of `rank`, and are obeyed."""

    anchor_id: str
    item_id: str
    relation: Relation
    rank: int = 0


# --- who buys -----------------------------------------------------------------------------------


class CustomerFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a customer now."""

    revision: int = 0  # grows with every change
    attributes: dict[str, str] = {}
    consents: dict[str, bool] = {}  # by channel; "personalisation": whether history may be used at all
    needs: dict[str, str] = {}  # need -> how it is known: "said", "used", "bought"
    orders: int = 0
    last_order_at: datetime | None = None
    discounted_orders: int = 0  # of `orders`, those with a discount
    units: int = 0  # bought
    units_returned: int = 0
    returned_at: dict[str, datetime] = {}  # item_id -> its last return
    open_complaints: int = 0
    open_tickets: int = 0
    satisfaction: float | None = None  # the newest score, 0..1


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A slate that a person got: it counts whole until it lapses, then only what was seen of it."""

    at: datetime
    lapses_at: datetime
    channel: str
    interrupts: bool
    item_ids: list[str]  # by offer number, of a bundle its name
    seen: int = 0  # a bit for each offer number


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something a person did a short while ago."""

    at: datetime
    type: BehaviourType
    item_id: str | None = None


# --- what was learned ---------------------------------------------------------------------------


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the orders say of a directed pair anchor → add-on."""

    together: int  # orders with both
    anchor_orders: int
    item_orders: int
    confidence: float  # shrunk P(add-on | anchor); 0..1
    lift: float  # times as often as by chance
    effect: float  # times chance it surely is in ordinary baskets; what the evidence floor asks of
    p_adjusted: float  # Benjamini-Hochberg over all possible pairs
    above_floor: bool  # may be called "bought together"


class Ranked(NamedTuple):
    """An add-on or an upgrade of an item, with its place's score."""

    item_id: str
    score: float
    evidence: Evidence


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One row of an upgrade's comparison; `better` is true, false, or None where it is a matter of taste."""

    attribute: str
    anchor: str | None
    offer: str | None
    better: bool | None


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    """Days between two purchases: quartiles over the customers who made both."""

    low: int
    median: int
    high: int


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One neighbour of an item, best first by `score`; those that people set come before."""

    item_id: str
    title: str | None
    score: float
    together: int
    anchor_orders: int
    item_orders: int
    confidence: float
    lift: float
    effect: float
    llr: float  # log-likelihood ratio, Dunning 1993
    p_adjusted: float
    above_floor: bool
    curated: bool = False  # set by people
    # substitutes and variants
    foretold: float | msgspec.UnsetType = msgspec.UNSET  # orders together that chance and shared company foretell
    title_likeness: float | msgspec.UnsetType = msgspec.UNSET  # 0..1
    company_likeness: float | msgspec.UnsetType = msgspec.UNSET  # 0..1, of what both are bought with
    # follow-ups
    followers: int | msgspec.UnsetType = msgspec.UNSET  # customers who bought it on a later day
    preceders: int | msgspec.UnsetType = msgspec.UNSET  # customers who bought it on an earlier day
    lag_days: Lag | msgspec.UnsetType = msgspec.UNSET
    # upgrades
    price_step_minor: int | msgspec.UnsetType | None = msgspec.UNSET  # what it costs more
    price_ratio: float | msgspec.UnsetType | None = msgspec.UNSET  # how many times as much
    margin_step_minor: int | msgspec.UnsetType | None = msgspec.UNSET  # what it earns more, where both costs are known
    rating: float | msgspec.UnsetType | None = msgspec.UNSET
    compare: list[Comparison] | msgspec.UnsetType = msgspec.UNSET


class Borrowed(msgspec.Struct, frozen=True, kw_only=True):
    """An add-on that others speak for: an item alike, or the groups of anchor and add-on. Best first by `score`.

    `together`, `anchor_orders`, `item_orders`, `lift` and `p_adjusted` are of those who speak, `confidence` and
    `effect` of the add-on itself, as far as that can be told.
    """

    item_id: str
    title: str | None
    score: float
    level: BackoffLevel
    anchor_by: str  # who speaks for the anchor: an item id where it is an item alike, else a group's name
    item_by: str  # who speaks for the add-on
    anchor_by_title: str | None = None  # where it is an item
    item_by_title: str | None = None
    together: int
    anchor_orders: int
    item_orders: int
    confidence: float  # P(add-on | anchor), shrunk towards ever wider groups; 0..1
    lift: float
    effect: float  # times chance, carefully
    p_adjusted: float


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What became of looking at an item."""

    visits: int  # in which it was looked at
    carted: int  # of these, in which it was put into the cart or bought
    share: float  # of the two, shrunk to the usual one; 0..1


# --- a request and its answer (the field names are those of the HTTP contract) --------------------


class CartLine(msgspec.Struct, frozen=True, kw_only=True):
    item_id: Id
    quantity: Quantity = 1
    unit_price_minor: Minor | None = None  # as the customer pays it


class DecisionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who looks at what, where. Prices are as the customer sees them."""

    placement: Id
    request_id: Id | None = None
    customer_id: Id | None = None
    visitor_id: Id | None = None
    seller_id: Id | None = None
    locale: Annotated[str, Meta(min_length=2, max_length=35)] = "en"
    cart: Annotated[list[CartLine], Meta(max_length=1_000)] = []
    viewed: Annotated[list[Id], Meta(max_length=1_000)] = []  # newest last
    available: Annotated[list[Id], Meta(max_length=100_000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] | None = None
    explain: bool = False
    attributes: dict[str, str] = {}


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    offer_no: int
    kind: OfferKind
    item_id: str
    title: str | None
    price_minor: int  # what the customer pays
    anchor_id: str | None
    replaces: str | None
    discount_minor: int
    reasons: list[Reason]
    compare: list[Comparison] | None
    # only where the catalogue or, of the image and the variant, a text of the shop's own has them
    url: str | msgspec.UnsetType = msgspec.UNSET
    image_url: str | msgspec.UnsetType = msgspec.UNSET
    text_variant: str | msgspec.UnsetType = msgspec.UNSET
    item_ids: list[str] | msgspec.UnsetType = msgspec.UNSET  # of a bundle: everything that it adds, dearest first
    # only with a secret key
    propensity: float | msgspec.UnsetType = msgspec.UNSET
    worth_minor: float | msgspec.UnsetType = msgspec.UNSET
    score: float | msgspec.UnsetType = msgspec.UNSET

    @property
    def adds(self) -> list[str]:
        """The items that come with it."""
        return [self.item_id] if self.item_ids is msgspec.UNSET else self.item_ids

    @property
    def name(self) -> str:
        """What it is known by where it comes back."""
        return self.item_id if self.item_ids is msgspec.UNSET else name_offer(self.item_ids)


class Silence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    reason: SilenceReason
    detail: str | None = None


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a request that was not understood and did no harm."""

    field: str
    id: str


class Withheld(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that was not offered: at which stage, why, and the numbers behind it."""

    item_id: str
    kind: OfferKind
    stage: Stage
    reason: str
    factors: dict[str, Any]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    decision_id: str
    valid_until: Annotated[datetime, Meta(tz=True)]
    silence: Silence | None
    offers: list[Offer]
    ignored: list[Ignored]
    currency: str | msgspec.UnsetType = msgspec.UNSET  # of all its money; not where nothing was decided
    # only with a secret key
    model: str | msgspec.UnsetType | None = msgspec.UNSET
    settings: str | msgspec.UnsetType = msgspec.UNSET
    arm: str | msgspec.UnsetType = msgspec.UNSET
    # only with "explain": true
    withheld: list[Withheld] | msgspec.UnsetType = msgspec.UNSET


# --- deciding -----------------------------------------------------------------------------------


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An item that may be offered, before any rule has looked at it."""

    item_id: str  # of a bundle: its dearest, once prices are known
    kind: OfferKind
    source: str  # "pairs", "backoff", "viewed", "follow_up", "upgrades", "bundles", "repeat", "curated"
    anchor_id: str  # of a repeat: the item itself
    score: float  # higher is better; comparable within one source only
    evidence: Evidence | None = None
    pin: int | None = None  # place in the order people set; None: not pinned
    borrowed: Borrowed | None = None  # who speaks for it, where its own orders are too few
    looked: Looked | None = None  # of what the customer looked at before
    repeat: Repeat | None = None  # of what the customer buys regularly
    followed: Followed | None = None  # of what others bought later
    bundle: Bundled | None = None  # of several items at one price

    @property
    def adds(self) -> tuple[str, ...]:
        """The items that it offers, by id."""
        return (self.item_id,) if self.bundle is None else tuple([part.item_id for part in self.bundle.parts])

    @property
    def name(self) -> str:
        """What the offer is known by where it comes back."""
        return self.item_id if self.bundle is None else name_offer(self.adds)


class Decline(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's no to an item, or to the bundle of that name."""

    item_id: str
    at: datetime


class DecisionInputs(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a decision read; with the same engine, model and settings it gives the same answer.

    `items` names the revisions of facts that were read, so that they can be read again.
    """

    decision_id: str
    request: DecisionRequest
    engine: str
    model: str | None
    settings: str
    now: datetime
    unit: str | None = None  # who it is about, as the journal knows: "c:ID" also of a customer who is logged out
    lot: str | None = None  # the name whose lot decides on the arm: the first under which the unit was seen
    items: dict[str, int]  # item_id -> revision
    relations: list[CuratedRelation]
    owned: list[str]
    declines: list[Decline]
    customer: CustomerFacts | None = None  # None: nobody named, or no consent to personalisation
    repeats: list[Repeat] = []  # what is due now, as far as it was not bought since
    bought_at: dict[str, datetime] = {}  # the newest purchases, where what is bought later may be offered
    signals: list[Signal] = []  # oldest first
    contacts: list[Contact] = []  # within the longest window of the caps, oldest first
    taken: dict[str, int] = {}  # total cap -> offers given away or reserved
    epoch: int = 0  # of the posterior; 0: nothing was learned from offers yet
    offers_off: int = 0  # the turn of the switch that put offers off for everybody; 0: they are on


class PassedOver(msgspec.Struct, frozen=True, array_like=True):
    """An offer that was thought of and is not shown, and what the response to it was foretold from."""

    kind: OfferKind
    name: str  # its item, of a bundle all of them
    basis: Basis


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One journaled decision. `shown` is false for silence and for the ghost slates of the holdout."""

    inputs: DecisionInputs
    unit: str | None  # "c:ID", "v:ID", or None where the request names nobody
    arm: Literal["treated", "holdout", "withheld", "none"]
    shown: bool
    answer: Answer  # what left the house
    slate: list[Offer]  # what would have been shown, the holdout's ghost included
    bases: list[Basis]  # of each offer of the slate, for learning
    passed_over: list[PassedOver] = []  # for learning, too
    learning_minor: float = 0.0  # expected loss that the slate takes to learn of its offers
    withheld: list[Withheld]  # where the request asked for it; else it is recomputed from the inputs
