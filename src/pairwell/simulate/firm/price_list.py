"""What the simulated firm sells: two families of plans, and add-ons by the aim that they serve."""

from __future__ import annotations

from decimal import Decimal

from pairwell.plans import Meter, Plan, Tier

METERS = ("assessments", "candidates", "conversations", "leads", "outreach")
"""Uses that are counted; the last two are free on every plan."""

WORTH_MINOR = {"assessments": 6_000, "candidates": 60, "conversations": 50}
"""What one unit saves a typical account; one that a limit keeps it from is missed by as much."""

SEAT_WORTH_MINOR = 3_000  # a month, of a colleague who can work in it


def _meter(name: str, included: int, price: str | None) -> Meter:
    tiers = () if price is None else (Tier(price_minor=Decimal(price)),)
    return Meter(meter=name, included=Decimal(included), tiers=tiers)


def _hiring(tier: int, name: str, fee: int, meters: tuple[Meter, Meter]) -> Plan:
    return Plan(
        plan_id=f"hiring-{name.lower().replace(' ', '-')}", title=f"Hiring {name}", family="hiring", tier=tier,
        fee_minor=fee, cost_minor=fee * 15 // 100, meters=meters, purpose="hiring",
    )  # fmt: skip


HIRING = (
    _hiring(1, "Pay as you go", 7_500, (_meter("assessments", 1, "5000"), _meter("candidates", 60, "40"))),
    _hiring(2, "Scale", 12_500, (_meter("assessments", 15, "3500"), _meter("candidates", 450, "30"))),
    _hiring(3, "Growth", 34_000, (_meter("assessments", 60, "2200"), _meter("candidates", 2_000, "20"))),
    _hiring(4, "Enterprise", 99_000, (_meter("assessments", 250, "1500"), _meter("candidates", 10_000, "10"))),
)


def _desk(tier: int, name: str, fee: int, seats: tuple[int, int | None, int], meter: Meter) -> Plan:
    included, most, further = seats
    return Plan(
        plan_id=f"desk-{name.lower()}", title=f"Desk {name}", family="desk", tier=tier, fee_minor=fee,
        cost_minor=fee * 15 // 100, seats_included=included, seats_max=most, seat_minor=further, meters=(meter,),
        features=("rules", "roles")[: tier - 1], purpose="service",
    )  # fmt: skip


DESK = (
    _desk(1, "Starter", 2_900, (2, 3, 1_200), _meter("conversations", 300, None)),
    _desk(2, "Team", 5_900, (5, None, 2_500), _meter("conversations", 1_500, "6")),
    _desk(3, "Business", 24_900, (15, None, 2_000), _meter("conversations", 8_000, "2.5")),
)

FAMILIES = {"hiring": HIRING, "desk": DESK}

AIMS = ("inbound", "outbound", "insight", "security", "abroad", "automation")
"""What accounts want to get done beside what the plans do; each is served by two add-ons."""

_ADD_ONS = {
    "inbound": (("lead-routing", "Lead routing", 4_900), ("web-chat", "Web chat", 3_900)),
    "outbound": (("sequences", "Sequences", 5_900), ("dialler", "Dialler", 4_500)),
    "insight": (("reports", "Reports", 3_500), ("forecasts", "Forecasts", 6_500)),
    "security": (("single-sign-on", "Single sign-on", 5_500), ("audit-log", "Audit log", 2_900)),
    "abroad": (("languages", "Languages", 4_200), ("regional-hosting", "Regional hosting", 7_900)),
    "automation": (("workflows", "Workflows", 5_200), ("api-access", "API access", 3_900)),
}

ADD_ONS = tuple(
    Plan(
        plan_id=plan_id, title=title, family=plan_id, tier=1, kind="add_on", fee_minor=fee, cost_minor=fee // 10,
        purpose=aim, features=(plan_id,),
    )
    for aim, two in _ADD_ONS.items()
    for plan_id, title, fee in two
)  # fmt: skip

PRICE_LIST = (*HIRING, *DESK, *ADD_ONS)
