from __future__ import annotations

from collections.abc import Mapping, Sequence

from pairwell.decide.telling.left import TOLD, tell_left
from pairwell.decide.telling.parts import LeftAccount
from pairwell.decide.telling.words import Words, all_lines
from pairwell.records import Stage

WORDS = Words(currency="EUR", timezone="UTC", titles={"mat": "Mat"})


def left(item_id: str, stage: Stage, reason: str, **factors: object) -> LeftAccount:
    return LeftAccount(
        item_id=item_id,
        kind="cross_sell",
        stage=stage,
        reason=reason,
        factors={"anchor_id": "tent", **factors},
        title=None,
        price_minor=700,
        hints=[],
    )


def told(by_stage: Mapping[Stage, Sequence[LeftAccount]], *, every: bool) -> list[str]:
    return all_lines(tell_left(by_stage, WORDS, every=every))


def worthless(item_id: str, worth_minor: float) -> LeftAccount:
    numbers = {"quiet": 0.1, "persuasion": 0.1, "gain_minor": 400.0, "worth_minor": worth_minor, "cost_minor": 7.0}
    return left(item_id, "worth", "worth_below_its_cost", **numbers)


def test_the_nearest_to_being_shown_come_first() -> None:
    by_stage: dict[Stage, list[LeftAccount]] = {
        "eligibility": [left("gas", "eligibility", "out_of_stock", stock=0)],
        "worth": [worthless("lamp", 2.0), worthless("mat", 5.0)],
    }
    lines = "\n".join(told(by_stage, every=False))
    assert lines.index("Mat [mat]") < lines.index("lamp") < lines.index("gas")
    assert "0 in stock" in lines


def test_ten_are_told_and_the_rest_counted() -> None:
    many = [worthless(f"item-{n}", 5.0) for n in range(TOLD + 5)]
    shown = "\n".join(told({"worth": many}, every=False))
    assert shown.count("item-") == TOLD
    assert "5 more were further from being shown" in shown
    assert "\n".join(told({"worth": many}, every=True)).count("item-") == TOLD + 5


def test_what_is_the_same_of_all_is_said_once() -> None:
    facts = {"price_minor": 900, "limit_minor": 200, "purchase_minor": 700}
    many = [left(name, "guards", "add_on_price_share", **facts) for name in ("mat", "lamp")]
    assert told({"guards": many}, every=True) == [
        "",
        "Too dear beside this purchase: beside €7.00 an add-on may cost €2.00.",
        "  - Mat [mat], €7.00.",
        "  - lamp, €7.00.",
    ]


def test_a_rule_of_the_shop_is_named_with_what_it_read() -> None:
    rule = left("gas", "suitability", "no_gas", rule="no gas by post", later="Summer.", **{"customer.orders": 3})
    text = " ".join(told({"suitability": [rule]}, every=True))
    assert "Your rule “no gas by post” (no_gas)" in text
    assert "customer.orders 3" in text
    assert "to wait for: Summer." in text


def test_a_rule_that_failed_says_why() -> None:
    rule = left("gas", "suitability", "no_gas", rule="no gas by post", rule_failed="no such key")
    text = " ".join(" ".join(told({"suitability": [rule]}, every=True)).split())
    assert "it could not be worked out: no such key" in text
