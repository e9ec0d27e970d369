"""What a forecast rests on, in words: the season, what was wanted beyond a limit, and leaps that are not counted on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.coming import Outlook, Running
from pairwell.advise.billing.days import months_on
from pairwell.advise.billing.wording import metered, units
from pairwell.said import Said, begun, listed, percent, phrase, phrase_count

_TOLD = 0.05  # of a usual month: less is not worth a word
_LATELY = 3  # months


def said_coming(case: Case, coming: Outlook) -> Iterator[Said]:
    """Of each meter, where there is something to say."""
    for running in coming.meters:
        yield from _by_day(running)
        yield from _season(case, running, coming.months)
        yield from _leapt(case, running)


def _by_day(running: Running) -> Iterator[Said]:
    if running.by_day:
        yield phrase(
            "About {units} {meter} a month are wanted, by the days on which all were used up",
            units=units(Decimal(round(running.months[0].expected))),
            meter=metered(running.meter),
        )


def _season(case: Case, running: Running, months: tuple[dt.date, ...]) -> Iterator[Said]:
    season = case.season(running.meter)
    beyond = season.mean(months) - 1
    if abs(beyond) >= _TOLD:
        kind = phrase("{share} more", share=percent(beyond, 0))
        if beyond < 0:
            kind = phrase("{share} less", share=percent(-beyond, 0))
        yield phrase_count(
            "{meter}: {difference} than usual is expected for the season, as {count} account of {industry} has it",
            "{meter}: {difference} than usual is expected for the season, as {count} accounts of {industry} have it",
            season.accounts,
            meter=begun(metered(running.meter)),
            difference=kind,
            industry=season.kind,
        )


def _leapt(case: Case, running: Running) -> Iterator[Said]:
    since = months_on(case.recent_months[-1], 1 - _LATELY) if case.recent_months else case.today
    late = [f"{month:%Y-%m}" for month in running.leapt if month >= since]
    if late:
        yield phrase(
            "A leap of {meter} in {months} is not counted on: nothing else they use went along",
            meter=metered(running.meter),
            months=listed(late),
        )
