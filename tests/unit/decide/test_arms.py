"""Whose lot decides, and what is read of whom, when visitors turn out to be customers."""

from __future__ import annotations

import os
from itertools import count

import msgspec
import pytest
import sqlalchemy as sa
from tests.unit.decide.tents import CERTAIN, ITEMS, MODEL, NOW, SURE, ask

from pairwell.config.published import Published
from pairwell.config.rules.rule import usual_rules
from pairwell.config.settings import Choice
from pairwell.decide.decider import Asked, Decider
from pairwell.decide.replay import Archive, replay
from pairwell.events import Event, EventConsent, EventType
from pairwell.experiments.assignment import in_holdout
from pairwell.facts.effects import EventEffects
from pairwell.facts.posteriors import PosteriorStore
from pairwell.facts.store import FactStore
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.operations.schema import contacts, decisions
from pairwell.records import Decision

HALF = msgspec.structs.replace(CERTAIN, holdout=0.5)


class Shop:
    """The camping shop on a real operations database; half of everybody is in the holdout."""

    def __init__(self, database: Database, choice: Choice = HALF) -> None:
        self.settings = msgspec.structs.replace(SURE, choice=choice, rules=usual_rules())
        self.facts, self.journal = FactStore(database), Journal(database)
        self.posteriors = PosteriorStore(database)
        self.facts.write_items(ITEMS.values(), at=NOW)
        self.decider = Decider(lambda: MODEL, Published("s1", self.settings), self.facts, self.journal)
        self._effects = EventEffects(database, lambda: self.settings)
        self._names = count()

    def decide(self, customer_id: str | None = None, visitor_id: str | None = None) -> Decision:
        request = ask("tent", customer_id=customer_id, visitor_id=visitor_id)
        return self.decider.answer(request, now=NOW, entropy=os.urandom(10))

    def tell(self, kind: EventType, customer_id: str, visitor_id: str | None = None, **more: object) -> None:
        told = {"event_id": f"e{next(self._names)}", "type": kind, "at": NOW, "customer_id": customer_id, **more}
        event = msgspec.convert({**told, "visitor_id": visitor_id}, Event)
        (receipt,) = self.journal.log_events([[event]], effects=self._effects, now=NOW)
        assert not receipt.refused


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


def _name(prefix: str, *, held: bool) -> str:
    """An id that is in the holdout, or not."""
    ids = (str(number) for number in count())
    return next(one for one in ids if in_holdout(prefix + one, salt="s", share=0.5) is held)


@pytest.mark.parametrize("held", [True, False])
def test_a_customer_who_is_logged_out_stays_in_the_arm(shop: Shop, held: bool) -> None:
    customer, visitor = _name("c:", held=held), _name("v:", held=not held)
    arms = [shop.decide(customer, visitor), shop.decide(None, visitor), shop.decide(customer, "another")]
    assert [decision.unit for decision in arms] == [f"c:{customer}"] * 3
    assert {decision.arm for decision in arms} == {"holdout" if held else "treated"}


@pytest.mark.parametrize("held", [True, False])
def test_a_visitor_who_becomes_a_customer_stays_in_the_first_arm(shop: Shop, held: bool) -> None:
    customer, visitor = _name("c:", held=not held), _name("v:", held=held)
    first = shop.decide(None, visitor)
    later = [shop.decide(customer, visitor), shop.decide(customer), shop.decide(None, visitor)]
    assert {one.arm for one in (first, *later)} == {"holdout" if held else "treated"}
    assert first.unit == f"v:{visitor}"
    assert {one.unit for one in later} == {f"c:{customer}"}


def test_a_customer_who_was_one_before_keeps_the_own_arm(shop: Shop) -> None:
    customer, visitor = _name("c:", held=True), _name("v:", held=False)
    assert shop.decide(customer).arm == "holdout"
    assert shop.decide(None, visitor).arm == "treated"
    assert {shop.decide(customer, visitor).arm, shop.decide(None, visitor).arm} == {"holdout"}


def test_an_event_that_names_both_keeps_the_first_arm_too(shop: Shop) -> None:
    customer, visitor = _name("c:", held=False), _name("v:", held=True)
    assert shop.decide(None, visitor).arm == "holdout"
    shop.tell("view", customer, visitor, item_id="tent")
    assert shop.decide(customer).arm == "holdout"


def test_the_arm_of_a_merged_customer_is_replayed(shop: Shop) -> None:
    customer, visitor = _name("c:", held=False), _name("v:", held=True)
    shop.decide(None, visitor)
    decision = shop.decide(customer, visitor)
    archive = Archive(
        model_of=lambda _: MODEL,
        posterior_of=shop.posteriors.at,
        settings_of=lambda _: shop.settings,
        facts=shop.facts,
    )
    assert replay(decision, archive).equal


def test_nothing_that_a_customer_did_who_refused_is_read_when_logged_out(database: Database) -> None:
    shop = Shop(database, CERTAIN)
    for _ in range(3):
        shop.tell("dismiss", "c", "v", item_id="mat")
    hesitating = shop.decide(None, "v")
    assert len(hesitating.inputs.signals) == 3
    assert not hesitating.shown
    shop.tell("consent", "c", consent=EventConsent(channel="personalisation", given=False))
    for decision in (shop.decide("c", "v"), shop.decide(None, "v")):
        assert decision.inputs.signals == []
        assert decision.shown


def test_what_another_customer_was_shown_on_a_shared_browser_stays_with_that_one(database: Database) -> None:
    shop = Shop(database, CERTAIN)
    shop.decide(None, "v")
    assert len(shop.decide("c", "v").inputs.contacts) == 1
    assert shop.decide("d", "v").inputs.contacts == []
    assert len(shop.decide("c").inputs.contacts) == 2


def test_a_decision_that_is_late_when_all_are_made_leaves_nothing(database: Database) -> None:
    shop = Shop(database, CERTAIN)
    asked = [Asked(request=ask("tent", customer_id=name), entropy=os.urandom(10)) for name in ("late", "prompt")]
    answers = iter([True, True, False, True])  # asked when its turn comes, and again in the end
    late, prompt = shop.decider.answer_round(asked, now=lambda: NOW, wanted=lambda _: next(answers))
    assert late is None
    assert isinstance(prompt, Decision)
    with database.read() as connection:
        kept = [connection.scalars(sa.select(table.c.decision_id)).all() for table in (decisions, contacts)]
    assert kept == [[prompt.inputs.decision_id]] * 2


def test_a_late_decision_that_answers_somebody_else_too_is_kept(database: Database) -> None:
    shop = Shop(database, CERTAIN)
    request = ask("tent", customer_id="c", request_id="r")
    asked = [Asked(request=request, entropy=os.urandom(10)) for _ in range(2)]
    answers = iter([True, True, False, True])
    late, prompt = shop.decider.answer_round(asked, now=lambda: NOW, wanted=lambda _: next(answers))
    assert late is None
    assert isinstance(prompt, Decision)
    assert shop.journal.read_decision(prompt.inputs.decision_id) == prompt
