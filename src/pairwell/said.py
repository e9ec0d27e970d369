"""What records say to people: English text that remembers how it was put together, so that a page can say it anew.

A record holds `Said` where it would hold a `str`. It is that English text, in JSON, in a terminal and in a test;
whoever shows it in another language asks `spoken`. What is the shop's own, a title or a name, stays a plain `str`.
"""

from __future__ import annotations

import datetime as dt
import gettext
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol, Self

import msgspec
from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision

from pairwell.catalogues import LANGUAGES, all_rooms

ENGLISH = LANGUAGES[0]


class Speaker(msgspec.Struct, frozen=True):
    """A language: its sentences, and how it writes numbers and days."""

    locale: Locale
    catalogue: gettext.NullTranslations


class _Form(Protocol):
    def put(self, speaker: Speaker) -> str: ...


class Said(str):
    """An English text that knows its `form`, from which it is put into another language."""

    __slots__ = ("form",)
    form: _Form

    def __new__(cls, form: _Form) -> Self:
        made = super().__new__(cls, form.put(speaker_of(ENGLISH)))
        made.form = form
        return made

    def __reduce__(self) -> tuple[type[Said], tuple[_Form]]:
        return Said, (self.form,)  # a text alone, as `str` would hand it on, has no form


class _Sentence(msgspec.Struct, frozen=True):
    sentence: str
    values: dict[str, Any]

    def put(self, speaker: Speaker) -> str:
        return speaker.catalogue.gettext(self.sentence).format(**_in(self.values, speaker))


class _Counted(msgspec.Struct, frozen=True):
    one: str
    many: str
    count: int
    values: dict[str, Any]

    def put(self, speaker: Speaker) -> str:
        form = speaker.catalogue.ngettext(self.one, self.many, self.count)
        return form.format(count=_whole(self.count, speaker), **_in(self.values, speaker))


class _Joined(msgspec.Struct, frozen=True):
    parts: Sequence[str]
    between: str

    def put(self, speaker: Speaker) -> str:
        return _said(self.between, speaker).join(_said(part, speaker) for part in self.parts if part)


class _Begun(msgspec.Struct, frozen=True):
    text: str
    capital: bool

    def put(self, speaker: Speaker) -> str:
        put = _said(self.text, speaker)
        return f"{put[:1].upper() if self.capital else put[:1].lower()}{put[1:]}"


class _Listed(msgspec.Struct, frozen=True):
    parts: Sequence[str]
    style: str

    def put(self, speaker: Speaker) -> str:
        return format_list([_said(part, speaker) for part in self.parts], self.style, speaker.locale)  # type: ignore[arg-type]  # one of Babel's


class _Number(msgspec.Struct, frozen=True):
    value: float
    decimals: int
    sign: bool
    percent: bool

    def put(self, speaker: Speaker) -> str:
        form = "#,##0" + ("." + "0" * self.decimals if self.decimals else "") + ("%" if self.percent else "")
        shown = round(self.value, self.decimals + (2 if self.percent else 0))
        told = self.value if shown or not self.value else 0.0  # next to nothing has no sign, -0 has its own
        return format_decimal(told, format=f"+{form};-{form}" if self.sign else form, locale=speaker.locale)


class _Amount(msgspec.Struct, frozen=True):
    minor: float
    currency: str
    symbol: bool

    def put(self, speaker: Speaker) -> str:
        digits = get_currency_precision(self.currency)
        amount = self.minor / 10**digits
        if self.symbol:
            return format_currency(amount, self.currency, locale=speaker.locale)
        return format_decimal(amount, format="#,##0" + ("." + "0" * digits if digits else ""), locale=speaker.locale)


class _Day(msgspec.Struct, frozen=True):
    day: dt.date

    def put(self, speaker: Speaker) -> str:
        if speaker.locale.language == ENGLISH:
            return self.day.isoformat()  # as everywhere in English: no order of day and month to mistake
        return format_date(self.day, "medium", locale=speaker.locale)


class _Moment(msgspec.Struct, frozen=True):
    at: dt.datetime

    def put(self, speaker: Speaker) -> str:
        if speaker.locale.language == ENGLISH:
            return f"{self.at:%Y-%m-%d %H:%M}"
        return f"{_Day(self.at).put(speaker)}, {format_time(self.at.time(), 'short', locale=speaker.locale)}"


class _Cased(msgspec.Struct, frozen=True):
    text: str
    capital: bool

    def put(self, speaker: Speaker) -> str:
        text = _said(self.text, speaker)
        return text[:1].upper() + text[1:] if self.capital else text.lower()


def phrase(sentence: str, /, **values: Any) -> Said:  # noqa: ANN401 - see above
    """A sentence with `{names}` for values: whole numbers, texts, and what else is said here, such as `percent`."""
    return Said(_Sentence(sentence, values))


def phrase_count(one: str, many: str, count: int, /, **values: Any) -> Said:  # noqa: ANN401
    """A sentence about `{count}` things, in the form that a language has for so many."""
    return Said(_Counted(one, many, count, values))


def joined(*parts: str, between: str = " ") -> Said:
    """Sentences behind one another; empty ones are left out."""
    return Said(_Joined(parts, between))


def begun(text: str, *, capital: bool = True) -> Said:
    """A text as a sentence begins with it, or else as it stands inside of one."""
    return Said(_Begun(text, capital))


def listed(parts: Sequence[str], style: str = "standard") -> Said:
    """Parts as a list in words: "a, b and c"; `style` is one of CLDR's, such as "or"."""
    return Said(_Listed(parts, style))


def number(value: float, decimals: int = 0, *, sign: bool = False) -> Said:
    """A number with so many decimals."""
    return Said(_Number(value, decimals, sign=sign, percent=False))


def exact(value: float) -> Said:
    """A number with the decimals that it has, six digits at most."""
    _, _, decimals = f"{value:g}".partition(".")
    return number(value, len(decimals))


def percent(share: float, decimals: int = 1, *, sign: bool = False) -> Said:
    """A share of one as percent."""
    return Said(_Number(share, decimals, sign=sign, percent=True))


def amount(minor: float, currency: str, *, symbol: bool = False) -> Said:
    """Money in minor units, in whole ones; with the symbol of its currency or without."""
    return Said(_Amount(minor, currency, symbol))


def day(at: dt.date) -> Said:
    """A day of the calendar."""
    return Said(_Day(at))


def moment(at: dt.datetime) -> Said:
    """A moment of the shop's time, to the minute."""
    return Said(_Moment(at))


def capital(text: str) -> Said:
    """The text with its first letter alone a capital one."""
    return Said(_Cased(text, capital=True))


def lowered(text: str) -> Said:
    """The text without capital letters, as within a sentence."""
    return Said(_Cased(text, capital=False))


def unfilled(text: str) -> str:
    """The text itself, which `phrase` is given with its values later: it marks what is said for who gathers it."""
    return text


def literal(text: str) -> str:
    """A text without values as a sentence for `phrase`: its braces are its own."""
    return text.replace("{", "{{").replace("}", "}}")


def spoken(text: str, language: str) -> str:
    """The text in a language, where it is said and not the shop's own."""
    return text.form.put(speaker_of(language)) if isinstance(text, Said) else text


def plain(value: object) -> str:
    """What JSON holds of what is said: its English text. It is msgspec's `enc_hook`.

    Raises `NotImplementedError` for anything else, as msgspec asks of such hooks.
    """
    if isinstance(value, Said):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no form in JSON.")


@cache
def speaker_of(language: str) -> Speaker:
    """The speaker of a language that there is a catalogue for."""
    silent = language == ENGLISH
    return Speaker(Locale(language), gettext.NullTranslations() if silent else all_rooms(language))


def _said(value: str, speaker: Speaker) -> str:
    return value.form.put(speaker) if isinstance(value, Said) else value


def _whole(count: int, speaker: Speaker) -> str:
    return format_decimal(count, format="#,##0", locale=speaker.locale)


def _in(values: dict[str, Any], speaker: Speaker) -> dict[str, Any]:
    return {
        name: value.form.put(speaker)
        if isinstance(value, Said)
        else _whole(value, speaker)
        if isinstance(value, int) and not isinstance(value, bool)
        else value
        for name, value in values.items()
    }
