"""A brief is one sheet of paper in every language, however much there is to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from tests.unit.advise.told_firm import told_firm

from pairwell.advise.moves.terms import Prospect
from pairwell.catalogues import LANGUAGES
from pairwell.report.accounts.page import render_page
from pairwell.report.accounts.shown import as_sheet

_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_EACH = 2  # accounts of each kind


@cache
def _fullest() -> tuple[Prospect, ...]:
    """Those with most to say among whom something is proposed to, and among whom nothing is."""
    firm = told_firm()
    by_length = sorted(firm.prospects, key=lambda one: -len(render_page(as_sheet(firm.brief(one)))))
    ready = [one for one in by_length if one.readiness.is_ready]
    return (*ready[:_EACH], *[one for one in by_length if one not in ready][:_EACH])


@pytest.fixture(scope="module")
def paper(chromium: Any) -> Callable[[str], int]:
    """How many pages a document takes on paper."""
    page = chromium.new_page()

    def count(html: str) -> int:
        page.set_content(html)
        return len(_PAGE.findall(page.pdf(prefer_css_page_size=True)))

    return count


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_brief_prints_to_one_page(paper: Callable[[str], int], language: str) -> None:
    firm = told_firm()
    for prospect in _fullest():
        html = render_page(as_sheet(firm.brief(prospect, language)), language)
        assert paper(html) == 1, (prospect.account.account_id, language)


def test_its_sources_are_printed_on_pages_of_their_own_where_asked_for(paper: Callable[[str], int]) -> None:
    firm, (prospect, *_) = told_firm(), _fullest()
    sheet = as_sheet(firm.brief(prospect))
    assert paper(render_page(sheet, sources=True)) == 2
