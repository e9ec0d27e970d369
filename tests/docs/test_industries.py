from __future__ import annotations

import pytest
from tests.docs.industries import RULES_PAGE, page_of, render_industry, render_rules_page, run_example
from tests.docs.industry_examples import EXAMPLES, Example

from pairwell.config.presets import INDUSTRIES


def name(example: Example) -> str:
    return example.industry


def test_every_industry_has_its_example() -> None:
    assert [example.industry for example in EXAMPLES] == list(INDUSTRIES)


@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_an_example_ends_as_its_page_says(example: Example) -> None:
    decision = run_example(example)
    assert tuple(offer.item_id for offer in decision.slate) == example.offered
    assert {left.item_id: left.reason for left in decision.withheld} == example.withheld
    assert (decision.answer.silence.reason if decision.answer.silence else None) == example.silence
    assert not any("rule_failed" in left.factors for left in decision.withheld)


@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_the_page_of_an_industry_is_what_the_code_says(example: Example) -> None:
    page = page_of(example).read_text(encoding="utf-8")
    assert page == render_industry(example), "run `python -m tests.docs.industries`"


def test_the_tables_of_rules_are_what_the_code_says() -> None:
    page = RULES_PAGE.read_text(encoding="utf-8")
    assert page == render_rules_page(page), "run `python -m tests.docs.industries`"
