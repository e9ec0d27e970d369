"""What months of use say: growth, drops, and the way an account works."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from pairwell.advise.advice import Evidence, Signal
from pairwell.advise.billing.wording import metered, titled
from pairwell.advise.signals.changes import Change, find_drop, find_growth, is_still_low
from pairwell.advise.signals.evidence import used
from pairwell.advise.signals.view import Monthly, View
from pairwell.plans import Plan
from pairwell.said import Said, begun, joined, listed, number, percent, phrase, phrase_count

_HANDLED: Final = 0.6  # strength of growth of what the plans held handle
_AGREE: Final = 0.75  # a meter goes along with a drop where its last months are at most this share
_WAY_MONTHS: Final = 3
_MOSTLY: Final = 2 / 3  # of all units, in each of these months
_ENOUGH: Final = 20.0  # units in all of them


def find_use(view: View) -> Iterator[Signal]:
    """A drop silences growth: what rises while all else falls is no reason to sell."""
    if drop := _drop(view):
        yield drop
        return
    yield from _growth(view)
    yield from _ways(view)


def _growth(view: View) -> Iterator[Signal]:
    needed = 1 + view.settings.growth_share
    for series in view.monthly.values():
        change = find_growth(series, len(view.monthly))
        # The last month alone must still show it, so that what is over is not told.
        if change and change.ratio >= needed and change.low > 1 and series.quantities[-1] > change.before:
            lacking = _handlers(view, series.meter)
            text = joined(_grew(change), _would_handle(series.meter, lacking))
            sure = 1.0 if lacking else _HANDLED
            yield view.signal("growth", text, _end(view), _evidence(change), sure=sure, about=series.meter)


def _handlers(view: View, meter: str) -> list[Plan]:
    """Add-ons lacking that handle a meter: by counting it, or by the purpose whose way of working it tells of."""
    aims = {way for way, meters in view.ways.items() if meter in meters}
    return [plan for plan in view.lacked if plan.purpose in aims or any(one.meter == meter for one in plan.meters)]


def _grew(change: Change) -> Said:
    return phrase_count(
        "{meter} grew by {share} in {count} month: from {before} to {after} a month.",
        "{meter} grew by {share} in {count} months: from {before} to {after} a month.",
        change.elapsed,
        meter=begun(metered(change.meter)),
        share=percent(change.ratio - 1, 0),
        before=number(change.before),
        after=number(change.after),
    )


def _would_handle(meter: str, plans: Sequence[Plan]) -> str:
    if not plans:
        return ""
    return phrase(
        "Nothing they have handles {meter} as {add_ons} would.",
        meter=metered(meter),
        add_ons=listed([titled(plan) for plan in plans], "or"),
    )


def _drop(view: View) -> Signal | None:
    """Where one meter surely dropped, and at least half of all go along: less of one thing may be more of another."""
    kept = 1 - view.settings.drop_share
    changes = {meter: find_drop(series, len(view.monthly)) for meter, series in view.monthly.items()}
    known = {meter: change for meter, change in changes.items() if change is not None}
    along = [one for meter, one in known.items() if _went_along(view.monthly[meter], one)]
    sure = [one for one in along if one.ratio < kept and one.high < 1 and _is_low(view, one, kept)]
    if not sure or 2 * len(along) < len(known):
        return None
    worst = min(sure, key=lambda one: (one.high, one.meter))
    text = phrase(
        "Use dropped: {meter} from {before} to {after} a month since {month}, and it stays so.",
        meter=metered(worst.meter),
        before=number(worst.before),
        after=number(worst.after),
        month=worst.since.strftime("%Y-%m"),
    )
    return view.signal(
        "use_drops", text, _end(view), *map(_evidence, [worst, *_others(sure, worst)]), about=worst.meter
    )


def _others(changes: Sequence[Change], one: Change) -> list[Change]:
    return [change for change in changes if change is not one]


def _went_along(series: Monthly, change: Change) -> bool:
    return change.ratio < _AGREE and is_still_low(series, change, _AGREE)


def _is_low(view: View, change: Change, share: float) -> bool:
    return is_still_low(view.monthly[change.meter], change, share)


def _ways(view: View) -> Iterator[Signal]:
    """The way whose meters have most of the units, month after month."""
    sums = {way: _summed(view, meters) for way, meters in view.ways.items()}
    totals = [sum(each) for each in zip(*sums.values(), strict=True)]
    for way, units in sums.items():
        if sum(units) < _ENOUGH or len(sums) < 2:  # noqa: PLR2004 - one way alone is no choice
            continue
        if all(unit >= _MOSTLY * total for unit, total in zip(units, totals, strict=True)):
            share = sum(units) / sum(totals)
            text = phrase(
                "They work mostly {way}: {share} of {meters}.", way=way, share=percent(share, 0), meters=_told_by(view)
            )
            rows = [_last_rows(view.monthly[meter]) for meter in view.ways[way] if meter in view.monthly]
            yield view.signal("way_of_working", text, _end(view), *rows, sure=share, about=way)


def _told_by(view: View) -> Said:
    meters = [meter for named in view.ways.values() for meter in named if meter in view.monthly]
    return listed([metered(meter) for meter in meters])


def _summed(view: View, meters: Sequence[str]) -> list[float]:
    """Units of some meters in each of the last months."""
    series = [view.monthly[meter].quantities[-_WAY_MONTHS:] for meter in meters if meter in view.monthly]
    whole = [one for one in series if len(one) == _WAY_MONTHS]
    return [sum(one[place] for one in whole) for place in range(_WAY_MONTHS)]


def _last_rows(series: Monthly) -> Evidence:
    return used(series.meter, series.months[-_WAY_MONTHS:], series.quantities[-_WAY_MONTHS:])


def _evidence(change: Change) -> Evidence:
    return used(change.meter, change.months, change.quantities)


def _end(view: View) -> dt.datetime:
    """The end of the last whole month."""
    return min(view.account.as_of, dt.datetime.combine(view.running, dt.time(), dt.UTC))
