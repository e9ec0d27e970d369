"""Which column is which field: names, contents and what they say of each other, solved as one assignment."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from pairwell.ingest.fitness import fit, fit_catalogue, looks_like_title
from pairwell.ingest.naming import is_known, name_score, nameable_fields
from pairwell.ingest.profiles import Profile, determines

Scores = npt.NDArray[np.float64]

_LEAST = 0.22  # a lower score assigns nothing
_NAMED = 0.3  # a header that names a field scores this at least
_BELIED = 0.5  # a header as clear as this can be belied by content
_POSSIBLE = 0.1  # content that fits less spoils any name
_UNNAMED = 0.45  # what content alone is worth at most
_REQUIRED = 1.15  # … times which an order or an item outbids other fields
_FIXED = 0.995  # share from which one column fixes another
_CLEARLY = 0.3  # share of rows by which price or total must explain an item's amounts better
_TELLING = 10  # rows that a judgement on two columns needs

# Fields that content alone may claim, where no header names them.
_GUESSED = {
    "orders": {"order_id", "item_id", "placed_at", "title", "quantity", "unit_price"},
    "order_lines": {"order_id", "item_id", "placed_at", "title", "quantity", "unit_price"},
    "items": {"item_id", "title", "price"},
    "customers": {"customer_id"},
    "returns": {"order_id", "item_id", "at"},
    "relations": {"anchor_id", "item_id", "relation"},
}
_IDS = {"order_id", "item_id", "customer_id"}
_OF_ORDER = ("placed_at", "customer_id", "channel", "seller_id", "status", "shipping", "discount", "tax", "currency")
_OF_LINE = {"item_id": 0.3, "title": 0.3, "line_total": 0.2, "role": 0.5, "category": 0.6}


class Assigned(msgspec.Struct, frozen=True):
    """A column for each field, and how sure that is, 0..1."""

    columns: dict[str, str]
    confidence: dict[str, float]
    total: float


def assign(table: str, profiles: Sequence[Profile], context: dict[str, str], *, named: bool) -> Assigned:
    """The best assignment of columns to fields.

    `context` gives a column that a lookup added the words to read its header with; without `named` the headers say
    nothing and content decides alone.
    """
    fields = nameable_fields(table)
    scores = _scores(table, fields, profiles, context, named=named)
    if table not in {"orders", "order_lines"}:
        return _solve(fields, profiles, scores)
    orders = np.argsort(-scores[:, fields.index("order_id")], kind="stable")[:3]
    tries = [_solve(fields, profiles, _of_lines(fields, profiles, scores, int(order))) for order in orders]
    return max(tries, key=lambda found: found.total)


def _scores(
    table: str, fields: list[str], profiles: Sequence[Profile], context: dict[str, str], *, named: bool
) -> Scores:
    fits = fit if table in {"orders", "order_lines", "returns", "relations"} else fit_catalogue
    names = np.zeros((len(profiles), len(fields)))
    fitting = np.zeros_like(names)
    for row, column in enumerate(profiles):
        header = context.get(column.name, column.name)
        names[row] = [name_score(table, field, header) if named else 0.0 for field in fields]
        fitting[row] = [fits(table, field, column) for field in fields]
    scores = names * np.where(fitting >= _POSSIBLE, 0.5 + 0.5 * fitting, fitting)
    # Content decides alone for columns whose header says nothing, or something that their content belies.
    known = np.array([named and is_known(context.get(column.name, column.name)) for column in profiles])
    belied = (names.max(axis=1) >= _BELIED) & (scores.max(axis=1) < _NAMED)
    guessed = np.array([field in _GUESSED[table] for field in fields])[np.newaxis, :]
    ids = np.array([field in _IDS for field in fields])[np.newaxis, :]
    mute = (~known[:, np.newaxis] & guessed) | (belied[:, np.newaxis] & guessed & ids)
    mute &= (scores.max(axis=0) < _NAMED)[np.newaxis, :]
    return np.where(mute, np.maximum(scores, _UNNAMED * (2 * fitting - 1)), scores)


def _solve(fields: list[str], profiles: Sequence[Profile], scores: Scores) -> Assigned:
    bids = np.where(scores >= _LEAST, scores, 0.0)
    bids = bids * np.array([_REQUIRED if field in {"order_id", "item_id"} else 1.0 for field in fields])
    rows, places = linear_sum_assignment(bids, maximize=True)
    pairs = [(int(row), int(place)) for row, place in zip(rows, places, strict=True) if bids[row, place] > 0]
    columns = {fields[place]: profiles[row].name for row, place in sorted(pairs, key=lambda pair: pair[1])}
    taken = {row for row, _ in pairs}
    confidence = {fields[place]: _confidence(scores, row, place, taken) for row, place in pairs}
    return Assigned(columns, confidence, float(sum(bids[row, place] for row, place in pairs)))


def _confidence(scores: Scores, row: int, place: int, taken: set[int]) -> float:
    """The score, less where another column without a field would do nearly as well."""
    score = min(float(scores[row, place]), 1.0)
    free = [other for other in range(len(scores)) if other not in taken]
    rival = max((float(scores[other, place]) for other in free), default=0.0) / score
    return round(score * (1.0 - 0.5 * min(max(rival - 0.5, 0.0), 0.5)), 2)


# --- what columns say of each other ---------------------------------------------------------------


def _of_lines(fields: list[str], profiles: Sequence[Profile], scores: Scores, order: int) -> Scores:
    """The scores, given which column is the order."""
    scores = scores.copy()
    place = {field: number for number, field in enumerate(fields)}
    scores[:, place["order_id"]] *= np.where(np.arange(len(scores)) == order, 1.0, 0.0)
    scores[order, [number for field, number in place.items() if field != "order_id"]] = 0.0
    _weigh_levels(place, profiles, scores, order)
    _weigh_titles(place, profiles, scores)
    _weigh_products(place, profiles, scores)
    _weigh_amounts(place, profiles, scores)
    return scores


def _weigh_levels(place: dict[str, int], profiles: Sequence[Profile], scores: Scores, order: int) -> None:
    """What an order fixes is no item; what it does not fix is neither its moment nor its customer."""
    fixed = 0
    for row, column in enumerate(profiles):
        share, telling = determines(profiles[order], column)
        if row == order or telling < _TELLING or column.distinct == 1:
            continue
        if share >= _FIXED:
            fixed += scores[row, place["placed_at"]] > _LEAST or scores[row, place["customer_id"]] > _LEAST
            for field, factor in _OF_LINE.items():
                scores[row, place[field]] *= factor
        elif share < 0.9:
            for field in _OF_ORDER:
                scores[row, place[field]] *= 0.55
    scores[order, place["order_id"]] += 0.06 * min(fixed, 2) if scores[order, place["order_id"]] > 0 else 0.0


def _weigh_titles(place: dict[str, int], profiles: Sequence[Profile], scores: Scores) -> None:
    """An item fixes its title, and its title nearly fixes it."""
    titles = [column for column in profiles if looks_like_title(column)]
    for row, column in enumerate(profiles):
        if scores[row, place["item_id"]] < 0.1 or looks_like_title(column) or column.unique > 0.9:
            continue
        links = [determines(column, title) for title in titles if title.name != column.name]
        backs = [determines(title, column) for title in titles if title.name != column.name]
        told = [min(there[0], back[0]) for there, back in zip(links, backs, strict=True) if there[1] >= _TELLING]
        if told:
            scores[row, place["item_id"]] += 0.2 * (max(told) - 0.6)


def _weigh_products(place: dict[str, int], profiles: Sequence[Profile], scores: Scores) -> None:
    """Where one number times a count is another number, they are price, quantity and total."""
    price, quantity, total = (scores[:, place[name]] for name in ("unit_price", "quantity", "line_total"))
    money = [row for row in range(len(profiles)) if max(price[row], total[row]) > 0.1]
    counts = [row for row in range(len(profiles)) if quantity[row] > 0.1]
    found = [
        (one, count, whole)
        for count in counts
        for one in money
        for whole in money
        if len({one, count, whole}) == 3 and _multiplies(profiles[one], profiles[count], profiles[whole])
    ]
    for row in {one for one, _, _ in found}:
        price[row] += 0.3
        total[row] *= 0.5
    for row in {whole for _, _, whole in found} - {one for one, _, _ in found}:
        total[row] += 0.3
        price[row] *= 0.4
    for row in {count for _, count, _ in found}:
        quantity[row] += 0.2


def _multiplies(one: Profile, count: Profile, whole: Profile) -> bool:
    several = np.abs(count.numbers) > 1
    told = several & ~np.isnan(one.numbers) & ~np.isnan(whole.numbers) & (whole.numbers != 0)
    if told.sum() < 3:
        return False
    product = one.numbers[told] * count.numbers[told]
    near = np.abs(product - whole.numbers[told]) <= np.maximum(0.02, 0.01 * np.abs(whole.numbers[told]))
    return bool(near.mean() >= 0.85)


def _weigh_amounts(place: dict[str, int], profiles: Sequence[Profile], scores: Scores) -> None:
    """An amount that could be either: of what an item's rows agree on, by piece or by line, it is the price."""
    price, total = scores[:, place["unit_price"]], scores[:, place["line_total"]]
    item = int(np.argmax(np.maximum(scores[:, place["item_id"]], scores[:, place["title"]])))
    count = int(np.argmax(scores[:, place["quantity"]]))
    if scores[count, place["quantity"]] < _LEAST:
        return
    _weigh_costs(scores[:, place["unit_cost"]], profiles, item, count)
    for row, column in enumerate(profiles):
        if row in {item, count} or max(price[row], total[row]) < _NAMED:
            continue
        by_line, by_piece = _agreement(profiles[item], column, profiles[count])
        if by_piece > by_line + _CLEARLY:
            total[row], price[row] = max(total[row], 0.85 * price[row]) + 0.25, 0.4 * price[row]
        elif by_line > by_piece + _CLEARLY:
            price[row], total[row] = max(price[row], 0.85 * total[row]) + 0.25, 0.4 * total[row]


def _weigh_costs(cost: Scores, profiles: Sequence[Profile], item: int, count: int) -> None:
    """What grows with the quantity is the cost of the line, which is no field."""
    for row, column in enumerate(profiles):
        if cost[row] >= _NAMED and row not in {item, count}:
            by_line, by_piece = _agreement(profiles[item], column, profiles[count])
            cost[row] *= 0.2 if by_piece > by_line + _CLEARLY else 1.0


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


def _near_middle(values: npt.NDArray[np.float64], starts: npt.NDArray[np.int64]) -> float:
    groups = [group for group in np.split(values, starts[1:]) if len(group) > 1]
    if not groups:
        return 0.0
    near = [np.abs(group - np.median(group)) <= 0.02 * np.median(group) for group in groups]
    return float(np.concatenate(near).mean())
