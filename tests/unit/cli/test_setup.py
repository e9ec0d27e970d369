"""What is set, what it held back, and what the draft would change, on a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.conftest import Command

from pairwell import open as open_workspace
from pairwell.errors import SettingsError


@pytest.fixture
def decided(learned: Path) -> Path:
    """A workspace with three decisions, all about what sells best."""
    with open_workspace(learned) as shop:
        best = shop.complete([[]], n=1)[0][0][0]
        for number in range(3):
            shop.decide({"placement": "cart", "visitor_id": f"v-{number}", "cart": [{"item_id": best}]})
    return learned


@pytest.fixture
def cheaper(decided: Path) -> Path:
    """The same with a stricter guard in its draft."""
    path = decided / "pairwell.toml"
    text = re.sub(r"(?m)^add_on_price_share = .*$", "add_on_price_share = 0.01", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return decided


def _said(pairwell: Command, *words: str | Path) -> str:
    result = pairwell(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def _read(pairwell: Command, *words: str | Path) -> Any:
    return json.loads(_said(pairwell, *words, "--json"))


def test_what_is_live_and_drafted_is_told(pairwell: Command, cheaper: Path) -> None:
    said = _said(pairwell, "settings", "show", "--workspace", cheaper)
    assert "1 setting would change:\n  guards.add_on_price_share: 0.3 -> 0.01" in said
    pairwell("publish", "--share", "0.1", "--author", "anna", "--reason", "less", "--workspace", cheaper)
    pairwell("offers", "off", "--reason", "prices", "--workspace", cheaper)
    said = _said(pairwell, "settings", "show", "--workspace", cheaper)
    assert re.search(r"for 10% of the customers since .* by anna: less", said)
    assert "OFFERS ARE OFF" in said
    found = _read(pairwell, "settings", "show", "--workspace", cheaper)
    assert (found["underway"]["share"], found["log"][0]["author"]) == (0.1, "anna")


def test_a_draft_that_cannot_be_read_says_why(pairwell: Command, cheaper: Path) -> None:
    path = cheaper / "pairwell.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("= 0.01", "= -1"), encoding="utf-8")
    assert "add_on_price_share" in _said(pairwell, "settings", "show", "--workspace", cheaper)
    assert isinstance(pairwell("settings", "try", "--workspace", cheaper).exception, SettingsError)


def test_what_was_held_back_is_counted(pairwell: Command, decided: Path) -> None:
    assert "3 decisions, " in _said(pairwell, "settings", "held-back", "--workspace", decided)
    found = _read(pairwell, "settings", "held-back", "-n", "2", "--workspace", decided)
    assert (found["decisions"], found["newest"]) == (2, 2)
    late = _said(pairwell, "settings", "held-back", "--seconds", "0", "--workspace", decided)
    assert "Left out: 3 decisions, there was no more time." in late


def test_the_draft_is_tried(pairwell: Command, cheaper: Path) -> None:
    said = _said(pairwell, "settings", "try", "--workspace", cheaper)
    assert "3 requests decided again" in said
    found = _read(pairwell, "settings", "try", "--workspace", cheaper)["counted"]
    assert found["after"]["slates"] <= found["before"]["slates"]
    late = _said(pairwell, "settings", "try", "--seconds", "0", "--workspace", cheaper)
    assert "No decision could be tried." in late


def test_a_draft_of_what_is_live_is_not_tried(pairwell: Command, decided: Path) -> None:
    assert "Nothing to try" in _said(pairwell, "settings", "try", "--workspace", decided)


def test_how_well_models_guess_is_told(pairwell: Command, learned: Path) -> None:
    found = _read(pairwell, "model", "overview", "--workspace", learned)
    (model,) = found["models"]
    assert (model["id"], model["live"]) == (found["standing"]["live"], True)
    low, high = model["hit_rate_ci"]
    assert low < model["hit_rate"] < high
    said = _said(pairwell, "model", "overview", "--workspace", learned)
    assert re.search(rf"{model['id']}.*{model['hit_rate']:.3f}.*everybody", said)


def test_a_setting_is_found_and_told_anew(pairwell: Command, cheaper: Path) -> None:
    said = _said(pairwell, "settings", "list", "most", "share", "cart", "--workspace", cheaper)
    assert "guards.add_on_price_share" in said
    (one,) = _read(pairwell, "settings", "list", "guards.add_on_price_share", "--workspace", cheaper)["settings"]
    assert one["live"] != one["draft"]
    said = _said(pairwell, "settings", "set", one["name"], "15%", "--author", "owner", "--workspace", cheaper)
    assert said.startswith("guards.add_on_price_share = 0.15 in pairwell.toml; live: ")
    made = _read(pairwell, "settings", "set", one["name"], "20%", "--workspace", cheaper)
    assert made["draft"] == "0.2"
