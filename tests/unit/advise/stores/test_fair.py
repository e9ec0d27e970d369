"""Sellers beside what the goods explain: against slow reckoning, by simulation without and with a difference."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pairwell.advise.stores.fair import PRIOR, Chances, Compared, is_tellable, judge, own_rates, shrink
from pairwell.measure.interval import Interval

SELLERS, GOODS = 8, 12


def world(seed: int, skill: float = 0.0, orders: int = 1_200) -> Chances:
    """Sellers with a mix of goods each, which are taken at rates of their own; the first seller has the skill."""
    rng = np.random.default_rng(seed)
    base, habit = rng.normal(-0.8, 0.8, GOODS), rng.normal(0, 0.5, orders // 3)
    mix = np.cumsum(rng.dirichlet(np.ones(GOODS), SELLERS), axis=1)
    seller = rng.integers(0, SELLERS, orders)
    good = np.minimum((rng.random(orders)[:, None] > mix[seller]).sum(axis=1), GOODS - 1)
    customer = rng.integers(0, orders // 3, orders)
    wish = base[good] + habit[customer] + skill * (seller == 0)
    taken = (rng.random(orders) < 1 / (1 + np.exp(-wish))).astype(np.float64)
    return Chances(seller=seller, customer=customer, good=good, group=good % 3, taken=taken)


def expected(chances: Chances, seller: int) -> float:
    """The same, good by good."""
    rows = list(zip(chances.seller, chances.good, chances.group, chances.taken, strict=True))
    others = [row for row in rows if row[0] != seller]
    group_of = {good: group for _, good, group, _ in rows}
    orders = {good: sum(row[1] == good for row in others) for good in group_of}
    taken = {good: sum(row[3] for row in others if row[1] == good) for good in group_of}

    def mean_of(above: dict[int, float], below: dict[int, float]) -> float:
        """The mean that leaves the sum as it is when everything is drawn to it with the weight of one."""
        told = sum(above[one] / (below[one] + 1) for one in above)
        return float(told / sum(below[one] / (below[one] + 1) for one in above))

    goods = {group: [good for good in group_of if group_of[good] == group] for group in set(group_of.values())}
    seen = {group: sum(orders[one] / (orders[one] + PRIOR) for one in goods[group]) for group in goods}
    told = {group: sum(taken[one] / (orders[one] + PRIOR) for one in goods[group]) for group in goods}
    overall = mean_of(told, seen)
    rates = {group: (told[group] + overall) / (seen[group] + 1) for group in goods}
    found = sum(
        (taken[good] + PRIOR * rates[group_of[good]]) / (orders[good] + PRIOR)
        for who, good, *_ in rows
        if who == seller
    )
    return float(found)


def test_what_the_others_took_is_foretold_of_them_as_it_was() -> None:
    """Also where rare goods have other rates than usual ones: a total that is off would call everybody below."""
    rng = np.random.default_rng(9)
    good = np.minimum(rng.geometric(0.02, 4_000), 300) - 1
    seller = rng.integers(0, 6, 4_000)
    taken = (rng.random(4_000) < np.where(good > 60, 0.1, 0.9)).astype(np.float64)
    chances = Chances(seller=seller, customer=np.arange(4_000), good=good, group=good % 7, taken=taken)
    rates = [rate for rate, _ in own_rates(chances, 6)]
    assert sum(rate.expected or 0.0 for rate in rates) == pytest.approx(taken.sum(), rel=0.01)


def test_what_is_expected_is_what_the_others_rates_foretell_for_the_same_goods() -> None:
    chances = world(1, orders=150)
    for seller, (rate, _) in enumerate(own_rates(chances, SELLERS)):
        assert rate.expected == pytest.approx(expected(chances, seller))
        mine = chances.seller == seller
        assert (rate.chances, rate.taken) == (mine.sum(), chances.taken[mine].sum())


def test_how_much_an_order_of_others_pulls_is_the_slope_of_what_is_expected() -> None:
    chances = world(2, orders=150)
    other = int(np.flatnonzero((chances.seller != 0) & (chances.taken == 0))[0])
    taken = chances.taken.copy()
    taken[other] = 1.0
    more = Chances(
        seller=chances.seller, customer=chances.customer, good=chances.good, group=chances.group, taken=taken
    )
    from pairwell.advise.stores.fair import _Table  # noqa: PLC0415

    foretold = _Table(chances, SELLERS)._foretold(0)
    assert foretold is not None
    moved = expected(more, 0) - expected(chances, 0)
    assert moved == pytest.approx(float(foretold.weight[chances.good[other]]))


def test_without_a_difference_hardly_any_seller_is_called_above_or_below() -> None:
    runs, called, below, told = 150, 0, 0, 0
    for seed in range(runs):
        (rates,) = judge([world(seed)], SELLERS)
        told += sum(one is not None for _, one, _ in rates)
        below += sum(one is not None and one.p_value <= 0.05 for _, one, _ in rates)
        called += any(p_value <= 0.05 for *_, p_value in rates)
    # Two standard errors of 150 runs, and of some 1,200 single ones.
    assert called / runs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)
    assert told > 1_000
    assert 0.03 <= below / told <= 0.07


def test_a_seller_who_truly_adds_more_is_found() -> None:
    found = []
    for seed in range(20):
        (rates,) = judge([world(seed, skill=0.9, orders=3_000)], SELLERS)
        _, first, sure = rates[0]
        found.append(first is not None and first.ratio > 1 and sure <= 0.05)
    assert sum(found) >= 19


def test_goods_that_sell_add_ons_by_themselves_make_nobody_a_better_seller() -> None:
    """One sells only what everybody adds to; taken by itself the rate is far above, and it is as expected."""
    rng = np.random.default_rng(3)
    seller = rng.integers(0, 4, 4_000)
    good = np.where(seller == 0, 1, rng.integers(0, 2, 4_000))
    taken = (rng.random(4_000) < np.where(good == 1, 0.6, 0.2)).astype(np.float64)
    chances = Chances(seller=seller, customer=np.arange(4_000), good=good, group=good * 0, taken=taken)
    (rate, compared), *_ = own_rates(chances, 4)
    assert rate.interval is not None
    assert rate.interval.low > 0.5
    assert compared is not None
    assert compared.interval.low < 1 < compared.interval.high


def test_orders_of_one_customer_count_as_they_vary_together() -> None:
    chances = world(5, orders=2_000)
    whole = own_rates(chances, SELLERS)[0][1]
    thrice = Chances(
        seller=np.tile(chances.seller, 3),
        customer=np.tile(chances.customer, 3),
        good=np.tile(chances.good, 3),
        group=np.tile(chances.group, 3),
        taken=np.tile(chances.taken, 3),
    )
    again = own_rates(thrice, SELLERS)[0][1]
    assert whole is not None
    assert again is not None
    assert again.interval.high - again.interval.low == pytest.approx(whole.interval.high - whole.interval.low, rel=0.1)


def even(rates: list[float], each: int = 1_500) -> Chances:
    """Sellers who sell one and the same good at their own rates, to as many customers as orders."""
    taken = np.concatenate([np.arange(each) < rate * each for rate in rates]).astype(np.float64)
    seller = np.repeat(np.arange(len(rates)), each)
    return Chances(seller=seller, customer=np.arange(taken.size), good=seller * 0, group=seller * 0, taken=taken)


def test_one_who_is_far_below_makes_nobody_else_stand_above() -> None:
    chances = even([0.2, 0.5, 0.5, 0.5])
    alone = [None if one is None else one.p_value for _, one in own_rates(chances, 4)]
    assert all(p_value is not None and p_value < 0.01 for p_value in alone)  # against all of the others
    (rates,) = judge([chances], 4)
    assert [p_value <= 0.05 for *_, p_value in rates] == [True, False, False, False]
    assert rates[1][1] is not None
    assert rates[1][1].ratio == pytest.approx(1.0)


def test_of_two_kinds_all_rates_are_judged_together() -> None:
    one, both = judge([even([0.46, 0.5, 0.5])], 3), judge([even([0.46, 0.5, 0.5]), even([0.5, 0.5, 0.5])], 3)
    assert both[0][0][2] == pytest.approx(2 * one[0][0][2])


def test_half_of_the_sellers_at_least_are_left_to_compare_with() -> None:
    (rates,) = judge([even([0.1, 0.3, 0.5, 0.7])], 4)
    assert all(rate.expected is not None for rate, *_ in rates)


def test_a_good_that_others_hardly_sell_foretells_with_doubt() -> None:
    """Of its category much is known, of itself little: by how much it differs from the others of it nobody can tell."""
    seller, good = np.repeat([0, 1], [600, 605]), np.repeat([0, 1, 0], [600, 600, 5])
    taken = (np.arange(1_205) % 2).astype(np.float64)
    chances = Chances(seller=seller, customer=np.arange(1_205), good=good, group=good * 0, taken=taken)
    compared = own_rates(chances, 2)[0][1]
    assert compared is not None
    drawn = 600**2 * 0.25 * PRIOR / (5 + PRIOR) ** 2  # variance of a rate between goods, as the weight supposes it
    assert compared.variance > drawn / 300**2


class TestTooFew:
    def test_a_seller_of_few_customers_is_not_compared(self) -> None:
        rate, compared = own_rates(world(6, orders=80), SELLERS)[0]
        assert compared is None
        assert not is_tellable(rate)

    def test_nor_one_who_alone_sells_anything(self) -> None:
        chances = world(7)
        alone = Chances(
            seller=chances.seller * 0,
            customer=chances.customer,
            good=chances.good,
            group=chances.group,
            taken=chances.taken,
        )
        ((rate, compared),) = own_rates(alone, 1)
        assert (rate.expected, rate.comparable, compared) == (None, 0.0, None)

    def test_nor_one_whose_goods_nobody_else_sells(self) -> None:
        chances = world(8)
        good = np.where(chances.seller == 0, GOODS, chances.good)
        group = np.where(chances.seller == 0, 3, chances.group)
        apart = Chances(seller=chances.seller, customer=chances.customer, good=good, group=group, taken=chances.taken)
        rate, compared = own_rates(apart, SELLERS)[0]
        assert (rate.comparable, compared) == (0.0, None)

    def test_without_any_chance_there_is_nothing_to_say(self) -> None:
        nothing = np.zeros(0, dtype=np.int64)
        empty = Chances(seller=nothing, customer=nothing, good=nothing, group=nothing, taken=np.zeros(0))
        assert [compared for _, compared in own_rates(empty, 2)] == [None, None]


class TestShrinking:
    @staticmethod
    def _at(ratio: float, variance: float) -> Compared:
        return Compared(ratio=ratio, interval=Interval(0.0, 2.0), p_value=1.0, variance=variance)

    def test_the_unsure_are_drawn_more(self) -> None:
        found = shrink([self._at(1.5, 0.001), self._at(0.6, 0.001), self._at(1.5, 0.2), self._at(1.0, 0.001)])
        assert found is not None
        assert 1.4 < found[0] < 1.5
        assert found[2] < 1.3

    def test_where_chance_explains_it_all_are_alike(self) -> None:
        found = shrink([self._at(1.05, 0.1), self._at(0.95, 0.1), self._at(1.0, 0.1)])
        assert found == pytest.approx([1.0, 1.0, 1.0])

    def test_of_two_nothing_is_drawn(self) -> None:
        assert shrink([self._at(1.0, 0.1), self._at(1.2, 0.1)]) is None
