"""What each seller's customers took, beside what other sellers' customers took of the same goods."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pairwell.advise.stores.records import Rate
from pairwell.measure.interval import Interval
from pairwell.measure.intervals import FEWEST_CUSTOMERS, Spread, clustered_share, ratio_interval, zero_p_value
from pairwell.several import adjust

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PRIOR: Final = 20.0  # chances of the wider group that the rate of one good is drawn to
FEWEST_EXPECTED: Final = 5.0  # taken, and not taken: below, hardly any distance can be told
WRONG: Final = 0.05  # of the sellers that are called above or below, so many may be neither
_PRIOR_GOODS: Final = 1.0  # of the whole that the rate of a group is drawn to
_COMPARABLE: Final = 0.5  # of a seller's chances, that others had with such goods
_FEWEST_SELLERS: Final = 3  # to tell how far sellers are apart


class Chances(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a chance, such as an order that may hold an add-on. Only chances of sellers."""

    seller: Ints  # from 0 on
    customer: Ints  # from 0 on; the chances of one vary together
    good: Ints  # from 0 on
    group: Ints  # of the good, from 0 on
    taken: Floats  # 1 or 0


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """How often as much was taken as foretold."""

    ratio: float
    interval: Interval
    p_value: float  # of a ratio of 1
    variance: float  # of the ratio


def own_rates(chances: Chances, sellers: int, apart: Collection[int] = ()) -> list[tuple[Rate, Compared | None]]:
    """Of each of so many sellers the rate, and how it compares where that can be told; `apart` foretell nobody's.

    Indirect standardisation (Breslow and Day 1987, chapter 2.3): what is foretold are the rates of all *other* sellers
    by good, drawn to those of its group and of all, so that a good that is rarely sold foretells little. The interval
    is by the delta method over customers, with what the others' rates are unsure of, its skewness taken away (Hall
    1992). It adjusts for the goods alone, not for shifts, places or customers.
    """
    table = _Table(chances, sellers, sorted(apart))
    return [table.compare(seller) for seller in range(sellers)]


def shrink(compared: Sequence[Compared]) -> list[float] | None:
    """The ratios drawn to their mean, the unsure ones more; None of fewer than three sellers.

    Empirical Bayes: how far sellers truly are apart is by DerSimonian and Laird 1986; Morris 1983.
    """
    if len(compared) < _FEWEST_SELLERS:
        return None
    ratio = np.array([one.ratio for one in compared])
    variance = np.maximum(np.array([one.variance for one in compared]), 1e-12)
    weight = 1 / variance
    mean = float(np.average(ratio, weights=weight))
    excess = float(np.sum(weight * (ratio - mean) ** 2)) - (ratio.size - 1)
    between = max(0.0, excess / float(weight.sum() - np.sum(weight**2) / weight.sum()))
    return [float(one) for one in mean + between / (between + variance) * (ratio - mean)]


def judge(kinds: Sequence[Chances], sellers: int) -> list[list[tuple[Rate, Compared | None, float]]]:
    """By kind and seller the rate, how it compares, and the p-value adjusted among all kinds and sellers.

    Whoever stands out most against all others is set apart, so that nobody is held against an exception, and all are
    judged anew, until nobody more of those who stood out does; half of the sellers at least are left to compare with.
    A p-value is the larger of the first, against all, and the last: whoever stands out only because others were set
    apart, or only because they were not, does not.
    """
    apart: list[set[int]] = [set() for _ in kinds]
    first: list[list[float]] | None = None
    while True:
        rates = [own_rates(one, sellers, without) for one, without in zip(kinds, apart, strict=True)]
        now = _adjusted(rates)
        first = now if first is None else first
        sure = [list(map(max, *both)) for both in zip(first, now, strict=True)]
        found = min(_standing_out(sure, apart, sellers), default=None)
        if found is None:
            return [
                [(*one, p_value) for one, p_value in zip(rates_of, sure_of, strict=True)]
                for rates_of, sure_of in zip(rates, sure, strict=True)
            ]
        apart[found[1]].add(found[2])


def _adjusted(rates: Sequence[Sequence[tuple[Rate, Compared | None]]]) -> list[list[float]]:
    """The adjusted p-values in the same order; 1 where nothing can be told."""
    told = [compared.p_value for rates_of in rates for _, compared in rates_of if compared is not None]
    sure = iter(adjust(told) if told else [])
    return [[1.0 if compared is None else next(sure) for _, compared in rates_of] for rates_of in rates]


def _standing_out(
    sure: Sequence[Sequence[float]], apart: Sequence[Collection[int]], sellers: int
) -> Iterator[tuple[float, int, int]]:
    """p-value, kind and seller of those who stand out and are not set apart yet."""
    for kind, p_values in enumerate(sure):
        if 2 * (len(apart[kind]) + 1) <= sellers:
            yield from (
                (p_value, kind, seller)
                for seller, p_value in enumerate(p_values)
                if p_value <= WRONG and seller not in apart[kind]
            )


def is_tellable(rate: Rate) -> bool:
    """Whether a rate is enough to be compared."""
    return (
        rate.expected is not None
        and rate.customers >= FEWEST_CUSTOMERS
        and min(rate.expected, rate.chances - rate.expected) >= FEWEST_EXPECTED
        and rate.comparable >= _COMPARABLE
    )


class _Table:
    """Counts by seller, good and group."""

    def __init__(self, chances: Chances, sellers: int, apart: Sequence[int] = ()) -> None:
        self._rows = chances
        self._apart = apart
        self._foretells = ~np.isin(chances.seller, apart)
        self._goods = int(chances.good.max(initial=-1)) + 1
        self._group_of = np.zeros(self._goods, dtype=np.int64)
        self._group_of[chances.good] = chances.group
        self._groups = int(chances.group.max(initial=-1)) + 1
        place = chances.seller * self._goods + chances.good
        shape = (sellers, self._goods)
        self._n: Floats = np.bincount(place, minlength=sellers * self._goods).reshape(shape).astype(np.float64)
        taken = np.bincount(place, weights=chances.taken, minlength=sellers * self._goods)
        self._y = taken.reshape(shape)

    def compare(self, seller: int) -> tuple[Rate, Compared | None]:
        mine = self._rows.seller == seller
        foretold = self._foretold(seller)
        rate = self._rate(seller, mine, foretold)
        if foretold is None or not is_tellable(rate):
            return rate, None
        return rate, self._compared(rate, mine, foretold)

    def _rate(self, seller: int, mine: NDArray[np.bool_], foretold: _Foretold | None) -> Rate:
        taken, customer = self._rows.taken[mine], self._rows.customer[mine]
        spread, n = _own_spread(taken, customer), self._n[seller]
        known = self._by_group(self._others(self._n, seller))[self._group_of] >= PRIOR
        return Rate(
            chances=int(taken.size),
            taken=int(taken.sum()),
            customers=spread.units,
            share=float(taken.mean()) if taken.size else 0.0,
            interval=clustered_share(spread) if spread.units >= FEWEST_CUSTOMERS else None,
            expected=None if foretold is None else float(n @ foretold.rate),
            comparable=float(n[known].sum() / n.sum()) if taken.size else 0.0,
        )

    def _foretold(self, seller: int) -> _Foretold | None:
        """The others' rate of each good, and how much one more taken by them would foretell of this seller.

        The mean that goods are drawn to counts each as it is drawn: the others' own total is foretold just as it was,
        also where what is seldom bought is seldom added to.
        """
        n, y = self._others(self._n, seller), self._others(self._y, seller)
        if not n.sum():
            return None
        m = n + PRIOR
        goods, taken = self._by_group(n / m), self._by_group(y / m)
        beyond = goods + _PRIOR_GOODS
        spread = float(np.sum(goods / beyond))
        overall = float(np.sum(taken / beyond)) / spread
        group = (taken + _PRIOR_GOODS * overall) / beyond
        rate = (y + PRIOR * group[self._group_of]) / m
        drawing = PRIOR * self._by_group(self._n[seller] / m)
        through = (drawing + float(np.sum(drawing * _PRIOR_GOODS / beyond)) / spread) / beyond
        weight = (self._n[seller] + through[self._group_of]) / m
        drawn = self._n[seller] ** 2 * rate * (1 - rate) * PRIOR / (n + PRIOR) ** 2
        return _Foretold(rate=rate, weight=weight, drawn=float(drawn.sum()))

    def _by_group(self, of_goods: Floats) -> Floats:
        """Sums of what is told of each good."""
        found: Floats = np.bincount(self._group_of, weights=of_goods, minlength=self._groups).astype(np.float64)
        return found

    def _others(self, table: NDArray[Any], seller: int) -> Floats:
        """By good the sums of all who foretell this seller's rates."""
        without = sorted({seller, *self._apart})
        return np.asarray(table.sum(axis=0) - table[without].sum(axis=0), dtype=np.float64)

    def _compared(self, rate: Rate, mine: NDArray[np.bool_], foretold: _Foretold) -> Compared | None:
        assert rate.expected is not None, "asked only where something is foretold"
        good = self._rows.good
        apart = self._rows.taken - foretold.rate[good]
        pulls = np.where(mine, apart, np.where(self._foretells, -foretold.weight[good] * apart, 0.0))
        of_customer = np.bincount(self._rows.customer, weights=pulls)
        spread = Spread(
            units=rate.customers,
            above=rate.taken - rate.expected,
            below=rate.expected,
            square=float(np.sum(of_customer**2)) + foretold.drawn,
            cube=float(np.sum(of_customer**3)),
        )
        found = ratio_interval(spread)
        if found is None:
            return None
        more = spread.units / (spread.units - 1)
        return Compared(
            ratio=rate.taken / rate.expected,
            interval=Interval(max(0.0, 1 + found.low), 1 + found.high),
            p_value=zero_p_value(spread),
            variance=spread.square * more / rate.expected**2,
        )


class _Foretold(msgspec.Struct, frozen=True, eq=False):
    rate: Floats  # by good
    weight: Floats  # by good
    drawn: float  # variance of what is foretold, by which goods may truly differ from the group they are drawn to


def _own_spread(taken: Floats, customer: Ints) -> Spread:
    """How the share varies over customers."""
    if not taken.size:
        return Spread(units=0, above=0.0, below=0.0, square=0.0)
    _, place = np.unique(customer, return_inverse=True)
    below = np.bincount(place).astype(np.float64)
    above = np.bincount(place, weights=taken)
    apart = above - above.sum() / below.sum() * below
    return Spread(units=below.size, above=float(above.sum()), below=float(below.sum()), square=float(np.sum(apart**2)))
