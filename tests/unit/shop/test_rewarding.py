"""A loyalty programme over the orders of a shop: what it would have cost, told in every form, and never as a gain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pairwell.advise.loyalty import Programme
from pairwell.cli.main import app
from pairwell.errors import EvidenceError, RequestError
from pairwell.report.loyalty import effect_of, programme_report
from pairwell.report.shown.text import render_text
from pairwell.shop.face import Shop, create_shop
from pairwell.shop.rewarding import read_programme

ORDERS = """order_id,placed_at,customer_id,item_id,quantity,unit_price,unit_cost
o1,2026-01-01,ann,tent,1,100,60
o2,2026-01-02,ann,tent,1,100,60
o3,2026-01-03,ann,tent,1,100,60
o4,2026-01-01,bo,tent,2,100,60
o5,2026-01-05,,tent,1,100,60
o6,2026-03-01,bo,tent,1,100,60
"""
SECOND = Programme(purchases=2, bonus_minor=500)
Run = Callable[..., str]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Ann buys thrice, Bo twice, and somebody nameless once."""
    folder = tmp_path_factory.mktemp("rewarding")
    (folder / "orders.csv").write_text(ORDERS, "utf-8")
    with closing(create_shop(folder / "shop")) as made:
        made.ingest("orders", folder / "orders.csv")
        yield made


@pytest.fixture
def run(shop: Shop) -> Run:
    def call(*words: str) -> str:
        place = str(shop.workspace.root)
        result = CliRunner().invoke(app, ["loyalty", *words, "--workspace", place], catch_exceptions=False)
        return result.stdout

    return call


def test_the_cost_is_counted_on_the_orders_there_were(shop: Shop) -> None:
    found = shop.loyalty(SECOND)
    assert (found.orders, found.unnamed, found.currency) == (5, 1, "EUR")
    cost = found.cost
    assert (cost.customers, cost.earned, cost.taken, cost.takers, cost.cost_minor) == (2, 2, 1, 1, 500)
    assert cost.margin_minor == 6 * 4_000, "three of Ann, three units of Bo"
    assert cost.more_needed == pytest.approx(500 / 12_000)
    assert found.to_add_minor == 250
    assert found.to_add_share == pytest.approx(500 / 24_000)
    assert effect_of(found) == "2.08%"


def test_a_period_is_as_it_is_asked_for_else_a_year(shop: Shop) -> None:
    assert shop.loyalty(SECOND).days == 365
    until = datetime(2026, 2, 1, tzinfo=UTC)
    of_january = shop.loyalty(SECOND, datetime(2026, 1, 1, tzinfo=UTC), until)
    assert (of_january.days, of_january.orders, of_january.cost.customers) == (31, 4, 2)


def test_a_programme_that_costs_nothing_has_nothing_to_prove(shop: Shop) -> None:
    found = shop.loyalty(Programme(purchases=4, bonus_minor=500))
    assert (found.cost.cost_minor, found.to_add_share, effect_of(found)) == (0, None, None)
    told = "\n".join(render_text(programme_report(found)))
    assert "Nobody would have taken a bonus." in told
    assert "pairwell experiment plan" not in told


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"bonus": ""}, "bonus"),
        ({"bonus": "five"}, "bonus"),
        ({"bonus": "nan"}, "bonus"),
        ({"bonus": "-1"}, "bonus"),
        ({"bonus": "0.001"}, "bonus"),
        ({"bonus": "5", "least": "x"}, "least"),
        ({"bonus": "5", "purchases": "0"}, "purchases"),
        ({"bonus": "5", "purchases": "1.5"}, "purchases"),
        ({"bonus": "5", "expires_days": "99999"}, "expires_days"),
    ],
)
def test_rules_that_are_none_are_refused_by_name(asked: dict[str, str], field: str) -> None:
    with pytest.raises(RequestError) as raised:
        read_programme(asked, "EUR")
    assert raised.value.field == field


def test_rules_are_read_in_the_money_of_the_shop() -> None:
    assert read_programme({"bonus": "5,50"}, "EUR") == Programme(purchases=5, bonus_minor=550, expires_days=180)
    assert read_programme({"bonus": "500", "least": "1000"}, "JPY").least_minor == 1_000


def test_the_command_says_what_only_an_experiment_tells(run: Run, tmp_path: Path) -> None:
    told = run("--bonus", "5", "--purchases", "2")
    assert "Only an experiment tells." in told
    assert "--effect 2.08%" in told
    assert "1 order names no customer" in told
    assert json.loads(run("--bonus", "5", "--purchases", "2", "--json"))["cost"]["cost_minor"] == 500
    page = tmp_path / "loyalty.html"
    run("--bonus", "5", "--language", "pl", "--format", "html", "--out", str(page))
    assert "Program lojalnościowy" in page.read_text("utf-8")


@pytest.mark.parametrize("language", ["ru", "pl"])
def test_no_sentence_stays_english(shop: Shop, language: str) -> None:
    report = programme_report(shop.loyalty(Programme(purchases=2, bonus_minor=500, least_minor=100)))
    english, spoken = set(render_text(report)), set(render_text(report, language=language))
    assert {line for line in english & spoken if line.strip()} == set()


def test_a_shop_without_orders_says_what_to_ingest(tmp_path: Path) -> None:
    with closing(create_shop(tmp_path / "empty")) as empty, pytest.raises(EvidenceError) as raised:
        empty.loyalty(SECOND)
    assert "pairwell ingest orders FILE" in (raised.value.hint or "")
