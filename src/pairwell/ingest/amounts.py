"""What amounts say of each other, row by row: price times count less discount is the line's total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations

import msgspec
import numpy as np
import numpy.typing as npt

from pairwell.ingest.profiles import Profile, determines
from pairwell.ingest.words import concepts

Scores = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]

_FAINT = 0.1  # score from which a column may be a field
_NAMED = 0.3  # … from which its header names the field
_MOST = 0.85  # share of rows that must agree
_SEVERAL = 3  # rows with another count than one that a judgement needs
_TELLING = 10  # rows that a judgement on two columns needs
_AHEAD = 0.02  # share of rows by which one explanation is better than another
_CLEARLY = 0.3  # … by which price or total must explain an item's amounts better
_HALF_CENT = 0.005
_ALWAYS = 0.98  # share of rows that is as good as all
_AGAIN = 2  # rows that make no accident
_FIXED = 0.995  # share from which one column fixes another


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A price, a count and a total that agree, perhaps after a discount; by place of the column."""

    price: int
    count: int
    total: int
    discount: int | None
    share: float  # of the rows


class _Money(msgspec.Struct, frozen=True):
    """The columns, and their scores by field: views, so that what is changed here is changed there."""

    columns: Sequence[Profile]
    price: Scores
    quantity: Scores
    total: Scores
    cost: Scores
    discount: Scores


def weigh_amounts(place: dict[str, int], profiles: Sequence[Profile], scores: Scores, order: int) -> None:
    """Change the scores of prices, counts, totals and discounts by how they agree in the rows."""
    names = ("unit_price", "quantity", "line_total", "unit_cost", "line_discount")
    money = _Money(profiles, *(scores[:, place[name]] for name in names))
    by_price = money.price >= money.total  # as they are called
    products = _products(money)
    _credit(money, products)
    _weigh_agreement(money, int(np.argmax(np.maximum(scores[:, place["item_id"]], scores[:, place["title"]]))))
    _prefer_paid(money, order, {product.total for product in products if product.share >= _MOST}, by_price)


# --- products ---------------------------------------------------------------------------------------


def _products(money: _Money) -> list[Product]:
    """All that multiply in some of the rows."""
    ones = np.flatnonzero(np.maximum(np.maximum(money.price, money.total), money.cost) > _FAINT)
    wholes = np.flatnonzero((np.maximum(money.price, money.total) > _FAINT) & (money.total >= money.cost))
    counts = np.flatnonzero(money.quantity > _FAINT)
    found = [
        _product(money, int(one), int(count), int(whole))
        for count in counts
        for one in ones
        for whole in wholes
        if one not in {count, whole} and count != whole
    ]
    return [product for product in found if product is not None]


def _product(money: _Money, one: int, count: int, whole: int) -> Product | None:
    price, number, total = (money.columns[row].numbers for row in (one, count, whole))
    told = ~np.isnan(price) & ~np.isnan(number) & ~np.isnan(total) & (total != 0)
    if (told & (np.abs(number) != 1)).sum() < _SEVERAL or not (np.abs(number[told]) > 1).any():
        return None
    share, discount = _share(price * number, total, number, told), None
    for row in np.flatnonzero(money.discount > _NAMED).tolist() if share < 1 - _AHEAD else ():
        off = np.nan_to_num(money.columns[row].numbers)
        lower = max(_share(price * number - part, total, number, told) for part in (np.abs(off), np.abs(off) * number))
        if row not in {one, count, whole} and lower > share + _AHEAD:
            share, discount = lower, int(row)
    return Product(price=one, count=count, total=whole, discount=discount, share=share) if share > _NAMED else None


def _share(value: Floats, total: Floats, number: Floats, told: npt.NDArray[np.bool_]) -> float:
    """Share of the rows that agree, or of those with several pieces where fewer do."""
    slack = np.maximum(np.maximum(0.011, 0.0051 * np.abs(number)), 0.002 * np.abs(total))
    near = np.abs(value - total) <= slack
    several = told & (np.abs(number) != 1)
    return float(min(near[told].mean(), near[several].mean()))


def _credit(money: _Money, products: list[Product]) -> None:
    """Raise what agrees in most rows, lower what agrees in fewer than another does."""
    best = [product for product in products if product.share >= _MOST and not _is_outdone(product, products)]
    prices, totals = _distinct(product.price for product in best), _distinct(product.total for product in best)
    for row in prices:
        if money.cost[row] > money.price[row]:
            _credit_cost(money, row, [product for product in best if product.price == row], best)
            continue
        money.price[row] += 0.3
        money.total[row] *= 0.5
    for row in set(totals) - set(prices):
        money.total[row] += 0.3
        money.price[row] *= 0.4
    for row in _distinct(product.count for product in best):
        money.quantity[row] += 0.2
    for row in _distinct(product.discount for product in best if product.discount is not None):
        money.discount[row] += 0.2
    for product in products:
        if product not in best and _is_outdone(product, products):
            _lower(money, product, best)
    _doubt_list(money, products)


def _doubt_list(money: _Money, products: list[Product]) -> None:
    """What is called a list price, and makes some of the totals but not most, is not what was paid."""
    for row in {product.price for product in products}:
        best = max(product.share for product in products if product.price == row)
        if best < _MOST and "list" in concepts(money.columns[row].name)[0]:
            money.price[row] *= 0.3


def _distinct(rows: Iterable[int]) -> list[int]:
    return sorted(set(rows))


def _credit_cost(money: _Money, row: int, own: list[Product], best: list[Product]) -> None:
    """What is called a cost is the price where it, and nothing called a price, makes the line's total."""
    totals = {product.total for product in own if money.total[product.total] > _NAMED}
    rivals = {product.total for product in best if money.price[product.price] >= money.cost[product.price]}
    if totals - rivals:
        money.price[row] = 0.8 * money.cost[row] + 0.3
        money.cost[row] *= 0.3


def _is_outdone(product: Product, products: list[Product]) -> bool:
    """Whether another column in one of its three places agrees in more rows."""
    mine = (product.price, product.count, product.total)
    for other in products:
        theirs = (other.price, other.count, other.total)
        differ = sum(left != right for left, right in zip(mine, theirs, strict=True))
        if differ == 1 and other.share >= max(_MOST, product.share + _AHEAD):
            return True
    return False


def _lower(money: _Money, product: Product, best: list[Product]) -> None:
    """Lower the one column that makes a product worse than a best one."""
    for other in best:
        if (product.count, product.total) == (other.count, other.total) and product.price not in {
            own.price for own in best
        }:
            money.price[product.price] *= 0.8
        elif (product.price, product.total) == (other.price, other.total) and product.count not in {
            own.count for own in best
        }:
            money.quantity[product.count] *= 0.8


# --- list and paid ------------------------------------------------------------------------------------


def _prefer_paid(money: _Money, order: int, totals: set[int], by_price: npt.NDArray[np.bool_]) -> None:
    """Of two prices, one never lower and often the same as the other, the lower one was paid; so of two totals."""
    single = np.abs(money.columns[int(np.argmax(money.quantity))].numbers) == 1
    for scores, others, kind in (
        (money.price, money.total, money.price >= money.total),
        (money.total, money.price, money.total > money.price),
    ):
        rows = [int(row) for row in np.flatnonzero(scores > _NAMED)]
        for high, low in permutations(rows, 2):
            if not kind[high] or by_price[high] != by_price[low] or (scores is money.price and {high, low} & totals):
                continue
            if _is_reduced(money, high, low, single) and not _is_fixed(money.columns[order], money.columns[high]):
                # What told whether the list amount is of a piece or of a line tells it of the paid one too.
                scores[low] = max(scores[low], scores[high])
                scores[high], others[low] = 0.7 * scores[high], 0.6 * others[low]
                _find_percent(money, high, low)


def _is_reduced(money: _Money, high: int, low: int, single: npt.NDArray[np.bool_]) -> bool:
    dear, cheap = money.columns[high].numbers, money.columns[low].numbers
    told = ~np.isnan(dear) & ~np.isnan(cheap)
    if told.sum() < _TELLING or money.cost[low] > money.price[low] or "gross" in concepts(money.columns[high].name)[0]:
        return False
    # A line's total is the price where one was bought: what differs only elsewhere tells nothing.
    seen = told & single if (told & single).any() else told
    same, less = np.abs(dear - cheap) < _HALF_CENT, cheap < dear - _HALF_CENT
    never_more = (same | less)[told].mean() > _ALWAYS
    return bool(never_more and (less & seen).sum() >= _AGAIN and (same & seen).sum() >= _AGAIN)


def _is_fixed(order: Profile, column: Profile) -> bool:
    share, telling = determines(order, column)
    return share >= _FIXED and telling >= _TELLING


def _find_percent(money: _Money, high: int, low: int) -> None:
    """A discount that makes the low amount of the high one as so many per cent is no amount."""
    dear, cheap = money.columns[high].numbers, money.columns[low].numbers
    for row in np.flatnonzero(money.discount > _FAINT).tolist():
        off = money.columns[row].numbers
        told = (off > 0) & ~np.isnan(dear) & ~np.isnan(cheap)
        if (
            told.sum() >= _SEVERAL
            and np.mean(np.abs(dear * (1 - off / 100) - cheap)[told] <= 0.01 * dear[told]) > _MOST
        ):
            money.discount[row] *= 0.1


# --- price or total -----------------------------------------------------------------------------------


def _weigh_agreement(money: _Money, item: int) -> None:
    """An amount that could be either: of what an item's rows agree on, by piece or by line, it is the price."""
    price, total = money.price, money.total
    count = int(np.argmax(money.quantity))
    if money.quantity[count] < _NAMED:
        return
    for row, column in enumerate(money.columns):
        if row in {item, count} or max(price[row], total[row]) < _NAMED:
            continue
        by_line, by_piece = _agreement(money.columns[item], column, money.columns[count])
        if by_piece > by_line + _CLEARLY:
            _settle(total, price, row)
        elif by_line > by_piece + _CLEARLY:
            _settle(price, total, row)


def _settle(kind: Scores, other: Scores, row: int) -> None:
    """Make a column of one kind of amount, and no longer of the other."""
    if kind[row] < other[row]:
        kind[row] = max(kind[row], 0.85 * other[row]) + 0.25
    other[row] *= 0.4


def _agreement(item: Profile, money: Profile, count: Profile) -> tuple[float, float]:
    """Share of rows that agree with their item's middle value: as they are, and divided by quantity."""
    told = (item.codes >= 0) & ~np.isnan(money.numbers) & (np.abs(count.numbers) >= 1) & (money.numbers != 0)
    if told.sum() < _TELLING or not (np.abs(count.numbers[told]) > 1).any():
        return 0.0, 0.0
    codes = item.codes[told]
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(codes[order]) > 0])
    return (
        _near_middle(np.abs(money.numbers[told])[order], starts),
        _near_middle(np.abs(money.numbers[told] / count.numbers[told])[order], starts),
    )


def _near_middle(values: Floats, starts: npt.NDArray[np.int64]) -> float:
    groups = [group for group in np.split(values, starts[1:]) if len(group) > 1]
    if not groups:
        return 0.0
    near = [np.abs(group - np.median(group)) <= 0.02 * np.median(group) for group in groups]
    return float(np.concatenate(near).mean())
