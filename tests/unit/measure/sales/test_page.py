"""docs/measuring.md says what the code does."""

from __future__ import annotations

import doctest
from pathlib import Path

from pairwell.measure.sales.metrics import METRICS, METRICS_OF_VISITS

_PAGE = Path(__file__).resolve().parents[4] / "docs" / "measuring.md"


def test_the_worked_examples_hold() -> None:
    failed, tried = doctest.testfile(str(_PAGE), module_relative=False)
    assert (failed, tried > 10) == (0, True)


def test_every_metric_stands_on_the_page_as_the_code_defines_it() -> None:
    lines = _PAGE.read_text(encoding="utf-8").splitlines()
    for metric in (*METRICS, *METRICS_OF_VISITS):
        invalid = metric.invalid or ""
        assert f"| `{metric.key}` | {metric.title} | {metric.unit} | {metric.formula} | {invalid} |" in lines
