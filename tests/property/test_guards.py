"""No random cart, catalogue or setting breaks a law of deciding."""

from __future__ import annotations

import random
import re
from pathlib import Path

from bench.guards import check_random_decisions
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.decision_laws import check_laws
from tests.property.random_shops import make_case

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "deciding.md"


@settings(max_examples=500, derandomize=True, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_every_law_holds_of_random_decisions(seed: int) -> None:
    rng = random.Random(seed)
    check_laws(make_case(rng), rng)


def test_random_decisions_reach_every_stage() -> None:
    tally = check_random_decisions(2_000, seed=7)
    assert tally.decisions == 2_000
    assert tally.offers["cross_sell"] > 200
    assert tally.offers["upgrade"] > 30
    assert tally.offers["repeat"] > 10
    assert tally.offers["bundle"] > 10
    assert {stage for stage, _ in tally.withheld} == {
        "candidates",
        "eligibility",
        "applicability",
        "suitability",
        "guards",
        "caps",
        "worth",
        "choice",
    }
    assert set(tally.silences) >= {
        "holdout",
        "withheld_at_random",
        "no_candidates",
        "not_enough_evidence",
        "withheld_by_rule",
        "guarded",
        "capped",
        "nothing_worth_it",
    }
    assert tally.withheld.keys() == _on_the_page()


def _on_the_page() -> set[tuple[str, str]]:
    """The reasons for leaving that docs/deciding.md lists, by stage."""
    rows = [line.split("|") for line in _PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return {(row[1].strip(), reason) for row in rows if len(row) == 5 for reason in re.findall(r"`(\w+)`", row[3])}
