"""Repeats, follow-ups and bundles on a real operations database: what is read for them, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.decide.tents import MODEL, NOW, SURE, ask
from tests.unit.decide.test_coming import GAS
from tests.unit.decide.test_decider import Tents
from tests.unit.decide.test_sets import KEEN, _model
from tests.unit.facts.test_taste import buckets_of, learned

from pairwell.config.settings import Cap, Settings
from pairwell.decide.replay import replay
from pairwell.events import Event, EventConsent, EventLine, EventOrder
from pairwell.facts.effects import EventEffects
from pairwell.facts.taste import Taste, TasteStore
from pairwell.journal.passing import newest_event, read_events
from pairwell.operations.database import open_database
from pairwell.records import Decision


@pytest.fixture
def tents(tmp_path: Path) -> Iterator[Tents]:
    database = open_database(f"sqlite:///{tmp_path}/operations.db", durability="process")
    yield Tents(database)
    database.close()


def _tell(tents: Tents, kind: Any, **more: Any) -> None:
    event = Event(
        **{"event_id": f"e-{kind}-{more.get('offer_no')}", "type": kind, "at": NOW, "customer_id": "c", **more}
    )
    receipt = tents.journal.log_events([[event]], effects=EventEffects(tents.database, lambda: SURE), now=NOW)
    assert receipt[0].accepted == 1, receipt


def _bought(tents: Tents, item_id: str, days_ago: float) -> None:
    order = EventOrder(order_id=f"o-{item_id}", lines=[EventLine(item_id=item_id)])
    _tell(tents, "order", event_id=f"e-o-{item_id}", at=NOW - timedelta(days=days_ago), order=order)


class TestHabits:
    def _ask(self, tents: Tents, placement: str = "after_purchase", **more: Any) -> Decision:
        return tents.answer(ask(placement=placement, customer_id="c", **more))

    @pytest.fixture
    def regular(self, tents: Tents) -> Tents:
        TasteStore(tents.database).write(learned(buckets_of({"c": Taste(repeats=[GAS])}, ["gas"]), "m1", ["gas"]))
        _bought(tents, "gas", 31)
        return tents

    def test_what_is_due_is_read_and_offered_and_replayed(self, regular: Tents) -> None:
        decision = self._ask(regular)
        assert decision.inputs.repeats == [GAS]
        assert [(offer.kind, offer.item_id) for offer in decision.answer.offers] == [("repeat", "gas")]
        assert replay(decision, regular.archive).equal

    def test_what_was_bought_since_is_not_due(self, regular: Tents) -> None:
        order = EventOrder(order_id="o-again", lines=[EventLine(item_id="gas")])
        _tell(regular, "order", event_id="again", at=NOW - timedelta(hours=3), order=order)
        assert self._ask(regular).inputs.repeats == []

    def test_placements_without_it_read_nothing(self, regular: Tents) -> None:
        inputs = self._ask(regular, "cart").inputs
        assert (inputs.repeats, inputs.bought_at) == ([], {})

    def test_nothing_is_read_of_who_refused(self, regular: Tents) -> None:
        _tell(regular, "consent", consent=EventConsent(channel="personalisation", given=False))
        inputs = self._ask(regular).inputs
        assert (inputs.repeats, inputs.bought_at) == ([], {})


class TestBundles:
    @pytest.fixture
    def sets(self, tents: Tents) -> Tents:
        tents.model = _model("tent", "mat", "lamp")
        return tents

    def _ask(self, tents: Tents, settings: Settings = KEEN, **more: Any) -> Decision:
        request = ask("tent", customer_id="c", **more)
        return tents.decider(settings).answer(request, now=NOW, entropy=str(more).encode().ljust(10)[:10])

    def _made(self, tents: Tents, **more: Any) -> dict[str, Any]:
        decision = self._ask(tents, **more)
        assert [offer.name for offer in decision.slate] == ["lamp\x1fmat"]
        return {"decision_id": decision.inputs.decision_id, "offer_no": 0}

    def test_a_no_to_it_is_no_no_to_its_parts(self, sets: Tents) -> None:
        _tell(sets, "decline", **self._made(sets, request_id="a"))
        again = self._ask(sets, request_id="b")
        assert [decline.item_id for decline in again.inputs.declines] == ["lamp\x1fmat"]
        assert {one.reason for one in again.withheld if one.kind == "bundle"} == {"declined"}
        assert not [one for one in again.withheld if one.kind != "bundle" and one.reason.startswith("declined")]

    def test_its_lines_in_an_order_accept_it_once(self, sets: Tents) -> None:
        made = self._made(sets, request_id="a")
        lines = [EventLine(item_id=item_id, **made) for item_id in ("mat", "lamp")]
        order = EventOrder(order_id="o", lines=[EventLine(item_id="tent"), *lines])
        _tell(sets, "order", event_id="o", order=order)
        _tell(sets, "accept", **made)
        assert sets.journal.count().accepts == 1

    def test_a_line_that_it_does_not_hold_is_odd(self, sets: Tents) -> None:
        made = self._made(sets, request_id="a")
        order = EventOrder(order_id="o", lines=[EventLine(item_id="gas", **made)])
        event = Event(event_id="o", type="order", at=NOW, customer_id="c", order=order)
        (receipt,) = sets.journal.log_events([[event]], now=NOW)
        assert isinstance(receipt.noted, list)
        assert [note.code for note in receipt.noted] == ["unknown_offer"]

    def test_repeats_of_it_are_capped_and_not_those_of_its_parts(self, sets: Tents) -> None:
        once = msgspec.structs.replace(KEEN, caps=(Cap(name="once", limit=1, window_h=24.0),))
        _tell(sets, "exposure", **self._made(sets, request_id="a"))
        again = self._ask(sets, once, request_id="b")
        assert [(one.kind, one.item_id) for one in again.withheld if one.reason == "repeats"] == [("bundle", "lamp")]

    def test_the_dataset_hears_of_items_only(self, sets: Tents) -> None:
        made = self._made(sets, request_id="a")
        _tell(sets, "exposure", **made)
        _tell(sets, "add_to_cart", event_id="part", decision_id=made["decision_id"], item_id="mat")
        upto = newest_event(sets.database).upto
        heard = [(one.event.type, one.event.item_id) for one in read_events(sets.database, after=0, upto=upto)]
        assert heard == [("exposure", None), ("add_to_cart", "mat")]

    def test_it_is_replayed_bit_for_bit(self, sets: Tents) -> None:
        decision = self._ask(sets, request_id="a")
        archive = msgspec.structs.replace(sets.archive, settings_of=lambda _: KEEN)
        assert replay(decision, archive).equal


def test_the_usual_model_has_no_sets(tents: Tents) -> None:
    assert tents.model is MODEL
    assert not [one for one in tents.answer(ask("tent")).withheld if one.kind == "bundle"]
