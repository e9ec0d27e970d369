from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.cli.conftest import Command
from tests.unit.cli.test_commands import any_anchor, document

from pairwell import open as open_workspace
from pairwell.errors import RequestError
from pairwell.simulate.exports import Exported


def test_a_terminal_shows_what_a_request_would_get_and_what_a_change_does(
    pairwell: Command, learned: Path, exports: Exported
) -> None:
    item = any_anchor(pairwell, learned, exports)
    words = ("playground", "--item", item, "--customer", "c-1", "--at", "2026-11-21T10:05", "--workspace", learned)
    told = pairwell(*words, "--set", "guards.add_on_price_share=5", "--set", "slots.max = 1")
    assert told.exit_code == 0
    assert "cart, 21 Nov 2026, 10:05" in told.stdout
    assert "guards.add_on_price_share = 5.0 instead of 0.3" in told.stdout
    record = document(pairwell(*words, "--set", "slots.max=1", "--json"))
    assert len(record["changed"]["offers"]) <= 1
    assert record == document(pairwell(*words, "--set", "slots.max=1", "--json"))
    assert document(pairwell("decisions", "--json", "--workspace", learned))["decisions"] == []
    with open_workspace(learned) as shop:
        assert shop.journal.count().decisions == 0


def test_it_asks_of_a_page_of_an_item_too(pairwell: Command, learned: Path, exports: Exported) -> None:
    item = any_anchor(pairwell, learned, exports)
    record = document(
        pairwell("playground", "--placement", "product", "--item", item, "--json", "--workspace", learned)
    )
    assert [(one["item_id"], one["quantity"]) for one in record["things"]] == [(item, 0)]


def test_what_is_wrong_is_said(pairwell: Command, learned: Path) -> None:
    words = ("playground", "--item", "x", "--workspace", learned)
    told = pairwell(*words, "--set", "slots.maxi=3", "--rule-off", "no such", "--cap-off", "nor this")
    said = " ".join(told.stdout.split())
    assert "names `slots.maxi`, which is not a setting. Did you mean `max`?" in said
    assert "There is no rule 'no such'." in told.stdout
    assert "There is no cap 'nor this'." in told.stdout
    assert pairwell(*words, "--set", "slots.max").exit_code == 2
    assert isinstance(pairwell(*words, "--placement", "kart").exception, RequestError)


@pytest.mark.parametrize("at", ["yesterday", "1066-10-14T09:00"])
def test_a_moment_that_no_shop_has_is_refused(pairwell: Command, learned: Path, at: str) -> None:
    assert pairwell("playground", "--item", "x", "--at", at, "--workspace", learned).exit_code != 0
