"""Logged requests under other settings: what would have been decided, and what it would have earned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from pairwell.backtest.offpolicy.estimates import (
    Estimate,
    NotEstimable,
    effective_customers,
    objection,
    total,
)
from pairwell.backtest.whatif.again import Other, Past, UntoldReason, decide_again
from pairwell.backtest.whatif.lottery import Lottery
from pairwell.backtest.whatif.outcomes import Outcome, Till
from pairwell.backtest.whatif.sides import Counted, Tally
from pairwell.backtest.whatif.weighing import Held, Weighing, offers_sample, orders_sample, settle, weigh_pair
from pairwell.config.progress import Advance, unheard
from pairwell.config.published import Change
from pairwell.config.settings import Objective
from pairwell.errors import EvidenceError
from pairwell.journal.past import Told
from pairwell.records import Decision

Measure = Literal["added", "offers", "orders"]

IGNORED = "ignores cap carry-over"  # every request is taken with the history that the settings of then gave it


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """One figure, estimated in two more ways."""

    importance: Estimate
    self_normalised: Estimate


class Earned(msgspec.Struct, frozen=True, kw_only=True, tag="earned"):
    """What requests earned and would have earned, minor units a request; the first figures are doubly robust."""

    before: Estimate
    after: Estimate
    change: Estimate
    change_otherwise: Ways
    effective_customers: float
    unsupported: float  # share of what the other settings do that could not have happened then


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What the other settings would have earned, or why that cannot be told."""

    measure: Measure
    requests: int
    customers: int
    found: Earned | NotEstimable


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """Logged requests, decided and earned under the settings of then and under others."""

    changes: list[Change]  # of the live settings
    since: datetime  # the first request's moment
    until: datetime  # the last one's
    model: str | None  # the one that all were decided by; None: each by that of then
    window_h: float
    objective: Objective
    currency: str
    counted: Counted
    untold: dict[UntoldReason, int]  # logged requests that could not be computed again
    told: Told  # of their offers
    too_new: int  # requests whose window is still open, so that nobody knows what came of them; not in `worth`
    orders: int  # placed within the window after a request, by those who asked
    worth: list[Worth]
    label: str = IGNORED


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions to go through, and how many there should be: nobody reads those about the forgotten."""

    decisions: Iterable[Decision]
    number: int
    told: Told


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What else a simulation is told."""

    other: Other
    changes: list[Change]
    past: Past
    till: Till


def simulate(logged: Logged, asked: Asked, *, advance: Advance = unheard) -> Simulated:
    """Go through logged decisions under other settings. Raises `EvidenceError` where none can be computed again."""
    tally, untold, rows = Tally(), Counter[UntoldReason](), list[Weighing]()
    moments: list[datetime] = []
    for number, decision in enumerate(logged.decisions, start=1):
        advance(0.95 * number / logged.number)
        pair = decide_again(decision, asked.past, asked.other)
        if isinstance(pair, str):
            untold[pair] += 1
            continue
        before, after = Lottery(pair.before), Lottery(pair.after)
        tally.add(pair, before, after)
        moments.append(decision.inputs.now)
        if (row := weigh_pair(pair, before, after)) is not None:
            rows.append(row)
    untold["forgotten"] += logged.number - len(moments) - sum(untold.values())
    if not moments:
        raise _nothing(untold)
    settled, outcomes = settle(rows, asked.till)
    advance(1.0)
    return Simulated(
        changes=asked.changes,
        since=moments[0],
        until=moments[-1],
        model=asked.other.model.id if asked.other.model else None,
        window_h=asked.till.window / timedelta(hours=1),
        objective=asked.till.shop.objective,
        currency=asked.till.shop.currency,
        counted=tally.counted(),
        untold={reason: count for reason, count in untold.items() if count},
        told=logged.told,
        too_new=sum(not asked.till.is_over(at) for at in moments),
        orders=sum(outcome.orders for outcome in outcomes.values()),
        worth=weigh_worths(settled, outcomes) if settled else [],
    )


def _nothing(untold: Counter[UntoldReason]) -> EvidenceError:
    if not untold.total():
        return EvidenceError(
            "No decision is logged in that time.",
            hint="Decide first: `pairwell serve`, or `pairwell demo DIR --once` for a simulated month.",
        )
    said = ", ".join(f"{count:,} {reason}" for reason, count in untold.items() if count)
    return EvidenceError(
        f"None of {untold.total():,} logged decisions can be computed again: {said}.",
        hint="A decision can be repeated by the version that made it, while its model and settings are kept.",
    )


def weigh_worths(rows: Sequence[Weighing], outcomes: Mapping[str, Outcome]) -> list[Worth]:
    """What requests earned and would have earned, in each measure; `rows` must not be empty."""
    shown, anyway = (offers_sample(rows, outcomes, shown=shown) for shown in (True, False))
    measures: dict[Measure, list[tuple[float, Held]]] = {
        "added": [(1.0, shown), (-1.0, anyway)],
        "offers": [(1.0, shown)],
        "orders": [(1.0, orders_sample(rows, outcomes))],
    }
    return [_worth(measure, parts) for measure, parts in measures.items()]


def _worth(measure: Measure, parts: Sequence[tuple[float, Held]]) -> Worth:
    sample = parts[0][1].sample
    doubts = (objection(held.sample, policy) for _, held in parts for policy in (held.after, held.before))
    found = next((doubt for doubt in doubts if doubt is not None), None) or _earned(parts)
    return Worth(measure=measure, requests=sample.requests, customers=sample.customers, found=found)


def _earned(parts: Sequence[tuple[float, Held]]) -> Earned:
    before = [(sign, held.sample, held.before) for sign, held in parts]
    after = [(sign, held.sample, held.after) for sign, held in parts]
    change = [*after, *((-sign, sample, policy) for sign, sample, policy in before)]
    return Earned(
        before=total(before, "doubly_robust"),
        after=total(after, "doubly_robust"),
        change=total(change, "doubly_robust"),
        change_otherwise=Ways(importance=total(change, "importance"), self_normalised=total(change, "self_normalised")),
        effective_customers=min(effective_customers(policy, sample.clusters) for _, sample, policy in after),
        unsupported=parts[0][1].after.unsupported,
    )
