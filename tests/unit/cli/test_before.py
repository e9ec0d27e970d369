from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.unit.cli.conftest import Command
from tests.unit.measure.before.worlds import FIRST, series

from pairwell.errors import RequestError
from pairwell.measure.before.records import LABEL, BeforeAfter

AT = "2025-07-07"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    values = series(21)
    values[0, 182:] *= 1.15
    days = np.datetime64(FIRST) + np.arange(values.shape[1])
    rows = [
        f"{days[day]},{('north', 'south')[group]},{values[group, day]:.2f}" for day in range(210) for group in (0, 1)
    ]
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(["day,region,revenue", *rows]) + "\n")
    return path


def test_the_document_has_every_key_and_the_label(pairwell: Command, file: Path) -> None:
    words = ("--date", "day", "--metric", "revenue", "--group", "region", "--touched", "north", "--at", AT, "--json")
    found = json.loads(pairwell("experiment", "before-after", file, *words).stdout)

    assert set(found) == set(BeforeAfter.__struct_fields__)
    assert (found["label"], found["verdict"], found["at"]) == (LABEL, "better", AT)
    assert msgspec.convert(found, BeforeAfter).effect_relative == pytest.approx(0.15, abs=0.03)


def test_the_table_says_it_in_sentences(pairwell: Command, file: Path) -> None:
    words = ("--date", "day", "--metric", "revenue", "--group", "region", "--touched", "north", "--at", AT)
    shown = pairwell("experiment", "before-after", file, *words).stdout

    assert shown.splitlines()[0] == "revenue, before and after 2025-07-07: APPROXIMATE: NOT AN EXPERIMENT"
    assert "north, beside south, by difference-in-differences" in shown
    assert "182 days before (from 2025-01-06), 28 after (up to before 2025-08-04)" in shown
    assert "expected without the change" in shown
    assert "It is better." in shown
    assert "Nobody drew lots" in shown
    lines = [line for line in shown.splitlines() if line.startswith(("  touched  ", "  expected  "))]
    assert [len(line.split("|")[1]) for line in lines] == [4, 4]


def test_a_refusal_is_a_sentence_and_no_failure(pairwell: Command, file: Path) -> None:
    words = ("--date", "day", "--metric", "revenue", "--group", "region", "--touched", "north", "--at", "2025-02-03")
    result = pairwell("experiment", "before-after", file, *words)

    assert result.exit_code == 0
    assert "There are 28 days before 2025-02-03, and 56 are needed" in result.stdout


def test_a_file_needs_its_column_of_days(pairwell: Command, file: Path) -> None:
    result = pairwell("experiment", "before-after", file, "--metric", "revenue", "--at", AT)

    assert isinstance(result.exception, RequestError)
    assert result.exception.field == "date"


def test_the_shop_answers_from_its_own_orders(
    pairwell: Command, learned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAIRWELL_WORKSPACE", str(learned))
    overview = json.loads(pairwell("report", "overview", "--json").stdout)
    at = overview["period"]["since"][:10]
    found = json.loads(pairwell("experiment", "before-after", "--at", at, "--metric", "orders", "--json").stdout)

    assert (found["method"], found["touched"], found["metric"]) == ("structural", ["everything"], "orders")
    assert found["verdict"] in ("no_difference_shown", "not_estimable")
    assert found["periods_after"] % 7 == 0
