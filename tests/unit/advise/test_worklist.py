"""Whom to talk to, and whom not."""

from __future__ import annotations

import datetime as dt
import random

from tests.unit.advise.moves.firms import hold, prospect, signal, terms

from pairwell.advise.moves.terms import Prospect
from pairwell.advise.worklist import make_worklist


def firms() -> list[Prospect]:
    return [
        prospect("saves", bought=5, attributes={"owner": "ann"}),
        prospect("saves-less", bought=3, attributes={"owner": "bob"}),
        prospect("asks", bought=1, needs=("security",), attributes={"owner": "ann", "next_review": "2026-11-10"}),
        prospect("ticket", bought=9, holds=(hold(), hold("complaint")), attributes={"owner": "ann"}),
        prospect("young", bought=9, holds=(hold("too_little_known"),)),
        prospect("fits", bought=1),
    ]


def test_each_account_has_its_place() -> None:
    found = make_worklist(firms(), terms())
    assert [talk.account_id for talk in found.talks][:1] == ["saves"]
    assert {talk.account_id for talk in found.talks} == {"saves", "saves-less", "asks"}
    assert [(one.account_id, len(one.holds)) for one in found.left_alone] == [("ticket", 2)]
    assert [one.account_id for one in found.nothing_to_say] == ["fits"]
    assert [(one.account_id, one.text) for one in found.not_known] == [("young", "A ticket is open.")]
    rates = [talk.worth_a_minute for talk in found.talks if talk.move.worth_minor > 0]
    assert rates == sorted(rates, reverse=True)


def test_nothing_depends_on_the_order_in_which_accounts_come() -> None:
    shuffled = firms()
    random.Random(1).shuffle(shuffled)
    assert make_worklist(shuffled, terms()) == make_worklist(firms(), terms())


def test_an_owner_sees_their_own_accounts() -> None:
    found = make_worklist(firms(), terms(), owner="ann")
    assert {talk.account_id for talk in found.talks} == {"saves", "asks"}
    assert [one.account_id for one in found.left_alone] == ["ticket"]
    assert found.not_known == ()


def test_no_more_minutes_are_filled_than_there_are() -> None:
    whole = make_worklist(firms(), terms())
    some = make_worklist(firms(), terms(), capacity_minutes=whole.minutes - 1)
    assert some.minutes < whole.minutes
    assert {talk.account_id for talk in (*some.talks, *some.waiting)} == {talk.account_id for talk in whole.talks}
    assert make_worklist(firms(), terms(), capacity_minutes=0).talks == ()


def test_whoever_pays_too_much_hears_of_that_first() -> None:
    needs, asked = ("inbound", "security"), (signal("feature_asked", "chat"), signal("feature_asked", "audit"))
    (talk,) = make_worklist([prospect(bought=4, needs=needs, signals=asked)], terms()).talks
    assert talk.move.kind == "upgrade"
    assert {move.kind for move in talk.further} == {"add_on"}


def test_a_pitch_waits_for_a_review_that_is_near_and_a_saving_does_not() -> None:
    talks = {talk.account_id: talk for talk in make_worklist(firms(), terms()).talks}
    assert (talks["asks"].timing.code, talks["asks"].timing.by) == ("review", dt.date(2026, 11, 10))
    assert talks["saves"].timing.code == "now"


def test_without_accounts_the_list_is_empty() -> None:
    found = make_worklist([], terms())
    assert (found.as_of, found.talks, found.minutes, found.worth_minor) == (None, (), 0, 0)
