from __future__ import annotations

import msgspec
import pytest
from tests.unit.decide.tents import pair

from pairwell.candidates.relations import PairsFound
from pairwell.cli.pairs import print_upgrades
from pairwell.records import Comparison


@pytest.mark.parametrize(("currency", "dearer", "earns"), [("EUR", "+12.10", "-3.00"), ("JPY", "+1,210", "-300")])
def test_steps_are_in_the_money_of_the_shop(
    currency: str, dearer: str, earns: str, capsys: pytest.CaptureFixture[str]
) -> None:
    step = msgspec.structs.replace(pair("y"), price_step_minor=1_210, price_ratio=1.4, margin_step_minor=-300)
    print_upgrades(PairsFound(item_id="x", title=None, relation="upgrade", model="m", pairs=[step]), currency)

    head, row = capsys.readouterr().out.splitlines()[:2]
    assert f"costs more {currency}" in head
    assert dearer in row.split()
    assert earns in row.split()


def test_what_changes_is_a_column_only_where_something_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    bare = msgspec.structs.replace(pair("y"), price_step_minor=1_210, price_ratio=1.4, margin_step_minor=-300)
    told = msgspec.structs.replace(
        bare, compare=[Comparison(attribute="weight", anchor="2 kg", offer="1 kg", better=True)]
    )

    for pairs in ([bare], [bare, told]):
        print_upgrades(PairsFound(item_id="x", title=None, relation="upgrade", model="m", pairs=pairs), "EUR")

    without, with_it = capsys.readouterr().out.split("item ")[1:]
    assert "what changes" not in without
    assert "states no attribute" in without
    assert "weight 2 kg > 1 kg" in with_it
    assert "states no attribute" not in with_it
