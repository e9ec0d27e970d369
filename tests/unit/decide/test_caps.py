from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.unit.decide.tents import ITEMS, MODEL, NOW, SURE, ask, read, scene

from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Cap, Placement, Settings
from pairwell.decide.caps import cap, ends_of
from pairwell.decide.choose import choose
from pairwell.decide.reserving import look_back, reserve
from pairwell.records import Candidate, Contact, Decision

HOUR = timedelta(hours=1)
MAT = Candidate(item_id="mat", kind="cross_sell", source="pairs", anchor_id="tent", score=1.0)
MAIL = Placement(channel="email", interrupts=True, attention_minor=0.0, friction=0.0)


def _settings(*caps: Cap) -> Settings:
    placements = {**SURE.placements, "email": MAIL}
    return msgspec.structs.replace(SURE, caps=caps, placements=placements)


def _contact(ago: timedelta, *, seen: int = 0, live: bool = False, channel: str = "email", **more: Any) -> Contact:
    """A slate of mat and lamp."""
    at = NOW - ago
    usual: dict[str, Any] = {"interrupts": channel == "email", "item_ids": ["mat", "lamp"]}
    return Contact(at=at, lapses_at=NOW + HOUR if live else at, channel=channel, seen=seen, **{**usual, **more})


def _objection(*caps: Cap, placement: str = "email", **inputs: Any) -> str | None:
    """Why an offer of a mat is capped."""
    _, withheld = cap([MAT], scene(ask("tent", placement=placement), settings=_settings(*caps), **inputs))
    return withheld[0].reason if withheld else None


def _decide(*caps: Cap, placement: str = "email", **inputs: Any) -> Decision:
    agreed = {"customer": {"consents": {"email": True}}}
    request = ask("tent", placement=placement, customer_id="c")
    return choose(read(request, **agreed, **inputs), model=MODEL, items=ITEMS, settings=_settings(*caps))


class TestInterrupting:
    """Placements that come unasked: every contact counts."""

    WEEK = Cap(name="week", channels=("email", "call"), window_h=168.0, limit=2)

    def test_below_the_limit_nothing_is_held_back(self) -> None:
        assert _objection(self.WEEK, contacts=[_contact(HOUR, seen=1)]) is None

    def test_at_the_limit_everything_is(self) -> None:
        assert _objection(self.WEEK, contacts=[_contact(HOUR, seen=1), _contact(2 * HOUR, seen=2)]) == "contacts"

    def test_a_reservation_counts_until_it_lapses(self) -> None:
        live, lapsed = _contact(HOUR, live=True), _contact(HOUR)
        assert _objection(self.WEEK, contacts=[live, live]) == "contacts"
        assert _objection(self.WEEK, contacts=[live, lapsed]) is None

    @pytest.mark.parametrize(("hours", "held"), [(167.99, "contacts"), (168.0, None), (200.0, None)])
    def test_what_is_older_than_the_window_counts_no_more(self, hours: float, held: str | None) -> None:
        old = _contact(timedelta(hours=hours), seen=1)
        assert _objection(self.WEEK, contacts=[old, old]) == held

    def test_without_a_window_everything_counts(self) -> None:
        ever = Cap(name="ever", limit=1)
        assert _objection(ever, contacts=[_contact(timedelta(days=4_000), seen=1)]) == "contacts"

    def test_blocks_of_pages_are_no_contacts(self) -> None:
        ever = Cap(name="ever", limit=1)
        assert _objection(ever, contacts=[_contact(HOUR, seen=3, channel="site")]) is None

    def test_other_channels_have_their_own_budget(self) -> None:
        assert _objection(self.WEEK, contacts=[_contact(HOUR, seen=1, channel="push", interrupts=True)] * 9) is None

    def test_a_limit_of_none_at_all_silences(self) -> None:
        assert _objection(Cap(name="never", channels=("email",), limit=0)) == "contacts"


class TestPassive:
    """Blocks of pages: only repeats of one offer count."""

    DAY = Cap(name="day", channels=("site",), window_h=24.0, limit=2)

    def test_the_offer_that_was_seen_often_is_held_back_alone(self) -> None:
        seen = [_contact(HOUR, seen=0b01, channel="site")] * 2
        assert _objection(self.DAY, placement="cart", contacts=seen) == "repeats"
        lamps = [_contact(HOUR, seen=0b10, channel="site")] * 9
        assert _objection(self.DAY, placement="cart", contacts=lamps) is None

    def test_a_live_slate_counts_all_its_offers(self) -> None:
        live = [_contact(HOUR, live=True, channel="site")] * 2
        assert _objection(self.DAY, placement="cart", contacts=live) == "repeats"

    def test_a_cap_of_another_channel_does_not_hold_here(self) -> None:
        mails = Cap(name="mails", channels=("email",), limit=0)
        assert _objection(mails, placement="cart") is None


class TestTotals:
    """What all customers together may get."""

    FIRST = Cap(name="first", scope="offer", items=("mat",), outcome="accept", limit=100)

    @pytest.mark.parametrize(("taken", "held"), [(99, None), (100, "given_away"), (101, "given_away")])
    def test_it_is_given_away_at_its_limit(self, taken: int, held: str | None) -> None:
        assert _objection(self.FIRST, taken={"first": taken}) == held

    def test_one_that_was_not_counted_is_taken_as_given_away(self) -> None:
        assert _objection(self.FIRST, taken={}) == "given_away"

    def test_other_items_are_free(self) -> None:
        lamps = msgspec.structs.replace(self.FIRST, items=("lamp",))
        assert _objection(lamps, taken={"first": 100}) is None

    @pytest.mark.parametrize(("until", "held"), [(NOW + HOUR, None), (NOW, "ended"), (NOW - HOUR, "ended")])
    def test_it_ends_when_it_says(self, until: datetime, held: str | None) -> None:
        assert _objection(Cap(name="sale", scope="offer", items=("mat",), until=until)) == held


class TestDecision:
    def test_a_decision_without_budget_is_silent_and_says_so(self) -> None:
        silence = _decide(Cap(name="never", channels=("email",), limit=0)).answer.silence
        assert silence is not None
        assert (silence.reason, silence.detail) == ("capped", "contacts")

    def test_what_is_withheld_names_the_cap_and_its_count(self) -> None:
        decision = _decide(Cap(name="first", scope="offer", items=("mat",), limit=3), taken={"first": 3})
        (left,) = [w for w in decision.withheld if w.stage == "caps"]
        assert (left.item_id, left.reason) == ("mat", "given_away")
        assert {"cap": "first", "counted": 3, "limit": 3}.items() <= left.factors.items()

    def test_one_slate_gives_no_more_of_a_total_than_is_left(self) -> None:
        both = Cap(name="first", scope="offer", items=("mat", "lamp"), limit=3)
        two = _decide(both, placement="cart", taken={"first": 1})
        assert [offer.item_id for offer in two.slate if offer.item_id in both.items] == ["lamp", "mat"]
        one = _decide(both, placement="cart", taken={"first": 2})
        assert [offer.item_id for offer in one.slate if offer.item_id in both.items] == ["lamp"]
        (mat,) = [w for w in one.withheld if w.item_id == "mat"]
        assert (mat.stage, mat.reason, mat.factors["with"]) == ("choice", "clashes_with_slate", "lamp")

    def test_an_answer_is_valid_no_longer_than_what_it_offers(self) -> None:
        ends = NOW + timedelta(minutes=3)
        sale = Cap(name="sale", scope="offer", items=("mat",), until=ends)
        assert _decide(sale).answer.valid_until == ends
        other = msgspec.structs.replace(sale, items=("gas",))
        assert _decide(other).answer.valid_until > ends

    def test_it_is_valid_as_long_as_the_placement_says(self) -> None:
        settings = _settings()
        mail = msgspec.structs.replace(MAIL, valid_minutes=60.0)
        settings = msgspec.structs.replace(settings, placements={"email": mail})
        decision = choose(read(ask("tent", placement="email")), model=MODEL, items=ITEMS, settings=settings)
        assert decision.answer.valid_until == NOW + HOUR

    def test_the_end_is_the_first_of_the_slate(self) -> None:
        sales = [Cap(name=f"{n}", scope="offer", items=("mat",), until=NOW + n * HOUR) for n in (3, 2)]
        decision = _decide(*sales)
        assert (
            ends_of(decision.slate, scene(ask("tent", placement="email"), settings=_settings(*sales))) == NOW + 2 * HOUR
        )

    def test_it_reserves_a_little_longer_than_it_is_valid_and_claims_its_totals(self) -> None:
        first = Cap(name="first", scope="offer", items=("mat", "lamp"), outcome="accept", limit=100)
        decision = _decide(first, taken={"first": 0})
        taken = reserve(decision, scene(ask("tent", placement="email"), settings=_settings(first)))
        assert (taken.channel, taken.interrupts) == ("email", True)
        assert taken.lapses_at == decision.answer.valid_until + timedelta(minutes=1)
        claimed = {(claim.cap, decision.slate[claim.offer_no].item_id, claim.outcome) for claim in taken.claims}
        assert claimed == {("first", "mat", "accept"), ("first", "lamp", "accept")}


def test_a_decision_looks_back_as_far_as_the_longest_window() -> None:
    day, week = (Cap(name=str(h), window_h=h, limit=1) for h in (24.0, 168.0))
    total = Cap(name="first", scope="offer", items=("mat",), limit=100)
    back = look_back(_settings(day, week, total), NOW)
    assert back.contacts == NOW - timedelta(hours=168)
    assert [(one.name, one.since) for one in back.totals] == [("first", None)]


def test_without_caps_it_looks_at_no_contacts() -> None:
    assert look_back(_settings(), NOW).contacts == NOW


def test_it_reads_what_tells_of_hesitation_only_where_a_rule_asks() -> None:
    def types(when: str) -> list[str]:
        rule = Rule(name="r", stage="suitability", scope="request", when=when, reason="r")
        return list(look_back(msgspec.structs.replace(SURE, rules=(rule,)), NOW).signal_types)

    assert types("customer.orders > 3") == []
    assert types("customer.hesitating") == ["remove_from_cart", "decline", "dismiss"]
    assert "view" in types("customer.signals.view > 3")
