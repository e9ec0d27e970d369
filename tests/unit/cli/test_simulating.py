from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.cli.conftest import SMALL, Command

from pairwell import open as open_workspace
from pairwell.backtest.month import Month, run_month
from pairwell.errors import EvidenceError, RequestError, SettingsError
from pairwell.simulate.world import make_shop


@pytest.fixture
def lived(learned: Path) -> Path:
    """The small shop after two weeks of visits."""
    world = make_shop(3, size=SMALL)
    with open_workspace(learned) as shop:
        run_month(world, Month(start=world.history_end, days=14), decide=shop.decide_at, log=shop.log_events)
    return learned


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.toml"
    path.write_text("[guards]\nadd_on_price_share = 0.05\n", encoding="utf-8")
    return path


def test_other_settings_are_told_in_figures(pairwell: Command, lived: Path, other: Path) -> None:
    result = pairwell("simulate", other, "--workspace", lived, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [(one["name"], one["after"]) for one in found["changes"]] == [("guards.add_on_price_share", 0.05)]
    counted = found["counted"]
    assert counted["requests"] == counted["before"]["shown"] + sum(counted["before"]["silences"].values())
    assert counted["after"]["offers"].get("cross_sell", 0) < counted["before"]["offers"]["cross_sell"]
    assert {one["measure"] for one in found["worth"]} == {"added", "offers", "orders"}
    assert found["label"] == "ignores cap carry-over"


def test_other_settings_are_told_in_words(pairwell: Command, lived: Path, other: Path) -> None:
    result = pairwell("simulate", other, "-n", 60, "--workspace", lived)
    assert result.exit_code == 0, result.output
    for said in (
        "60 requests from",
        "guards.add_on_price_share: 0.3 -> 0.05",
        "share with a slate",
        "add_on_price_share",
        "What it would have earned, EUR for 1,000 requests",
        "cannot be told: too_few",
        "ignores cap carry-over",
    ):
        assert said in result.output


def test_only_requests_of_the_time_asked_for_are_tried(pairwell: Command, lived: Path, other: Path) -> None:
    world = make_shop(3, size=SMALL)
    since = f"{world.history_end:%Y-%m-%d}"
    whole = pairwell("simulate", other, "--since", since, "--workspace", lived, "--json")
    none = pairwell("simulate", other, "--until", since, "--workspace", lived)
    assert json.loads(whole.stdout)["since"] >= since
    assert isinstance(none.exception, EvidenceError)


def test_a_model_that_nobody_kept_is_an_error(pairwell: Command, lived: Path, other: Path) -> None:
    live = pairwell("simulate", other, "-n", 5, "--model", "live", "--workspace", lived, "--json")
    assert json.loads(live.stdout)["model"]
    assert pairwell("simulate", other, "--model", "0" * 24, "--workspace", lived).exception is not None


def test_wrong_settings_are_named_with_their_file(pairwell: Command, lived: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[slots]\nmaximum = 2\n", encoding="utf-8")
    result = pairwell("simulate", wrong, "--workspace", lived)
    assert isinstance(result.exception, SettingsError)
    assert "wrong.toml" in result.exception.message
    assert "slots.maximum" in result.exception.message
    assert isinstance(pairwell("simulate", tmp_path / "none.toml", "--workspace", lived).exception, SettingsError)


def test_a_window_without_hours_is_an_error(pairwell: Command, lived: Path, other: Path) -> None:
    result = pairwell("simulate", other, "--window-h", 0, "--workspace", lived)
    assert isinstance(result.exception, RequestError)


def test_what_is_too_new_is_told(pairwell: Command, lived: Path, other: Path) -> None:
    result = pairwell("simulate", other, "-n", 20, "--window-h", 1_000_000, "--workspace", lived)
    assert result.exit_code == 0, result.output
    assert "Left out of what follows: 20 requests" in result.output
    assert "no request is old enough" in result.output
