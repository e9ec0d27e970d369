"""How one value is written for people: by its unit, in the money of the shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from pairwell.measure.period import Period
from pairwell.report.record import Cell, Column, Figure, Report, Unit

UNKNOWN = "-"
NO_DIFFERENCE = "no difference shown"


class Cells:
    """Writes values of one report."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._digits = get_currency_precision(currency)

    def value(self, value: Cell, unit: Unit) -> str:
        """One value; money without its currency, which a heading tells."""
        if not isinstance(value, int | float):
            return UNKNOWN if value is None else value
        if unit == "money":
            return f"{value / 10**self._digits:,.{self._digits}f}"
        return _FORMS.get(unit, _number)(value)

    def unit(self, unit: Unit) -> str:
        """What a figure is counted in, where its value does not say so."""
        return {"money": self.currency, "days": "days"}.get(unit, "")

    def interval(self, low: Cell, high: Cell, unit: Unit) -> str:
        """Both ends of an interval; nothing where there is none."""
        if low is None or high is None:
            return ""
        return f"{self.value(low, unit)} to {self.value(high, unit)}"

    def change(self, figure: Figure) -> str:
        """By how much a figure differs from the period before: of shares in points, else in per cent of it."""
        now, before = figure.value, figure.previous
        if not isinstance(now, int | float) or not isinstance(before, int | float):
            return ""
        if figure.unit == "share":
            return f"{(now - before) * 100:+.1f} pts"
        # Of a loss a per cent says nothing: from -1 to 2 is no change of -300 %.
        return f"{now / before - 1:+.1%}" if before > 0 else ""

    def change_interval(self, figure: Figure) -> str:
        """Both ends of the interval of a change, in what `change` is written in."""
        low, high, before = figure.change_low, figure.change_high, figure.previous
        if low is None or high is None or not isinstance(before, int | float):
            return ""
        if figure.unit == "share":
            return f"{low * 100:+.1f} to {high * 100:+.1f} pts"
        return f"{low / before:+.1%} to {high / before:+.1%}" if before > 0 else self.interval(low, high, figure.unit)

    def heading(self, column: Column) -> str:
        """The title of a column, with the currency where it holds money."""
        return f"{column.title}, {self.currency}" if column.unit == "money" else column.title

    def plain(self, value: Cell, unit: Unit) -> str:
        """One value for another program: money in whole units with as many decimals as the currency has."""
        if value is None or isinstance(value, str):
            return value or ""
        if unit == "money":
            return f"{value / 10**self._digits:.{self._digits}f}"
        return repr(value)


def verdict(low: Cell, high: Cell) -> str:
    """What to say of a change where its interval holds 0; nothing where it does not, or where there is none."""
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return ""
    return NO_DIFFERENCE if low <= 0 <= high else ""


def is_numeric(unit: Unit) -> bool:
    """Whether values of this unit are numbers, which are aligned right."""
    return unit not in {"text", "moment"}


def period_words(report: Report) -> str:
    """From when to when a report is, and what it is compared with."""
    if report.period is None:
        return "There are no dated orders yet."
    before = f", compared with {span_words(report.previous, report.timezone)}" if report.previous else ""
    return f"{span_words(report.period, report.timezone)} ({report.timezone}){before}"


def span_words(period: Period, timezone: str) -> str:
    """Both days included where a period is made of days, else its moments."""
    zone = ZoneInfo(timezone)
    since, until = period.since.astimezone(zone), period.until.astimezone(zone)
    if since.time() == until.time() == time():
        return f"{since:%Y-%m-%d} to {until - timedelta(days=1):%Y-%m-%d}"
    return f"{since:%Y-%m-%d %H:%M} to before {until:%Y-%m-%d %H:%M}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.3f}"


_FORMS: Final[dict[Unit, Callable[[float], str]]] = {
    "share": lambda value: f"{value:.1%}",
    "times": lambda value: f"{value:,.2f} x",
    "days": lambda value: f"{value:,.1f}".removesuffix(".0"),
    "count": lambda value: f"{value:,.0f}",
}
