"""What outcomes taught of each kind of offer, as `pairwell learn` tells it."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from pairwell.posterior import KindEffect, Posterior
from pairwell.report.named import KINDS
from pairwell.report.record import Cell, Column, Table
from pairwell.said import moment, phrase, phrase_count

_COLUMNS: Final = (
    Column(key="kind", title=phrase("Kind of offer"), unit="text"),
    Column(key="shown", title=phrase("Shown"), unit="count"),
    Column(key="bought_shown", title=phrase("Bought of those"), unit="count"),
    Column(key="not_shown", title=phrase("By lot not shown"), unit="count"),
    Column(key="bought_not_shown", title=phrase("Bought all the same"), unit="count"),
    Column(key="persuasion", title=phrase("What showing changes"), unit="share", interval=True),
    Column(key="prior", title=phrase("The settings foretold"), unit="share"),
    Column(key="says", title=phrase("What that says"), unit="text"),
)


def kinds_table(learned: Posterior, timezone: str) -> Table:
    """One row a kind, of everything learned so far and not of the period alone."""
    return Table(
        key="learned_kinds",
        title=phrase("What was learned by kind of offer"),
        columns=_COLUMNS,
        rows=[_row(kind, one) for kind, one in sorted(learned.effects.items())],
        note=phrase_count(
            "From {count} decision up to {until}, whatever the period. Above 0 it is the share of non-buyers that "
            "showing wins, below 0 the share of buyers that it turns away.",
            "From {count} decisions up to {until}, whatever the period. Above 0 it is the share of non-buyers that "
            "showing wins, below 0 the share of buyers that it turns away.",
            learned.decisions,
            until=moment(learned.until.astimezone(ZoneInfo(timezone))),
        ),
    )


def _row(kind: str, one: KindEffect) -> dict[str, Cell]:
    return {
        "kind": KINDS.get(kind, kind),
        "shown": one.shown,
        "bought_shown": one.bought_shown,
        "not_shown": one.not_shown,
        "bought_not_shown": one.bought_not_shown,
        "persuasion": one.persuasion,
        "persuasion_low": one.low,
        "persuasion_high": one.high,
        "prior": one.prior,
        "says": _verdict(one),
    }


def _verdict(one: KindEffect) -> str:
    if not one.enough:
        return phrase("Too few shown, or not shown by lot: mostly what the settings suppose yet.")
    if one.low > 0:
        return phrase("Showing wins buyers.")
    if one.high < 0:
        return phrase("Showing turns buyers away.")
    return phrase("Not sure yet whether showing wins buyers or turns them away.")
