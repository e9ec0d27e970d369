"""docs/before-after.md says what the code does."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import get_args

from typer.testing import CliRunner

from pairwell.cli.main import app
from pairwell.measure.before.panel import FEWEST_AFTER, FEWEST_BEFORE, MOST_BEFORE
from pairwell.measure.before.pretended import ALARMING, AS_LARGE, MOST_DATES
from pairwell.measure.before.records import BeforeAfter, Reason
from pairwell.measure.before.rows import metric_names
from pairwell.measure.before.structural import DRAWS

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "before-after.md"
_TEXT = _PAGE.read_text(encoding="utf-8")


def test_the_worked_example_holds() -> None:
    failed, tried = doctest.testfile(str(_PAGE), module_relative=False)
    assert (failed, tried > 5) == (0, True)


def test_the_example_is_what_the_command_prints(data_dir: Path) -> None:
    shown = re.search(r"```text\n\$ pairwell (.*?)\n(.*?)```", _TEXT, flags=re.DOTALL)
    assert shown is not None
    words = shown[1].replace("orders.csv.gz", str(data_dir / "fuzzy_factory" / "orders.csv.gz")).split()

    assert _rounded(CliRunner().invoke(app, words).stdout) == _rounded(shown[2])


def _rounded(text: str) -> list[str]:
    """With numbers of two digits: a model's parameters are found by a search, which other machines end elsewhere."""
    return re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.1g}", text).splitlines()


def test_the_page_names_every_key_reason_and_metric() -> None:
    names = [*BeforeAfter.__struct_fields__, *get_args(Reason), *metric_names(None)]

    assert [name for name in names if not re.search(rf"`{name}`", _TEXT)] == []


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    said = " ".join(_TEXT.split())
    did, model = FEWEST_BEFORE["did"], FEWEST_BEFORE["structural"]
    assert f"takes {did['day']} days, by weeks {did['week']}; a model {model['day']} and {model['week']}" in said
    assert f"{FEWEST_AFTER['day']} days; by weeks {FEWEST_AFTER['week']}" in said
    assert f"at most the {MOST_BEFORE // 7} before the date" in said
    assert f"up to {MOST_DATES['did']} dates before the change ({MOST_DATES['structural']} of a model)" in said
    assert f"more than {ALARMING:.0%}".replace("%", " %") in said
    assert f"Where {AS_LARGE:.0%}".replace("%", " %") in said
    assert f"{DRAWS:,} simulated courses" in said
