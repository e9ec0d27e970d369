"""How values are written on pages, in the language of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent
from jinja2 import pass_environment
from jinja2.environment import Environment
from markupsafe import Markup

from pairwell.decide.texts import find_locale
from pairwell.decide.texts import money as as_money
from pairwell.said import moment as as_moment
from pairwell.said import spoken as as_spoken
from pairwell.serve.pages.speaking import sentences
from pairwell.serve.pages.visitors import ANYBODY


@pass_environment
def moment(environment: Environment, at: datetime | None, timezone: str) -> str:
    """A moment in the shop's time, to the second; a dash for none."""
    if at is None:
        return "–"  # noqa: RUF001 - a dash
    return format_datetime(at.astimezone(ZoneInfo(timezone)), "medium", locale=language_of(environment))


@pass_environment
def money(environment: Environment, minor: float | None, currency: str) -> str:
    """An amount in minor units; a dash for none."""
    return "–" if minor is None else as_money(round(minor), currency, find_locale(language_of(environment)))  # noqa: RUF001


@pass_environment
def number(environment: Environment, value: float | None, decimals: int = 0) -> str:
    """A number with so many decimals; a dash for none."""
    if value is None:
        return "–"  # noqa: RUF001
    form = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=form, locale=language_of(environment))


@pass_environment
def percent(environment: Environment, share: float | None, decimals: int = 1) -> str:
    """A share of one as percent; a dash for none."""
    if share is None:
        return "–"  # noqa: RUF001
    form = "#,##0" + ("." + "0" * decimals if decimals else "") + "%"
    return format_percent(share, format=form, locale=language_of(environment))


def since_when(at: datetime, now: datetime, timezone: str, language: str) -> str:
    """A moment in the shop's time, to the minute; with its day where that is not today."""
    local, here = at.astimezone(ZoneInfo(timezone)), now.astimezone(ZoneInfo(timezone))
    return f"{local:%H:%M}" if local.date() == here.date() else as_spoken(as_moment(local), language)


def language_of(environment: Environment) -> str:
    """The language of the page."""
    language: str = environment.globals["language"]  # type: ignore[assignment]  # set where the environment is made
    return language


@pass_environment
def spoken(environment: Environment, text: str | None) -> str:
    """What a record says, in the language of the page; what is the shop's own as it stands; nothing for none."""
    return "" if text is None else as_spoken(text, language_of(environment))


@pass_environment
def word(environment: Environment, code: str) -> str:
    """A code of a record, such as the reason of a silence, as a word."""
    return sentences(language_of(environment)).gettext(code.replace("_", " "))


@pass_environment
def as_report(environment: Environment, found: Any) -> Markup:  # noqa: ANN401 - one of `pairwell.report.stores.shown`
    """What people who sell are told, as a report in the language of the page."""
    from pairwell.report.shown.page import render_body
    from pairwell.report.stores.shown import as_report as report_of

    return Markup(render_body(report_of(found), language_of(environment)))  # noqa: S704 - escaped where it is made


@pass_environment
def as_sheet(environment: Environment, found: Any) -> Markup:  # noqa: ANN401 - one of `pairwell.report.accounts.shown`
    """What people who look after accounts are told, as a sheet in the language of the page."""
    from pairwell.report.accounts.page import render_sheet
    from pairwell.report.accounts.shown import as_sheet as sheet_of

    return Markup(render_sheet(sheet_of(found), language_of(environment)))  # noqa: S704 - escaped where it is made


@pass_environment
def author(environment: Environment, name: str | None) -> str:
    """Who did something, as logs have it; whoever needs no name is told of in words."""
    if name == ANYBODY.name:
        return sentences(language_of(environment)).gettext(name)
    return name or "–"  # noqa: RUF001 - a dash


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "as_report": as_report,
    "author": author,
    "as_sheet": as_sheet,
    "moment": moment,
    "money": money,
    "number": number,
    "percent": percent,
    "spoken": spoken,
    "word": word,
}
