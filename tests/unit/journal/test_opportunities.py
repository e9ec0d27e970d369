from __future__ import annotations

from datetime import timedelta
from typing import get_args

import msgspec
import pytest
from tests.journals import log
from tests.unit.journal.test_store import NOW, decision, event, order

from pairwell.events import Event, EventLine, EventOrder, name_offer
from pairwell.journal.opportunities import read_opportunities, read_orders_of_visitors, read_orders_told
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.posterior import Basis
from pairwell.records import Decision, PassedOver, SilenceReason

_BASIS = Basis("pairs", 0.1, 0.2, 0.5, 0.0, 0.0, 0.0, 0.0)
_MINUTE = timedelta(minutes=1)
_READ = {"holdout", "withheld_at_random", "nothing_worth_it"}


def _made(name: str, minutes: int, **changes: object) -> Decision:
    made = decision(name, silence=changes.pop("silence", None))  # type: ignore[arg-type]
    inputs = msgspec.structs.replace(made.inputs, now=NOW + minutes * _MINUTE)
    return msgspec.structs.replace(made, inputs=inputs, bases=[_BASIS, _BASIS], **changes)


def test_slates_that_were_shown_or_withheld_by_lot_are_read_newest_first(database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1", 1), _made("d-2", 2, silence="holdout"))
    log(journal, _made("d-3", 3, silence="capped"))  # nothing was left: nothing to learn from
    log(journal, _made("d-4", 4, silence="kill_switch"))  # no lot withheld it
    log(journal, _made("d-5", 5, arm="none"))  # for nobody in particular
    log(journal, _made("d-6", 6, silence="withheld_at_random", arm="withheld"))
    found = list(read_opportunities(database, until=NOW + 9 * _MINUTE, most=10))
    assert [one.decision_id for one in found] == ["d-6", "d-2", "d-1"]
    assert [one.shown for one in found] == [False, False, True]
    assert found[2].units == {"c:c-17"}
    assert found[2].bases == [_BASIS, _BASIS]
    assert [offer.name for offer in found[2].offers] == ["mat", "lamp"]
    assert [one.decision_id for one in read_opportunities(database, until=NOW + 2 * _MINUTE, most=1)] == ["d-2"]


def test_silence_where_nothing_was_worth_it_is_read_with_what_it_passed_over(database: Database) -> None:
    passed = [PassedOver("cross_sell", "mat", _BASIS), PassedOver("bundle", name_offer(["mat", "lamp"]), _BASIS)]
    silent = msgspec.structs.replace(
        _made("d-1", 1, silence="nothing_worth_it"), slate=[], bases=[], passed_over=passed
    )
    log(Journal(database), silent, _made("d-2", 2, passed_over=passed[:1]))
    beside, found = read_opportunities(database, until=NOW + 9 * _MINUTE, most=10)
    assert (found.decision_id, found.shown, found.offers, found.bases) == ("d-1", False, [], [])
    assert found.passed_over == passed
    assert (beside.shown, len(beside.offers), beside.passed_over) == (True, 2, passed[:1])


@pytest.mark.parametrize("reason", sorted(set(get_args(SilenceReason)) - _READ))
def test_other_silences_teach_nothing(database: Database, reason: SilenceReason) -> None:
    """Rules, guards, caps and switches hold back for what they know of the customer or the moment."""
    log(Journal(database), _made("d-1", 1, silence=reason, passed_over=[PassedOver("cross_sell", "mat", _BASIS)]))
    assert list(read_opportunities(database, until=NOW + 9 * _MINUTE, most=10)) == []


def test_what_was_seen_of_each_is_read_with_it(database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1", 0), _made("d-2", 1))
    told = [event(f"e-{n}", decision_id="d-1", offer_no=1) for n in range(2)]
    journal.log_events([[*told, event("e-9", type="click", decision_id="d-2", offer_no=0)]], now=NOW + 5 * _MINUTE)
    found = {one.decision_id: one.seen for one in read_opportunities(database, until=NOW + 9 * _MINUTE, most=10)}
    assert found == {"d-1": {1}, "d-2": frozenset()}


def test_orders_of_visitors_and_of_later_events_are_read(database: Database) -> None:
    journal = Journal(database)
    visited = EventOrder(order_id="o-2", lines=[EventLine(item_id="mat")])
    mine = Event(event_id="e-2", type="order", at=NOW, visitor_id="v-1", order=visited)
    journal.log_events([[order("e-1", "o-1"), mine]], now=NOW)
    assert read_orders_of_visitors(database, since=NOW, until=NOW) == {"o-2": "v:v-1"}
    assert read_orders_of_visitors(database, since=NOW + _MINUTE, until=NOW + 2 * _MINUTE) == {}
    assert [one.event_id for one in read_orders_told(database, after=0)] == ["e-1", "e-2"]
    assert [one.event_id for one in read_orders_told(database, after=1)] == ["e-2"]
    assert list(read_orders_told(database, after=2)) == []
    journal.log_events([[event("e-3", type="view", customer_id="c-1", visitor_id="v-1", item_id="mat")]], now=NOW)
    assert read_orders_of_visitors(database, since=NOW, until=NOW) == {"o-2": "c:c-1"}
