"""docs/imports.md and docs/exports.md name every export that is known and every system that lists are written for."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.unit.ingest.vendors.conftest import FILES
from typer.testing import CliRunner

from pairwell import create
from pairwell.cli.main import app
from pairwell.errors import PairwellError
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


def test_the_example_of_a_feed_is_what_the_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(tmp_path).close()
    settings = tmp_path / "pairwell.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"EUR"', '"RUB"'), encoding="utf-8")
    shutil.copy(FILES / "yml_products.xml", tmp_path / "feed.xml")
    (tmp_path / "sitemap.xml").write_text("<urlset/>", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["publish"]).exit_code == 0
    (example,) = re.findall(r"```text\n(\$ pairwell ingest items feed\.xml\n.*?)```", _IMPORTS, flags=re.DOTALL)
    for words, told in re.findall(r"^\$ pairwell (.*)\n((?:(?!\$ ).*\n)*)", example, flags=re.MULTILINE):
        result = CliRunner().invoke(app, words.split())
        error = result.exception
        said = f"Error: {error}\n  {error.hint}\n" if isinstance(error, PairwellError) else result.stdout
        shown = [line for line in told.splitlines() if line != "…"]
        assert [line for line in said.splitlines() if line in shown] == shown
