from __future__ import annotations

import pytest

from pairwell.config.settings import Choice
from pairwell.experiments.assignment import assign_arm, draw_lot, in_holdout, is_withheld, unit_of
from pairwell.records import DecisionRequest


def test_the_unit_is_the_customer_before_the_visitor() -> None:
    assert unit_of(DecisionRequest(placement="cart", customer_id="7", visitor_id="v")) == "c:7"
    assert unit_of(DecisionRequest(placement="cart", visitor_id="v")) == "v:v"
    assert unit_of(DecisionRequest(placement="cart")) is None


def test_lots_are_known_numbers() -> None:
    # hashlib.blake2b(b"salt\x1fholdout\x1fc:7", digest_size=8), its first 53 bits over 2**53
    assert draw_lot("holdout", "c:7", salt="salt") == 0.7564732423640008


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_the_holdout_has_its_share(share: float) -> None:
    held = sum(in_holdout(f"c:{number}", salt="s", share=share) for number in range(20_000))
    assert held / 20_000 == pytest.approx(share, abs=0.011)


def test_a_larger_holdout_keeps_those_who_were_in() -> None:
    units = [f"c:{number}" for number in range(2_000)]
    small = {unit for unit in units if in_holdout(unit, salt="s", share=0.1)}
    large = {unit for unit in units if in_holdout(unit, salt="s", share=0.2)}
    assert small < large


def test_lots_of_two_purposes_and_two_salts_are_independent() -> None:
    names = [f"n{number}" for number in range(20_000)]
    both = sum(in_holdout(name, salt="s", share=0.5) and is_withheld(name, salt="s", share=0.5) for name in names)
    other = sum(in_holdout(name, salt="s", share=0.5) and in_holdout(name, salt="t", share=0.5) for name in names)
    assert both / 20_000 == pytest.approx(0.25, abs=0.012)
    assert other / 20_000 == pytest.approx(0.25, abs=0.012)


def test_shares_of_nothing_and_all_are_exact() -> None:
    assert not any(in_holdout(f"c:{number}", salt="s", share=0.0) for number in range(1_000))
    assert all(in_holdout(f"c:{number}", salt="s", share=1.0) for number in range(1_000))


def test_nobody_named_is_treated_and_left_out() -> None:
    assert assign_arm(None, "01J", Choice(holdout=1.0, withheld=1.0)) == "none"


def test_the_holdout_comes_before_the_withheld() -> None:
    assert assign_arm("c:1", "01J", Choice(holdout=1.0, withheld=1.0)) == "holdout"
    assert assign_arm("c:1", "01J", Choice(holdout=0.0, withheld=1.0)) == "withheld"
    assert assign_arm("c:1", "01J", Choice(holdout=0.0, withheld=0.0)) == "treated"
