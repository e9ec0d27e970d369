from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.orders import START, Order, fill

from pairwell.config.settings import Learn, Settings
from pairwell.errors import NoModelError, RequestError
from pairwell.shop.face import Shop, create_shop

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Twelve customers; each buys milk every week and something else beside it."""
    orders = [
        Order(f"{customer:02}-{week:02}", ("milk", f"x{(customer + week) % 9}"), START + week * WEEK, f"c{customer:02}")
        for customer in range(12)
        for week in range(10)
    ]
    with create_shop(tmp_path_factory.mktemp("tastes") / "shop", Settings(learn=Learn(taste_items=6))) as shop:
        fill(shop.workspace, orders)
        shop.learn()
        yield shop


def test_each_customer_gets_a_ranking(shop: Shop) -> None:
    anna, nobody = shop.next_basket(["c03", "nobody"], n=6)

    assert len(anna) == len(nobody) == 6
    assert anna[0][0] == nobody[0][0] == "milk"
    assert [score for _, score in anna] == sorted((score for _, score in anna), reverse=True)


def test_a_customer_nobody_knows_stands_on_the_same_scale(shop: Shop) -> None:
    [known], [unknown, empty] = shop.next_basket(["c03"], n=1), shop.next_basket(["nobody", ""], n=1)

    assert known[0][1] > unknown[0][1] > 0
    assert unknown == empty


def test_no_customers_get_no_answers(shop: Shop) -> None:
    assert shop.next_basket([], n=5) == []


def test_a_text_is_no_list_of_customers(shop: Shop) -> None:
    with pytest.raises(RequestError) as caught:
        shop.next_basket("c03")
    assert caught.value.field == "customer_ids"
    with pytest.raises(RequestError, match="expected a text"):
        shop.next_basket([17])  # type: ignore[list-item]


@pytest.mark.parametrize("n", [0, -1, 7])
def test_no_more_than_is_kept_can_be_asked_for(shop: Shop, n: int) -> None:
    with pytest.raises(RequestError, match="between 1 and 6") as caught:
        shop.next_basket(["c03"], n=n)
    assert caught.value.field == "n"


def test_what_is_bought_every_week_is_due_in_a_week(shop: Shop) -> None:
    [milk] = [repeat for repeat in shop.repeats("c03") if repeat.item_id == "milk"]

    assert milk.times == 10
    assert 5 < milk.typical_gap_days < 9
    assert milk.due_from <= milk.due_at <= milk.due_until
    last = START + 9 * WEEK
    assert last.date() == milk.last_bought_at.date()
    assert timedelta(days=5) <= milk.due_at - last <= timedelta(days=9)
    assert milk.probability > 0.3
    assert shop.repeats("nobody") == []


def test_the_tastes_say_which_model_they_were_learned_with(shop: Shop) -> None:
    generation = shop.tastes.generation()

    assert generation is not None
    assert generation.model == shop.model_or_none().id  # type: ignore[union-attr]


def test_learning_again_writes_nothing_that_is_there(shop: Shop) -> None:
    before = shop.next_basket(["c03"], n=6)

    shop.learn()

    assert shop.next_basket(["c03"], n=6) == before


def test_a_shop_that_keeps_no_tastes_says_so(tmp_path: Path) -> None:
    with create_shop(tmp_path / "shop", Settings(learn=Learn(taste_items=0))) as new:
        fill(new.workspace, [Order(f"o{number}", ("a", "b"), START, "anna") for number in range(3)])
        new.learn()
        with pytest.raises(NoModelError) as caught:
            new.next_basket(["anna"])
        assert "learn.taste_items" in str(caught.value.hint)


def test_before_anything_was_learned_nothing_is_answered(tmp_path: Path) -> None:
    with create_shop(tmp_path / "shop") as new:
        with pytest.raises(NoModelError):
            new.next_basket(["c03"])
        with pytest.raises(NoModelError):
            new.repeats("c03")
