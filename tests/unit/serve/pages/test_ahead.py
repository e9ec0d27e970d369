"""Reports are made before anybody asks: seldom, one at a time, and never before somebody who waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.unit.serve.pages.conftest import MadeUp

from pairwell.errors import EvidenceError, JournalError, StorageError
from pairwell.serve.pages.ahead import Ahead
from pairwell.serve.pages.asked import Question
from pairwell.serve.pages.desk import Desk, Made
from pairwell.serve.pages.shelf import list_questions

QUESTIONS = [Question(name="overview"), Question(name="profit")]


@pytest.fixture
def desk(maker: MadeUp) -> Iterator[Desk]:
    with closing(Desk(maker, at_once=1, most=4)) as made:
        yield made


@pytest.fixture
def ahead(desk: Desk, maker: MadeUp) -> Ahead:
    return Ahead(desk, maker, lambda: QUESTIONS)


def asked(maker: MadeUp) -> list[str]:
    found = [question.name for question in maker.asked]
    maker.asked.clear()
    return found


def test_the_overview_comes_first() -> None:
    assert [one.name for one in list_questions()][:2] == ["overview", "findings"]
    assert {(one.since, one.until, one.by) for one in list_questions()} == {(None, None, None)}


def test_all_are_made_at_first_and_not_again(ahead: Ahead, maker: MadeUp) -> None:
    ahead.step(0)
    assert asked(maker) == ["overview", "profit"]
    for now in (5, 700, 5_000):
        ahead.step(now)
    assert asked(maker) == []
    assert maker.sums == 1


def test_after_a_change_one_waits_until_the_shop_stands_still_and_ten_minutes_are_over(
    ahead: Ahead, maker: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maker, "set_up", lambda _: 0)
    ahead.step(0)
    asked(maker)
    for now, state, made in (
        (300, 2, []), (400, 2, []), (599, 3, []), (605, 3, []), (613, 3, []), (615, 3, ["overview", "profit"]),
        (620, 4, []), (1_214, 4, []), (1_215, 4, ["overview", "profit"]),
    ):  # fmt: skip
        maker.state = state
        ahead.step(now)
        assert (now, asked(maker)) == (now, made)


def test_what_is_published_counts_at_once(ahead: Ahead, maker: MadeUp) -> None:
    ahead.step(0)
    asked(maker)
    maker.state = "other settings"
    ahead.step(5)
    assert asked(maker) == ["overview", "profit"]


def test_what_is_kept_is_not_made(ahead: Ahead, desk: Desk, maker: MadeUp) -> None:
    desk.prepare(QUESTIONS[0])
    ahead.step(0)
    assert asked(maker) == ["overview", "profit"]


def test_a_refusal_keeps_nothing_from_being_made(ahead: Ahead, maker: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    maker.error = EvidenceError("Too few.")
    ahead.step(0)
    assert (asked(maker), maker.sums) == (["overview", "profit"], 1)

    def full() -> None:
        raise StorageError("full")

    monkeypatch.setattr(maker, "sum_up", full)
    maker.state, maker.error = 2, None
    with pytest.raises(StorageError):
        ahead.step(5)
    ahead.step(10)
    assert asked(maker) == ["overview", "profit"]  # what was made is not made again for that


def test_whoever_waits_comes_first(ahead: Ahead, desk: Desk, maker: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    go, began, make = threading.Event(), threading.Event(), maker.make

    def slowly(question: Question) -> Made:
        if question.name == "pairs":
            began.set()
            go.wait()
        return make(question)

    monkeypatch.setattr(maker, "make", slowly)
    visitor = threading.Thread(target=desk.prepare, args=(Question(name="pairs"),))
    visitor.start()
    began.wait()
    working = threading.Thread(target=ahead.step, args=(0,))
    working.start()
    working.join(0.3)
    assert working.is_alive()
    assert maker.asked == []
    go.set()
    working.join()
    visitor.join()
    assert asked(maker) == ["pairs", "overview", "profit"]


def test_it_goes_on_when_the_shop_could_not_be_looked_at(
    desk: Desk, maker: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, troubled = threading.Event(), []

    def look() -> int:
        troubled.append(1)
        if len(troubled) == 1:
            raise JournalError("away")
        return 1

    monkeypatch.setattr(maker, "look", look)
    monkeypatch.setattr("pairwell.serve.pages.ahead._PACE_S", 0.01)

    def questions() -> list[Question]:
        done.set()
        return QUESTIONS

    ahead = Ahead(desk, maker, questions)
    ahead.begin()
    assert done.wait(60)
    ahead.close()
