"""What time brings: what a customer buys again and again, and what others came back for after the same purchase."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.memory import memory_of
from pairwell.config.settings import BY_CONTACT, Placement
from pairwell.habits import Followed, Habits, Repeat
from pairwell.records import Candidate, DecisionRequest, Pair

_DAY = timedelta(days=1)
_NEWEST = 30  # purchases whose follow-ups are looked for
_FOLLOW_UPS_OF_AN_ITEM = 10
_FOLLOW_UPS = 20  # of one decision


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision reads of habits: the newest purchases, and the repeats whose time has come, at one moment."""

    now: datetime
    bought_at: dict[str, datetime] = {}
    repeats: list[Repeat] = []


def takes_follow_ups(name: str, placement: Placement) -> bool:
    """Whether what is bought later is offered in the placement `name`: after a purchase, and where messages go out."""
    return "cross_sell" in placement.kinds and (name == "after_purchase" or placement.channel in BY_CONTACT)


def whose_habits(requests: Iterable[DecisionRequest], placements: Mapping[str, Placement]) -> list[str]:
    """The customers named whose habits the offers of these requests depend on."""
    asked = ((request, placements.get(request.placement)) for request in requests if request.customer_id is not None)
    return sorted(
        {
            request.customer_id
            for request, placement in asked
            if request.customer_id is not None
            and placement is not None
            and ("repeat" in placement.kinds or takes_follow_ups(request.placement, placement))
        }
    )


def read_due(habits: Habits, name: str, placement: Placement, now: datetime) -> Due:
    """What the placement `name` may offer from."""
    return Due(
        now=now,
        bought_at=_newest_purchases(habits) if takes_follow_ups(name, placement) else {},
        repeats=_due_now(habits, now) if "repeat" in placement.kinds else [],
    )


def _due_now(habits: Habits, now: datetime) -> list[Repeat]:
    """The repeats whose window is open and that were not bought since, by item."""
    due = [
        repeat
        for repeat in habits.repeats
        if repeat.due_from <= now < repeat.due_until + _DAY  # days are told by the moments at which they begin
        and habits.bought_at.get(repeat.item_id, repeat.last_bought_at) < repeat.last_bought_at + _DAY
    ]
    return sorted(due, key=lambda repeat: repeat.item_id)


def _newest_purchases(habits: Habits) -> dict[str, datetime]:
    """The thirty items bought last, newest first."""
    newest = sorted(habits.bought_at.items(), key=lambda pair: (-pair[1].timestamp(), pair[0]))
    return dict(newest[:_NEWEST])


def again(due: Due, taken: Collection[str]) -> list[Candidate]:
    """Repeats that are not `taken`, likeliest first."""
    found = [
        Candidate(
            item_id=repeat.item_id,
            kind="repeat",
            source="repeat",
            anchor_id=repeat.item_id,
            score=repeat.probability,
            repeat=repeat,
        )
        for repeat in due.repeats
        if repeat.item_id not in taken
    ]
    return sorted(found, key=_best_first)


def follow_ups(due: Due, taken: Collection[str], model: LearnedPairs) -> list[Candidate]:
    """What buyers of an item came back for after as many days as have passed, best first; each item for one purchase.

    Not what is `taken`, nor what the customer bought since.
    """
    memory, found = memory_of(model), dict[str, Candidate]()
    for item_id, moment in due.bought_at.items():
        days = (due.now - moment) // _DAY
        for pair in memory.follow_ups(item_id, _FOLLOW_UPS_OF_AN_ITEM):
            if pair.item_id in taken or due.bought_at.get(pair.item_id, moment) > moment:
                continue
            followed = _followed(pair, days)
            if followed.low <= days <= followed.high:
                candidate = _follow_up(item_id, pair, followed)
                found[pair.item_id] = min(candidate, found.get(pair.item_id, candidate), key=_best_first)
    return sorted(found.values(), key=_best_first)[:_FOLLOW_UPS]


def _followed(pair: Pair, days: int) -> Followed:
    assert pair.followers is not msgspec.UNSET, "a follow-up has followers"
    assert pair.lag_days is not msgspec.UNSET, "a follow-up has a lag"
    return Followed(
        followers=pair.followers,
        share=pair.confidence,
        effect=pair.effect,
        low=pair.lag_days.low,
        high=pair.lag_days.high,
        days=days,
    )


def _follow_up(anchor_id: str, pair: Pair, followed: Followed) -> Candidate:
    return Candidate(
        item_id=pair.item_id,
        kind="cross_sell",
        source="follow_up",
        anchor_id=anchor_id,
        score=pair.score,
        followed=followed,
    )


def _best_first(candidate: Candidate) -> tuple[float, str, str]:
    return -candidate.score, candidate.item_id, candidate.anchor_id


def items_read(candidate: Candidate) -> tuple[str, ...]:
    """The items whose facts a candidate needs."""
    return candidate.adds if candidate.followed is None else (candidate.item_id, candidate.anchor_id)
