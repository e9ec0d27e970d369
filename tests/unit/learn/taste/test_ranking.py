from __future__ import annotations

import random

import numpy as np
import pytest
from tests.orders import as_baskets, orders_of, random_orders

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Baskets
from pairwell.learn.history import History
from pairwell.learn.taste.again import learn_again
from pairwell.learn.taste.profiles import make_profiles
from pairwell.learn.taste.ranking import Tastes, learn_tastes, rank
from pairwell.learn.taste.weights import Weights, grade, hide_newest


def history_of(baskets: Baskets, customers: list[int]) -> History:
    return History(
        baskets=baskets,
        order_ids=[f"o{number}" for number in range(baskets.n_orders)],
        customers=np.array(customers, dtype=np.int64),
        listings=[],
        customer_ids=[f"c{number}" for number in range(max(customers, default=-1) + 1)],
    )


def tastes_of(words: list[str], customers: list[int]) -> Tastes:
    return learn_tastes(history_of(as_baskets(orders_of(*words)), customers), Learn())[0]


def named(row: np.ndarray[tuple[int], np.dtype[np.int32]]) -> str:
    return "".join("abcdefgh"[item] if item >= 0 else "-" for item in row.tolist())


def test_what_one_buys_again_and_again_leads() -> None:
    tastes = tastes_of(["ab", "ac", "a", "bc", "bc", "bd"], [0, 0, 0, 1, 1, 1])

    found = rank(tastes, np.array([0, 1]), 2)

    assert [named(row)[0] for row in found.items] == ["a", "b"]


def test_whoever_bought_nothing_gets_what_is_popular_on_the_same_scale() -> None:
    tastes = tastes_of(["ab", "b", "bc", "bc"], [0, 0, 1, 1])

    found = rank(tastes, np.array([2]), 4)

    assert named(found.items[0]) == "bca-"
    assert found.score[0].tolist() == pytest.approx([1.0, 0.5, 0.25, 0.0])


def test_what_other_buyers_of_it_buy_comes_before_what_is_only_as_popular() -> None:
    tastes = tastes_of(["ab", "ab", "ab", "a", "cd", "cd", "cd"], [0, 1, 2, 3, 4, 5, 6])

    found = rank(tastes, np.array([3]), 4)

    assert named(found.items[0]) == "abcd"


def test_scores_are_those_of_the_formula() -> None:
    rng = random.Random(5)
    orders = random_orders(rng, orders=300, items=20)
    baskets = as_baskets(orders)
    customers = [int(str(order.customer_id)[1:]) for order in orders]
    tastes, weights = learn_tastes(history_of(baskets, customers), Learn())

    found = rank(tastes, np.arange(40), 20)

    profiles, company = tastes.profiles, tastes.company
    assert weights == Weights()  # forty customers say too little of how much each part counts
    for customer in range(40):
        rows = slice(int(profiles.offsets[customer]), int(profiles.offsets[customer + 1]))
        expected = baskets.item_orders() / baskets.n_orders * weights.popularity
        expected[profiles.items[rows]] *= tastes.left[profiles.items[rows]]
        for item, habit in zip(profiles.items[rows].tolist(), profiles.habit[rows].tolist(), strict=True):
            expected[item] += habit / (profiles.span[customer] + 2) * tastes.again[item]
            share = weights.company * habit**0.5 / (rows.stop - rows.start)
            expected[company.items[item, :19]] += share * company.score[item, :19]
        assert sorted(found.items[customer].tolist()) == list(range(20))
        assert found.score[customer] == pytest.approx(expected[found.items[customer]], rel=1e-6)
        assert found.score[customer] == pytest.approx(-np.sort(-expected), rel=1e-6)


@pytest.mark.parametrize("company", [0.0, 0.3, 5.0])
def test_the_first_are_those_of_the_whole_ranking(company: float) -> None:
    orders = random_orders(random.Random(8), orders=400, items=60)
    customers = [int(str(order.customer_id)[1:]) for order in orders]
    tastes, _ = learn_tastes(history_of(as_baskets(orders), customers), Learn(taste_neighbours=9))
    tastes = tastes._replace(beside=company, popular=tastes.popular * 3)

    whole = rank(tastes, np.arange(40), 60)

    for n in (1, 2, 7, 30):
        first = rank(tastes, np.arange(40), n)
        assert first.items.tolist() == whole.items[:, :n].tolist()
        assert first.score.tolist() == whole.score[:, :n].tolist()
    for items, score in zip(whole.items.tolist(), whole.score.tolist(), strict=True):
        assert sorted(range(60), key=lambda place: (-score[place], items[place])) == list(range(60))


def test_threads_change_nothing() -> None:
    orders = random_orders(random.Random(3), orders=400)
    tastes, _ = learn_tastes(history_of(as_baskets(orders), [int(str(o.customer_id)[1:]) for o in orders]), Learn())

    one, two = rank(tastes, np.arange(40), 9, threads=1), rank(tastes, np.arange(40), 9, threads=2)

    assert one.items.tobytes() == two.items.tobytes()
    assert one.score.tobytes() == two.score.tobytes()


def test_an_item_that_is_bought_again_more_than_usual_counts_more() -> None:
    words, customers = ["ab", "ac", "ad"] * 40, [number // 3 for number in range(120)]
    profiles = make_profiles(as_baskets(orders_of(*words)), np.array(customers), 40, 8.0)

    again = learn_again(profiles, np.array([1, 1 / 3, 1 / 3, 1 / 3]))

    assert again.rates[0] > 1
    assert (again.rates[1:] <= 1).all()
    assert again.left[0] == 1
    assert again.left[1] == pytest.approx(50 / 130)  # eighty chances, none taken
    assert again.left[3] == pytest.approx(1)  # nobody had a chance


def test_without_any_second_basket_all_items_are_alike() -> None:
    profiles = make_profiles(as_baskets(orders_of("ab", "c")), np.array([0, 1]), 2, 8.0)

    again = learn_again(profiles, np.array([0.5, 0.5, 0.5]))

    assert again.rates.tolist() == again.left.tolist() == [1, 1, 1]


def test_who_has_what_one_buys_once_is_offered_something_else() -> None:
    # Everybody begins with a bicycle and buys tyres ever after.
    words, customers = ["a", "bc", "bd", "be"] * 60, [number // 4 for number in range(240)]
    tastes = tastes_of(words, customers)

    found = rank(tastes, np.array([0, 60]), 5)

    own, nobody = (named(row) for row in found.items)
    assert own.startswith("b")
    assert own.endswith("a")
    assert nobody == "bacde"


def test_where_habits_say_nothing_popularity_is_taken() -> None:
    rng = random.Random(4)
    words = ["".join(rng.sample("aaaaabbbbcccdde", 2)).replace("aa", "a") for _ in range(600)]
    words = ["".join(sorted(set(word))) for word in words]

    _, weights = learn_tastes(history_of(as_baskets(orders_of(*words)), [n // 3 for n in range(600)]), Learn())

    assert weights == Weights(popularity=100.0, company=0.0, cases=200)


def test_weights_follow_the_shop() -> None:
    # Everybody has a habit, and leaves it in the end for what people without a name buy.
    words, customers = ["a"] * 160, [-1] * 160
    for customer in range(160):
        words += ["bcdefgh"[customer % 7]] * 3 + ["a"]
        customers += [customer] * 4

    _, weights = learn_tastes(history_of(as_baskets(orders_of(*words)), customers), Learn(taste_prior_baskets=0.0))

    assert weights.cases == 160
    assert weights.popularity > 1


def test_the_newest_basket_of_each_customer_with_two_is_hidden() -> None:
    baskets = as_baskets(orders_of("ab", "c", "b", "cd", "a"))

    hidden = hide_newest(baskets, np.array([0, 1, 0, 2, -1]))

    assert hidden.customers.tolist() == [0]
    assert hidden.truth.tolist() == [1]
    assert hidden.owners.tolist() == [0, 1, 2, -1]
    assert grade(hidden, np.array([[1, 0]])) == [1.0]
    assert 0 < grade(hidden, np.array([[0, 1]]))[0] < 1.0
    assert grade(hidden, np.array([[0, -1]])) == [0.0]


def test_no_orders_at_all() -> None:
    tastes, weights = learn_tastes(history_of(as_baskets([]), []), Learn())

    assert weights == Weights()
    assert rank(tastes, np.array([0]), 3).items.tolist() == [[-1, -1, -1]]
