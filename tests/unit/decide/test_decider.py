from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import ITEMS, MODEL, NOW, SURE, ask, said

from pairwell.config.published import Published
from pairwell.config.settings import Settings
from pairwell.config.version import engine_version
from pairwell.decide.account import explain_decision
from pairwell.decide.decider import Decider, public_answer
from pairwell.decide.replay import Archive, recompute, replay
from pairwell.errors import ModelBrokenError, NoModelError, ReplayError, RequestError, SettingsError
from pairwell.events import Event, EventLine, EventOrder
from pairwell.facts.effects import EventEffects
from pairwell.facts.posteriors import PosteriorStore
from pairwell.facts.store import FactStore
from pairwell.journal.store import Journal
from pairwell.operations.database import Database, open_database
from pairwell.records import Decision, DecisionRequest

_ENTROPY = bytes(range(10))


class Tents:
    """The camping shop on a real operations database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.facts = FactStore(database)
        self.journal = Journal(database)
        self.model: TableModel | None = MODEL
        self.facts.write_items(ITEMS.values(), at=NOW)

    @property
    def archive(self) -> Archive:
        return Archive(
            model_of=self._model_of,
            posterior_of=PosteriorStore(self.database).at,
            settings_of=lambda _: SURE,
            facts=self.facts,
        )

    def decider(self, settings: Settings = SURE) -> Decider:
        return Decider(lambda: self.model, Published("s1", settings), self.facts, self.journal)

    def answer(self, request: DecisionRequest, **more: Any) -> Decision:
        return self.decider().answer(request, **{"now": NOW, "entropy": _ENTROPY, **more})

    def buy(self, item_id: str) -> None:
        order = EventOrder(order_id=f"o-{item_id}", lines=[EventLine(item_id=item_id)])
        event = Event(event_id=f"e-o-{item_id}", type="order", at=NOW, customer_id="c", order=order)
        self.journal.log_events([[event]], effects=EventEffects(self.database, lambda: SURE), now=NOW)

    def decline(self, item_id: str, *, days_ago: float = 1) -> None:
        event = Event(
            event_id=f"e-{item_id}",
            type="decline",
            at=NOW - timedelta(days=days_ago),
            customer_id="c",
            item_id=item_id,
        )
        self.journal.log_events([[event]], now=NOW)

    def _model_of(self, name: str) -> TableModel:
        if self.model is None or self.model.id != name:
            raise NoModelError(f"no model {name}")
        return self.model


@pytest.fixture
def tents(tmp_path: Path) -> Iterator[Tents]:
    database = open_database(f"sqlite:///{tmp_path}/operations.db", durability="process")
    yield Tents(database)
    database.close()


def _offered(decision: Decision) -> list[str]:
    return [offer.item_id for offer in decision.answer.offers]


def test_the_decision_is_in_the_journal_when_the_answer_comes(tents: Tents) -> None:
    decision = tents.answer(ask("tent"))
    assert _offered(decision) == ["tent+", "lamp", "mat"]
    assert tents.journal.read_decision(decision.inputs.decision_id) == decision


def test_a_dry_run_leaves_no_trace(tents: Tents) -> None:
    tents.answer(ask("tent"), kind="read")
    assert tents.journal.count().decisions == 0


def test_the_inputs_name_every_revision_that_was_read(tents: Tents) -> None:
    tents.facts.write_items([msgspec.structs.replace(ITEMS["mat"], price_minor=650)], at=NOW)
    inputs = tents.answer(ask("tent", viewed=["gas"])).inputs
    assert inputs.items == {"gas": 1, "lamp": 1, "mat": 2, "stove": 1, "tent": 1, "tent+": 1}
    assert (inputs.engine, inputs.model, inputs.settings) == (engine_version(), "m1", "s1")


def test_an_unknown_placement_is_refused_before_anything_is_read(tents: Tents) -> None:
    with pytest.raises(RequestError):
        tents.answer(ask("tent", placement="kart"))
    assert tents.journal.count().decisions == 0


def test_what_the_customer_owns_and_declined_is_read(tents: Tents) -> None:
    tents.buy("lamp")
    tents.decline("mat-red")
    decision = tents.answer(ask("tent", customer_id="c"))
    assert _offered(decision) == ["tent+"]
    reasons = {w.item_id: w.reason for w in decision.withheld}
    assert (reasons["lamp"], reasons["mat"]) == ("owned", "declined_variant")


def test_what_was_withheld_is_kept_only_where_it_was_asked_for(tents: Tents) -> None:
    asked, unasked = (tents.answer(ask("tent", request_id=str(explain), explain=explain)) for explain in (True, False))
    assert asked.withheld
    assert tents.journal.read_decision(unasked.inputs.decision_id).withheld == []
    told = explain_decision(unasked, tents.archive)
    left = [w for of_stage in told.withheld.values() for w in of_stage]
    assert [(w.item_id, w.kind, w.stage, w.reason, w.factors) for w in left] == [
        (w.item_id, w.kind, w.stage, w.reason, w.factors) for w in asked.withheld
    ]


def test_an_old_decline_is_forgiven(tents: Tents) -> None:
    tents.decline("mat", days_ago=31)
    assert "mat" in _offered(tents.answer(ask("tent", customer_id="c")))


def test_relations_of_candidates_count_too(tents: Tents) -> None:
    tents.facts.write_relations([said("mat", "requires", "gas"), said("lamp", "substitute", "tent")], at=NOW)
    reasons = {w.item_id: w.reason for w in tents.answer(ask("tent")).withheld}
    assert reasons["mat"] == "requires_missing"
    assert reasons["lamp"] == "substitute_in_cart"


def test_what_an_item_requires_may_be_owned(tents: Tents) -> None:
    tents.facts.write_relations([said("mat", "requires", "gas")], at=NOW)
    tents.buy("gas")
    assert "mat" in _offered(tents.answer(ask("tent", customer_id="c")))


class TestSameRequest:
    def test_it_gets_the_same_decision(self, tents: Tents) -> None:
        first = tents.answer(ask("tent", request_id="r-1"))
        later = tents.answer(ask("lamp", request_id="r-1"), now=NOW + timedelta(minutes=1), entropy=bytes(10))
        assert later == first
        assert tents.journal.count().decisions == 1

    def test_of_some_that_race_all_get_the_first(self, tents: Tents) -> None:
        with ThreadPoolExecutor(4) as threads:
            moments = (NOW + timedelta(seconds=n) for n in range(12))
            answers = list(threads.map(lambda now: tents.answer(ask("tent", request_id="r-1"), now=now), moments))
        assert len({one.inputs.decision_id for one in answers}) == 1
        assert tents.journal.count().decisions == 1


class TestReplay:
    def test_a_decision_is_the_same_bit_for_bit(self, tents: Tents) -> None:
        tents.facts.write_relations([said("tent", "complement", "gas")], at=NOW)
        tents.decline("stove")
        kept = tents.journal.read_decision(
            tents.answer(ask("tent", customer_id="c", locale="pl", available=["mat", "gas", "x"])).inputs.decision_id
        )
        assert replay(kept, tents.archive).equal

    def test_later_facts_change_nothing(self, tents: Tents) -> None:
        kept = tents.answer(ask("tent"))
        changed = [msgspec.structs.replace(item, price_minor=1, stock=0) for item in ITEMS.values()]
        tents.facts.write_items(changed, at=NOW)
        tents.facts.write_relations([said("tent", "never", "mat")], at=NOW)
        assert replay(kept, tents.archive).equal

    def test_a_decision_that_was_altered_is_told(self, tents: Tents) -> None:
        kept = tents.answer(ask("tent"))
        found = replay(msgspec.structs.replace(kept, slate=kept.slate[:1]), tents.archive)
        assert not found.equal
        assert "DIFFERENT" in found.lines()[0]

    def test_another_engine_is_refused(self, tents: Tents) -> None:
        kept = tents.answer(ask("tent"))
        other = msgspec.structs.replace(kept, inputs=msgspec.structs.replace(kept.inputs, engine="9.9"))
        with pytest.raises(ReplayError, match=r"9\.9"):
            recompute(other, tents.archive)

    def test_a_model_that_is_gone_or_broken_is_refused(self, tents: Tents) -> None:
        kept = tents.answer(ask("tent"))
        archive = tents.archive
        tents.model = None
        with pytest.raises(ReplayError, match="model m1"):
            recompute(kept, archive)

        def broken(name: str) -> TableModel:
            raise ModelBrokenError(name)

        with pytest.raises(ReplayError, match="model m1"):
            recompute(kept, msgspec.structs.replace(archive, model_of=broken))

    def test_settings_that_are_gone_are_refused(self, tents: Tents) -> None:
        def gone(name: str) -> Settings:
            raise SettingsError(name)

        with pytest.raises(ReplayError, match="settings s1"):
            recompute(tents.answer(ask("tent")), msgspec.structs.replace(tents.archive, settings_of=gone))

    def test_facts_that_are_gone_are_refused(self, tents: Tents) -> None:
        kept = tents.answer(ask("tent"))
        items = {**kept.inputs.items, "mat": 77}
        forgotten = msgspec.structs.replace(kept, inputs=msgspec.structs.replace(kept.inputs, items=items))
        with pytest.raises(ReplayError, match="revision 77 of item 'mat'"):
            recompute(forgotten, tents.archive)


class TestAccount:
    def test_it_tells_the_numbers_of_each_offer(self, tents: Tents) -> None:
        account = explain_decision(tents.answer(ask("tent")), tents.archive)
        mat = next(offer for offer in account.offers if offer.item_id == "mat")
        assert mat.quiet == 0.2
        assert mat.persuasion == pytest.approx(0.032)
        assert mat.gain_minor == 400
        assert mat.worth_minor == pytest.approx(10.24)
        assert mat.propensity == 1.0
        assert account.slate_cost_minor == pytest.approx(2 + 3 * 0.0001 * 7_000)
        assert [w.item_id for w in account.withheld["guards"]] == ["stove"]

    def test_its_lines_say_it_in_words(self, tents: Tents) -> None:
        text = "\n".join(explain_decision(tents.answer(ask("tent")), tents.archive).lines())
        assert "Of 1,000 customers like this about 226 buy it when it is shown" in text
        assert "Stove [stove], €90.00: beside €235.00 an add-on may cost €70.50." in text

    def test_it_tells_silence_too(self, tents: Tents) -> None:
        text = "\n".join(explain_decision(tents.answer(ask("lamp")), tents.archive).lines())
        assert "nothing is bought with" in text

    def test_a_ghost_is_not_told_as_shown(self, tents: Tents) -> None:
        held = msgspec.structs.replace(SURE, choice=msgspec.structs.replace(SURE.choice, holdout=1.0))
        kept = tents.decider(held).answer(ask("tent", customer_id="c"), now=NOW, entropy=_ENTROPY)
        archive = msgspec.structs.replace(tents.archive, settings_of=lambda _: held)
        text = "\n".join(explain_decision(kept, archive).lines())
        assert "by lot never see" in text
        assert "Otherwise 3 offers would have been shown:" in text


class TestPublicAnswer:
    def test_a_secret_key_sees_worth_and_on_request_what_was_withheld(self, tents: Tents) -> None:
        decision = tents.answer(ask("tent"))
        full = msgspec.to_builtins(public_answer(decision, secret=True, explain=True))
        assert full["arm"] == "none"
        assert full["offers"][0]["worth_minor"] > 0
        assert full["withheld"][0]["item_id"] == "stove"
        assert "withheld" not in msgspec.to_builtins(public_answer(decision, secret=True, explain=False))

    def test_a_publishable_key_sees_neither(self, tents: Tents) -> None:
        answer = msgspec.to_builtins(public_answer(tents.answer(ask("tent")), secret=False, explain=True))
        assert sorted(answer) == ["currency", "decision_id", "ignored", "offers", "silence", "valid_until"]
        assert not {"worth_minor", "propensity", "score"} & answer["offers"][0].keys()

    def test_what_silence_saved_is_for_secret_keys(self, tents: Tents) -> None:
        decision = tents.answer(ask("mat"))
        assert decision.answer.silence is not None
        public = public_answer(decision, secret=False, explain=False).silence
        assert public is not None
        assert public.detail is None
