from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.unit.backtest.whatif.test_outcomes import HOUR, NOON, order, till
from tests.unit.learn.responses.offered import Told

from pairwell.backtest.whatif.outcomes import Asked
from pairwell.backtest.whatif.simulate import Earned, weigh_worths
from pairwell.backtest.whatif.weighing import ByOrder, ByPlace, Foreseen, Weighing, settle
from pairwell.events import EventLine
from pairwell.records import Item
from pairwell.shop.face import Shop, create_shop

_GAIN = 400.0


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with create_shop(tmp_path / "shop") as made:
        workspace = made.workspace
    with Shop(workspace, clock=lambda: NOON + 48 * HOUR) as opened:
        opened.facts.write_items([Item(item_id="mat", price_minor=700, cost_minor=300)], at=NOON - HOUR)
        yield opened


def weighing(name: str, unit: str, *, shown: bool = True) -> Weighing:
    """A mat was drawn, as it would have been by the other settings; half of the slates are not shown."""
    place = ByPlace([1.0], [1.0], [Foreseen(10.0, 10.0)], [Foreseen(10.0, 10.0)], unsupported=0, offers=1)
    whole = ByOrder(1.0, 0.0, 0.0, 0.0)
    return Weighing(
        asked=Asked(decision_id=name, unit=unit, at=NOON, offered=[["mat"]]),
        shown=shown,
        unshown=0.5,
        gains=[_GAIN],
        cart_minor=0.0,
        by_place=(place, place),
        by_order=(whole, whole),
    )


def test_showing_that_changes_nothing_adds_nothing(shop: Shop) -> None:
    """Of customers and visitors a third buys, shown or not; what was shown is named, some of it days later."""
    rng, rows, orders = np.random.default_rng(1), [], []
    for number in range(600):
        shown, visitor = bool(rng.random() < 0.5), bool(rng.random() < 0.5)
        rows.append(weighing(f"d-{number}", f"{'v' if visitor else 'c'}:{number}", shown=shown))
        if rng.random() < 0.33:
            named = {"decision_id": f"d-{number}", "offer_no": 0} if shown else {}
            line = EventLine(item_id="mat", unit_price_minor=700, **named)  # type: ignore[arg-type]
            who = (None, str(number)) if visitor else (str(number), None)
            at = NOON + (HOUR if rng.random() < 0.7 else 30 * HOUR)
            orders.append(order(str(number), at, line, customer=who[0], visitor=who[1]))
    assert not shop.log_events(orders).refused
    shop.keeping.compact()
    found = {worth.measure: worth.found for worth in weigh_worths(*settle(rows, till(shop)))}
    added, offers = found["added"], found["offers"]
    assert isinstance(added, Earned)
    assert isinstance(offers, Earned)
    assert added.before.low < 0.0 < added.before.high
    assert offers.before.value == pytest.approx(0.33 * 0.7 * _GAIN, rel=0.2)


def test_requests_are_of_whom_their_visitor_turned_out_to_be(tmp_path: Path) -> None:
    told = Told(tmp_path)
    with told.shop:
        names = [told.decide("v-1", visitor=True), told.decide("c-1"), told.decide("v-2", visitor=True)]
        told.be_one("v-1", "c-1")
        made = [weighing(name, unit) for name, unit in zip(names, ("v:v-1", "c:c-1", "v:v-2"), strict=True)]
        rows, _ = settle(made, till(told.shop))
    assert [row.asked.unit for row in rows] == ["c:c-1", "c:c-1", "v:v-2"]
