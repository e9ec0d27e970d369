from __future__ import annotations

import pytest
from tests.unit.advise.whitespace.crowd import AS_OF, PLANS, account, add_on, made

from pairwell.advise.whitespace.gaps import Gap, find_whitespace, yearly_margin
from pairwell.advise.whitespace.traits import Trait, compare_accounts
from pairwell.plans import Plan


@pytest.fixture(scope="module")
def gaps() -> dict[tuple[str, str], Gap]:
    found = find_whitespace(made(), PLANS, margin_rate=0.3)
    assert found.as_of == AS_OF
    return {(gap.account_id, gap.product_id): gap for gap in found.gaps}


def test_what_similar_accounts_hold_is_likelier(gaps: dict[tuple[str, str], Gap]) -> None:
    accounts = made()
    chat = {
        industry: [
            gap for (one, product), gap in gaps.items() if product == "chat" and accounts[one].industry == industry
        ]
        for industry in ("Retail", "Staffing")
    }
    assert min(gap.chance for gap in chat["Retail"]) > 0.6
    assert max(gap.chance for gap in chat["Staffing"]) < 0.4
    assert all(gap.low < gap.chance < gap.high for gaps_of in chat.values() for gap in gaps_of)


def test_nobody_is_offered_what_it_holds_or_cannot_use(gaps: dict[tuple[str, str], Gap]) -> None:
    for one, told in made().items():
        held = {subscription.plan_id for subscription in told.held()}
        lacking = {product for owner, product in gaps if owner == one}
        assert lacking == {"chat", "signing", "voice"} - held - (set() if "chat" in held else {"voice"})


def test_a_product_that_all_hold_is_not_learned() -> None:
    (refusal,) = find_whitespace(made(), PLANS, margin_rate=0.3).not_learned
    assert (refusal.product_id, refusal.reason, refusal.found) == ("base", "too_few_others", 0)


def test_evidence_counts_other_accounts_and_can_be_counted_again(gaps: dict[tuple[str, str], Gap]) -> None:
    accounts = made()
    gap = next(gap for gap in gaps.values() if gap.product_id == "chat" and gap.chance > 0.6)
    assert gap.similar is not None
    assert list(gap.similar.traits) == [Trait("attribute", "industry", "Retail")]
    retail = [told for told in accounts.values() if told.industry == "Retail" and told.account_id != gap.account_id]
    holders = sum("chat" in {one.plan_id for one in told.held()} for told in retail)
    assert (gap.similar.accounts, gap.similar.holders) == (len(retail), holders)
    assert gap.reasons[0].startswith(f"Of {len(retail)} other accounts with the same (industry: Retail), {holders}")


def test_worth_is_the_margin_of_a_year_times_the_chance_and_purpose_is_told(gaps: dict[tuple[str, str], Gap]) -> None:
    chat = next(gap for gap in gaps.values() if gap.product_id == "chat")
    assert chat.margin_minor == (1000 - 400) * 12
    assert chat.worth_minor == round(chat.chance * chat.margin_minor)
    signing = next(gap for gap in gaps.values() if gap.product_id == "signing")
    assert (chat.serves, signing.serves) == (None, "hire")
    assert signing.margin_minor == 300 * 12
    assert signing.reasons[-1] == "It serves the same aim as what they have: hire."


def test_a_year_of_a_yearly_plan_is_one_period() -> None:
    plan = Plan(plan_id="y", family="y", tier=1, fee_minor=12_000, period="year", cost_minor=2_000)
    assert yearly_margin(plan, 0.3) == 10_000


def test_too_few_accounts_are_a_refusal_and_none_at_all_an_empty_matrix() -> None:
    few = find_whitespace(made(30), PLANS, margin_rate=0.3)
    assert {one.reason for one in few.not_learned} <= {"too_few_holders", "too_few_others"}
    assert "voice" in {one.product_id for one in few.not_learned}
    nothing = find_whitespace({}, PLANS, margin_rate=0.3)
    assert (nothing.as_of, nothing.gaps) == (None, [])


def test_who_left_says_nothing_and_is_told_nothing() -> None:
    accounts = made() | {"gone": account("gone", industry="Retail")}
    found = find_whitespace(accounts, PLANS, margin_rate=0.3)
    assert "gone" not in found.held
    assert "gone" not in {gap.account_id for gap in found.gaps}


def test_traits_are_kinds_not_names_numbers_or_what_must_not_count() -> None:
    accounts = [
        account(str(place), "chat", industry="Retail", name=f"n{place}", charge=f"{place}.5", gender="f", size="60")
        for place in range(10)
    ]
    compared = compare_accounts(accounts, {one.account_id: frozenset({"chat"}) for one in accounts})
    assert list(compared.traits) == [
        Trait("attribute", "industry", "Retail"),
        Trait("attribute", "size", "50-249"),
        Trait("holds", "chat"),
    ]


def test_an_add_on_with_no_requirement_met_is_no_gap() -> None:
    plans = {**PLANS, "deep": add_on("deep", "voice")}
    accounts = made(600)
    found = find_whitespace(accounts, plans, margin_rate=0.3)
    assert "deep" not in {gap.product_id for gap in found.gaps}
    assert "deep" in {one.product_id for one in found.not_learned}
