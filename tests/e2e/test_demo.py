"""The demo as the README shows it, run as a user runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
_NUMBER = re.compile(r"\d[\d,.]*")
_VARIES = re.compile(r"in [\d.]+ s\.")  # how long learning took


def _demo(folder: Path, *more: str) -> str:
    return _pairwell(folder, "demo", "pairwell-demo", "--once", *more)


def _pairwell(folder: Path, *words: str) -> str:
    command = [str(Path(sys.executable).with_name("pairwell")), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def printed(folder: Path) -> str:
    return _demo(folder)


@pytest.fixture(scope="module")
def found(folder: Path, printed: str) -> dict[str, Any]:
    assert printed
    again = json.loads(_demo(folder, "--json"))
    assert isinstance(again, dict)
    return again


def _lines(text: str, folder: Path) -> list[str]:
    plain = text.replace(str(folder.resolve()) + "/", "")
    return [_VARIES.sub("in … s.", line) for line in plain.splitlines()]


def _shape(line: str) -> str:
    return _NUMBER.sub("#", line)


def _close(shown: str, printed: str) -> bool:
    # Another family of processors may round the last bit otherwise, and a customer then decide otherwise.
    pairs = zip(_NUMBER.findall(shown), _NUMBER.findall(printed), strict=True)
    return all(abs(_value(one) - _value(other)) <= max(2, 0.02 * _value(one)) for one, other in pairs)


def _value(number: str) -> float:
    return float(number.replace(",", "").rstrip("."))


def test_the_readme_shows_what_it_prints(printed: str, folder: Path) -> None:
    shown = next(block for block in re.findall(r"```text\n(.*?)```", _README, flags=re.DOTALL) if "simulated" in block)
    there = _lines(printed, folder)
    missing = [
        line
        for line in _lines(shown, folder)
        if line != "…" and not any(_shape(line) == _shape(other) and _close(line, other) for other in there)
    ]
    assert not missing


def test_the_keys_that_outsiders_read(found: dict[str, Any]) -> None:
    assert (found["items"], found["customers"]) == (400, 4_000)
    assert found["orders"] > 20_000
    assert found["complements_planted"] > 300
    assert len(found["decisions"]) == 3
    assert all(decision["offers"] for decision in found["decisions"])


def test_planted_complements_are_found(found: dict[str, Any]) -> None:
    assert found["complements_found_in_top5_share"] >= 0.9


def test_a_second_run_in_the_same_folder_tells_the_same(printed: str, found: dict[str, Any]) -> None:
    month = found["month"]
    assert f"A month of {month['decisions']:,} visits" in printed
    assert f"{month['accepts']:,} accepted" in printed


def test_no_seller_of_the_stores_is_called_better_who_is_not(found: dict[str, Any], folder: Path) -> None:
    whole = _sellers(folder, "--since", "2026-07-01", "--until", "2026-10-01")
    month = _sellers(folder)
    assert whole["above"] == set(found["stores"]["better"]) >= month["above"] > set()
    assert whole.keys() == month.keys() == {"above", "as_expected"}


def _sellers(folder: Path, *more: str) -> dict[str, set[str]]:
    """Sellers by what is said of what goes with the goods they sell."""
    told: dict[str, set[str]] = {}
    for one in json.loads(_pairwell(folder / "pairwell-demo", "sellers", "--json", *more))["sellers"]:
        told.setdefault(one["fitting"]["standing"], set()).add(one["seller_id"])
    return told


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pairwell-demo").mkdir()
    (tmp_path / "pairwell-demo" / "mine.txt").write_text("mine")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        _demo(tmp_path)
    assert caught.value.returncode == 2
    assert "is not an empty folder" in caught.value.stderr
