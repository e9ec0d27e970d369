"""docs/pages.md says everything that the pages can answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pairwell.serve.pages.asked import FORMATS, OF_A_REPORT
from pairwell.serve.pages.asking import LONGEST_QUERY
from pairwell.serve.pages.contents import Entry
from pairwell.serve.pages.openapi import describe_pages
from pairwell.serve.pages.process import _MOST_AT_ONCE, GRACE_S

_ROOT = Path(__file__).resolve().parents[4]
PAGE = (_ROOT / "docs" / "pages.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", json.loads(describe_pages())["paths"])
def test_every_route_is_told(path: str) -> None:
    assert f" {path}`" in PAGE or f" {path}?" in PAGE


@pytest.mark.parametrize("word", [*FORMATS, *OF_A_REPORT, *Entry.__struct_fields__])
def test_every_parameter_and_field_is_told(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"{LONGEST_QUERY:,} bytes" in PAGE
    assert (GRACE_S, _MOST_AT_ONCE) == (2, 4)
    assert "two seconds" in PAGE
    assert "four at most" in PAGE


def test_the_page_of_the_api_names_the_routes() -> None:
    told = (_ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    paths = set(json.loads(describe_pages())["paths"]) - {"/style.css", "/icon.svg", "/scripts/{name}"}
    assert not {path for path in paths if f"{path}`" not in told and f"{path}?" not in told}
