"""docs/imports.md and docs/exports.md name every export that is known and every system that lists are written for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.ingest.vendors.conftest import FILES

from pairwell.ingest.rules import BY_NAME
from pairwell.ingest.vendors.export import Export
from pairwell.ingest.vendors.known import EXPORTS
from pairwell.shop.exports.files import TARGETS, Target

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_IMPORTS = (_DOCS / "imports.md").read_text(encoding="utf-8")
_EXPORTS = (_DOCS / "exports.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: f"{export.source}-{export.table}")
def test_every_export_has_its_row_its_page_and_a_file(export: Export) -> None:
    (row,) = re.findall(rf"^\| `{export.source}` \| `{export.table}` \|.*$", _IMPORTS, flags=re.MULTILINE)
    assert row.rstrip(" |").endswith(", ".join(export.beside))
    assert export.page.rstrip("/") in _IMPORTS
    assert export.seen in _IMPORTS
    assert list(FILES.glob(f"{export.source}_*"))


def test_rules_named_are_rules() -> None:
    named = {
        name
        for cell in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| [a-z]", _IMPORTS, flags=re.MULTILINE)
        for name in re.findall(r"\w+", cell)
    }
    assert named - {export.source for export in EXPORTS} <= set(BY_NAME)


@pytest.mark.parametrize("target", list(TARGETS.values()), ids=lambda target: target.name)
def test_every_target_has_its_row_and_page(target: Target) -> None:
    assert f"| `{target.name}` |" in _EXPORTS
    assert target.page in (_EXPORTS if target.page.startswith("https") else "docs/exports.md")
