"""The commands `associations` and `bundles` in a simulated shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pairwell import create
from pairwell.errors import EvidenceError, NoModelError, RequestError, TooManyError

from .conftest import Command


def asked(pairwell: Command, shop: Path, *words: object) -> dict[str, Any]:
    result = pairwell(*words, "--workspace", shop, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = msgspec.json.decode(result.stdout)
    return found


def test_rules_as_json_are_all_there_are(pairwell: Command, learned: Path) -> None:
    found = asked(pairwell, learned, "associations", "--min-support", 0.002, "--min-confidence", 0.05)
    assert len(found["rules"]) == found["rules_found"] > 20
    assert found["itemsets"] > 20
    lifts = [rule["lift"] for rule in found["rules"]]
    assert lifts == sorted(lifts, reverse=True)
    assert all(rule["confidence"] >= 0.05 and rule["support"] >= 0.002 for rule in found["rules"])
    assert {"antecedent", "consequent", "support", "confidence", "lift", "count"} <= found["rules"][0].keys()


def test_a_table_that_is_cut_says_how_many_there_are(pairwell: Command, learned: Path) -> None:
    words = ("associations", "--min-support", 0.002, "--min-confidence", 0.05, "--workspace", learned)
    result = pairwell(*words, "--sort", "confidence")
    found = asked(pairwell, learned, *words[:-2], "-n", 0)
    assert found["rules"] == []
    assert f"20 of {found['rules_found']:,} rules, by confidence" in result.stdout


def test_a_support_nobody_stated_is_chosen_and_told(pairwell: Command, learned: Path) -> None:
    found = asked(pairwell, learned, "associations")
    assert found["min_support_chosen"]
    assert found["itemsets"] <= 50_000
    again = asked(pairwell, learned, "associations", "--min-support", found["min_support"])
    assert (again["min_count"], again["rules"]) == (found["min_count"], found["rules"])
    assert "chosen to fit the data" in pairwell("associations", "--workspace", learned).stdout


@pytest.mark.parametrize(
    "words", [["--min-support", 0], ["--min-support", 2], ["--min-confidence", 2], ["--max-items", 0]]
)
def test_bounds_that_make_no_sense_are_refused(words: list[object], pairwell: Command, learned: Path) -> None:
    assert isinstance(pairwell("associations", *words, "--workspace", learned).exception, RequestError)


def test_sets_of_one_item_make_no_rule(pairwell: Command, learned: Path) -> None:
    found = asked(pairwell, learned, "associations", "--max-items", 1)
    assert (found["rules"], found["itemsets"] > 0) == ([], True)


def test_too_many_itemsets_are_refused_by_name_of_the_support_that_fits(pairwell: Command, learned: Path) -> None:
    (learned / "pairwell.toml").write_text("[learn]\nmost_itemsets = 100\n", encoding="utf-8")
    assert pairwell("publish", "--workspace", learned).exit_code == 0
    refusal = pairwell("associations", "--min-support", 0.0005, "--workspace", learned).exception
    assert isinstance(refusal, TooManyError)
    support = str(refusal.hint).split()[6]
    assert asked(pairwell, learned, "associations", "--min-support", support)["itemsets"] <= 100


def test_a_shop_without_orders_or_model_says_so(pairwell: Command, tmp_path: Path) -> None:
    create(tmp_path / "empty").close()
    words = ("--workspace", tmp_path / "empty")
    assert isinstance(pairwell("associations", *words).exception, EvidenceError)
    assert isinstance(pairwell("bundles", *words).exception, NoModelError)


def test_bundles_name_items_prices_and_margin(pairwell: Command, learned: Path) -> None:
    found = asked(pairwell, learned, "bundles", "-n", 5)["bundles"]
    assert 0 < len(found) <= 5
    for bundle in found:
        assert 2 <= len(bundle["items"]) <= 4
        assert bundle["price_minor"] == bundle["list_minor"] - bundle["discount_minor"]
        assert 0 <= bundle["discount_minor"] <= bundle["largest_discount_minor"]
        assert bundle["margin_minor"] > 0
    assert found[0]["items"][0]["title"] in pairwell("bundles", "--workspace", learned).stdout


def test_a_stranger_s_bundles_are_everybody_s(pairwell: Command, learned: Path) -> None:
    everybody = asked(pairwell, learned, "bundles")["bundles"]
    assert asked(pairwell, learned, "bundles", "--customer", "nobody-knows")["bundles"] == everybody
    printed = pairwell("bundles", "--customer", "nobody-knows", "--workspace", learned).stdout
    assert "Nothing is known of customer 'nobody-knows'" in printed
