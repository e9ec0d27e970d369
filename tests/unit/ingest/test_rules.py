from __future__ import annotations

import re
from pathlib import Path

from pairwell.ingest.rules import BY_NAME, RULES

_ROOT = Path(__file__).resolve().parents[3]
_PAGE = (_ROOT / "docs" / "ingest.md").read_text(encoding="utf-8")
_CODE = "\n".join(path.read_text(encoding="utf-8") for path in (_ROOT / "src" / "pairwell" / "ingest").rglob("*.py"))
_SEVERAL = {
    "no_order_id",
    "no_item_id",
    "no_customer_id",
    "no_anchor_id",
    "no_account_id",
    "no_plan_id",
    "no_started_at",
    "no_relation",
    "no_type",
    "no_at",
    "no_channel",
    "no_given",
    "no_need",
    "no_since",
    "no_kind",
    "no_locale",
    "no_status",
    "no_quantity",
    "no_story_id",
    "no_text",
    "no_seller_id",
    "no_period",
}  # no_FIELD


def test_every_rule_has_one_name() -> None:
    assert len(BY_NAME) == len(RULES)


def test_every_rule_stands_in_the_documentation_with_its_sentence() -> None:
    page = re.sub(r"\s+", " ", _PAGE)
    for rule in RULES:
        assert f"| `{rule.name}` | {rule.effect} | {rule.sentence} |" in page


def test_the_documentation_names_no_rule_that_is_gone() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| (?:refuses|changes|merges) \|", _PAGE, re.MULTILINE)) == set(BY_NAME)


def test_every_rule_is_applied_somewhere() -> None:
    for name in BY_NAME.keys() - _SEVERAL:
        assert len(re.findall(rf"\b{name}\b", _CODE)) > 1, name
