"""Which move is right, and in which words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tests.unit.advise.billing.accounts import PAY_AS_YOU_GO, SCALE, at, case, held, meter, plan

from pairwell.advise.billing.case import Benefit, Case
from pairwell.advise.billing.recommend import Advice, recommend
from pairwell.said import spoken


def worked(bought: int, plan_id: str = "payg") -> Advice:
    """The worked example: so many credits in each of ten months."""
    used = {"credits": [bought] * 10, "candidate_credits": [8] * 10}
    return recommend(case([PAY_AS_YOU_GO, SCALE], [held(plan_id, "2026-01-01")], used))


def test_two_further_credits_scale_saves_50_a_month() -> None:
    advice = worked(3)
    assert (advice.action, advice.plan_id, advice.benefit) == ("upgrade", "scale", "Scale saves 50 a month")
    assert (advice.expected_now_minor, advice.expected_then_minor) == (17500, 12500)


def test_one_further_credit_is_the_same_bill_and_a_heads_up() -> None:
    advice = worked(2)
    assert (advice.action, advice.plan_id) == ("heads_up", "scale")
    assert advice.benefit == "The same bill, 13 more credits"
    assert advice.also == ("15 times the candidate credits",)
    assert (advice.expected_now_minor, advice.expected_then_minor) == (12500, 12500)


def test_no_further_credit_is_a_stay() -> None:
    advice = worked(1)
    assert (advice.action, advice.plan_id) == ("stay", None)
    assert advice.benefit == "Pay as you go is the cheapest for this use, at 75 a month"
    assert advice.also == ("Scale would cost 50 more a month",)


def test_whoever_pays_for_too_much_hears_so() -> None:
    advice = worked(1, "scale")
    assert (advice.action, advice.plan_id, advice.benefit) == (
        "downgrade",
        "payg",
        "Pay as you go saves 50 a month",
    )


def test_the_same_bill_on_a_lower_plan_is_no_reason_to_move() -> None:
    assert worked(2, "scale").action == "stay"


@pytest.mark.parametrize(
    ("bought", "russian", "polish"),
    [
        (3, "Scale экономит 50 в месяц", "Scale oszczędza 50 miesięcznie"),
        (2, "Тот же счёт, «credits»: на 13 больше", "Ten sam rachunek, „credits”: o 13 więcej"),
    ],
)
def test_benefits_are_said_in_each_language(bought: int, russian: str, polish: str) -> None:
    benefit = worked(bought).benefit
    assert (spoken(benefit, "ru"), spoken(benefit, "pl")) == (russian, polish)


@pytest.mark.parametrize(
    ("holding", "as_of", "said"),
    [
        (held("payg", "2026-08-01"), "2026-11-01", "Only 3 whole months of use are known; 4 are needed"),
        (
            held("payg", "2026-01-01", is_trial=True),
            "2026-11-01",
            "Only a trial is running, so nothing is paid that could be compared",
        ),
        (held("payg", "2026-01-01", "2026-10-01"), "2026-11-01", "No plan of this family is held"),
    ],
)
def test_where_too_little_is_known_nothing_is_recommended(holding: object, as_of: str, said: str) -> None:
    advice = recommend(case([PAY_AS_YOU_GO, SCALE], [holding], {"credits": [2] * 10}, as_of=at(as_of)))  # type: ignore[list-item]
    assert (advice.action, advice.benefit, advice.plan_id) == ("not_enough_known", said, None)


SMALL = plan("small", 1000, meters=(meter("calls", "100", ("10", None)),), title="Small")
LARGE = plan("large", 3000, tier=1, meters=(meter("calls", "500", ("10", None)),), features=("api",), title="Large")


def large_with(**more: object) -> Case:
    """An account that uses little of the larger plan."""
    return case([SMALL, LARGE], [held("large", "2026-01-01")], {"calls": [50] * 10}, **more)


def test_a_downgrade_that_loses_a_feature_in_use_is_not_recommended() -> None:
    advice = recommend(large_with(in_use=frozenset({"api"})))
    assert (advice.action, advice.benefit) == ("stay", "Small has no api")


def test_nor_is_one_where_nobody_knows_what_is_in_use() -> None:
    assert recommend(large_with()).action == "stay"


def test_it_is_where_the_feature_is_worth_less_than_what_is_saved() -> None:
    worth = Benefit(feature="api", money_minor=Decimal(1999))
    advice = recommend(large_with(in_use=frozenset({"api"}), benefits=(worth,)))
    assert (advice.action, advice.loses, advice.benefit) == ("downgrade", ("api",), "Small saves 20 a month")
    assert "Small has no api" in advice.also


def test_it_is_not_where_the_feature_is_worth_as_much() -> None:
    worth = Benefit(feature="api", money_minor=Decimal(2000))
    assert recommend(large_with(in_use=frozenset({"api"}), benefits=(worth,))).action == "stay"


def test_a_term_that_still_binds_puts_a_downgrade_off_and_says_until_when() -> None:
    bound = plan("large", 3000, tier=1, meters=LARGE.meters, min_term_months=12)
    advice = recommend(case([SMALL, bound], [held("large", "2026-01-01")], {"calls": [50] * 10}))
    assert advice.action == "stay"
    assert advice.benefit == "From 2027-01-01, when the present term ends, Small would save 20 a month"


def test_each_cheaper_plan_is_objected_to_once() -> None:
    bound = plan("large", 3000, tier=1, meters=LARGE.meters, min_term_months=12)
    pack = plan("pack", 300, kind="add_on", meters=(meter("calls", "100"),))
    advice = recommend(case([SMALL, bound, pack], [held("large", "2026-01-01")], {"calls": [150] * 10}))
    assert advice.benefit == "From 2027-01-01, when the present term ends, Small with pack would save 17 a month"
    assert advice.also == ()


def test_a_plan_that_would_bind_says_until_when() -> None:
    binding = plan("large", 3000, tier=1, meters=LARGE.meters, min_term_months=12, title="Large")
    advice = recommend(case([SMALL, binding], [held("small", "2026-01-01")], {"calls": [400] * 10}))
    assert (advice.action, advice.benefit) == ("upgrade", "Large saves 10 a month")
    assert advice.locked_until == dt.date(2027, 12, 1)
    assert "Large binds until 2027-12-01" in advice.also


def test_a_leap_of_the_last_month_is_no_reason_to_move_yet() -> None:
    advice = recommend(case([SMALL, LARGE], [held("small", "2026-01-01")], {"calls": [50] * 8 + [290, 590]}))
    assert (advice.action, advice.benefit) == ("stay", "Large would not have been cheaper over the last 3 months")


def test_a_leap_that_the_other_meters_share_is_growth() -> None:
    used = {"calls": [100, 130, 160, 190, 210, 230, 250, 270, 290, 420], "leads": [10] * 7 + [12, 15, 16]}
    advice = recommend(case([SMALL, LARGE], [held("small", "2026-01-01")], used))
    assert (advice.action, advice.plan_id) == ("upgrade", "large")
    alone = recommend(case([SMALL, LARGE], [held("small", "2026-01-01")], used | {"leads": [10] * 10}))
    assert alone.action == "stay"


@pytest.mark.parametrize(
    ("bought", "since", "action"),
    [
        ((3, 4, 4), "2026-08-01", "upgrade"),
        ((4, 4), "2026-09-01", "upgrade"),
        ((2, 2, 2), "2026-08-01", "not_enough_known"),  # the same bill
        ((9,), "2026-10-01", "not_enough_known"),
    ],
)
def test_a_young_account_hears_what_is_clear(bought: tuple[int, ...], since: str, action: str) -> None:
    none = 10 - len(bought)
    used = {"credits": [0] * none + list(bought), "candidate_credits": [0] * none + [8] * len(bought)}
    advice = recommend(case([PAY_AS_YOU_GO, SCALE], [held("payg", since)], used, as_of=at("2026-11-01")))
    assert (advice.action, advice.months_seen) == (action, len(bought))
    if action == "upgrade":
        assert advice.benefit == "Scale saves 100 a month"
    else:
        assert advice.benefit.endswith("4 are needed")


def test_what_may_cost_far_more_than_it_saves_is_no_reason_to_move() -> None:
    used = {"calls": [20, 500, 20, 500, 20, 500, 20, 400, 420, 450]}
    advice = recommend(case([SMALL, LARGE], [held("small", "2026-01-01")], used))
    assert advice.action == "stay"
    assert advice.benefit.startswith("If use falls as far as it may, Large costs ")


def test_who_takes_all_for_months_wants_enough_more_to_pay_for_a_larger_plan() -> None:
    full = plan("full", 1000, meters=(meter("calls", "100"),), title="Full")
    worth = Benefit(meter="calls", money_minor=Decimal(65))
    advice = recommend(case([full, LARGE], [held("full", "2026-01-01")], {"calls": [100] * 10}, benefits=(worth,)))
    assert (advice.action, advice.plan_id) == ("upgrade", "large")
    assert advice.worth_minor >= (advice.expected_then_minor or 0) - (advice.expected_now_minor or 0)


def test_nor_is_a_lull_a_reason_to_hold_less() -> None:
    bare = plan("large", 3000, tier=1, meters=LARGE.meters)
    advice = recommend(case([SMALL, bare], [held("large", "2026-01-01")], {"calls": [900] * 6 + [0] * 4}))
    assert (advice.action, advice.benefit) == ("stay", "Small would not have been cheaper over the last 10 months")


@pytest.mark.parametrize(("fee", "action"), [(921, "stay"), (920, "upgrade")])
def test_a_saving_of_less_than_eight_hundredths_is_not_worth_a_move(fee: int, action: str) -> None:
    other = plan("other", fee, tier=1, meters=SMALL.meters, title="Other")
    advice = recommend(case([SMALL, other], [held("small", "2026-01-01")], {"calls": [50] * 10}))
    assert advice.action == action
    assert action == "upgrade" or advice.benefit == "Other would save no more than 0.79 a month"


def test_a_feature_that_is_needed_and_worth_its_price_is_an_upgrade() -> None:
    worth = Benefit(feature="api", money_minor=Decimal(2300))
    used = {"calls": [50] * 10}
    asked = case([SMALL, LARGE], [held("small", "2026-01-01")], used, benefits=(worth,), needed=frozenset({"api"}))
    advice = recommend(asked)
    assert (advice.action, advice.plan_id, advice.benefit) == ("upgrade", "large", "api: worth 23 a month")
    assert advice.also[0] == "Large would cost 20 more a month"
    assert (advice.worth_minor, advice.gains) == (2300, ("api",))


@pytest.mark.parametrize(("money", "needed"), [(2200, {"api"}), (9000, set())])
def test_a_feature_worth_less_or_that_nobody_asked_for_is_none(money: int, needed: set[str]) -> None:
    worth = Benefit(feature="api", money_minor=Decimal(money))
    used = {"calls": [50] * 10}
    asked = case([SMALL, LARGE], [held("small", "2026-01-01")], used, benefits=(worth,), needed=frozenset(needed))
    assert recommend(asked).action == "stay"


def test_use_that_a_plan_has_no_room_for_is_worth_what_its_benefit_says() -> None:
    full = plan("full", 1000, meters=(meter("calls", "100"),), title="Full")
    used = {"calls": [110] * 10}
    holding = [held("full", "2026-01-01")]
    worth = Benefit(meter="calls", money_minor=Decimal(240))
    paid = recommend(case([full, LARGE], holding, used, benefits=(worth,)))
    assert (paid.benefit, paid.also) == ("calls: worth 24 a month", ("Large would cost 20 more a month",))
    cheap = plan("cheap", 800, tier=1, meters=LARGE.meters, title="Cheap")
    saving = recommend(case([full, cheap], holding, used, benefits=(worth,)))
    assert saving.also == ("Cheap saves 2 a month",)
    assert recommend(case([full, LARGE], holding, used)).action == "heads_up"
    advice = recommend(case([full, LARGE], holding, {"calls": [90] * 8 + [110] * 2}))
    assert (advice.action, advice.benefit) == ("stay", "Full is short of 10 calls for the use expected")


def test_who_takes_all_that_can_be_had_hears_from_when_on_more_would_pay() -> None:
    full = plan("full", 1000, meters=(meter("calls", "100"),), title="Full")
    holding, used = [held("full", "2026-01-01")], {"calls": [100] * 10}
    worth = Benefit(meter="calls", money_minor=Decimal(30))
    advice = recommend(case([full, LARGE], holding, used, benefits=(worth,)))
    assert (advice.action, advice.plan_id) == ("heads_up", None)
    assert advice.benefit == "All 100 calls were used up in each of the last 10 months"
    assert advice.also == ("Large would cost 20 more a month", "Large pays for itself from 67 more calls a month")
    assert recommend(case([full, LARGE], holding, used)).also == ("Large would cost 20 more a month",)


def test_two_full_months_are_no_habit() -> None:
    full = plan("full", 1000, meters=(meter("calls", "100"),))
    advice = recommend(case([full, LARGE], [held("full", "2026-01-01")], {"calls": [99] * 8 + [100] * 2}))
    assert advice.action == "stay"


def test_a_limit_that_comes_near_is_told_before_it_is_hit() -> None:
    used = {"calls": [60, 64, 68, 72, 76, 80, 84, 88, 92, 96]}
    advice = recommend(case([SMALL, LARGE], [held("small", "2026-01-01")], used, as_of=at("2026-11-05")))
    assert (advice.action, advice.plan_id) == ("heads_up", None)
    assert advice.benefit.startswith("The 100 calls included will be used up around 2026-12-")
    assert advice.limits[0].day > dt.date(2026, 11, 5)


def test_packages_that_cover_what_is_bought_dearly_are_an_upgrade_of_the_same_plan() -> None:
    pack = plan("pack", 300, kind="add_on", meters=(meter("calls", "100"),), title="Pack")
    advice = recommend(case([SMALL, pack], [held("small", "2026-01-01")], {"calls": [290] * 10}))
    assert (advice.action, advice.plan_id, advice.add_ons) == ("upgrade", "small", ("pack", "pack"))
    assert advice.benefit == "Small with 2 x Pack saves 13 a month"
