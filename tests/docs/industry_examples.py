"""One request for each industry, small enough to follow by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pairwell.config.rules.rule import Industry
from pairwell.records import CartLine, CustomerFacts, DecisionRequest, Item

SATURDAY_NIGHT = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 12, 15, tzinfo=UTC)


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A shop of a few items, a request to it, and what must come of it."""

    industry: Industry
    story: str
    items: list[Item]  # the first is the anchor
    upgrades: tuple[str, ...] = ()  # of the anchor; all other items go with it
    request: DecisionRequest
    customer: CustomerFacts | None = None
    now: datetime = MONDAY
    offered: tuple[str, ...] = ()
    withheld: dict[str, str]  # item -> reason
    silence: str | None = None


def _item(item_id: str, title: str, price_minor: int, **more: Any) -> Item:
    return Item(item_id=item_id, title=title, price_minor=price_minor, cost_minor=price_minor // 2, **more)


def _ask(placement: str, *item_ids: str, **more: Any) -> DecisionRequest:
    cart = [CartLine(item_id=item_id) for item_id in item_ids]
    return DecisionRequest(placement=placement, cart=cart, explain=True, **more)


EXAMPLES = (
    Example(
        industry="retail",
        story=(
            "A customer in Poland who nearly always buys at a discount, has just sent a lamp back and never said how "
            "old she is, puts a tent into the cart."
        ),
        items=[
            _item("tent", "Tent", 23_500, tier=1),
            _item("tent-storm", "Storm tent", 29_900, tier=2),
            _item("mat", "Mat", 3_700),
            _item("lamp", "Lamp", 2_500),
            _item("knife", "Knife", 4_000, attributes={"adults_only": "true"}),
            _item("stove", "Stove", 5_900, attributes={"regions": "DE,FR"}),
        ],
        upgrades=("tent-storm",),
        request=_ask("cart", "tent", customer_id="c1", attributes={"region": "PL"}),
        customer=CustomerFacts(
            orders=6, discounted_orders=6, units=14, units_returned=2, returned_at={"lamp": MONDAY - timedelta(days=9)}
        ),
        offered=("mat",),
        withheld={
            "tent-storm": "discount_only",
            "lamp": "just_returned",
            "knife": "age_not_known",
            "stove": "not_in_region",
        },
    ),
    Example(
        industry="grocery",
        story=(
            "Late on a Saturday somebody who does not tolerate nuts has pasta in the cart. A sauce dearer than the "
            "pasta would break the guard beside it alone; the oil in the cart makes room."
        ),
        items=[
            _item("pasta", "Pasta", 189, category="Food > Pasta"),
            _item("oil", "Olive oil", 899, category="Food > Oil"),
            _item("sauce", "Tomato sauce", 249, category="Food > Sauce"),
            _item("pesto", "Pesto", 329, category="Food > Sauce", attributes={"allergens": "milk,nuts"}),
            _item("wine", "Red wine", 799, category="Drinks > Alcohol", attributes={"adults_only": "true"}),
        ],
        request=_ask("cart", "pasta", "oil", customer_id="c2"),
        customer=CustomerFacts(attributes={"allergy": "nuts", "adult": "true"}, orders=31),
        now=SATURDAY_NIGHT,
        offered=("sauce",),
        withheld={"pesto": "allergen", "wine": "alcohol_hours"},
    ),
    Example(
        industry="food",
        story="At noon seven people wait behind a guest who orders a burger at the counter.",
        items=[
            _item("burger", "Burger", 890),
            _item("fries", "Fries", 390),
            _item("lemonade", "Lemonade", 350),
        ],
        request=_ask("counter", "burger", attributes={"queue": "7"}),
        withheld={"fries": "peak_capacity", "lemonade": "peak_capacity"},
        silence="later",
    ),
    Example(
        industry="travel",
        story=(
            "Somebody looks at a flight to Lisbon without having chosen it. A hotel can be shown; what goes with a "
            "booked trip has to wait, and a ski pass is sold for other places."
        ),
        items=[
            _item("flight", "Flight to Lisbon", 18_900),
            _item("hotel", "Hotel in Lisbon, a night", 9_800, attributes={"regions": "LIS,OPO"}),
            _item("insurance", "Travel insurance", 2_900, kind="service"),
            _item("ski", "Ski pass", 5_400, attributes={"regions": "INN,GVA"}),
        ],
        request=DecisionRequest(
            placement="product", viewed=["flight"], explain=True, attributes={"destination": "LIS"}
        ),
        offered=("hotel",),
        withheld={"insurance": "too_early", "ski": "not_in_region"},
    ),
    Example(
        industry="finance",
        story=(
            "In the branch a customer with a careful risk profile opens an account. The fund is riskier than she "
            "wants; the card suits. There is one slot, so that the advisor has one thing to say."
        ),
        items=[
            _item("account", "Account, a year", 6_000, kind="service"),
            _item("card", "Credit card, a year", 3_900, kind="service"),
            _item("fund", "Equity fund, a year's fee", 12_000, kind="service", attributes={"risk": "high"}),
        ],
        request=_ask("advisor", "account", customer_id="c5"),
        customer=CustomerFacts(
            attributes={"adult": "true", "risk_profile": "low"}, orders=2, last_order_at=MONDAY - timedelta(days=200)
        ),
        offered=("card",),
        withheld={"fund": "too_risky"},
    ),
    Example(
        industry="auto",
        story=(
            "A car comes for its inspection while the workshop is full. Wiper blades for this car can be handed over; "
            "more hours cannot."
        ),
        items=[
            _item("inspection", "Inspection", 19_900, kind="service"),
            _item("wipers", "Wiper blades", 3_400, attributes={"fits": "golf-8,leon-4"}),
            _item("mats", "Floor mats", 5_900, attributes={"fits": "octavia-4"}),
            _item("alignment", "Wheel alignment", 8_900, kind="service"),
        ],
        request=_ask("counter", "inspection", customer_id="c6", attributes={"car": "golf-8", "capacity": "full"}),
        customer=CustomerFacts(orders=3, satisfaction=0.8),
        offered=("wipers",),
        withheld={"mats": "does_not_fit", "alignment": "peak_capacity"},
    ),
    Example(
        industry="telecom",
        story=(
            "A customer three weeks into the contract opens the app. The larger plan would come too early, fibre is "
            "not at the address, a second card is fine. Had the line been down, all would have waited."
        ),
        items=[
            _item("plan-s", "Plan S, a month", 1_990, kind="plan", tier=1),
            _item("plan-m", "Plan M, a month", 2_990, kind="plan", tier=2),
            _item("second", "Second card, a month", 490, kind="service"),
            _item("fibre", "Fibre, a month", 2_490, kind="service", attributes={"network": "fibre"}),
        ],
        upgrades=("plan-m",),
        request=_ask("in_app", "plan-s", customer_id="c7"),
        customer=CustomerFacts(
            attributes={"network": "cable"}, orders=1, last_order_at=MONDAY - timedelta(days=21), satisfaction=0.7
        ),
        offered=("second",),
        withheld={"plan-m": "too_early", "fibre": "not_in_region"},
    ),
    Example(
        industry="services",
        story=(
            "A salon's diary is full when somebody with sensitive skin pays for a haircut. A treatment more has to "
            "wait; of what can be taken home the peel is not advised."
        ),
        items=[
            _item("haircut", "Haircut", 4_500, kind="service"),
            _item("colour", "Colouring", 3_900, kind="service"),
            _item("shampoo", "Shampoo", 1_400),
            _item("peel", "Peel", 1_900, attributes={"not_for": "sensitive,allergic"}),
        ],
        request=_ask("counter", "haircut", customer_id="c8", attributes={"capacity": "full"}),
        customer=CustomerFacts(attributes={"condition": "sensitive"}, orders=4, satisfaction=0.9),
        offered=("shampoo",),
        withheld={"colour": "peak_capacity", "peel": "not_advised"},
    ),
    Example(
        industry="saas",
        story=(
            "A firm signed up nine days ago and used the product on six of them. The larger plan is a good fit, and "
            "still the answer is to wait until its use is felt."
        ),
        items=[
            _item("team", "Team, a month", 4_900, kind="plan", tier=1),
            _item("business", "Business, a month", 9_900, kind="plan", tier=2),
            _item("seats", "Five seats more", 2_500, kind="service", category="Seats"),
        ],
        upgrades=("business",),
        request=_ask("in_app", "team", customer_id="c9"),
        customer=CustomerFacts(attributes={"active_days": "6", "unused_seats": "2"}, orders=1),
        withheld={"business": "too_early", "seats": "too_early"},
        silence="later",
    ),
)
