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
