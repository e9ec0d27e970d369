from __future__ import annotations

import numpy as np
from tests.unit.advise.whitespace.crowd import PLANS, account, made

from pairwell.advise.whitespace.hidden import Judged, TooFew, judge_whitespace


def test_planted_structure_is_found_better_than_by_popularity() -> None:
    found = judge_whitespace(made(400), PLANS)
    assert isinstance(found, Judged)
    assert found.hit_rate["hr@1"].value > found.popularity["hr@1"].value
    assert found.difference["hr@1"].ci[0] > 0


def test_without_structure_nothing_is_shown() -> None:
    rng, accounts = np.random.default_rng(2), {}
    for place in range(400):
        held = [one for one in ("signing", "chat", "voice") if rng.random() < 0.5]
        accounts[str(place)] = account(str(place), "base-s", *held, industry=str(rng.integers(0, 3)))
    plans = {one: plan for one, plan in PLANS.items() if one != "voice"}
    found = judge_whitespace(accounts, plans)
    assert isinstance(found, Judged)
    assert found.difference["hr@1"].ci[0] < 0.02


def test_too_few_accounts_are_a_refusal() -> None:
    found = judge_whitespace(made(40), PLANS)
    assert isinstance(found, TooFew)
    assert found.found < found.needed
