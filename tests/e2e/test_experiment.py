"""A simulated shop whose customers are known to add what they are offered: what experiments read of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pairwell.cli.main import app
from pairwell.config.settings import Choice, Placement, Settings, Shop
from pairwell.config.workspace import Workspace
from pairwell.errors import PairwellError
from pairwell.events import Event, EventLine, EventOrder
from pairwell.experiments.assignment import gets_first
from pairwell.records import CartLine, CuratedRelation, DecisionRequest, Item, Offer
from pairwell.shop.face import Shop as Opened
from pairwell.shop.face import create_shop
from pairwell.shop.runs import Plan

START = datetime(2026, 9, 1, tzinfo=UTC)
CUSTOMERS = 700
PRICES = {"tent": 3_000, "mat": 700, "gas": 500}
SETTINGS = Settings(
    shop=Shop(prices_include_tax=False, margin_rate=0.5),
    choice=Choice(salt="s", holdout=0.05, withheld=0.0),
    placements={"cart": Placement(deadline_ms=60_000, attention_minor=0.0, friction=0.0)},
)
SILENT = "[placements.cart]\nattention_minor = 1000000.0\n"
SAME = "[slots]\nmax = 3\n"  # there are two things to offer


class World:
    """A shop with a clock of its own, whose customers come one after another and buy by lot."""

    def __init__(self, folder: Path) -> None:
        create_shop(folder, SETTINGS).close()
        self.now, self.folder = START, folder
        self.shop = Opened(Workspace(folder), clock=lambda: self.now)
        items = [Item(item_id=name, price_minor=price, cost_minor=price // 2) for name, price in PRICES.items()]
        self.shop.facts.write_items(items, at=START)
        pins = [
            CuratedRelation(anchor_id="tent", item_id=item, relation="complement", rank=n)
            for n, item in enumerate(("mat", "gas"))
        ]
        self.shop.facts.write_relations(pins, at=START)
        self.rng = random.Random(5)
        self.decided = list[str]()

    def live(self, customers: int = CUSTOMERS, *, decide: bool = True) -> None:
        """Each comes once and may order; of what is offered they add three of five, and decline the rest."""
        for number in range(customers):
            self.now += timedelta(minutes=1)
            who = f"c-{number}"
            wishes = self.rng.random(), self.rng.random(), self.rng.random()  # as many lots whatever is offered
            bought, events = ["tent"] if wishes[2] < 0.7 else [], list[Event]()
            for offer, wish in zip(self._offered(who) if decide else [], wishes, strict=False):
                bought += [offer.item_id] if wish < 0.6 else []
                told = "accept" if wish < 0.6 else "decline"
                events.append(self._event(told, who, decision_id=self.decided[-1], offer_no=offer.offer_no))
            if bought:
                order = EventOrder(order_id=f"o-{self.now:%d%H%M}", lines=[_line(one) for one in bought])
                events.append(self._event("order", who, order=order))
            self.shop.log_events(events, now=self.now)
        self.now += timedelta(minutes=1)

    def _offered(self, who: str) -> list[Offer]:
        request = DecisionRequest(placement="cart", customer_id=who, cart=[CartLine(item_id="tent")])
        answer = self.shop.decide(request)
        self.decided.append(answer.decision_id)
        return answer.offers

    def _event(self, kind: str, who: str, **more: object) -> Event:
        number = self.rng.getrandbits(60)
        return Event(event_id=f"e-{number}", type=kind, at=self.now, customer_id=who, **more)  # type: ignore[arg-type]


def _line(item_id: str) -> EventLine:
    return EventLine(item_id=item_id, unit_price_minor=PRICES[item_id])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "shop")


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "tried.toml"
        path.write_text(text)
        return path

    return write


def verdicts(world: World, name: str) -> dict[str, str]:
    found = world.shop.experiments.read(name).analysis
    return {one.metric: one.verdict for one in found.comparisons}


def test_silence_is_found_to_cost_margin_and_to_spare_declines(world: World, file: Callable[[str], Path]) -> None:
    world.live(400, decide=False)
    run = world.shop.experiments.start("silence", file(SILENT), Plan(days=1))
    world.live()
    while_running = world.shop.experiments.read("silence")

    assert not while_running.fixed
    assert [one.interval for one in while_running.looks[-1].effects] == [
        one.always_valid_ci for one in while_running.analysis.comparisons
    ]
    counts = {one.arm: one.units for one in while_running.analysis.arms}
    lots = [gets_first(f"c:c-{number}", run.tried, salt="s", share=0.5) for number in range(CUSTOMERS)]
    assert counts["tried"] < sum(lots)
    assert sum(counts.values()) + while_running.analysis.left_out["holdout"] == CUSTOMERS
    assert verdicts(world, "silence") == {
        "revenue": "worse",
        "margin": "worse",
        "orders": "worse",
        "declines": "better",
    }
    margin = next(one for one in while_running.analysis.comparisons if one.metric == "margin")
    # Three of five take the mat, as many the gas, and half of the price is margin.
    assert margin.effect_absolute == pytest.approx(-0.6 * (3.5 + 2.5), abs=1.5)
    assert margin.variance_removed is not None
    orders = next(one for one in while_running.analysis.comparisons if one.metric == "orders")
    assert orders.guardrail is not None
    assert orders.guardrail.held == "broken"

    world.now += timedelta(days=2)
    at_the_end = world.shop.experiments.read("silence")
    assert (at_the_end.fixed, at_the_end.until) == (True, run.ends)
    world.shop.experiments.stop("silence")
    world.live(100)
    assert world.shop.experiments.read("silence").analysis == at_the_end.analysis
    for decision in world.decided[::50]:
        assert world.shop.replay(decision).equal


def test_settings_that_change_nothing_show_no_difference(world: World, file: Callable[[str], Path]) -> None:
    run = world.shop.experiments.start("same", file(SAME), Plan(share=0.3))
    world.live()
    found = world.shop.experiments.read("same").analysis

    assert set(verdicts(world, "same").values()) == {"no_difference_shown"}
    assert found.srm_p_value > 0.001
    stopped = world.shop.experiments.stop("same", adopt=True)
    assert (stopped.outcome, world.shop.published.hash) == ("adopted", run.tried)
    world.live(50)
    assert world.shop.experiments.read("same").analysis == found


def test_from_the_command_line(world: World, file: Callable[[str], Path]) -> None:
    def pairwell(*words: object) -> str:
        result = CliRunner().invoke(app, [*map(str, ("experiment", *words)), "--workspace", str(world.folder)])
        if isinstance(result.exception, PairwellError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "no experiment yet" in pairwell("list")
    assert "for 50% of the customers" in pairwell("start", "few", "--settings", file(SILENT), "--author", "anna")
    world.now = datetime.now(UTC)
    with Opened(Workspace(world.folder)) as shop:
        world.shop = shop
        for number in range(30):
            shop.decide({"placement": "cart", "customer_id": f"c-{number}", "cart": [{"item_id": "tent"}]})
    shown = pairwell("read", "few")
    assert "Sizes of the arms: too few units to tell" in shown
    assert "margin, tried: no answer." in shown
    assert json.loads(pairwell("read", "few", "--json"))["fixed"] is False
    assert "withdrawn" not in pairwell("list")
    assert "everybody has settings" in pairwell("stop", "few")
    assert "withdrawn" in pairwell("list")
    with pytest.raises(PairwellError, match="does not run"):
        pairwell("stop", "few")
    with pytest.raises(PairwellError, match="already"):
        pairwell("start", "few", "--settings", file(SILENT))
    with pytest.raises(PairwellError, match="no experiment 'fewer'"):
        pairwell("read", "fewer")
