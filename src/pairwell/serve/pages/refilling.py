"""A form that was refused, shown again on its page: with what was typed, and what is wrong beside the field.

It works on the page as it is written anyway, so that no template says it twice. In it whatever comes from people is
escaped: a `<` or a quotation mark is one of a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Final

from markupsafe import escape

_FORM: Final = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_CONTROL: Final = re.compile(r"<input\b[^>]*>|<(?P<kind>select|textarea)\b[^>]*>(?P<held>.*?)</(?P=kind)>", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r'([\w-]+)="([^"]*)"')
_OPTION: Final = re.compile(r"<option\b([^>]*)>([^<]*)")
_KEPT: Final = frozenset({"hidden", "password"})  # a page holds no password
_ANCHOR: Final = "refused"


def refill(page: str, action: str, typed: Mapping[str, str], field: str | None, said: str) -> str | None:
    """`page` with the form that sends to `action` filled in as it was sent; None where it holds none like it.

    What was `said` of it stands above all, with a link to the form, and once more beside the `field` that is wrong.
    """
    for found in _FORM.finditer(page):
        if _attributes(found[1]).get("action") == action and _is_of(found[2], typed):
            form = _filled(found[2], typed, field, said)
            again = f'<form id="{_ANCHOR}"{found[1]}>{form}</form>'
            return _told(page[: found.start()] + again + page[found.end() :], said)
    return None


def _is_of(form: str, typed: Mapping[str, str]) -> bool:
    """Whether its hidden fields say what was sent: of a list each row may have a form of its own."""
    controls = (_attributes(_start(found)) for found in _CONTROL.finditer(form))
    hidden = [one for one in controls if one.get("type") == "hidden" and one.get("name") in typed]
    return all(typed[one["name"]] == one.get("value", "") for one in hidden)


def _filled(form: str, typed: Mapping[str, str], field: str | None, said: str) -> str:
    def again(found: re.Match[str]) -> str:
        told = _attributes(_start(found))
        name = told.get("name", "")
        if name not in typed:
            return found[0]
        control = _with_value(found, typed[name])
        if name != field or told.get("type") == "hidden":
            return control
        marked = control.replace(" ", f' aria-invalid="true" aria-describedby="wrong-{name}" autofocus ', 1)
        return f'{marked}<span class="wrong" id="wrong-{name}">{escape(said)}</span>'

    return _CONTROL.sub(again, form)


def _start(found: re.Match[str]) -> str:
    return found[0].partition(">")[0]


def _with_value(found: re.Match[str], value: str) -> str:
    control, told = found[0], escape(value)
    if found["kind"] == "textarea":
        return control.replace(f">{found['held']}</", f">\n{told}</", 1)
    if found["kind"] == "select":
        return _OPTION.sub(lambda one: _option(one, value), control)
    if _attributes(control).get("type") in _KEPT:
        return control
    return re.sub(r' value="[^"]*"', "", control).replace("<input", f'<input value="{told}"', 1)


def _option(found: re.Match[str], value: str) -> str:
    told = _attributes(found[1]).get("value", unescape(found[2]))
    attributes = found[1].replace(" selected", "")
    return f"<option{attributes}{' selected' if told == value else ''}>{found[2]}"


def _told(page: str, said: str) -> str:
    """The page, with what is wrong before everything else."""
    head, start, rest = page.partition("<h1>")
    return f'{head}<p class="problem" role="alert"><a href="#{_ANCHOR}">{escape(said)}</a></p>\n{start}{rest}'


def _attributes(element: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(element)}
