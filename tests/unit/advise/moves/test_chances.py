"""Chances of a yes, and how answers move them."""

from __future__ import annotations

import msgspec
import pytest
from scipy.stats import beta
from tests.unit.advise.billing.accounts import PAY_AS_YOU_GO, SCALE, at
from tests.unit.advise.moves.firms import AUDIT, CHAT, prospect

from pairwell.advise.account import Account, Answer
from pairwell.advise.moves.chances import SHARE, Yeses, count_yeses, gain_odds

PLANS = {one.plan_id: one for one in (PAY_AS_YOU_GO, SCALE, CHAT, AUDIT)}


def answered(*told: tuple[str, str]) -> Account:
    answers = tuple(
        Answer(at=at("2026-10-01"), move=move, answer=answer, reason="too_dear" if answer == "no" else None)  # type: ignore[arg-type]
        for move, answer in told
    )
    return msgspec.structs.replace(prospect().account, answers=answers)


def test_without_answers_the_stated_share_holds() -> None:
    chance = Yeses().chance("add_on", 0.0)
    assert chance.basis == "prior"
    assert chance.value == pytest.approx(SHARE["add_on"])
    a, b = 12 * SHARE["add_on"], 12 * (1 - SHARE["add_on"])
    assert (chance.low, chance.high) == pytest.approx((beta.ppf(0.025, a, b), beta.ppf(0.975, a, b)))


def test_answers_move_the_share_of_their_kind_alone() -> None:
    found = count_yeses([answered(*[("chat", "accept")] * 9, ("audit", "no"), ("chat", "later"))], PLANS)
    assert found.counts == {"add_on": (9, 10)}
    chance = found.chance("add_on", 0.0)
    assert chance.basis == "answers"
    assert chance.value == pytest.approx((12 * SHARE["add_on"] + 9) / 22)
    assert found.chance("upgrade", 0.0) == Yeses().chance("upgrade", 0.0)
    assert found.reasons == {"audit": {"too_dear": 1}}


def test_a_plan_is_up_or_down_by_what_was_held() -> None:
    assert count_yeses([answered(("scale", "accept"))], PLANS).counts == {"upgrade": (1, 1)}
    assert count_yeses([answered(("gone", "accept"))], PLANS).counts == {}


def test_what_saves_more_is_likelier_up_to_a_half() -> None:
    odds = [gain_odds(gain, 1000) for gain in (-100, 0, 100, 500, 900)]
    assert odds == sorted(odds)
    assert (odds[1], odds[3]) == (0.0, odds[4])
