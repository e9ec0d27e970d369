"""Pages: what stands around a report or a view, from templates that escape whatever they are given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pairwell.catalogues import LANGUAGES
from pairwell.said import spoken
from pairwell.serve.online.faults import Fault
from pairwell.serve.pages.asked import FRESH, Question
from pairwell.serve.pages.contents import Entry
from pairwell.serve.pages.drawing import looks, numbers_of_looks
from pairwell.serve.pages.next_steps import OF as STEPS_OF
from pairwell.serve.pages.next_steps import first_steps
from pairwell.serve.pages.scripts import addresses
from pairwell.serve.pages.showing import FILTERS, since_when
from pairwell.serve.pages.speaking import NAMES, sentence, sentences
from pairwell.serve.pages.views.all import UNLISTED, VIEWS
from pairwell.serve.pages.views.view import View
from pairwell.serve.pages.visitors import NOBODY, Visitor

if TYPE_CHECKING:
    from pairwell.dataset.presence import Told
    from pairwell.report.record import Report
    from pairwell.serve.pages.desk import Shown

Theme = str  # "light", "dark"; empty: as the browser likes it
THEMES: Final = ("", "light", "dark")


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What every page shows beside its own."""

    contents: Sequence[Entry] = ()
    told: frozenset[Told] = frozenset()  # what the shop told of, which some pages need
    visitor: Visitor = NOBODY
    language: str = LANGUAGES[0]
    theme: Theme = ""
    here: str = "/"  # path and query of the page, to come back to
    said: str = ""  # what a form has just done


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A day or a moment in a form."""

    kind: str
    value: str


def render_report(found: Shown, question: Question, around: Around, now: datetime) -> str:
    """The page of a report, with its links and the form that asks for another period.

    Older figures say of when they are, and the page asks for the newer ones.
    """
    from pairwell.report.shown.page import render_body

    report = found.report
    beside = _beside(report, question, around.language)
    body = Markup(render_body(report, around.language, beside))  # noqa: S704 - escaped where it is made
    figures = {"figures": sentences(around.language).gettext(sentence("Figures"))} if report.figures else {}
    tables = {table.key: spoken(table.title, around.language) for table in report.tables}
    shown = _of_days(question, report)
    return _page(
        "report.html",
        around,
        question=question,
        title=spoken(report.title, around.language),
        body=body,
        tables=figures | tables,
        shown=shown,
        older=None if found.of is None else since_when(found.of, now, report.timezone, around.language),
    )


def render_view(view: View, record: msgspec.Struct, around: Around) -> str:
    """The page of any other record."""
    return _page(f"views/{view.template}", around, title=view.label, view=view, record=record)


def render_problem(fault: Fault, around: Around, question: Question | None = None) -> str:
    """The page that says what went wrong, with the form where that can be mended in it."""
    return _page("problem.html", around, question=question, title=sentence("This did not work"), fault=fault)


def render_contents(around: Around) -> str:
    """The page that lists the reports."""
    return _page("contents.html", around, title=sentence("Reports"))


def render_sign_in(around: Around, fault: Fault | None = None) -> str:
    """The page that asks who it is."""
    return _page("sign_in.html", around, title=sentence("Sign in"), fault=fault)


ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="12" cy="16" r="9" fill="#2f6fde"/>'
    '<circle cx="21" cy="16" r="9" fill="#6ea0ff" fill-opacity=".75"/></svg>'
)


@cache
def render_style() -> str:
    """The style of all pages: that of reports and sheets, and that of what stands around them."""
    from pairwell.report.accounts.page import SHEET_STYLE
    from pairwell.report.shown.style import STYLE

    return STYLE + SHEET_STYLE + _templates(LANGUAGES[0]).get_template("frame.css").render()


def query_of(question: Question, **more: str) -> str:
    """A question as the part of an address after its path, with its question mark; nothing where it is the usual."""
    parts = {"since": _written(question.since), "until": _written(question.until), "by": question.by or "", **more}
    return address_of("", **parts)


def address_of(path: str, **parameters: object) -> str:
    """A path with those parameters that say something."""
    told = {name: str(value) for name, value in parameters.items() if value not in {None, ""}}
    return f"{path}?{urlencode(told)}" if told else path


def _of_days(question: Question, report: Report) -> Question:
    """The question with the period that the report came to be of, where that is made of whole days."""
    if report.period is None:
        return question
    zone = ZoneInfo(report.timezone)
    since, until = (one.astimezone(zone).replace(tzinfo=None) for one in (report.period.since, report.period.until))
    if since.time() != time() or until.time() != time():
        return question
    return msgspec.structs.replace(question, since=since, until=until)


def _page(template: str, around: Around, *, title: str, question: Question | None = None, **more: Any) -> str:  # noqa: ANN401
    entries = {entry.name: entry for entry in around.contents}
    period = Question(name="", since=question.since, until=question.until) if question else Question(name="")
    listed = [view for view in VIEWS if view.path not in UNLISTED and _leads_to(around, view)]
    return (
        _templates(around.language)
        .get_template(template)
        .render(
            around=around,
            title=title,
            question=question,
            entry=entries.get(question.name) if question else None,
            period=query_of(period),
            views=listed,
            view=more.pop("view", None),
            **more,
        )
    )


def _leads_to(around: Around, view: View) -> bool:
    return around.visitor.may(view.right) and (view.needs is None or view.needs in around.told)


def _beside(report: Report, question: Question, language: str) -> str:
    """What to do next: on the page that tells it, and a place for it on the one that asks for it when it is shown."""
    template: Any = _templates(language).get_template("next.html").module
    period = query_of(Question(name="", since=question.since, until=question.until))
    if report.name == STEPS_OF:
        return str(template.found(first_steps(report, language), period))
    fresh = query_of(Question(name="", since=question.since, until=question.until), **{FRESH: "1"})
    return str(template.later(period, fresh)) if report.lead and question.by is None else ""


@cache
def _templates(language: str) -> Environment:
    found = Environment(
        loader=PackageLoader("pairwell.serve.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The new style takes every sentence for safe HTML, a shop's own title, too.
    found.install_gettext_translations(sentences(language), newstyle=False)  # type: ignore[attr-defined]  # by the extension
    found.globals |= {
        "query_of": query_of,
        "address_of": address_of,
        "field_of": _field,
        "languages": NAMES,
        "scripts": addresses(),
        "themes": THEMES,
        "language": language,
    }
    found.filters |= {
        **FILTERS,
        "looks": looks,
        "numbers_of_looks": numbers_of_looks,
    }
    return found


def _field(moment: datetime | None) -> Field:
    whole = moment is None or moment.time() == time()
    return Field(kind="date" if whole else "datetime-local", value=_written(moment))


def _written(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"{moment:%Y-%m-%d}" if moment.time() == time() else moment.isoformat(timespec="seconds")
