"""docs/deciding.md and docs/kinds.md say what the code does."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from tests.unit.decide.tents import CALM, CERTAIN, ITEMS, MODEL, ask, read

from pairwell.config.document import setting_names
from pairwell.config.settings import Settings
from pairwell.decide.choose import choose

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "deciding.md"


@pytest.mark.parametrize("page", [_PAGE, _PAGE.with_name("kinds.md")])
def test_the_worked_examples_hold(page: Path) -> None:
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert (failed, tried > 5) == (0, True)


def test_the_example_is_the_camping_shop_decided() -> None:
    decision = choose(read(ask("tent")), model=MODEL, items=ITEMS, settings=Settings(choice=CERTAIN, placements=CALM))
    worths = {offer.item_id: offer.worth_minor for offer in decision.slate}
    assert worths["mat"] == pytest.approx(8.64)
    assert worths["lamp"] == pytest.approx(16.2)


def test_every_setting_on_the_page_exists() -> None:
    sections = {name.split(".")[0] for name in setting_names()}
    words = [word.strip("`") for word in _PAGE.read_text(encoding="utf-8").replace("|", " ").split()]
    named = {word.rstrip("`,;:.)").strip("`") for word in words if word.split(".")[0] in sections and "." in word}
    known = {*setting_names(), "placements.checkout.kinds"}
    assert named - known == set()
    assert len(named) > 15
