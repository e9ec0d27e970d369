"""What the address of a report asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, Literal, get_args

import msgspec

from pairwell.catalogues import LANGUAGES
from pairwell.config.explaining import name_neighbours
from pairwell.errors import RequestError
from pairwell.said import phrase

Format = Literal["json", "csv", "html"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
FRESH: Final = "fresh"  # of a page: it waits for figures as of now, and never shows older ones
OF_A_QUESTION: Final = ("since", "until", "by")
OF_A_PAGE: Final = (*OF_A_QUESTION, FRESH)
OF_A_REPORT: Final = (*OF_A_QUESTION, "format", "table", "language")
_MOMENTS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
_LONGEST = 200


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Which report, of which period, sliced by what; moments are in the shop's time."""

    name: str
    since: datetime | None = None
    until: datetime | None = None
    by: str | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A question, and what the answer is written as."""

    question: Question
    format: Format = "json"
    table: str | None = None
    language: str = LANGUAGES[0]  # of HTML


def read_parameters(pairs: Iterable[tuple[str, str]], known: Collection[str]) -> dict[str, str]:
    """The parameters of an address by name; an empty one is as good as none, as forms send them.

    Raises `RequestError` for one that is unknown, there twice, or longer than any sensible one.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            near = name_neighbours(name[:_LONGEST], known)
            raise RequestError(
                phrase("There is no parameter {name}.", name=repr(name[:80])), hint=near, field=name[:80]
            )
        if name in found:
            raise RequestError(
                phrase("`{name}` is there more than once.", name=name), hint=phrase("Send it once."), field=name
            )
        if len(value) > _LONGEST:
            raise RequestError(
                phrase(
                    "`{name}` has {many} characters; expected at most {longest}.",
                    name=name,
                    many=str(len(value)),
                    longest=str(_LONGEST),
                ),
                hint=phrase("Shorten it."),
                field=name,
            )
        found[name] = value
    return {name: value for name, value in found.items() if value}


def read_question(name: str, parameters: dict[str, str]) -> Question:
    """The question of a report's address. Raises `RequestError` naming the field that is wrong."""
    since, until = (_moment(parameters.get(field), field) for field in ("since", "until"))
    return Question(name=name, since=since, until=until, by=parameters.get("by"))


def read_wanted(name: str, parameters: dict[str, str]) -> Wanted:
    """As `read_question`, with how the answer is written."""
    form = _format(parameters.get("format", "json"))
    table = parameters.get("table")
    if table is not None and form != "csv":
        raise RequestError(phrase("`table` chooses a table of CSV."), hint=phrase("Add `format=csv`."), field="table")
    language = _language(parameters.get("language"), form)
    return Wanted(question=read_question(name, parameters), format=form, table=table, language=language)


def _format(text: str) -> Format:
    for form in FORMATS:
        if form == text:
            return form
    raise RequestError(
        phrase("`format` is {text}; expected one of: {formats}.", text=repr(text), formats=", ".join(FORMATS)),
        field="format",
    )


def _language(text: str | None, form: Format) -> str:
    if text is None:
        return LANGUAGES[0]
    if form != "html":
        raise RequestError(phrase("`language` is that of HTML."), hint=phrase("Add `format=html`."), field="language")
    if text not in LANGUAGES:
        raise RequestError(
            phrase(
                "`language` is {text}; expected one of: {languages}.", text=repr(text), languages=", ".join(LANGUAGES)
            ),
            field="language",
        )
    return text


def _moment(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    for form in _MOMENTS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the shop's settings say where its days begin
        except ValueError:
            continue
    raise RequestError(
        phrase("`{field}` is {text}; expected a day or a moment in the shop's time.", field=field, text=repr(text)),
        hint=phrase("Write 2026-01-31 or 2026-01-31T09:30."),
        field=field,
    )
