"""docs/learning-from-offers.md says what the code does."""

from __future__ import annotations

import doctest
from pathlib import Path

from pairwell.config.settings import Settings
from pairwell.decide.choose import _MOST_PASSED
from pairwell.learn.responses.friction import _FEWEST, PRIOR_SD
from pairwell.learn.responses.learn import FEWEST, MOST
from pairwell.posterior import PASSED_OVER, QUIET, SHOWING

_PAGE = Path(__file__).resolve().parents[4] / "docs" / "learning-from-offers.md"


def test_the_worked_example_holds() -> None:
    failed, tried = doctest.testfile(str(_PAGE), module_relative=False)
    assert (failed, tried > 5) == (0, True)


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    said = _PAGE.read_text(encoding="utf-8")
    assert f"newest {MOST:,} decisions are read" in said
    assert f"Below {FEWEST} decisions nothing is learned" in said
    assert f"`attribution.window_h` hours ({Settings().attribution.window_h:g})" in said
    assert f"known to ±{PRIOR_SD:g}".replace("0.", ".") in said
    assert f"It needs {_FEWEST} customers on either side" in said
    kinds = [f"{side.sd('kind'):g}".replace("0.", ".") for side in (QUIET, SHOWING)]
    assert f"a deviation of {kinds[0]} in `a`, of {kinds[1]} in `b`" in said
    assert f"with a deviation of {QUIET.sd(PASSED_OVER):g}".replace("0.", ".") in said
    assert _MOST_PASSED == 4
    assert "keeps up to four offers that it valued" in said
