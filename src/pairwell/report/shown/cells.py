"""How one value is written for people: by its unit, in the money of the shop and the language of its reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision, get_decimal_symbol, get_group_symbol

from pairwell.measure.period import Period
from pairwell.report.record import Cell, Column, Figure, Report, Unit
from pairwell.said import ENGLISH, Said, day, joined, moment, phrase, speaker_of, spoken

UNKNOWN = "-"
NO_DIFFERENCE = phrase("no difference shown")
ALL_METRICS: Final = phrase("All metrics")
NUMBERS: Final = phrase("The numbers")
NOTHING: Final = phrase("Nothing to show.")


class Cells:
    """Writes values of one report."""

    def __init__(self, currency: str, language: str = ENGLISH) -> None:
        self.currency = currency
        self.language = language
        self._digits = get_currency_precision(currency)
        locale = speaker_of(language).locale
        self._signs = str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})

    def say(self, text: str) -> str:
        """A text in the reader's language; what is the shop's own stays."""
        return spoken(text, self.language)

    def value(self, value: Cell, unit: Unit) -> str:
        """One value; money without its currency, which a heading tells."""
        if value is None:
            return UNKNOWN
        if isinstance(value, str):
            return self.say(_as_day(value) if unit == "moment" else value)
        if unit == "money":
            return self._signed(f"{value / 10**self._digits:,.{self._digits}f}")
        return self._signed(_FORMS.get(unit, _number)(value))

    def name(self, row: Mapping[str, Cell], column: Column) -> str:
        """What a row is called by the column that names it."""
        value = row.get(column.key)
        return self.value(value, column.unit) if isinstance(value, str) else str(value)

    def unit(self, unit: Unit) -> str:
        """What a figure is counted in, where its value does not say so."""
        return {"money": self.currency, "days": self.say(_DAYS)}.get(unit, "")

    def interval(self, low: Cell, high: Cell, unit: Unit) -> str:
        """Both ends of an interval; nothing where there is none."""
        if low is None or high is None:
            return ""
        return self.span(self.value(low, unit), self.value(high, unit))

    def span(self, low: str, high: str) -> str:
        """From one value to another, both written."""
        return self.say(phrase("{low} to {high}", low=low, high=high))

    def change(self, figure: Figure) -> str:
        """By how much a figure differs from the period before: of shares in points, else in per cent of it."""
        now, before = figure.value, figure.previous
        if not isinstance(now, int | float) or not isinstance(before, int | float):
            return ""
        if figure.unit == "share":
            return self._points(self._signed(f"{(now - before) * 100:+.1f}"))
        # Of a loss a per cent says nothing: from -1 to 2 is no change of -300 %.
        return self._signed(f"{now / before - 1:+.1%}") if before > 0 else ""

    def change_interval(self, figure: Figure) -> str:
        """Both ends of the interval of a change, in what `change` is written in."""
        low, high, before = figure.change_low, figure.change_high, figure.previous
        if low is None or high is None or not isinstance(before, int | float):
            return ""
        if figure.unit == "share":
            return self._points(self.span(*(self._signed(f"{end * 100:+.1f}") for end in (low, high))))
        if before > 0:
            return self.span(*(self._signed(f"{end / before:+.1%}") for end in (low, high)))
        return self.interval(low, high, figure.unit)

    def heading(self, column: Column) -> str:
        """The title of a column, with the currency where it holds money."""
        title = self.say(column.title)
        return f"{title}, {self.currency}" if column.unit == "money" else title

    def plain(self, value: Cell, unit: Unit) -> str:
        """One value for another program: money in whole units with as many decimals as the currency has."""
        if value is None or isinstance(value, str):
            return value or ""
        if unit == "money":
            return f"{value / 10**self._digits:.{self._digits}f}"
        return repr(value)

    def _signed(self, written: str) -> str:
        """A number as English writes it, with the signs of the reader's language."""
        return written.translate(self._signs)

    def _points(self, written: str) -> str:
        return self.say(phrase("{points} pts", points=written))


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
        return phrase("There are no dated orders yet.")
    span = phrase("{span} ({zone})", span=span_words(report.period, report.timezone), zone=report.timezone)
    if report.previous is None:
        return span
    return joined(span, phrase("compared with {span}", span=span_words(report.previous, report.timezone)), between=", ")


def span_words(period: Period, timezone: str) -> Said:
    """Both days included where a period is made of days, else its moments."""
    zone = ZoneInfo(timezone)
    since, until = period.since.astimezone(zone), period.until.astimezone(zone)
    if since.time() == until.time() == time():
        return phrase("{since} to {until}", since=day(since.date()), until=day(until.date() - timedelta(days=1)))
    return phrase("{since} to before {until}", since=moment(since), until=moment(until))


def _as_day(value: str) -> str:
    """A day as a table holds it, to be said as such; anything else as it is."""
    try:
        return value if isinstance(value, Said) else day(date.fromisoformat(value))
    except ValueError:
        return value


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.3f}"


_DAYS: Final = phrase("days")
_FORMS: Final[dict[Unit, Callable[[float], str]]] = {
    "share": lambda value: f"{value:.1%}",
    "times": lambda value: f"{value:,.2f} x",
    "days": lambda value: f"{value:,.1f}".removesuffix(".0"),
    "count": lambda value: f"{value:,.0f}",
}
