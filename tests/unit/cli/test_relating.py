"""Items are found, what stands around one is shown, and what is said of two counts and is taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from pairwell.errors import NotFoundError

from .conftest import Command


@pytest.fixture
def here(learned: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAIRWELL_WORKSPACE", str(learned))
    return learned


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_items_are_found_by_all_their_words(pairwell: Command, here: Path) -> None:
    assert here.is_dir()
    found = told(pairwell("items", "-n", 3, "--json"))["items"]
    assert [one["orders"] for one in found] == sorted((one["orders"] for one in found), reverse=True)
    words = found[0]["title"].upper().split()
    assert found[0] in told(pairwell("items", *words, "--json"))["items"]
    assert found[0]["title"] in pairwell("items", *words).stdout
    assert pairwell("items", "no such words").stdout == "No item holds all of these words.\n"


def test_what_is_said_is_shown_and_taken_back(pairwell: Command, here: Path) -> None:
    assert here.is_dir()
    first, second = (one["item_id"] for one in told(pairwell("items", "-n", 2, "--json"))["items"])
    said = pairwell("relate", first, second, "--as", "complement", "--rank", 4, "--author", "eve").stdout
    assert said.startswith(f"Said: {second} is offered beside {first}, at place 4.\n")
    again = pairwell("relate", first, second, "--as", "complement").stdout
    assert again.startswith(f"So it is already: {second} is offered beside {first}, at place 4.\n")
    assert f"beside {first}: {second} is complement" in pairwell("item", first).stdout
    assert f"beside {first}: {second} is complement" in pairwell("item", second).stdout
    assert told(pairwell("pairs", first, "--json"))["pairs"][0]["item_id"] == second
    never = told(pairwell("relate", first, second, "--as", "never", "--json"))
    assert (never["stored"], [one["relation"] for one in never["counts"]]) == (True, ["never"])
    assert second not in [one["item_id"] for one in told(pairwell("pairs", first, "--json"))["pairs"]]
    assert "is taken back" in pairwell("relate", first, second, "--as", "nothing").stdout
    assert told(pairwell("item", first, "--json"))["said"] == []
    changes = told(pairwell("users", "log", "--json"))["changes"]
    assert [one["detail"] for one in changes] == ["nothing", "never", "complement"]
    assert changes[-1]["author"] == "eve"


def test_an_item_that_nobody_knows_is_told(pairwell: Command, here: Path) -> None:
    assert here.is_dir()
    for words in (("item", "nope"), ("relate", "nope", "nope2", "--as", "never")):
        assert isinstance(pairwell(*words).exception, NotFoundError)
    assert pairwell("relate", "a", "b", "--as", "friend").exit_code == 2
