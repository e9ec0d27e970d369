from __future__ import annotations

import doctest
from pathlib import Path

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "customer-value.md"


def test_the_example_of_the_page_is_true() -> None:
    done = doctest.testfile(str(_PAGE), module_relative=False)
    assert done.attempted > 5
    assert done.failed == 0
