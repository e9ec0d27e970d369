from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

TEMPLATES = sorted(Path(str(files("pairwell.serve.pages") / "templates")).rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_wide_table_is_reached_by_keyboard(template: Path) -> None:
    assert '<div class="wide">' not in template.read_text(encoding="utf-8"), 'write <div class="wide" tabindex="0">'


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_that_stands_in_a_page_is_run(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert text.count("<script") == text.count('<script defer src="{{ scripts[')
    assert " onclick" not in text
    assert "javascript:" not in text


@pytest.mark.parametrize("name", ["decisions", "experiments", "fairness", "item", "quarantine"])
def test_a_telephone_shows_each_row_of_what_is_read_row_by_row_below_the_other(name: str) -> None:
    (template,) = [one for one in TEMPLATES if one.name == f"{name}.html"]
    text = template.read_text(encoding="utf-8")
    assert text.count('<table class="stacked">') == text.count("<table") > 0
