from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from tests.docs.reference import PAGE, render_reference

from pairwell.cli.main import app
from pairwell.config.document import parse_settings
from pairwell.config.settings import Settings

_ROOT = Path(__file__).resolve().parents[2]
_PAGES = sorted([_ROOT / "README.md", _ROOT / "CONTRIBUTING.md", *(_ROOT / "docs").rglob("*.md")])


def name(path: Path) -> str:
    return path.relative_to(_ROOT).as_posix()


def test_the_reference_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_reference(), "run `python -m tests.docs.reference`"


@pytest.mark.parametrize("page", _PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", _PAGES, ids=name)
def test_every_command_shown_exists(page: Path) -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {str(group.name) for group in app.registered_groups}
    shown = re.findall(r"^\$ (?:.*&& )?pairwell (\w+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(shown) <= known


def test_the_readme_names_only_scripts_that_run() -> None:
    text = (_ROOT / "README.md").read_text(encoding="utf-8")
    scripts = {shlex.split(line)[0] for line in re.findall(r"script/[a-z]+", text)}
    assert {"script/demo", "script/test"} <= scripts
    assert all((_ROOT / script).stat().st_mode & 0o111 for script in scripts)


@pytest.mark.parametrize("page", _PAGES, ids=name)
def test_every_example_of_settings_is_taken(page: Path) -> None:
    examples = re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for example in examples:
        if tomllib.loads(example).keys() & set(Settings.__struct_fields__):  # the others are mappings
            parse_settings(example, source=name(page))
