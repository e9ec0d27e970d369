"""Rules, guards, caps and placements as published, and what each held back in the newest decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from pairwell.backtest.whatif.again import Past
from pairwell.backtest.whatif.brief import Left
from pairwell.backtest.whatif.held import Memory, Tally, Why, tally_held
from pairwell.config.document import describe_setting, say_value
from pairwell.config.published import Published
from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Cap, Placement, Settings
from pairwell.decide.telling.reasons import say_reason
from pairwell.journal.past import find_decisions, read_decisions
from pairwell.operations.database import Database
from pairwell.records import Decision
from pairwell.report.named import SILENCE
from pairwell.said import phrase

_AT_A_TIME = 50
_BY_LOT: Final = {
    "holdout": phrase("One of the customers who by lot see no offers"),
    "withheld_at_random": phrase("By lot this one answer stayed empty"),
}


class HeldByRule(msgspec.Struct, frozen=True, kw_only=True):
    """A published rule."""

    rule: Rule
    candidates: int  # that it held back
    decisions: int  # in which it did


class HeldByGuard(msgspec.Struct, frozen=True, kw_only=True):
    """A guard at its published limit, as TOML writes it."""

    name: str
    about: str
    limit: str
    candidates: int
    decisions: int


class HeldByCap(msgspec.Struct, frozen=True, kw_only=True):
    """A published cap."""

    cap: Cap
    candidates: int
    decisions: int


class HeldElse(msgspec.Struct, frozen=True, kw_only=True):
    """What every shop has, what was not worth showing, and rules and caps of other settings."""

    stage: str
    reason: str
    said: str
    candidates: int
    decisions: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A published placement, and how often it was asked for."""

    name: str
    placement: Placement
    decisions: int
    offered: int  # of them with offers


class Silent(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions that ended in silence."""

    reason: str
    said: str
    decisions: int


class HeldBack(msgspec.Struct, frozen=True, kw_only=True):
    """What was held back in the newest decisions, by whatever settings they were made."""

    timezone: str
    currency: str
    settings: str
    newest: int  # decisions asked for
    seconds: float  # after which no more of them were read
    decisions: int  # that were counted
    since: datetime | None
    until: datetime | None
    unread: dict[Left, int]
    offered: int
    silences: list[Silent]  # most first
    rules: list[HeldByRule]  # as they are asked
    guards: list[HeldByGuard]
    caps: list[HeldByCap]
    others: list[HeldElse]  # most first
    placements: list[Asked]


class Logged(NamedTuple):
    """What was decided, and where what that read is found again."""

    published: Published
    database: Database
    past: Past
    memory: Memory


def count_held_back(logged: Logged, newest: int, seconds: float, stopwatch: Callable[[], float]) -> HeldBack:
    """Count what held candidates back in the newest decisions, for so many seconds at most; the newest come first."""
    begun = stopwatch()
    decisions = newest_first(logged.database, newest)
    tally = tally_held(decisions, logged.past, logged.memory, lambda: stopwatch() - begun >= seconds)
    return _told(tally, logged.published, newest, seconds)


def newest_first(database: Database, newest: int) -> Iterator[Decision]:
    """So many of the newest decisions, without those about the forgotten."""
    found = find_decisions(database, newest=newest)[::-1]
    for start in range(0, len(found), _AT_A_TIME):
        yield from reversed(list(read_decisions(database, found[start : start + _AT_A_TIME])))


def _told(tally: Tally, published: Published, newest: int, seconds: float) -> HeldBack:
    settings = published.settings
    silences = [(reason, number) for reason, number in tally.silences.most_common() if number]
    return HeldBack(
        timezone=settings.shop.timezone,
        currency=settings.shop.currency,
        settings=published.hash,
        newest=newest,
        seconds=seconds,
        decisions=len(tally.moments),
        since=min(tally.moments, default=None),
        until=max(tally.moments, default=None),
        unread=dict(tally.unread),
        offered=tally.offered.total(),
        silences=[Silent(reason=reason, said=_say_silence(reason), decisions=number) for reason, number in silences],
        rules=[HeldByRule(rule=one, **_by_name(tally, one.name)) for one in settings.rules],
        guards=_guards(tally, settings),
        caps=[HeldByCap(cap=one, **_by_name(tally, one.name, stage="caps")) for one in settings.caps],
        others=list(_others(tally, settings)),
        placements=[
            Asked(name=name, placement=one, decisions=tally.asked[name], offered=tally.offered[name])
            for name, one in settings.placements.items()
        ],
    )


def _by_name(tally: Tally, name: str, stage: str | None = None) -> dict[str, int]:
    """What a rule held back, or a cap: both may have the same name."""
    whys = [why for why in tally.decisions if why.by == name and (why.stage == "caps") == (stage == "caps")]
    return _sums(tally, whys)


def _guards(tally: Tally, settings: Settings) -> list[HeldByGuard]:
    return [
        HeldByGuard(
            name=name,
            about=describe_setting(f"guards.{name}"),
            limit=say_value(getattr(settings.guards, name)),
            **_sums(tally, [why for why in tally.decisions if (why.stage, why.reason) == ("guards", name)]),
        )
        for name in settings.guards.__struct_fields__
    ]


def _others(tally: Tally, settings: Settings) -> Iterator[HeldElse]:
    rules, caps = {one.name for one in settings.rules}, {one.name for one in settings.caps}
    for why, candidates in tally.candidates.most_common():
        told = why.by in (caps if why.stage == "caps" else rules)
        if not told and not (why.stage == "guards" and why.reason in settings.guards.__struct_fields__):
            yield HeldElse(
                stage=why.stage,
                reason=why.reason,
                said=_say(why),
                candidates=candidates,
                decisions=tally.decisions[why],
            )


def _sums(tally: Tally, whys: list[Why]) -> dict[str, int]:
    candidates, decisions = (sum(counter[why] for why in whys) for counter in (tally.candidates, tally.decisions))
    return {"candidates": candidates, "decisions": decisions}


def _say(why: Why) -> str:
    said = say_reason(why.reason)
    if why.by is None:
        return said
    return phrase("{reason} ({name}, which is not published now)", reason=said, name=why.by)


def _say_silence(reason: str) -> str:
    return _BY_LOT.get(reason) or SILENCE.get(reason) or reason.replace("_", " ").capitalize()
