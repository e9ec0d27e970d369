"""Whether the holdout is large enough to tell what offers add."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from pairwell.clock import to_micros
from pairwell.measure.findings.chances import Pace, times_more_to_show
from pairwell.measure.offers.effects import Effects, effects_of
from pairwell.measure.offers.estimates import NotEstimable
from pairwell.report.found.record import Found
from pairwell.report.offered import Opened
from pairwell.report.record import Cell, Column
from pairwell.said import Said, amount, exact, joined, percent, phrase, phrase_count

_POWER = 0.8
_SHARES: Final = (0.1, 0.2, 0.5)  # of new customers, that one may think of holding out
_SOON = 90  # days
_DAY = 86_400_000_000  # microseconds


def find_holdout(opened: Opened) -> Iterator[Found]:
    """A holdout that cannot show whether what is put down to offers was added by them."""
    if not opened.now.told.decided.size:
        return  # nobody asked for offers
    effects = effects_of(opened.now.trial, opened.now.bought)
    found = _needed(effects)
    if found is None:
        return
    needed, evidence = found
    days = _days(opened)
    missing = max(0, needed - effects.held)
    share = opened.asked.settings.choice.holdout
    wait = math.ceil(days * needed / effects.held) if effects.held and share else None  # without a holdout no pace
    row: dict[str, Cell] = {
        "group": phrase("Holdout"),
        "customers": effects.held,
        "needed": needed,
        "missing": missing,
        "days": None if wait is None else wait - days,
    }
    yield Found(
        key="small_holdout",
        title=phrase("The holdout is too small to tell what offers add"),
        money=phrase("It earns nothing by itself: it says whether anything else here does."),
        evidence=evidence,
        setting="choice.holdout",
        do=joined(_what_to_do(share), *_ways_out(effects, days, opened.asked.settings.shop.currency)),
        columns=[
            Column(key="group", title=phrase("Group"), unit="text"),
            Column(key="customers", title=phrase("Customers"), unit="count"),
            Column(key="needed", title=phrase("Needed"), unit="count"),
            Column(key="missing", title=phrase("Missing"), unit="count"),
            Column(key="days", title=phrase("More days at this pace"), unit="count"),
        ],
        rows=[row],
    )


def _what_to_do(share: float) -> Said:
    new = phrase("Who moves into it after offers is not compared: that takes new customers.")
    if share:
        wait = phrase(
            "Wait, ask for a longer period (`--since`), or raise `holdout` ({share}) under [choice] in pairwell.toml "
            "and run `pairwell publish`.",
            share=exact(share),
        )
        return joined(wait, new)
    keep = phrase(
        "No holdout is kept now, so that waiting brings nobody into it: set `holdout = 0.05` under [choice] in "
        "pairwell.toml and run `pairwell publish`."
    )
    return joined(keep, new)


def _ways_out(effects: Effects, days: int, currency: str) -> Iterator[Said]:
    """How long it takes at larger shares, and what cannot be proven even so; nothing where no spread is known yet."""
    margin, customers = effects.margin, effects.held + effects.treated
    if isinstance(margin, NotEstimable) or not effects.held or not effects.treated:
        return
    each = effects.attributed_margin / effects.treated
    smallest = each * math.sqrt(times_more_to_show(margin, effects.attributed_margin, power=_POWER))
    pace = Pace(days=days, held=effects.held / customers, smallest=smallest)
    for share in _SHARES:
        yield phrase_count(
            "With a holdout of {share} of new customers it takes {count} day.",
            "With a holdout of {share} of new customers it takes {count} days.",
            pace.days_to_show(each, share),
            share=percent(share, 0),
        )
    yield phrase(
        "In {days} days, even with {share} of the customers held out, this shop cannot prove less than {smallest} "
        "{currency} a customer; {each} {currency} is put down to offers.",
        days=exact(_SOON),
        share=percent(_SHARES[-1], 0),
        smallest=amount(pace.smallest_in(_SOON, _SHARES[-1]), currency),
        each=amount(each, currency),
        currency=currency,
    )


def _days(opened: Opened) -> int:
    """How long customers of the period were first met: from the first of them on, up to its end."""
    trial, period = opened.now.trial, opened.periods.period
    since = int(trial.start.min()) if len(trial.start) else to_micros(period.since)
    return max(1, math.ceil((to_micros(period.until) - since) / _DAY))


def _needed(effects: Effects) -> tuple[int, Said] | None:
    """How many customers the holdout needs, and by what rule; None where it is large enough, or nobody can say."""
    margin = effects.margin
    if isinstance(margin, NotEstimable):
        if margin.reason not in ("too_few", "no_holdout"):
            return None
        return margin.needed, phrase_count(
            "{count} customer without offers by lot; with fewer than {needed} a few large orders decide the "
            "comparison.",
            "{count} customers without offers by lot; with fewer than {needed} a few large orders decide the "
            "comparison.",
            effects.held,
            needed=margin.needed,
        )
    if margin.low > 0 or margin.high < 0 or effects.attributed_margin <= 0:
        return None
    more = times_more_to_show(margin, effects.attributed_margin, power=_POWER)
    if more <= 1:
        return None  # were all of it added, it would have shown
    return math.ceil(effects.held * more), phrase(
        "Had offers added all the margin that is put down to them, a holdout of this size would probably not show it: "
        "that takes as many as are needed for a chance of {power}.",
        power=percent(_POWER, 0),
    )
