from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from pairwell.errors import StorageError
from pairwell.simulate.browsing import Step, browse, write_events
from pairwell.simulate.exports import write_exports
from pairwell.simulate.history import history
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import World, make_shop

TINY = ShopSize(items=60, customers=100, orders=300, days=200, later_days=20)


@pytest.fixture(scope="module")
def steps(small: World) -> list[Step]:
    return list(browse(small))


def test_what_is_ordered_was_put_into_the_cart(small: World, steps: list[Step]) -> None:
    carted = {(step.visitor_id, step.item_id) for step in steps if step.event == "add_to_cart"}
    customers = {name: number for number, name in enumerate(small.customers)}
    for line in history(small).to_pylist():
        number = customers[line["customer_id"]]
        assert {(f"v{2 * number + device:06d}", line["item_id"]) for device in (0, 1)} & carted


def test_people_go_from_a_thing_to_its_rivals_and_to_what_goes_along(small: World, steps: list[Step]) -> None:
    needs = {item.item_id: int(small.ground.catalogue.need[place]) for place, item in enumerate(small.items)}
    ways: Counter[str] = Counter()
    for one, other in pairwise(steps):
        if one.visitor_id == other.visitor_id and one.item_id != other.item_id:
            along = {each.item_id for each in small.truth.complements(one.item_id)}
            rival = needs[one.item_id] == needs[other.item_id]
            ways["rival" if rival else "along" if other.item_id in along else "else"] += 1
    assert ways["rival"] > ways["along"] > 0.1 * ways.total()


def test_only_what_happened_before_the_end_is_told(small: World, steps: list[Step]) -> None:
    assert max(step.at for step in steps) < small.history_end
    assert {step.event for step in steps} == {"view", "add_to_cart"}
    assert 0.6 < sum(bool(step.customer_id) for step in steps) / len(steps) < 0.8


def test_the_same_seed_writes_the_same_bytes_and_touches_no_other_file(tmp_path: Path) -> None:
    first = write_events(make_shop(5, size=TINY), tmp_path / "a")
    world = make_shop(5, size=TINY)
    before = write_exports(world, tmp_path / "b").orders.read_bytes()
    second = write_events(world, tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    assert write_exports(world, tmp_path / "c").orders.read_bytes() == before
    assert write_events(make_shop(6, size=TINY), tmp_path / "d").read_bytes() != first.read_bytes()


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        write_events(make_shop(5, size=TINY), tmp_path / "file")
