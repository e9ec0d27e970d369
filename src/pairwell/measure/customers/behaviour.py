"""Groups of customers who behave alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np

from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.measure.customers.kmeans import find_groups, nearest
from pairwell.measure.customers.recency import Scores
from pairwell.measure.customers.visits import Array, Visits, dated_orders, kept_lines
from pairwell.measure.unknown import NotKnown

_FEWEST = 100  # customers
_SAMPLE = 5_000  # customers by whom the groups are found; the others join the nearest
_MOST_CATEGORIES = 8
_OF_CATEGORIES = 2.0  # what all categories together weigh, in habits


class Categories(msgspec.Struct, frozen=True, kw_only=True):
    """The share of what each customer bought that lies in each of the widest categories; all 0 where none is known."""

    names: Sequence[str]
    shares: Array  # a row a customer, a column a category


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """Some customers, by medians."""

    customers: int
    value: float  # what they spent, minor units
    purchases: float
    visit_value: float  # a visit, minor units
    visit_items: float
    days_since: float


class Behaviours(msgspec.Struct, frozen=True, kw_only=True):
    """The groups, the largest first, each beside all `others`; `of` is each customer's, by the order of the scores."""

    groups: Sequence[Behaviour]
    others: Sequence[Behaviour]
    of: Array
    categories: Sequence[str]
    shares: Array  # a row a group, of the money spent
    usual: Array  # the same of the others
    strength: float


def read_categories(dataset: Dataset, visits: Visits, customers: Array, until: datetime | None = None) -> Categories:
    """What part of each customer's money went where, of the categories with most money. Raises `StorageError`."""
    orders, lines = dated_orders(dataset, until), kept_lines(dataset, until)
    items = dataset.table("items").select("item_id", "category")
    named = items.filter(items.category.notnull()).mutate(category=items.category.split(">")[0].strip())
    bought = lines.filter(lines.kept > 0, lines.value > 0).inner_join(named, "item_id")
    both = bought.inner_join(orders.filter(orders.customer_id.notnull()).select("order_id", "customer_id"), "order_id")
    sums = both.group_by("customer_id", "category").aggregate(value=both.value.sum())
    with storage_failures():
        found = sums.to_pyarrow()
    values = found["value"].to_numpy().astype(np.float64)
    names, of_name = np.unique(np.array(found["category"].to_pylist(), dtype=str), return_inverse=True)
    totals = np.bincount(of_name, weights=values, minlength=names.size)
    chosen = np.lexsort((names, -totals))[:_MOST_CATEGORIES]
    column = np.full(names.size, -1)
    column[chosen] = np.arange(chosen.size)
    places = {visits.customer_ids[place]: row for row, place in enumerate(customers.tolist())}
    rows = np.array([places.get(name, -1) for name in found["customer_id"].to_pylist()], dtype=np.int64)
    grid, whole = np.zeros((customers.size, chosen.size)), np.zeros(customers.size)
    known = rows >= 0
    np.add.at(whole, rows[known], values[known])
    kept = known & (column[of_name] >= 0)
    np.add.at(grid, (rows[kept], column[of_name][kept]), values[kept])
    return Categories(names=names[chosen].tolist(), shares=grid / np.maximum(whole, 1)[:, None])


def find_behaviours(visits: Visits, scores: Scores, categories: Categories) -> Behaviours | NotKnown:
    """Groups of customers who behave alike; `NotKnown` where customers differ only by degree."""
    if scores.customers.size < _FEWEST:
        return NotKnown(reason="too_few_customers", found=scores.customers.size, needed=_FEWEST)
    traits = _traits(visits, scores)
    points = _points(traits, categories)
    ordered = points[np.lexsort(points.T[::-1])]
    found = find_groups(ordered[:: -(-ordered.shape[0] // _SAMPLE)])
    if found is None:
        return NotKnown(reason="no_structure", found=points.shape[0])
    of = nearest(points, found.centres)
    counts = np.bincount(of, minlength=found.centres.shape[0])
    largest_first = np.lexsort((np.arange(counts.size), -counts))
    of = np.argsort(largest_first)[of]
    groups = [of == number for number in range(counts.size)]
    return Behaviours(
        groups=[_describe(scores, traits, group) for group in groups],
        others=[_describe(scores, traits, ~group) for group in groups],
        of=of,
        categories=categories.names,
        shares=np.array([_money_shares(scores, categories, group) for group in groups]),
        usual=np.array([_money_shares(scores, categories, ~group) for group in groups]),
        strength=found.strength,
    )


def _traits(visits: Visits, scores: Scores) -> Array:
    """Purchases, money a visit, different items a visit, days since the last; one row a customer."""
    starts = np.unique(visits.customers, return_index=True)[1]
    items = np.add.reduceat(visits.items, starts) / scores.purchases
    return np.column_stack([scores.purchases, scores.values / scores.purchases, items, scores.days_since])


def _points(traits: Array, categories: Categories) -> Array:
    """Traits by their logarithms, and the roots of shares, which lie as far apart as distributions do (Hellinger)."""
    habits = np.log1p(np.maximum(traits, 0))
    spreads = habits.std(axis=0)
    columns = [(habits - habits.mean(axis=0))[:, spreads > 0] / spreads[spreads > 0]]
    roots = np.sqrt(categories.shares)
    varied = roots.var(axis=0).sum()
    if varied > 0:
        columns.append((roots - roots.mean(axis=0)) * np.sqrt(_OF_CATEGORIES / varied))
    return np.column_stack(columns)


def _describe(scores: Scores, traits: Array, group: Array) -> Behaviour:
    purchases, value, items, since = np.median(traits[group], axis=0).tolist()
    return Behaviour(
        customers=int(group.sum()),
        value=float(scores.values[group].sum()),
        purchases=purchases,
        visit_value=value,
        visit_items=items,
        days_since=since,
    )


def _money_shares(scores: Scores, categories: Categories, group: Array) -> Array:
    money = np.maximum(scores.values[group], 0)
    total = money.sum()
    shares: Array = money @ categories.shares[group] / total if total > 0 else np.zeros(len(categories.names))
    return shares
