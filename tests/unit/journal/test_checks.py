from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from pairwell.events import BEHAVIOUR_TYPES, SECRET_TYPES, Event, EventType
from pairwell.journal.checks import Checked, KnownDecision, check_events
from pairwell.journal.places import Place

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
PARTS: dict[str, dict[str, Any]] = {
    "order": {"order_id": "o-1", "lines": [{"item_id": "mat"}]},
    "return": {"order_id": "o-1", "item_id": "mat"},
    "status": {"order_id": "o-1", "status": "cancelled"},
    "usage": {"account_id": "a-1", "meter": "seats", "quantity": 7},
    "need": {"need": "warmth"},
    "feedback": {"kind": "csat", "score": 4},
    "consent": {"channel": "email", "given": False},
    "item": {"item_id": "mat", "stock": 3},
}
KNOWN = {
    "d-1": KnownDecision(
        at=NOW - timedelta(hours=2),
        lapses_at=NOW - timedelta(hours=1),
        unit="c:c-17",
        shown=True,
        item_ids=["mat", "lamp"],
    ),
    "d-2": KnownDecision(at=NOW - timedelta(hours=2), unit="v:v-9", shown=False, item_ids=["mat"]),
}


def event(kind: str, **fields: Any) -> Event:
    """An event of this type that says as little as it may."""
    part = {kind: PARTS[kind], "customer_id": "c-17"} if kind in PARTS else {"item_id": "mat"}
    return msgspec.convert({"event_id": "e-1", "type": kind, "at": NOW, **part, **fields}, Event)


def check(*events: Event) -> Checked:
    return check_events(events, KNOWN, now=NOW)


def refusal(one: Event) -> str:
    (refused,) = check(one).refused
    return refused.code


def notes(one: Event) -> list[str]:
    (taken,) = check(one).taken
    return [note.code for note in taken.notes]


def test_every_type_is_of_shoppers_or_of_servers() -> None:
    assert set(msgspec.inspect.type_info(EventType).values) == BEHAVIOUR_TYPES | SECRET_TYPES  # type: ignore[attr-defined]
    assert not BEHAVIOUR_TYPES & SECRET_TYPES
    assert set(PARTS) == SECRET_TYPES


@pytest.mark.parametrize("kind", sorted(BEHAVIOUR_TYPES | SECRET_TYPES))
def test_every_type_is_taken_without_a_word(kind: str) -> None:
    assert notes(event(kind)) == []


@pytest.mark.parametrize("kind", sorted(SECRET_TYPES))
def test_a_type_needs_its_part_and_no_other_type_has_it(kind: str) -> None:
    without = msgspec.structs.replace(event(kind), **{"returned" if kind == "return" else kind: None})
    assert refusal(without) == f"{kind}_missing"
    assert refusal(event("view", **{kind: PARTS[kind]})) == "bad_request"


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (event("view", item_id=None), "item_missing"),
        (event("remove_from_cart", item_id=None), "item_missing"),
        (event("click", item_id=None), "offer_missing"),
        (event("dismiss", item_id=None), "offer_missing"),
        (event("click", item_id=None, decision_id="d-1"), "offer_missing"),
        (event("view", decision_id="d-9"), "unknown_decision"),
        (event("view", offer_no=0), "decision_missing"),
        (event("add_to_cart", decision_id="d-1", offer_no=1), "unknown_offer"),
        (event("add_to_cart", decision_id="d-2", offer_no=0), "not_shown"),
        (event("click", decision_id="d-2"), "not_shown"),
        (event("need", customer_id=None), "customer_missing"),
        (event("consent", customer_id=None), "customer_missing"),
        (event("return", **{"return": {"order_id": "o-1"}}), "bad_request"),
        (event("item", item={"item_id": "mat"}), "bad_request"),
        (event("item", item={"item_id": "mat", "currency": "EUR"}), "bad_request"),
        (event("feedback", feedback={"kind": "csat", "score": 0}), "bad_request"),
        (event("feedback", feedback={"kind": "review", "score": 5.5}), "bad_request"),
        (event("order", at=NOW + timedelta(days=1, seconds=1)), "in_the_future"),
    ],
)
def test_what_cannot_be_is_refused(one: Event, code: str) -> None:
    assert refusal(one) == code


@pytest.mark.parametrize(
    "one",
    [
        event("search", item_id=None),
        event("checkout", item_id=None),
        event("dismiss", item_id=None, decision_id="d-1"),
        event("view", item_id="tent", decision_id="d-1"),
        event("view", decision_id="d-2"),
        event("return", customer_id=None, **{"return": {"order_id": "o-9", "line_no": 1}}),
        event("feedback", feedback={"kind": "nps", "score": 0}),
        event("item", item={"item_id": "mat", "stock": None}),
        event("item", customer_id=None),
    ],
)
def test_little_said_is_enough(one: Event) -> None:
    assert check(one).refused == []


def test_an_event_that_lacks_something_is_called_by_its_type() -> None:
    (refused,) = check(event("accept", item_id=None)).refused
    assert refused.message.startswith("An event of type `accept` needs ")


def test_behaviour_with_an_item_of_the_slate_is_of_that_offer() -> None:
    (taken,) = check(event("add_to_cart", item_id="lamp", decision_id="d-1")).taken
    assert (taken.offer_no, taken.item_id, taken.unit) == (1, "lamp", "c:c-17")


def test_a_clock_that_runs_ahead_counts_as_now_and_is_noted_from_five_minutes_on() -> None:
    for ahead, said in ((timedelta(minutes=5), []), (timedelta(minutes=6), ["clock_ahead"])):
        one = event("view", at=NOW + ahead)
        assert notes(one) == said
        (taken,) = check(one).taken
        assert taken.event.at == NOW
        assert msgspec.json.decode(taken.payload, type=Event).at == one.at


def test_a_clock_that_runs_behind_cannot_see_an_offer_before_it_is_made() -> None:
    made = KNOWN["d-1"].at
    for behind, said in ((timedelta(minutes=5), []), (timedelta(hours=23), ["clock_behind"])):
        one = event("click", decision_id="d-1", at=made - behind)
        assert notes(one) == said
        assert check(one).taken[0].event.at == made
    assert refusal(event("exposure", decision_id="d-1", at=made - timedelta(hours=25))) == "before_decision"


def test_an_order_may_be_older_than_a_decision_it_names() -> None:
    one = event("order", decision_id="d-1", at=NOW - timedelta(days=40))
    assert notes(one) == []
    assert check(one).taken[0].event.at == one.at


def test_what_is_odd_is_taken_and_noted() -> None:
    assert notes(event("exposure", decision_id="d-1", at=NOW)) == ["shown_late"]
    assert notes(event("exposure", decision_id="d-1", at=NOW - timedelta(minutes=61))) == ["told_late"]
    assert notes(event("click", decision_id="d-1")) == []
    assert notes(event("accept", decision_id="d-1", customer_id="c-18")) == ["other_person"]
    assert notes(event("accept", decision_id="d-1", visitor_id="v-1")) == []
    assert notes(event("order", decision_id="d-9")) == ["unknown_decision"]


@pytest.mark.parametrize("kind", ["accept", "order"])
def test_what_is_taken_after_its_place_was_free_again_is_noted(kind: str) -> None:
    place = Place(
        cap="first", decision_id="d-1", offer_no=0, outcome="accept", lapses_at=NOW - timedelta(minutes=5), used=False
    )
    line = {"item_id": "mat", "decision_id": "d-1"}
    by_kind: dict[str, dict[str, Any]] = {
        "accept": {"decision_id": "d-1"},
        "order": {"order": {"order_id": "o-1", "lines": [line]}},
    }
    one = event(kind, **by_kind[kind])

    def said(**differs: Any) -> list[str]:
        known = {"d-1": msgspec.structs.replace(KNOWN["d-1"], places=[msgspec.structs.replace(place, **differs)])}
        (taken,) = check_events([one], known, now=NOW).taken
        return [f"{note.code}: {note.message}" for note in taken.notes]

    (late,) = said()
    assert late.startswith("accepted_late: Offer 0 of decision 'd-1' had lost its place in 'first' 300 s before")
    assert said(lapses_at=NOW + timedelta(minutes=5)) == []
    assert said(used=True) == []
    assert said(offer_no=1) == []


@pytest.mark.parametrize(
    ("line", "odd"),
    [
        ({"item_id": "mat", "decision_id": "d-1", "offer_no": 0}, False),
        ({"item_id": "lamp", "decision_id": "d-1"}, False),
        ({"item_id": "lamp", "decision_id": "d-1", "offer_no": 0}, True),
        ({"item_id": "mat", "decision_id": "d-2"}, True),
        ({"item_id": "mat", "decision_id": "d-9", "offer_no": 0}, True),
    ],
)
def test_an_order_whose_lines_name_offers_nobody_made_counts_all_the_same(line: dict[str, Any], odd: bool) -> None:
    one = event("order", order={"order_id": "o-1", "lines": [{"item_id": "tent"}, line]})
    assert notes(one) == (["unknown_offer"] if odd else [])


def test_a_backslash_before_u0000_is_a_text_like_any_other() -> None:
    assert check(event("view", item_id="\\u0000")).refused == []
    assert refusal(event("view", item_id="\\\x00")) == "bad_request"


def test_those_who_put_events_into_effect_may_object() -> None:
    said = check_events([event("item")], {}, now=NOW, objection=lambda one: (one.type, "no"))  # type: ignore[arg-type, return-value]
    assert [(r.code, r.message) for r in said.refused] == [("item", "no")]
