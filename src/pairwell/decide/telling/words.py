"""Money, chances, moments and names as an account says them, and what is told in lines of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_decimal_symbol

from pairwell.catalogues import LANGUAGES
from pairwell.said import Said, Speaker, listed, phrase, spoken
from pairwell.said import number as whole

WIDTH = 80
_SURELY_MANY = 10  # from here on a tenth more or less says nothing
_SMALL = 10.0  # minor units below which whole ones are too coarse
THOUSAND = 1_000  # what an offer does is told of as many times that it is shown


class Paragraph(msgspec.Struct, frozen=True):
    """What is told in one go; `label` says of what, in as many columns as its margin takes beyond `mark`."""

    text: str
    mark: str = ""
    label: str = ""
    columns: int = 0  # of the label

    def lines(self, language: str = LANGUAGES[0]) -> list[str]:
        """Lines of at most 80 columns, in a language; those after the first hang under its text."""
        label = spoken(self.label, language).ljust(self.columns)
        return list(folded(spoken(self.text, language), first=f"{self.mark}{label}")) or [""]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """How this shop says things."""

    currency: str
    timezone: str
    titles: Mapping[str, str | None]  # by item id, as far as they were read

    def money(self, minor: float) -> Said:
        """An amount in minor units: "€235.00"; of less than ten of them two digits that say something: "€0.064"."""
        return Said(_Money(minor, self.currency))

    def item(self, item_id: str) -> str:
        """An item with its id: "Mat [mat]"."""
        title = self.titles.get(item_id)
        return f"{title} [{item_id}]" if title else item_id

    def short(self, item_id: str) -> Said:
        """An item by its title alone: "“Mat”"."""
        return phrase("“{title}”", title=self.titles.get(item_id) or item_id)

    def several(self, item_ids: Sequence[str]) -> Said:
        """Items by their titles: "“Mat” and “Lamp”"."""
        return listed([self.short(item_id) for item_id in item_ids])

    def day(self, at: datetime) -> Said:
        """A day on the shop's calendar: "21 Nov 2026"."""
        return Said(_Moment(at.astimezone(ZoneInfo(self.timezone)), "d MMM y"))

    def moment(self, at: datetime) -> Said:
        """A moment on the shop's clock: "21 Nov 2026, 10:05"."""
        return Said(_Moment(at.astimezone(ZoneInfo(self.timezone)), "d MMM y, HH:mm"))

    def fact(self, name: str, value: Any) -> str:  # noqa: ANN401 - factors differ
        """A factor's value by what its name says that it is."""
        if name.endswith("_minor") and isinstance(value, int | float):
            return self.money(value)
        if isinstance(value, str) and name in {"of", "with", "requires", "anchor_id", "part"}:
            return self.short(value)
        if name == "until":
            return self.moment(datetime.fromisoformat(value))
        return plain(value)


class _Money(msgspec.Struct, frozen=True):
    minor: float
    currency: str

    def put(self, speaker: Speaker) -> str:
        minor, precision = self.minor, get_currency_precision(self.currency)
        more = 0 if abs(minor) >= _SMALL or minor == round(minor) else 1 if abs(minor) >= 1 else 2
        amount = round(Decimal(repr(float(minor))).scaleb(-precision), precision + more)
        if not amount:
            amount, more = Decimal(0), 0  # no "-€0.0000"
        usual = str(speaker.locale.currency_formats["standard"].pattern)
        pattern = usual.replace("0.00", f"0{'.' if precision + more else ''}{'0' * (precision + more)}")
        return format_currency(amount, self.currency, pattern, locale=speaker.locale, currency_digits=False)


class _Moment(msgspec.Struct, frozen=True):
    at: datetime  # on the shop's clock
    pattern: str

    def put(self, speaker: Speaker) -> str:
        return format_datetime(self.at, self.pattern, locale=speaker.locale)


class _Number(msgspec.Struct, frozen=True):
    value: float

    def put(self, speaker: Speaker) -> str:
        if self.value and abs(self.value) < 0.1:  # noqa: PLR2004 - as `number` says
            return f"{self.value:.2g}".replace(".", get_decimal_symbol(speaker.locale))
        return str(format_decimal(Decimal(repr(float(self.value))), "#,##0.#", locale=speaker.locale))


def plain(value: Any) -> str:  # noqa: ANN401 - factors differ
    """A value of a factor without its name."""
    if isinstance(value, bool):
        return phrase("yes") if value else phrase("no")
    if isinstance(value, float):
        return number(value)
    return whole(value) if isinstance(value, int) else str(value)


def number(value: float) -> Said:
    """A number with at most one decimal: "1,904", "5.2"; below a tenth with two digits: "0.012"."""
    return Said(_Number(value))


def percent(share: float) -> Said:
    """A share: "54 %", "0.1 %"."""
    return phrase("{number} %", number=number(share * 100))


def of_thousand(chance: float, other: float) -> Said:
    """How many of a thousand a chance means: in whole people where it differs from `other` by ten of them or more."""
    many = abs(chance - other) * THOUSAND >= _SURELY_MANY
    return whole(round(chance * THOUSAND)) if many else number(round(chance * THOUSAND, 1))


def folded(text: str, *, first: str = "") -> Iterator[str]:
    """Lines of at most 80 columns; `first` begins the first of them, and the others hang under what follows it."""
    yield from textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def all_lines(paragraphs: Iterable[Paragraph], language: str = LANGUAGES[0]) -> list[str]:
    """Everything that is told, in a language, in lines of 80 columns."""
    return [line for paragraph in paragraphs for line in paragraph.lines(language)]
