"""Sentences, numbers and money in the customer's language."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal, get_currency_precision

from pairwell.catalogues import LANGUAGES, translations

_TENTH = Decimal("0.1")
_EXACT = 1e15  # below, a float has its tenths


def find_locale(name: str) -> Locale:
    """The locale of a request, "pl", "ru-RU" or "en_GB"; English where there is no catalogue for it."""
    return _locale(name.replace("_", "-"))


def speaks(name: str) -> bool:
    """Whether there is a catalogue for the language of the locale `name`."""
    return name[:2].lower() in LANGUAGES


def say(message: str, locale: Locale, values: Mapping[str, str], *, number: int | None = None) -> str:
    """The sentence `message` of the catalogue, filled with `values`, in the plural form of `number`."""
    catalogue = _translations(locale.language)
    text = catalogue.gettext(message) if number is None else catalogue.ngettext(message, message, number)
    return text % values


def money(minor: int, currency: str, locale: Locale) -> str:
    """An amount in minor units as the locale writes it, "235,00 €"."""
    return _priced(minor, currency, *_name_of(locale))


def number(value: float, locale: Locale) -> str:
    """A number with at most one decimal: "1,904"; a float always shows its decimal: "5.2"."""
    if not isinstance(value, int) and abs(value) < _EXACT:
        tenths = Decimal(repr(value)).quantize(_TENTH) + 0
        return _written(tenths, *_name_of(locale))  # written the same are remembered once
    return _written(value, *_name_of(locale))


_Name = tuple[str, str | None, str | None, str | None, str | None]


def _name_of(locale: Locale) -> _Name:
    """What makes a locale the same as another; Babel takes longer to compare two than to look something up."""
    return locale.language, locale.territory, locale.script, locale.variant, locale.modifier


@lru_cache(maxsize=512)
def _locale(name: str) -> Locale:
    try:
        locale = Locale.parse(name, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(name[:2]) if name[:2].lower() in LANGUAGES else Locale("en")
    return locale if locale.language in LANGUAGES else Locale("en")


@lru_cache(maxsize=len(LANGUAGES))
def _translations(language: str) -> gettext.GNUTranslations:
    return translations(__package__, language)


@lru_cache(maxsize=16_384)
def _priced(minor: int, currency: str, language: str, *more: str | None) -> str:
    return format_currency(_major(minor, currency), currency, locale=Locale(language, *more))


@lru_cache(maxsize=16_384, typed=True)  # 5 and 5.0 are written differently
def _written(value: float | Decimal, language: str, *more: str | None) -> str:
    return format_decimal(
        value, format="#,##0" if isinstance(value, int) else "#,##0.0", locale=Locale(language, *more)
    )


def _major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-get_currency_precision(currency))
