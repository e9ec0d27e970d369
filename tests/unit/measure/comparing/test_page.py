"""docs/experiments.md says what the code does."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from typer.testing import CliRunner

from pairwell.cli.main import app
from pairwell.measure.comparing.allocation import ALARM
from pairwell.measure.comparing.experiment import Comparison
from pairwell.measure.comparing.sequence import BURN_IN
from pairwell.measure.comparing.skewed import LEAST_UNITS, UNITS_PER_SQUARED_SKEW

_PAGE = Path(__file__).resolve().parents[4] / "docs" / "experiments.md"


def test_the_worked_example_holds() -> None:
    failed, tried = doctest.testfile(str(_PAGE), module_relative=False)
    assert (failed, tried > 5) == (0, True)


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    said = " ".join(_PAGE.read_text(encoding="utf-8").split())
    assert f"fewer than {LEAST_UNITS} units, or n < {UNITS_PER_SQUARED_SKEW} g²" in said
    assert f"before {BURN_IN} units an arm" in said
    assert f"one of {1 / ALARM:,.0f} experiments" in said


def test_the_page_names_every_key_of_a_comparison() -> None:
    said = _PAGE.read_text(encoding="utf-8")
    assert [name for name in Comparison.__struct_fields__ if f"`{name}`" not in said] == []


def test_the_example_is_what_the_command_prints(data_dir: Path) -> None:
    shown = re.search(r"```text\n\$ pairwell (.*?)\n(.*?)```", _PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert shown is not None
    words = shown[1].replace("hillstrom.csv.gz", str(data_dir / "hillstrom" / "hillstrom.csv.gz")).split()

    assert CliRunner().invoke(app, words).stdout == shown[2]
