"""Rows of the dataset behind a signal, as somebody can look them up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pairwell.advise.account import Consent, Need, Voice
from pairwell.advise.advice import Evidence
from pairwell.advise.billing.stays import Stay
from pairwell.advise.billing.wording import metered, titled
from pairwell.said import Said, day, joined, number, percent, phrase, phrase_count

_MONTH = "%Y-%m"


def used(meter: str, months: Sequence[dt.date], quantities: Sequence[float]) -> Evidence:
    """What was used of a meter, month by month."""
    rows = phrase(
        "meter {meter}, {first} to {last}",
        meter=meter,
        first=months[0].strftime(_MONTH),
        last=months[-1].strftime(_MONTH),
    )
    each = joined(*(number(quantity, 0) for quantity in quantities), between=", ")
    return Evidence(table="usage", rows=rows, said=phrase("{meter} a month: {each}", meter=metered(meter), each=each))


def heard(voice: Voice) -> Evidence:
    """What somebody said."""
    said: str = voice.text or ""
    if voice.score is not None:
        said = phrase("satisfaction of {share}", share=percent(voice.score, 0))
    return Evidence(table="feedback", rows=_of_day(voice.kind, voice.at), said=said)


def needed(need: Need) -> Evidence:
    """A need, and how it is known."""
    return Evidence(table="needs", rows=_of_day(need.need, need.since), said=need.how)


def told(name: str, value: str, at: dt.datetime) -> Evidence:
    """An attribute as it was told."""
    return Evidence(table="customers", rows=_of_day(name, at), said=value)


def agreed(consent: Consent) -> Evidence:
    """A yes or no to a channel."""
    said = phrase("agreed") if consent.given else phrase("refused")
    return Evidence(table="consents", rows=_of_day(f"{consent.who}, {consent.channel}", consent.at), said=said)


def holding(stay: Stay) -> Evidence:
    """That a plan is held, with how many seats."""
    seats = phrase_count("{count} seat", "{count} seats", stay.stretches[-1].seats)
    rows = phrase("{plan} since {day}", plan=stay.plan.plan_id, day=day(stay.since))
    return Evidence(table="subscriptions", rows=rows, said=seats if stay.plan.seats_included else titled(stay.plan))


def looked(plan_id: str, moments: Sequence[dt.datetime]) -> Evidence:
    """Looks at a plan, the oldest first."""
    said = phrase_count("{count} look", "{count} looks", len(moments))
    return Evidence(table="events", rows=_of_day(plan_id, moments[-1]), said=said)


def _of_day(what: str, at: dt.datetime) -> Said:
    return phrase("{what}, {day}", what=what, day=day(at.date()))
