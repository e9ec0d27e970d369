from __future__ import annotations

import re

import pytest
from tests.docs.sentences import PLACE, pages
from tests.unit.serve.pages.conftest import Ask

from pairwell.catalogues import read_file
from pairwell.serve.pages.frame import _templates
from pairwell.serve.pages.speaking import choose_language
from pairwell.serve.pages.visitors import ANYBODY

_WORDS = re.compile(r">([^<>{}]*[A-Za-z]{2}[^<>{}]*)<")
_SAME = {"JSON", "CSV"}  # names, in every language


@pytest.mark.parametrize("template", sorted(PLACE.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_holds_words_of_its_own(template: object) -> None:
    text = re.sub(r"\{[{%#].*?[}%#]\}", "{}", PLACE.joinpath(str(template)).read_text(), flags=re.DOTALL)
    text = re.sub(r"<(code|style)[^>]*>.*?</\1>", "<>", text, flags=re.DOTALL)
    own = {words.strip() for words in _WORDS.findall(text)}
    assert not own - _SAME - {"Pairwell", "· Pairwell", "CSV:"}


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("pl", ["ru"], "pl"), (None, ["pl-PL"], "pl"), (None, ["de,fr"], "en"), ("xx", ["ru;q=0.1, pl;q=0.2"], "pl"),
        (None, ["RU"], "ru"), (None, ["ru;q=x"], "ru"), (None, [";q=1", "", "*"], "en"), (None, ["en, ru"], "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_chosen_else_the_browser_s(
    chosen: str | None, accepted: list[str], language: str
) -> None:
    assert choose_language(chosen, accepted) == language


def test_numbers_take_their_plurals() -> None:
    catalogue = read_file(pages().catalogue("ru"), "ru").get("%(num)s offer")
    assert catalogue is not None
    assert len(set(catalogue.string or ())) == 3


def test_pages_speak_their_reader_s_language(ask: Ask) -> None:
    shown = ask("GET", "/sign-in", headers={"accept": "text/html", "accept-language": "pl"})
    assert shown.status_code in {200, 303}
    listed = ask("GET", "/reports", headers={"accept": "text/html", "accept-language": "ru"}).text
    assert '<html lang="ru">' in listed
    assert "Отчёты" in listed


def test_a_report_is_in_its_reader_s_language_on_the_page_and_alone(ask: Ask) -> None:
    shown = ask("GET", "/reports/overview", headers={"accept": "text/html", "accept-language": "ru"}).text
    assert "CSV: Числа" in shown
    alone = re.findall(r'href="(/api/v1/reports/overview[^"]*format=html[^"]*)"', shown)
    page = ask("GET", alone[0].replace("&amp;", "&")).text
    assert page.startswith('<!doctype html>\n<html lang="ru">')
    for wrong in ("format=html&language=de", "language=ru"):
        refused = ask("GET", f"/api/v1/reports/overview?{wrong}")
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "language")


def test_who_needs_no_name_is_told_of_in_the_reader_s_language_and_users_are_not() -> None:
    shown = _templates("ru").from_string("{{ who | author }}")
    assert shown.render(who=ANYBODY.name) == "этот компьютер"
    assert [shown.render(who=name) for name in ("admin", "all", None)] == ["admin", "all", "–"]
