"""Money, chances, moments and names as an account writes them, in lines of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision

WIDTH = 80
_ENGLISH = Locale("en")
_SURELY_MANY = 10  # from here on a tenth more or less says nothing
_SMALL = 10.0  # minor units below which whole ones are too coarse
THOUSAND = 1_000  # what an offer does is told of as many times that it is shown


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """How this shop says things."""

    currency: str
    timezone: str
    titles: Mapping[str, str | None]  # by item id, as far as they were read

    def money(self, minor: float) -> str:
        """An amount in minor units: "€235.00"; of less than ten of them two digits that say something: "€0.064"."""
        precision = get_currency_precision(self.currency)
        more = 0 if abs(minor) >= _SMALL or minor == round(minor) else 1 if abs(minor) >= 1 else 2
        amount = round(Decimal(repr(float(minor))).scaleb(-precision), precision + more)
        if not amount:
            amount, more = Decimal(0), 0  # no "-€0.0000"
        pattern = f"¤#,##0{'.' if precision + more else ''}{'0' * (precision + more)}"
        return format_currency(amount, self.currency, pattern, locale=_ENGLISH, currency_digits=False)

    def item(self, item_id: str) -> str:
        """An item with its id: "Mat [mat]"."""
        title = self.titles.get(item_id)
        return f"{title} [{item_id}]" if title else item_id

    def short(self, item_id: str) -> str:
        """An item by its title alone: "“Mat”"."""
        return f"“{self.titles.get(item_id) or item_id}”"

    def several(self, item_ids: Sequence[str]) -> str:
        """Items by their titles: "“Mat” and “Lamp”"."""
        return format_list([self.short(item_id) for item_id in item_ids], locale=_ENGLISH)

    def day(self, at: datetime) -> str:
        """A day on the shop's calendar: "21 Nov 2026"."""
        return self.moment(at).partition(",")[0]

    def moment(self, at: datetime) -> str:
        """A moment on the shop's clock: "21 Nov 2026, 10:05"."""
        local = at.astimezone(ZoneInfo(self.timezone))
        return f"{local.day} {local:%b %Y, %H:%M}"

    def fact(self, name: str, value: Any) -> str:  # noqa: ANN401 - factors differ
        """A factor's value by what its name says that it is."""
        if name.endswith("_minor") and isinstance(value, int | float):
            return self.money(value)
        if isinstance(value, str) and name in {"of", "with", "requires", "anchor_id", "part"}:
            return self.short(value)
        if name == "until":
            return self.moment(datetime.fromisoformat(value))
        return plain(value)


def plain(value: Any) -> str:  # noqa: ANN401 - factors differ
    """A value of a factor without its name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def number(value: float) -> str:
    """A number with at most one decimal: "1,904", "5.2"; below a tenth with two digits: "0.012"."""
    if value and abs(value) < 0.1:  # noqa: PLR2004 - as the docstring says
        return f"{value:.2g}"
    return str(format_decimal(Decimal(repr(float(value))), "#,##0.#", locale=_ENGLISH))


def percent(share: float) -> str:
    """A share: "54 %", "0.1 %"."""
    return f"{number(share * 100)} %"


def of_thousand(chance: float, other: float) -> str:
    """How many of a thousand a chance means: in whole people where it differs from `other` by ten of them or more."""
    many = abs(chance - other) * THOUSAND >= _SURELY_MANY
    return f"{chance * THOUSAND:,.0f}" if many else number(round(chance * THOUSAND, 1))


def folded(text: str, *, first: str = "", rest: str | None = None) -> Iterator[str]:
    """Lines of at most 80 columns; `first` begins the first of them, `rest` the others."""
    yield from textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
