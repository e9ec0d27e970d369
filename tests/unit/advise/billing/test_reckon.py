"""Bills reckoned by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import pytest
from tests.unit.advise.billing.accounts import PAY_AS_YOU_GO, SCALE, held, meter, plan, use

from pairwell.advise.billing.ledger import Bill, Held, Lack, Ledger, Prices, Unservable, Use
from pairwell.advise.billing.reckon import reckon
from pairwell.plans import Plan
from pairwell.said import spoken


def bill(
    plans: Sequence[Plan], holding: Sequence[Held], used: Sequence[Use] = (), month: str = "2026-04", zone: str = "UTC"
) -> Bill | Unservable:
    prices = Prices(plans=tuple(plans), currency="EUR", zone=zone)
    return reckon(Ledger(tuple(holding), tuple(used)), prices, dt.date.fromisoformat(f"{month}-01"))


def amounts(found: Bill | Unservable) -> list[int]:
    assert isinstance(found, Bill)
    assert found.total_minor == sum(line.amount_minor for line in found.lines)
    return [line.amount_minor for line in found.lines]


class Golden(NamedTuple):
    name: str
    plans: Sequence[Plan]
    held: Sequence[Held]
    used: Sequence[Use]
    month: str
    lines: list[int]
    zone: str = "UTC"


TIERED = meter("calls", "100", ("10", "100"), ("5", "400"), ("2", None))
VOLUME = meter("calls", "100", ("10", "100"), ("5", "400"), ("2", None), volume=True)
MESSAGES = plan("app", 2000, meters=(meter("messages", "100", ("4", None)),))
PACK = plan("pack", 300, kind="add_on", meters=(meter("messages", "100"),))
YEARLY = plan("year", 100000, period="year", meters=(meter("calls", "120", ("50", None)),))
APRIL = "2026-04-10"

GOLDEN = [
    Golden("the fee alone", [plan("app", 999)], [held("app")], [], "2026-04", [999]),
    Golden(
        "a free plan",
        [plan("free", 0, meters=(TIERED,))],
        [held("free")],
        [use("calls", APRIL, "7")],
        "2026-04",
        [0, 0],
    ),
    # 250 - 100 included = 150 further: 100 at 10, 50 at 5
    Golden(
        "each tier prices its own",
        [plan("a", 500, meters=(TIERED,))],
        [held("a")],
        [use("calls", APRIL, "250")],
        "2026-04",
        [500, 1250],
    ),
    # 700 - 100 = 600: 100 at 10, 300 at 5, 200 at 2
    Golden(
        "all tiers",
        [plan("a", 500, meters=(TIERED,))],
        [held("a")],
        [use("calls", APRIL, "700")],
        "2026-04",
        [500, 2900],
    ),
    # 600 at 2
    Golden(
        "the tier reached prices all",
        [plan("a", 500, meters=(VOLUME,))],
        [held("a")],
        [use("calls", APRIL, "700")],
        "2026-04",
        [500, 1200],
    ),
    # exactly 100 further still lie in the first tier
    Golden(
        "at the edge of a tier",
        [plan("a", 500, meters=(VOLUME,))],
        [held("a")],
        [use("calls", APRIL, "200")],
        "2026-04",
        [500, 1000],
    ),
    Golden(
        "a cap",
        [plan("a", 0, meters=(meter("calls", "0", ("10", None), cap_minor=777),))],
        [held("a")],
        [use("calls", APRIL, "78")],
        "2026-04",
        [0, 777],
    ),
    # 101 further in blocks of 50: 150 at 0.3
    Golden(
        "blocks begun",
        [plan("a", 0, meters=(meter("calls", "100", ("0.3", None), block=50),))],
        [held("a")],
        [use("calls", APRIL, "201")],
        "2026-04",
        [0, 45],
    ),
    # 0.5 and 1.5 minor units: to the even neighbour
    Golden(
        "half down to even",
        [plan("a", 0, meters=(meter("calls", "0", ("0.1", None)),))],
        [held("a")],
        [use("calls", APRIL, "5")],
        "2026-04",
        [0, 0],
    ),
    Golden(
        "half up to even",
        [plan("a", 0, meters=(meter("calls", "0", ("0.1", None)),))],
        [held("a")],
        [use("calls", APRIL, "15")],
        "2026-04",
        [0, 2],
    ),
    # 5 seats, 2 of them included, 3 at 700
    Golden(
        "seats", [plan("a", 1500, seats_included=2, seat_minor=700)], [held("a", seats=5)], [], "2026-04", [1500, 2100]
    ),
    # from the 16th on 8 seats instead of 5: 3 and 6 further, for half of April each; the fee is one line
    Golden(
        "seats added",
        [plan("a", 1500, seats_included=2, seat_minor=700)],
        [held("a", until="2026-04-16", seats=5), held("a", "2026-04-16", seats=8)],
        [],
        "2026-04",
        [1500, 1050, 2100],
    ),
    # 4 seats of 50 calls each
    Golden(
        "units of each seat",
        [plan("a", 0, meters=(meter("calls", "50", ("10", None), per_seat=True),))],
        [held("a", seats=4)],
        [use("calls", APRIL, "230")],
        "2026-04",
        [0, 300],
    ),
    Golden("28 days", [plan("a", 2800)], [held("a", "2026-02-15")], [], "2026-02", [1400]),
    Golden("29 days", [plan("a", 2900)], [held("a", "2024-02-15")], [], "2024-02", [1500]),
    Golden("30 days", [plan("a", 1000)], [held("a", until="2026-04-11")], [], "2026-04", [333]),
    Golden("31 days", [plan("a", 1000)], [held("a", until="2026-05-11")], [], "2026-05", [323]),
    # in Berlin 23:30 UTC is already the next day, in summer 22:30 UTC too; the hour lost on 2026-03-29 costs no day
    Golden(
        "summer time",
        [plan("a", 3100)],
        [held("a", "2026-03-09T23:30", "2026-03-30T22:30")],
        [],
        "2026-03",
        [2100],
        "Europe/Berlin",
    ),
    Golden(
        "winter time",
        [plan("a", 3100)],
        [held("a", "2026-10-24T22:30", "2026-10-26T23:30")],
        [],
        "2026-10",
        [200],
        "Europe/Berlin",
    ),
    # a change on the 11th: 10 days of the old plan, 20 of the new one, each with its own use and included units
    Golden(
        "a change of plan",
        [PAY_AS_YOU_GO, SCALE],
        [held("payg", until="2026-04-11T09:00"), held("scale", "2026-04-11T09:00")],
        [use("credits", APRIL, "3"), use("credits", "2026-04-11", "16")],
        "2026-04",
        [2500, 8333, 10000, 5000, 0, 0],
    ),
    # a part of a month that is paid whole, both when taken and when left
    Golden(
        "not prorated",
        [plan("a", 1000, prorated=False)],
        [held("a", "2026-03-20", "2026-04-02")],
        [],
        "2026-04",
        [33, 967],
    ),
    Golden(
        "a trial",
        [plan("a", 1000, meters=(TIERED,))],
        [held("a", is_trial=True)],
        [use("calls", APRIL, "900")],
        "2026-04",
        [0],
    ),
    # left on 2026-02-10 with six months owed, so until 2026-06-01
    Golden(
        "a minimum term",
        [plan("a", 1000, min_term_months=6)],
        [held("a", "2025-12-01", "2026-02-10")],
        [],
        "2026-04",
        [1000],
    ),
    Golden(
        "after the term",
        [plan("a", 1000, min_term_months=6)],
        [held("a", "2025-12-01", "2026-02-10")],
        [],
        "2026-06",
        [],
    ),
    # 350 messages, 100 included, 200 from two packages, 50 at 4
    Golden(
        "packages",
        [MESSAGES, PACK],
        [held("app"), held("pack"), held("pack")],
        [use("messages", APRIL, "350")],
        "2026-04",
        [2000, 300, 300, 200],
    ),
    # a third of 100000 and a bit: 8333 in most months
    Golden("a month of a year", [YEARLY], [held("year", "2026-01-01")], [], "2026-04", [8333, 0]),
    # 100 calls were used before April, 30 in it: 10 more than the year's 120
    Golden(
        "units of a year",
        [YEARLY],
        [held("year", "2026-01-01")],
        [use("calls", "2026-02-03", "100"), use("calls", APRIL, "30")],
        "2026-04",
        [8333, 500],
    ),
    # yen have no smaller unit: 1234 a month for 10 of 30 days
    Golden("yen", [plan("a", 1234)], [held("a", until="2026-04-11")], [], "2026-04", [411]),
    # a Kuwaiti dinar is 1000 fils: 7.500 a month for 7 of 30 days
    Golden("dinars", [plan("a", 7500)], [held("a", until="2026-04-08")], [], "2026-04", [1750]),
    # what was given up on the day that it was taken
    Golden(
        "a day's error",
        [plan("a", 1000, min_term_months=12)],
        [held("a", "2026-04-10T08:00", "2026-04-10T09:00")],
        [],
        "2026-04",
        [],
    ),
    # use without a plan is not billed
    Golden(
        "use without a plan",
        [plan("a", 3000, meters=(TIERED,))],
        [held("a", "2026-04-21")],
        [use("calls", APRIL, "900")],
        "2026-04",
        [1000, 0],
    ),
]


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.name)
def test_a_bill_is_what_one_reckons_by_hand(golden: Golden) -> None:
    assert amounts(bill(*golden[1:5], golden.zone)) == golden.lines


@pytest.mark.parametrize(("bought", "payg", "scale"), [("1", 7500, 12500), ("2", 12500, 12500), ("3", 17500, 12500)])
def test_the_worked_example(bought: str, payg: int, scale: int) -> None:
    for plan_id, total in (("payg", payg), ("scale", scale)):
        assert sum(amounts(bill([PAY_AS_YOU_GO, SCALE], [held(plan_id)], [use("credits", APRIL, bought)]))) == total


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-01-01", "2027-01-01"),
        ("2024-01-31", "2025-01-31"),
        ("2024-02-29", "2025-02-28"),
        ("2023-03-17", "2024-03-17"),
        ("2023-12-31", "2024-12-31"),
    ],
)
@pytest.mark.parametrize("fee", [100001, 11, 365])
def test_the_months_of_a_contract_year_sum_to_its_fee(since: str, until: str, fee: int) -> None:
    start = dt.date.fromisoformat(since)
    months = [
        f"{start.year + number // 12}-{number % 12 + 1:02}" for number in range(start.month - 1, start.month + 12)
    ]
    holding = [held("year", since, until)]
    totals = [sum(amounts(bill([plan("year", fee, period="year")], holding, month=month))) for month in months]
    assert sum(totals) == fee
    assert all(abs(total - fee / 12) <= 1 + fee / 1000 for total in totals[1:-1])


def test_parts_of_a_month_that_is_paid_whole_sum_to_it() -> None:
    assert amounts(bill([plan("a", 1, prorated=False)], [held("a", until="2026-04-16")])) == [0, 1]


def test_a_year_that_is_not_prorated_is_owed_whole() -> None:
    yearly = plan("year", 12000, period="year", prorated=False)
    holding = [held("year", "2026-01-01", "2026-02-15")]
    totals = [sum(amounts(bill([yearly], holding, month=f"2026-{month:02}"))) for month in range(1, 13)]
    assert totals == [1000] * 12
    assert amounts(bill([yearly], holding, month="2027-01")) == []


def test_a_move_up_ends_a_minimum_term_and_a_move_down_does_not() -> None:
    small, large = plan("s", 1000, min_term_months=12), plan("l", 3000, tier=1, min_term_months=12)
    up = [held("s", "2026-01-01", "2026-03-01"), held("l", "2026-03-01")]
    down = [held("l", "2026-01-01", "2026-03-01"), held("s", "2026-03-01")]
    assert amounts(bill([small, large], up)) == [3000]
    assert amounts(bill([small, large], down)) == [3000, 1000]


def test_a_plan_taken_anew_within_its_term_is_not_paid_twice() -> None:
    holding = [held("a", "2026-01-01", "2026-02-01"), held("a", "2026-04-01")]
    again = plan("a", 1000, min_term_months=12)
    assert [amounts(bill([again], holding, month=month)) for month in ("2026-03", "2026-04")] == [[1000], [1000]]


def test_a_trial_beside_a_plan_takes_its_use() -> None:
    small, large = plan("s", 1000, meters=(meter("calls", "0", ("1", None)),)), plan("l", 3000, tier=1)
    holding = [held("s"), held("l", "2026-04-11", "2026-04-21", is_trial=True)]
    used = [use("calls", APRIL, "7"), use("calls", "2026-04-11", "500"), use("calls", "2026-04-21", "5")]
    assert amounts(bill([small, large], holding, used)) == [1000, 0, 12]


def test_an_add_on_whose_meter_no_plan_counts_is_reckoned_by_itself() -> None:
    phone = plan("phone", 500, kind="add_on", meters=(meter("minutes", "10", ("3", None)),))
    assert amounts(bill([plan("a", 1000), phone], [held("a"), held("phone")], [use("minutes", APRIL, "14")])) == [
        1000,
        500,
        12,
    ]


def test_units_of_a_yearly_package_are_drawn_over_its_year() -> None:
    pack = plan("pack", 1200, kind="add_on", period="year", meters=(meter("messages", "100"),))
    used = [use("messages", "2026-03-02", "180"), use("messages", APRIL, "150")]
    holding = [held("app", "2026-03-01"), held("pack", "2026-03-01")]
    assert amounts(bill([MESSAGES, pack], holding, used, "2026-03")) == [2000, 100, 0]
    assert amounts(bill([MESSAGES, pack], holding, used, "2026-04")) == [2000, 100, (150 - 100 - 20) * 4]


SEATED = plan("a", 100, seats_included=2, seat_minor=10, seats_max=4)


@pytest.mark.parametrize(
    ("plans", "holding", "used", "lack"),
    [
        ([SEATED], held("a", seats=7), [], Lack(plan_id="a", what="seats", lacking=Decimal(3))),
        ([plan("a", 1, seats_included=2)], held("a", seats=3), [], Lack(plan_id="a", what="seats", lacking=Decimal(1))),
        (
            [PAY_AS_YOU_GO],
            held("payg"),
            [use("candidate_credits", APRIL, "14")],
            Lack(plan_id="payg", what="meter", lacking=Decimal(4), meter="candidate_credits"),
        ),
        (
            [plan("a", 1, meters=(meter("calls", "5", ("1", "10")),))],
            held("a"),
            [use("calls", APRIL, "18")],
            Lack(plan_id="a", what="meter", lacking=Decimal(3), meter="calls"),
        ),
        (
            [plan("a", 1), PAY_AS_YOU_GO],
            held("a"),
            [use("credits", APRIL, "2")],
            Lack(plan_id="a", what="meter", lacking=Decimal(2), meter="credits"),
        ),
        ([SEATED], held("gone"), [], Lack(plan_id="gone", what="plan", lacking=Decimal(1))),
    ],
    ids=["seats at most", "no further seats", "no further units", "last tier ends", "not counted here", "unknown plan"],
)
def test_what_cannot_be_served_is_named_with_how_much_is_lacking(
    plans: list[Plan], holding: Held, used: list[Use], lack: Lack
) -> None:
    assert bill(plans, [holding], used) == Unservable(dt.date(2026, 4, 1), (lack,))


def test_every_line_says_how_it_came_to_be_in_each_language() -> None:
    found = bill([MESSAGES, PACK], [held("app", "2026-04-16"), held("pack")], [use("messages", "2026-04-20", "251")])
    assert isinstance(found, Bill)
    assert [line.text for line in found.lines] == [
        "Fee of pack",
        "Fee of app, 15 of 30 days",
        "251 messages used, 151 beyond the 100 of app, 100 of them from add-ons",
    ]
    for language in ("ru", "pl"):
        assert all(spoken(line.text, language) != line.text for line in found.lines)
