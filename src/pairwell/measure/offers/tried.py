"""What customers did from the first decision on that an experiment of the shop made about them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import msgspec
import numpy as np
from babel.numbers import get_currency_precision

from pairwell.config.settings import Shop
from pairwell.dataset.store import Dataset
from pairwell.journal.offers_told import FirstMet, read_first_met
from pairwell.journal.opportunities import read_orders_of_visitors
from pairwell.measure.comparing.experiment import Metric, Units
from pairwell.measure.comparing.guardrails import Margin
from pairwell.measure.comparing.skewed import lots_of
from pairwell.measure.offers.estimates import Floats, Ints
from pairwell.measure.offers.gather import read_told
from pairwell.measure.offers.rows import NEVER, Lines, Told
from pairwell.measure.offers.sold import Buyers, read_lines
from pairwell.measure.period import Period
from pairwell.operations.database import Database

CONTROL, TRIED = "control", "tried"
BEFORE = timedelta(days=365)  # of history that is taken out of the margin
_MARGIN_BEFORE = "margin before"
_METRICS = (
    Metric(name="revenue", above="revenue"),
    Metric(name="margin", above="margin", before=_MARGIN_BEFORE),
    Metric(name="orders", above="orders", guardrail=Margin(margin=-0.02, relative=True)),
    Metric(name="declines", above="declines", lower_is_better=True),
)
METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _METRICS}
"""What is compared of each customer. Money is net of tax, after returns, in the currency's major unit."""


class Hashes(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that are compared, by their hashes."""

    control: str
    tried: str


class Groups(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a customer or visitor who is compared, in the order of their names."""

    units: Sequence[str]  # "c:ID", "v:ID"
    arm: Ints  # 0: the control, 1: what is tried
    start: Ints  # microseconds since 1970 of the first decision
    left_out: Mapping[str, int]


class Records(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Where it is read, and how margins are reckoned, for both arms alike."""

    dataset: Dataset
    database: Database
    shop: Shop


def gather_groups(met: Iterable[FirstMet], hashes: Hashes) -> Groups:
    """From what `read_first_met` tells since the start, the decisions of one unit in a row.

    The arm is what the decisions' settings say. Left out are the holdout, which gets no offers by either; units some of
    whose decisions fell by the lot of another name; and then those that both settings decided for, as happens in the
    seconds before servers take up a share. What leaves them out has nothing to do with the arm's own lot.
    """
    rows, left_out = list[tuple[str, int, int]](), Counter[str]()
    arms = {hashes.control: 0, hashes.tried: 1}
    for whose, group in itertools.groupby(met, key=lambda one: one.whose):
        told = [one for one in group if one.settings in arms]
        if not told:
            continue
        reason = _objection(told)
        if reason is not None:
            left_out[reason] += 1
            continue
        rows.append((whose, arms[told[0].settings], min(one.first for one in told)))
    rows.sort()
    return Groups(
        units=[whose for whose, _, _ in rows],
        arm=np.array([arm for _, arm, _ in rows], dtype=np.int64),
        start=np.array([start for _, _, start in rows], dtype=np.int64),
        left_out=left_out,
    )


def _objection(told: Sequence[FirstMet]) -> str | None:
    if any(one.other_lot for one in told):
        return "merged"
    if any(one.held for one in told):
        return "holdout"
    return "several_arms" if len({one.settings for one in told}) > 1 else None


class Tried(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What was read of everybody who is compared; `units` adds it up, as of any moment."""

    groups: Groups
    lines: Lines
    declined_by: Ints  # place of the unit
    declined_at: Ints
    before: Floats  # margin of each unit, minor units; NaN where nothing was bought
    lots: Floats
    major: float  # minor units in one of the currency

    def units(self, until: int | None = None) -> Units:
        """One row a unit that came before `until` (microseconds since 1970; None: all of it), by what it did till then.

        Returns that are known by now count at every moment, as an order's value is what is kept of it.
        """
        groups, many = self.groups, len(self.groups.units)
        end = np.iinfo(np.int64).max if until is None else until
        values = _bought(groups, self.lines, end)
        values["declines"] = _sums(self.declined_by[self.declined_at < end], None, many)
        values[_MARGIN_BEFORE] = self.before
        for name in ("revenue", "margin", _MARGIN_BEFORE):
            values[name] = values[name] / self.major
        there = groups.start < end
        return Units(
            arms=[CONTROL, TRIED],
            arm=groups.arm[there],
            rows=np.ones(int(there.sum()), dtype=np.int64),
            values={name: found[there] for name, found in values.items()},
            lots=self.lots[there],
            read=int(there.sum()) + sum(groups.left_out.values()),
            left_out=groups.left_out,
        )


def read_tried(records: Records, hashes: Hashes, period: Period) -> Tried:
    """Revenue, margin, orders and declines of everybody with a decision in the period, from the first one on.

    The dataset holds what the journal told of orders. Who would have been offered something by the other settings
    nobody knows, so that all count, also those whom neither arm offered anything.
    """
    met = read_first_met(records.database, until=period.until, since=period.since)
    groups = gather_groups(met, hashes)
    visitors = read_orders_of_visitors(records.database, since=period.since, until=period.until)
    buyers = Buyers(units=groups.units, visitors=visitors)
    declined_by, declined_at = _declines(groups, read_told(records.database, period))
    earlier = Period(period.since - BEFORE, period.since)
    named = Buyers(units=groups.units, visitors={})
    return Tried(
        groups=groups,
        lines=read_lines(records.dataset, buyers, period, records.shop),
        declined_by=declined_by,
        declined_at=declined_at,
        before=_known_margin(groups, read_lines(records.dataset, named, earlier, records.shop)),
        lots=lots_of(groups.units),
        major=10.0 ** get_currency_precision(records.shop.currency),
    )


def _bought(groups: Groups, lines: Lines, end: int) -> dict[str, Floats]:
    counts = (lines.at >= groups.start[lines.unit]) & (lines.at < end)
    unit, many = lines.unit[counts], len(groups.units)
    _, first = np.unique(lines.order[counts], return_index=True)
    return {
        "revenue": _sums(unit, lines.revenue[counts], many),
        "margin": _sums(unit, lines.margin[counts], many),
        "orders": _sums(unit[first], None, many),
    }


def _known_margin(groups: Groups, lines: Lines) -> Floats:
    """NaN of those who bought nothing then: of most of them nobody knows whether they were customers at all."""
    many = len(groups.units)
    found = np.bincount(lines.unit, minlength=many) > 0
    return np.where(found, _sums(lines.unit, lines.margin, many), np.nan)


def _declines(groups: Groups, told: Told) -> tuple[Ints, Ints]:
    """Of each decline of a unit that is compared its place and the moment."""
    places = {name: place for place, name in enumerate(groups.units)}
    of_unit = np.array([places.get(name, NEVER) for name in told.names.units], dtype=np.int64)
    declined = (told.offers.declined >= 0) & (told.offers.declined < told.until)
    unit, at = told.slates.unit[told.offers.slate[declined]], told.offers.declined[declined]
    unit, at = of_unit[unit[unit >= 0]], at[unit >= 0]
    return unit[unit >= 0], at[unit >= 0]


def _sums(unit: Ints, values: Floats | None, many: int) -> Floats:
    """Of each unit the sum of its values; None: how many there are."""
    return np.bincount(unit, weights=values, minlength=many).astype(np.float64)
