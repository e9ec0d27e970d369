"""The table of settings: one field a setting, with its default, bounds and meaning."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pairwell.config.accounts import Accounts
from pairwell.config.bonus import Bonus
from pairwell.config.event_weights import EventWeights
from pairwell.config.feeds import Feeds
from pairwell.config.remembering import Customers, Retention
from pairwell.config.rules.lever import Lever
from pairwell.config.rules.rule import Hesitation, Industry, Rule, usual_rules
from pairwell.config.rules.trigger import Trigger
from pairwell.config.storing import Currency, Engine, Ingest, Operations
from pairwell.config.tasks import Tasks
from pairwell.config.waiving import Waived

OfferKind = Literal["cross_sell", "upgrade", "bundle", "repeat"]
Objective = Literal["margin", "revenue", "service"]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Name = Annotated[str, Meta(min_length=1, max_length=256)]

BY_CONTACT, _BY_BLOCK = ("email", "call", "sms", "push"), ("site", "app")
USUAL_CHANNELS = (*_BY_BLOCK, *BY_CONTACT)  # known without a placement that has them


class Shop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The business itself: its money, its days, its aim."""

    industry: Annotated[
        Industry, Meta(description="Whose usual guards yours are held against; see docs/fairness.md.")
    ] = "retail"
    currency: Annotated[
        str, Meta(pattern="^[A-Z]{3}$", description="Three letters (ISO 4217) of the shop's currency.")
    ] = "EUR"
    timezone: Annotated[str, Meta(description="IANA name; it defines days in what is learned and evaluated.")] = "UTC"
    prices_include_tax: Annotated[
        bool,
        Meta(description="Whether prices that come in, and prices in answers, include tax."),
    ] = True
    personalisation: Annotated[
        Literal["unless_refused", "when_consented"],
        Meta(description="Whose history decisions may use: all but those who refused, or only those who agreed."),
    ] = "unless_refused"
    tax_rate: Annotated[float, Meta(ge=0.0, le=1.0, description="Share of tax on the net price, .2 for 20 %.")] = 0.0
    margin_rate: Annotated[
        float,
        Meta(ge=0.0, le=1.0, description="Share of the net price that is margin, where an item has no cost."),
    ] = 0.3
    return_cost_minor: Annotated[
        float, Meta(ge=0.0, description="What a unit that is sent back costs beside its margin, in minor units.")
    ] = 0.0
    shipping_minor: Annotated[
        float, Meta(ge=0.0, description="What one more parcel costs the shop; see `ships_again` of the placements.")
    ] = 0.0
    objective: Annotated[
        Objective,
        Meta(description='What an offer\'s worth is counted in; "service" is margin and `service_values`.'),
    ] = "margin"
    tell_counts: Annotated[bool, Meta(description="Whether shoppers read how often something was bought.")] = True
    margin_rates: Annotated[
        dict[Name, Share],
        Meta(description='`margin_rate` of categories: "Home > Lighting" = 0.4; the nearest to an item counts.'),
    ] = {}
    service_values: Annotated[
        dict[Name, Annotated[float, Meta(ge=0.0)]],
        Meta(
            description='What it is worth that a customer gets one, by purpose or category: "care" = 50, minor units.'
        ),
    ] = {}

    def __hash__(self) -> int:
        # Tables of numbers have no hash; equal shops have one all the same.
        return hash((self.currency, self.tax_rate, self.margin_rate, self.objective))


class Guards(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Invariants of every offer; nothing can break them."""

    add_on_price_share: Annotated[
        float,
        Meta(ge=0.0, description="An add-on costs at most this share of the cart, or of the item looked at."),
    ] = 0.30
    upgrade_price_corridor: Annotated[
        tuple[float, float],
        Meta(description="An upgrade costs between these multiples of the item it replaces."),
    ] = (1.05, 1.60)
    margin_floor_minor: Annotated[
        int, Meta(description="An offered item, or bundle, earns at least this margin, in minor units.")
    ] = 0
    discount_max_share: Annotated[
        Share, Meta(description="An offer's discount is at most this share of the price without it.")
    ] = 0.3


class Slots(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much room an answer has."""

    max: Annotated[int, Meta(ge=1, le=50, description="Offers in one answer at most.")] = 4


class Placement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place where offers appear, `[placements.NAME]`."""

    kinds: Annotated[tuple[OfferKind, ...], Meta(min_length=1, description="Kinds of offer that may appear here.")] = (
        "cross_sell",
        "upgrade",
        "bundle",
    )
    attention_minor: Annotated[float, Meta(ge=0.0, description="What a slate costs in attention, in minor units.")] = (
        2.0
    )
    friction: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            description="Chance that an offer costs the checkout, before anything is learned; times the cart's margin.",
        ),
    ] = 0.002
    deadline_ms: Annotated[int, Meta(ge=1, description="Milliseconds after which the answer is silence.")] = 50
    channel: Annotated[
        Name,
        Meta(description='How it reaches the customer, in lower case: "site", "email", "call", ...; caps count by it.'),
    ] = "site"
    valid_minutes: Annotated[
        float,
        Meta(gt=0.0, le=525_600.0, description="Minutes for which an answer may be shown; as long it is reserved."),
    ] = 15.0
    interrupts: Annotated[
        bool,
        Meta(description="Whether it comes unasked (pop-up, e-mail, call): every contact counts, and needs consent."),
    ] = False
    ships_again: Annotated[
        bool,
        Meta(description="Whether what is bought here goes out by itself, after a purchase: `shop.shipping_minor`."),
    ] = False
    weights: Annotated[
        dict[str, Annotated[float, Meta(gt=0.0, le=1_000.0)]],
        Meta(description="Ranks offers here by kind or source, { upgrade = 1.2 }; nothing enters by it."),
    ] = {}


class Cap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit on offers, `[[caps]]`, that no two requests can pass together."""

    name: Annotated[Name, Meta(description="Its own name.")]
    outcome: Annotated[
        Literal["exposure", "accept"], Meta(description="What a `limit` counts; an accept is of scope `offer` only.")
    ] = "exposure"
    scope: Annotated[
        Literal["customer", "offer"],
        Meta(
            description='"customer": contacts by placements that interrupt, elsewhere repeats of one offer; '
            '"offer": all customers together.'
        ),
    ] = "customer"
    channels: Annotated[tuple[Name, ...], Meta(description="Channels it counts and holds for; empty: all.")] = ()
    items: Annotated[
        tuple[Name, ...], Meta(description="Offered items that a cap of scope `offer` holds for; not of others.")
    ] = ()
    window_h: Annotated[
        Annotated[float, Meta(gt=0.0)] | None,
        Meta(description="Hours that a `limit` counts back; none: since the beginning."),
    ] = None
    limit: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="As many are allowed, and not one more; none, of scope `offer` only: limited in time."),
    ] = None
    until: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(description="The moment at which the offers of `items` end; of scope `offer` only."),
    ] = None


class Learn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How pairs, bundles, visits and tastes are learned and scored."""

    half_life_days: Annotated[float, Meta(gt=0.0, description="Days after which an order counts half.")] = 180.0
    neighbours: Annotated[int, Meta(ge=1, le=10_000, description="Add-ons kept for each anchor.")] = 400
    size_exponent: Annotated[
        float, Meta(ge=0.0, le=2.0, description="A basket of s items counts s to the minus this.")
    ] = 0.5
    anchor_exponent: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Exponent of the anchor's orders in the score.")
    ] = 0.7
    add_on_exponent: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Exponent of the add-on's orders in the score.")
    ] = 0.3
    score_damping: Annotated[
        float, Meta(ge=0.0, description="Orders added below the score's line, so that rare items do not lead by luck.")
    ] = 1.0
    score_shrinkage: Annotated[
        float,
        Meta(ge=0.0, description="How strongly orders together are drawn towards what chance expects; 0: not at all."),
    ] = 0.001
    power_growth: Annotated[
        float,
        Meta(ge=0.0, description="How much more strong partners count than weak ones, the more a cart holds."),
    ] = 1.0
    prior_orders: Annotated[
        float,
        Meta(ge=0.0, description="Weight, in orders, of the add-on's popularity in the shrunk confidence."),
    ] = 20.0
    return_days: Annotated[
        float,
        Meta(ge=0.0, le=3_650, description="Days after which a sale counts as kept, or as sent back; not before."),
    ] = 30.0
    prior_sales: Annotated[
        float,
        Meta(gt=0.0, description="Weight, in sales, of its category's returns in those that are expected of an item."),
    ] = 20.0
    false_discovery_rate: Annotated[
        float, Meta(gt=0.0, lt=1.0, description="Benjamini-Hochberg level over all possible pairs.")
    ] = 0.01
    min_together: Annotated[int, Meta(ge=1, description="Orders together that a pair needs at least.")] = 3
    ordinary_basket: Annotated[
        int,
        Meta(ge=2, description="Orders of more different items count for scores, but are no evidence of what fits."),
    ] = 40
    min_effect: Annotated[float, Meta(ge=1.0, description="Times chance that a pair's lower bound must exceed.")] = 1.2
    bundle_discount_share: Annotated[
        float,
        Meta(ge=0.0, le=1.0, description="Share off all but a bundle's dearest item, down to the margin floor."),
    ] = 0.1
    most_itemsets: Annotated[
        int,
        Meta(ge=1, le=100_000_000, description="Itemsets looked for at most; beyond, the support that fits is named."),
    ] = 1_000_000
    bought_once_below: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            description="An item is bought once when a smaller share of its buyers bought it again.",
        ),
    ] = 0.03
    taste_items: Annotated[
        int, Meta(ge=0, le=1_000, description="Items of the next basket kept for each customer; 0 learns no taste.")
    ] = 30
    taste_half_life_baskets: Annotated[
        float, Meta(gt=0.0, description="Newer baskets of a customer after which one counts half in the next basket.")
    ] = 8.0
    taste_prior_baskets: Annotated[
        float, Meta(ge=0.0, description="Baskets added to a customer's own, so that one purchase is not a habit.")
    ] = 2.0
    taste_again_exponent: Annotated[
        float, Meta(ge=0.0, le=2.0, description="How much it counts that an item is bought again more than others.")
    ] = 0.5
    taste_neighbours: Annotated[
        int, Meta(ge=1, le=10_000, description="Items kept for each item that its buyers buy.")
    ] = 100
    session_gap_minutes: Annotated[
        float, Meta(gt=0.0, le=10_080, description="A visit is over when nothing happens for longer than this.")
    ] = 30.0
    event_weights: EventWeights = EventWeights()


class Persuasion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What showing an offer changes, before anything is known of it: the prior."""

    cross_sell: Annotated[float, Meta(ge=-1.0, le=1.0, description="Persuasion of a well-fitting add-on.")] = 0.06
    upgrade: Annotated[float, Meta(ge=-1.0, le=1.0, description="Persuasion of a well-fitting upgrade.")] = 0.05
    bundle: Annotated[float, Meta(ge=-1.0, le=1.0, description="Persuasion of a well-fitting bundle.")] = 0.06
    repeat: Annotated[float, Meta(ge=-1.0, le=1.0, description="Persuasion of reminding of what is surely due.")] = 0.06
    from_effect: Annotated[
        float,
        Meta(
            ge=0.0, description="Times chance, surely, from which on company counts as fit; below, showing wins nobody."
        ),
    ] = 1.5
    second_thoughts: Annotated[
        Share,
        Meta(description="Of those who take the dearer item, the share who still do with the cheaper in the cart."),
    ] = 0.1
    half_fit: Annotated[
        float,
        Meta(gt=0.0, le=1.0, description="Quiet probability at which an offer is half as persuasive as the best."),
    ] = 0.2


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sees offers, and how slots are drawn."""

    salt: Annotated[str, Meta(description="Secret of this shop's lots; changing it draws every lot anew.")] = "pairwell"
    holdout: Annotated[Share, Meta(description="Share of customers who see no offers.")] = 0.05
    withheld: Annotated[Share, Meta(description="Share of other slates withheld at random.")] = 0.02
    temperature: Annotated[
        float, Meta(gt=0.0, le=10.0, description="How freely slots are drawn; near 0 the best always wins.")
    ] = 0.1
    exploration: Annotated[Share, Meta(description="Share of draws that ignore the score.")] = 0.02
    learning_budget_minor: Annotated[
        float,
        Meta(
            ge=0.0,
            description="Expected loss that a decision may take, in minor units, to learn of offers that may pay.",
        ),
    ] = 0.0


class Attribution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which purchases are outcomes of an offer."""

    window_h: Annotated[
        float,
        Meta(gt=0.0, le=8_760.0, description="Hours after a decision within which a purchase counts as its outcome."),
    ] = 24.0


class Decline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer's no means."""

    quiet_days: Annotated[float, Meta(ge=0.0, description="Days for which a declined offer is not made again.")] = 30.0
    declines_to_silence: Annotated[
        int, Meta(ge=1, description="Declines within those days that silence every offer.")
    ] = 3


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many requests of the online API are answered; 0 a second: any number."""

    visitor_per_s: Annotated[
        float, Meta(ge=0.0, description="Requests a second with publishable keys from one network address.")
    ] = 20.0
    visitor_burst: Annotated[float, Meta(ge=1.0, description="As many of them at once.")] = 100.0
    key_per_s: Annotated[float, Meta(ge=0.0, description="Requests a second with one publishable key.")] = 1_000.0
    key_burst: Annotated[float, Meta(ge=1.0, description="As many of them at once.")] = 2_000.0
    secret_per_s: Annotated[float, Meta(ge=0.0, description="Requests a second with one secret key.")] = 0.0
    secret_burst: Annotated[float, Meta(ge=1.0, description="As many of them at once.")] = 2_000.0


def _usual_placements() -> dict[str, Placement]:
    return {
        "product": Placement(),
        "cart": Placement(),
        "checkout": Placement(kinds=("cross_sell",)),
        "after_purchase": Placement(kinds=("cross_sell", "repeat"), friction=0.0, ships_again=True),
        "email": Placement(
            kinds=("cross_sell", "upgrade", "repeat"),
            channel="email",
            interrupts=True,
            friction=0.0,
            valid_minutes=10_080.0,
            ships_again=True,
        ),
    }


def _usual_caps() -> tuple[Cap, ...]:
    return (
        Cap(name="contacts a week", channels=BY_CONTACT, window_h=168.0, limit=2),
        Cap(name="the same offer in a day", channels=_BY_BLOCK, window_h=24.0, limit=10),
    )


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration of a workspace."""

    shop: Shop = Shop()
    operations: Operations = Operations()
    ingest: Ingest = Ingest()
    engine: Engine = Engine()
    guards: Guards = Guards()
    slots: Slots = Slots()
    placements: Annotated[dict[str, Placement], Meta(description="Places where offers appear, by name.")] = (
        msgspec.field(default_factory=_usual_placements)
    )
    learn: Learn = Learn()
    persuasion: Persuasion = Persuasion()
    choice: Choice = Choice()
    attribution: Attribution = Attribution()
    decline: Decline = Decline()
    customers: Customers = Customers()
    retention: Retention = Retention()
    caps: Annotated[
        tuple[Cap, ...],
        Meta(description="Limits on what a customer gets and on what is given away; yours replace all."),
    ] = msgspec.field(default_factory=_usual_caps)
    hesitation: Hesitation = Hesitation()
    rules: Annotated[tuple[Rule, ...], Meta(description="What withholds an offer, in this order.")] = msgspec.field(
        default_factory=usual_rules
    )
    levers: Annotated[
        tuple[Lever, ...], Meta(description="What ranks an offer higher or lower; nothing enters by them.")
    ] = ()
    triggers: Annotated[tuple[Trigger, ...], Meta(description="What follows an event unasked.")] = ()
    tasks: Annotated[tuple[Tasks, ...], Meta(description="Who is told of the talks of a work list.")] = ()
    waived: Annotated[
        tuple[Waived, ...], Meta(description="Words of own texts that somebody answers for; see docs/fairness.md.")
    ] = ()
    bonus: Bonus = Bonus()
    accounts: Accounts = Accounts()
    limits: Limits = Limits()
    feeds: Feeds = Feeds()
    currency: Currency = Currency()
