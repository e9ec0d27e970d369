"""Which column is which field: names, contents and what they say of each other, solved as one assignment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import msgspec
import numpy as np
import numpy.typing as npt

from pairwell.ingest.amounts import weigh_amounts
from pairwell.ingest.assignment import best_pairs
from pairwell.ingest.fitness import fit, fit_catalogue, looks_like_title
from pairwell.ingest.naming import is_known, name_score, nameable_fields
from pairwell.ingest.profiles import Profile, determines

Scores = npt.NDArray[np.float64]

_LEAST = 0.22  # a lower score assigns nothing
_LEAST_BESIDE = 0.38  # … nor, to a field that may well be missing, this
_NAMED = 0.3  # a header that names a field scores this at least
_BELIED = 0.5  # a header as clear as this can be belied by content
_POSSIBLE = 0.1  # content that fits less spoils any name
_UNNAMED = 0.45  # what content alone is worth at most
_REQUIRED = 1.15  # … times which an order or an item outbids other fields
_FIXED = 0.995  # share from which one column fixes another
_TELLING = 10  # rows that a judgement on two columns needs
_TIED = 0.9  # share of rows in which two codes of an item go together
_NEARLY = 0.98  # share of rows that is as good as all
_MANY = 5  # orders that are not all of one moment

# Fields that content alone may claim, where no header names them.
_GUESSED = {
    "orders": {"order_id", "item_id", "placed_at", "title", "quantity", "unit_price"},
    "order_lines": {"order_id", "item_id", "placed_at", "title", "quantity", "unit_price"},
    "items": {"item_id", "title", "price"},
    "customers": {"customer_id"},
    "returns": {"order_id", "item_id", "at"},
    "relations": {"anchor_id", "item_id", "relation"},
    "offer_texts": {"item_id"},
    "events": {"type", "at", "item_id", "session_id"},
    "consents": {"customer_id", "at"},
    "needs": {"customer_id", "since"},
    "feedback": {"at"},
    "order_status": {"order_id", "at"},
    "subscriptions": {"account_id"},
}
# Fields of order lines that an export may well be without: they are only taken where they are clear.
_BESIDE = {"unit_cost", "line_discount", "category", "brand", "family", "channel", "seller_id", "status", "role"} | {
    "discount",
    "shipping",
    "tax",
    "attributes.country",
    "attributes.region",
    "attributes.city",
    "attributes.age",
}
_IDS = {"order_id", "item_id", "customer_id"}
_OF_ORDER = ("placed_at", "customer_id", "channel", "seller_id", "status", "shipping", "discount", "tax", "currency")
_OF_LINE = {
    "item_id": 0.3,
    "title": 0.3,
    "line_total": 0.2,
    "unit_price": 0.5,
    "quantity": 0.5,
    "role": 0.5,
    "category": 0.6,
}


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
    return max(tries, key=lambda found: (found.confidence.get("order_id", 0.0) >= _BELIED, found.total))


def _scores(
    table: str, fields: list[str], profiles: Sequence[Profile], context: dict[str, str], *, named: bool
) -> Scores:
    fits = fit_catalogue if table in {"items", "customers", "accounts"} else fit
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
    guessed = np.array([field in _GUESSED.get(table, ()) for field in fields])[np.newaxis, :]
    ids = np.array([field in _IDS for field in fields])[np.newaxis, :]
    mute = (~known[:, np.newaxis] & guessed) | (belied[:, np.newaxis] & guessed & ids)
    mute &= (scores.max(axis=0) < _NAMED)[np.newaxis, :]
    return np.where(mute, np.maximum(scores, _UNNAMED * (2 * fitting - 1)), scores)


def _solve(fields: list[str], profiles: Sequence[Profile], scores: Scores) -> Assigned:
    lines = "quantity" in fields and "unit_price" in fields
    least = np.array([_LEAST_BESIDE if field in _BESIDE and lines else _LEAST for field in fields])
    bids = np.where(scores >= least, scores, 0.0)
    # Squared: one sure field is worth more than two doubtful ones.
    bids = bids**2 * np.array([_REQUIRED if field in {"order_id", "item_id"} else 1.0 for field in fields])
    pairs = [(row, place) for row, place in best_pairs(bids) if bids[row, place] > 0]
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
    _weigh_barcodes(place, profiles, scores)
    _weigh_moments(place, profiles, scores, order)
    weigh_amounts(place, profiles, scores, order)
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
    """An item fixes its title, and its title nearly fixes it; an id of each row, while titles repeat, is no item's."""
    item, title = scores[:, place["item_id"]], scores[:, place["title"]]
    titles = [row for row, column in enumerate(profiles) if looks_like_title(column)]
    told = dict.fromkeys(titles, 0.0)
    repeat = any(profiles[row].unique < 0.9 and title[row] > _NAMED for row in titles)
    for row, column in enumerate(profiles):
        if item[row] < _POSSIBLE or row in told:
            continue
        if column.unique > 0.9:
            item[row] *= 0.3 if repeat and column.unique > _FIXED and column.rows >= _TELLING else 1.0
            continue
        links = {other: _tie(column, profiles[other]) for other in titles}
        item[row] += 0.2 * (max(links.values()) - 0.6) if links and max(links.values()) >= 0 else 0.0
        told = {other: max(told[other], tie * min(item[row], 1.0)) for other, tie in links.items()}
    for row, tie in told.items():
        title[row] += 0.25 * tie if title[row] > _NAMED else 0.0


def _tie(item: Profile, title: Profile) -> float:
    """How far item and title fix each other; -1 where too few rows tell."""
    there, back = determines(item, title), determines(title, item)
    return min(there[0], back[0]) if there[1] >= _TELLING else -1.0


def _weigh_barcodes(place: dict[str, int], profiles: Sequence[Profile], scores: Scores) -> None:
    """Where an item has a barcode and another code that goes with it, the other code is the shop's own."""
    item = scores[:, place["item_id"]]
    rows = [row for row, column in enumerate(profiles) if item[row] >= _LEAST and not looks_like_title(column)]
    barcodes = [row for row in rows if _is_barcode(profiles[row])]
    for row in barcodes:
        others = [other for other in rows if other not in barcodes and _tie(profiles[other], profiles[row]) > _TIED]
        if others:
            item[row] *= 0.5
            item[max(others, key=lambda other: float(item[other]))] += 0.1


def _is_barcode(column: Profile) -> bool:
    """Numbers of 12 to 14 digits."""
    return (
        column.number > _TIED and float(np.nanmin(column.numbers)) >= 1e11 and float(np.nanmax(column.numbers)) < 1e14
    )


def _weigh_moments(place: dict[str, int], profiles: Sequence[Profile], scores: Scores, order: int) -> None:
    """Orders are placed before they are paid, sent or exported; and not all at the same moment."""
    placed = scores[:, place["placed_at"]]
    rows = [row for row, column in enumerate(profiles) if placed[row] > _POSSIBLE and (column.days >= 0).any()]
    for row in rows:
        if profiles[row].distinct == 1 and profiles[order].distinct >= _MANY:
            placed[row] *= 0.4
    for early, late in permutations(rows, 2):
        left, right = profiles[early].days, profiles[late].days
        told = (left >= 0) & (right >= 0)
        if (
            told.sum() >= _TELLING
            and np.mean(left[told] <= right[told]) > _NEARLY
            and (left < right)[told].mean() > 0.3
        ):
            placed[late] *= 0.85
