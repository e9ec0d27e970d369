"""An analyst plans, starts and reads an experiment; whoever may not, cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.serve.pages.browsing import Browser
from tests.unit.serve.pages.conftest import EVIL, Ask

from pairwell.config.workspace import Workspace
from pairwell.operations.users.store import Role, UserStore
from pairwell.shop.face import Shop, open_shop

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published")
FORM = {"name": "fewer", "settings": "[slots]\nmax = 2\n", "share": "0.5", "days": "28", "metric": "all", "reason": "r"}


@pytest.fixture
def shop(workspace: Workspace) -> Iterator[Shop]:
    with closing(open_shop(workspace.root)) as opened:
        yield opened


def _sell(shop: Shop) -> None:
    """Some weeks in which three hundred customers buy, each for another sum."""
    path = shop.workspace.root / "orders.csv"
    day = datetime(2026, 10, 1, tzinfo=UTC)
    rows = [f"o{n},i{n % 3},c{n % 300},{(day + timedelta(hours=n)):%Y-%m-%d %H:%M},{10 + n % 7}.50" for n in range(600)]
    path.write_text("\n".join(["order_id,item_id,customer_id,placed_at,unit_price", *rows]), encoding="utf-8")
    shop.ingest("orders", path)


class TestAnAnalyst:
    def test_plans_starts_reads_and_stops(self, ask: Ask, users: UserStore, shop: Shop) -> None:
        assert users.list()
        _sell(shop)
        analyst = Browser(ask, "analyst")
        status, planned = analyst.see("/experiments/plan?metric=revenue&effect=50%25&holdout=50%25")
        assert (status, "It must run" in planned) == (200, True)
        assert 'href="/experiments?share=0.5&amp;days=' in planned
        status, form = analyst.see("/experiments?share=0.5&days=28")
        assert (status, 'action="/experiments/start"' in form) == (200, True)
        assert analyst.send("/experiments/start", **FORM) == (303, "The experiment fewer runs.")

        assert "Nothing was decided" in analyst.see("/experiment?name=fewer")[1]
        for n in range(30):
            shop.decide({"placement": "cart", "customer_id": f"c{n}", "cart": [{"item_id": "i1"}]})
        status, shown = analyst.see("/experiment?name=fewer")
        assert (status, "slots.max" in shown, "too early to say" in shown) == (200, True, True)
        assert analyst.send("/experiments/stop", name="fewer", reason="enough")[0] == 303
        (run,) = shop.experiments.all()
        assert (run.outcome, run.author, run.reason) == ("withdrawn", "analyst", "r")
        assert [one.author for one in shop.rollout.log("settings")][-2:] == ["analyst", "analyst"]

    def test_is_not_offered_to_start_what_cannot_work(self, ask: Ask, users: UserStore, shop: Shop) -> None:
        assert users.list()
        _sell(shop)
        analyst = Browser(ask, "analyst")
        equal = analyst.see("/experiments/plan?metric=revenue&effect=0.01%25&holdout=50%25")[1]
        assert "Too long" in equal
        assert "even with two equal groups" in equal
        assert "Start an experiment like this" not in equal
        smaller = analyst.see("/experiments/plan?metric=revenue&effect=0.01%25&holdout=20%25")[1]
        assert "give the smaller group a larger share" in smaller

    def test_reads_as_json_what_the_command_prints(self, ask: Ask, shop: Shop) -> None:
        shop.experiments.start_written("fewer", FORM["settings"])
        shop.decide({"placement": "cart", "customer_id": "c1", "cart": [{"item_id": "i1"}]})
        told = ask("GET", "/api/v1/experiment?name=fewer").json()
        read = shop.experiments.read("fewer")
        assert told["reading"]["run"]["tried"] == read.run.tried
        assert told["reading"]["analysis"]["arms"] == [
            {"arm": one.arm, "units": one.units, "expected": one.expected} for one in read.analysis.arms
        ]
        assert [one["units"] for one in told["reading"]["looks"]] == [one.units for one in read.looks]

    def test_cannot_make_it_everybodys(self, ask: Ask, users: UserStore, shop: Shop) -> None:
        assert users.list()
        analyst = Browser(ask, "analyst")
        analyst.send("/experiments/start", **FORM)
        assert "/experiments/adopt" not in analyst.see("/experiment?name=fewer")[1]
        assert analyst.send("/experiments/adopt", name="fewer", reason="r")[0] == 403
        assert Browser(ask, "admin").send("/experiments/adopt", name="fewer", reason="r")[0] == 303
        assert shop.experiments.find("fewer").outcome == "adopted"


@pytest.mark.parametrize("role", ["viewer", "merchandiser"])
def test_who_may_only_look_neither_starts_nor_stops(ask: Ask, users: UserStore, shop: Shop, role: Role) -> None:
    assert users.list()
    browser = Browser(ask, role)
    assert "/experiments/start" not in browser.see("/experiments")[1]
    assert browser.send("/experiments/start", **FORM)[0] == 403
    assert shop.experiments.all() == []
    shop.experiments.start_written("fewer", FORM["settings"])
    assert "/experiments/stop" not in browser.see("/experiment?name=fewer")[1]
    assert browser.send("/experiments/stop", name="fewer", reason="r")[0] == 403
    assert shop.experiments.find("fewer").outcome == "running"


def test_what_a_shop_says_is_no_markup(ask: Ask) -> None:
    nobody = Browser(ask, None)
    assert nobody.send("/experiments/start", **(FORM | {"name": EVIL, "reason": EVIL}))[0] == 303
    for path in ("/experiments", "/experiment?name=" + EVIL.replace("=", "%3D").replace("<", "%3C")):
        status, shown = nobody.see(path)
        assert (status, "<script>alert" in shown, "&lt;script&gt;alert" in shown) == (200, False, True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reason": " "}, "There is no reason"),
        ({"name": ""}, "name"),
        ({"share": "1"}, "above 0 and below 1"),
        ({"share": "nan"}, "above 0 and below 1"),
        ({"days": "-3"}, "whole number"),
        ({"days": "99999"}, "no time for an experiment"),
        ({"metric": "profit"}, "nothing that customers are compared by"),
        ({"settings": "[slots"}, "not valid TOML"),
        ({"settings": ""}, "nothing to compare"),
        ({"settings": "[choice]\nsalt = 'x'"}, "cannot change"),
    ],
)
def test_what_is_wrong_in_the_form_is_named(ask: Ask, shop: Shop, change: dict[str, str], says: str) -> None:
    status, told = Browser(ask, None).send("/experiments/start", **(FORM | change))
    assert (status, says in told) == (400, True), told
    assert shop.experiments.all() == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/experiment", 400),
        ("/experiment?name=none", 404),
        ("/experiments?share=2", 400),
        ("/experiments?days=x", 400),
        ("/experiments/plan?effect=0", 400),
        ("/experiments/plan?effect=inf", 400),
        ("/experiments/plan?power=0.1", 400),
        ("/experiments/plan?metric=luck", 400),
        ("/experiments/plan?visitors=%C2%B2", 400),
        ("/experiments/plan", 200),
    ],
)
def test_what_is_wrong_in_an_address_is_named(ask: Ask, path: str, status: int) -> None:
    assert ask("GET", path).status_code == status
    assert ask("GET", f"/api/v1{path}").status_code == status


def test_a_shop_without_orders_is_told_what_a_plan_needs(ask: Ask) -> None:
    assert "Ingest orders" in Browser(ask, None).see("/experiments/plan")[1]
