from __future__ import annotations

import datetime as dt
from typing import Any, get_args

import pytest
from tests.unit.advise.signals.known import AS_OF, BEGAN, PRICES, account, ago, months, note

from pairwell.advise.account import Account, Answer, Consent, Voice
from pairwell.advise.advice import Hold, HoldCode
from pairwell.advise.billing.ledger import Held
from pairwell.advise.readiness.judge import GRAVITY, judge_readiness
from pairwell.advise.signals.find import find_signals
from pairwell.config.accounts import Accounts

STEADY = (40, 42, 38, 41, 40, 39, 41, 40, 42, 38, 40, 41)


def holds(one: Account, **settings: Any) -> dict[str, Hold]:
    signals = find_signals(one, PRICES)
    return {hold.code: hold for hold in judge_readiness(one, signals, PRICES, Accounts(**settings)).holds}


def used(*voices: Voice, **more: Any) -> Account:
    """An account against which nothing speaks, but what is told here."""
    return account(*months(chats=STEADY), voices=tuple(sorted(voices, key=lambda voice: voice.at)), **more)


def voice(kind: Any, days: float, score: float | None = None, text: str | None = None) -> Voice:
    return Voice(at=ago(days), kind=kind, score=score, text=text)


def test_an_account_against_which_nothing_speaks_is_ready() -> None:
    assert judge_readiness(used(), (), PRICES).is_ready


def test_every_hold_has_its_gravity() -> None:
    assert sorted(GRAVITY) == sorted(get_args(HoldCode))


def test_a_ticket_holds_until_it_is_closed() -> None:
    opened = voice("ticket_opened", 20, text="Nobody gets an invitation")
    hold = holds(used(opened))["open_ticket"]
    assert (hold.evidence[0].said, hold.until) == ("Nobody gets an invitation", None)
    assert hold.helps.startswith("Leave them to support until the ticket of 2025-12-12 is closed")
    assert "open_ticket" not in holds(used(opened, voice("ticket_closed", 5)))
    assert "open_ticket" in holds(used(opened, voice("ticket_closed", 30)))
    assert "open_ticket" not in holds(used(voice("ticket_opened", 400, text="Nobody gets an invitation")))


def test_of_two_tickets_the_one_that_is_named_is_closed() -> None:
    opened = [voice("ticket_opened", 40, text="Import fails"), voice("ticket_opened", 20, text="No mail")]
    assert holds(used(*opened, voice("ticket_closed", 5, text="Import fails")))["open_ticket"].since == ago(20)


def test_a_question_holds_only_where_it_waits_for_long() -> None:
    assert "open_ticket" not in holds(used(voice("ticket_opened", 10, text="How do we add a colleague?")))
    assert "open_ticket" in holds(used(voice("ticket_opened", 40, text="How do we add a colleague?")))


def test_a_complaint_holds_until_they_are_content_again() -> None:
    complained = voice("complaint", 30)
    assert holds(used(complained))["complaint"].until == ago(30) + dt.timedelta(days=90)
    assert "complaint" not in holds(used(complained, voice("csat", 5, 1.0)))
    assert "complaint" not in holds(used(voice("complaint", 100)))


@pytest.mark.parametrize(
    ("scores", "held"),
    [
        ([("csat", 10, 0.25)], True),
        ([("csat", 170, 0.25)], True),
        ([("csat", 530, 0.25)], True),  # nobody took it back
        ([("csat", 550, 0.25)], False),
        ([("csat", 530, 0.25), ("nps", 90, 0.8)], False),
        ([("csat", 400, 1.0), ("csat", 120, 0.25)], True),  # good ones before do not excuse it
        ([("csat", 10, 0.5)], False),
        ([("csat", 60, 0.25), ("csat", 10, 0.75)], False),
        ([("csat", 60, 0.25), ("nps", 10, 0.6)], True),
        ([("nps", 10, 0.8)], False),
        ([("nps", 10, 0.5)], False),  # who would not recommend may still like to hear how to save
        ([("nps", 10, 0.0)], True),
        ([("nps", 40, 0.3), ("nps", 10, 0.3)], True),
        ([("csat", 30, 1.0), ("csat", 10, 0.5)], False),
    ],
)
def test_satisfaction_is_the_newest_scores_drawn_to_the_usual_with_age(scores: list[Any], held: bool) -> None:
    assert ("dissatisfied" in holds(used(*(voice(*one) for one in scores)))) == held


def test_dissatisfaction_says_when_it_will_be_forgotten() -> None:
    low = used(voice("csat", 10, 0.25))
    until = holds(low)["dissatisfied"].until
    assert until is not None
    later = Account(
        **{name: getattr(low, name) for name in low.__struct_fields__} | {"as_of": until + dt.timedelta(seconds=1)}
    )
    assert "dissatisfied" not in holds(later)


def test_the_attribute_of_payment_counts_unless_a_note_is_newer() -> None:
    late, fresh = note("Paid the last invoice more than a month late", 40), note("Two invoices are overdue", 0.5)
    assert "pays_late" in holds(used(late))
    assert "pays_late" in holds(used(told={"payment": "late"}))
    assert "pays_late" not in holds(used(late, told={"payment": "on time"}))
    assert "pays_late" in holds(used(fresh, told={"payment": "on time"}))
    assert "pays_late" not in holds(used(late, note("They paid all open invoices", 5)))
    assert "pays_late" not in holds(used(note("Two invoices are overdue", 200)))


def _answer(answer: Any, days: float, until: dt.datetime | None = None) -> Answer:
    return Answer(at=ago(days), move="routing", answer=answer, until=until)


def test_later_holds_until_then_and_no_for_a_while() -> None:
    assert holds(used(answers=(_answer("later", 10, ago(-20)),)))["asked_for_later"].until == ago(-20)
    assert "asked_for_later" not in holds(used(answers=(_answer("later", 10, ago(1)),)))
    assert holds(used(answers=(_answer("no", 10),)))["declined_lately"].until == ago(-80)
    assert "declined_lately" not in holds(used(answers=(_answer("no", 100),)))
    assert "declined_lately" not in holds(used(answers=(_answer("no", 30), _answer("accept", 5))))


def test_answers_that_another_system_keeps_count_too() -> None:
    later = {"last_answer": "later", "later_until": "2026-02-01"}
    assert holds(used(told=later))["asked_for_later"].helps.startswith("Keep to it: nothing to buy before 2026-02-01.")
    assert holds(used(told=later | {"later_until": "2025-12-01"})) == {}
    hesitant = note("Talked about it: not now, ask again in October", 30)
    assert "hesitated" in holds(used(hesitant))
    assert holds(used(hesitant, told=later | {"later_until": "2025-12-01"})) == {}
    assert "hesitated" not in holds(used(note("Not now, ask again in October", 100)))


def test_consent_is_that_of_the_channel_and_of_anybody() -> None:
    def consent(channel: str, given: bool, who: str = "acme", days: float = 5) -> Consent:
        return Consent(at=ago(days), who=who, channel=channel, given=given)

    assert "no_consent" in holds(used(consents=(consent("call", given=False),)))
    assert holds(used(consents=(consent("email", given=False),))) == {}
    assert holds(used(consents=(consent("call", given=False), consent("call", given=True, who="contact")))) == {}
    assert holds(used(consents=(consent("call", given=False, days=9), consent("call", given=True, days=5)))) == {}
    assert "no_consent" in holds(used(), consent="when_given")


def test_an_early_stage_is_told_or_reckoned_by_days() -> None:
    young, old = [Held(plan_id="base", since=ago(30))], [Held(plan_id="base", since=BEGAN)]
    assert holds(used(held=young))["early_stage"].until is not None
    assert "early_stage" not in holds(used(held=young, told={"stage": "live"}))
    assert "early_stage" in holds(used(held=old, told={"stage": "Onboarding"}))
    quiet = account(held=[Held(plan_id="base", since=ago(120))], used_until=AS_OF.date())
    assert "early_stage" in holds(quiet)
    assert "An onboarding session on Base" in holds(used(held=young))["early_stage"].helps


def test_signals_against_selling_hold() -> None:
    fallen = account(*months(chats=(*STEADY[:9], 12, 12, 13)), told={"champion": "left"})
    found = holds(fallen)
    assert list(found)[:2] == ["contact_left", "use_drops"]
    assert found["use_drops"].helps == "Ask what they do with their chats now, and show how to get more out of Base."
    assert "acme" in found["contact_left"].helps


def test_too_little_is_known_of_who_holds_nothing_or_only_a_plan() -> None:
    assert "too_little_known" in holds(account())
    gone = [Held(plan_id="base", since=BEGAN, until=ago(50))]
    assert "too_little_known" in holds(used(held=gone))


def test_what_helps_names_what_they_pay_for_and_do_not_use() -> None:
    hardly = account(*months(chats=(10, 11, 9, 10)), voices=(voice("csat", 3, 0.0),))
    assert holds(hardly)["dissatisfied"].helps.endswith(
        "Show what the 100 chats of Base are good for: they use 10% of them."
    )
