"""Association rules of a dataset, as a person asks for them."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec
import numpy as np

from pairwell.config.settings import Learn
from pairwell.errors import EvidenceError, RequestError, TooManyError
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.history import History
from pairwell.learn.itemsets.found import Association, AssociationsFound, Kind, Sort
from pairwell.learn.itemsets.mine import Wanted, frequent_itemsets, smallest_count
from pairwell.learn.itemsets.rules import Rules, find_rules
from pairwell.learn.itemsets.support import least_count, shortest_support
from pairwell.said import phrase

_FEWEST = 10  # orders, where nobody said how many
_ENOUGH = 50_000  # itemsets, where nobody said how many


class AssociationTerms(TypedDict, total=False):
    """The fields of an `AssociationQuery`, as keyword arguments."""

    min_support: float | None
    min_confidence: float
    max_items: int | None
    kind: Kind
    sort: Sort
    n: int | None


class AssociationQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for; without a support the smallest that gives no more than 50,000 itemsets is chosen."""

    min_support: float | None = None
    min_confidence: float = 0.5
    max_items: int | None = None
    kind: Kind = "all"
    sort: Sort = "lift"
    n: Annotated[int, msgspec.Meta(ge=0)] | None = None  # rules to return; None: all


def find_associations(history: History, query: AssociationQuery, learn: Learn) -> AssociationsFound:
    """Rules with one item on the right, by `sort` falling, then by count.

    Raises `RequestError` where a bound makes no sense, `EvidenceError` without orders, and `TooManyError`, which names
    the smallest support that fits.
    """
    baskets = history.baskets
    wanted = _checked(query, baskets, learn)
    chosen = query.min_support is None
    min_count = _choose_count(baskets, wanted) if chosen else least_count(query.min_support or 0.0, baskets.n_orders)
    itemsets = frequent_itemsets(baskets, min_count=min_count, wanted=wanted)
    rules = find_rules(baskets, itemsets, query.min_confidence)
    listed = [
        _association(rules, rule, baskets.item_ids) for rule in _best_first(rules, query.sort)[: query.n].tolist()
    ]
    return AssociationsFound(
        rules=listed,
        rules_found=rules.sets.size,
        itemsets=itemsets.counts.size,
        orders=baskets.n_orders,
        min_support=shortest_support(min_count, baskets.n_orders) if chosen else (query.min_support or 0.0),
        min_support_chosen=chosen,
        min_count=min_count,
        min_confidence=query.min_confidence,
        max_items=query.max_items,
        kind=query.kind,
        sort=query.sort,
        titles=_titles(history, listed),
    )


def _checked(query: AssociationQuery, baskets: Baskets, learn: Learn) -> Wanted:
    if not baskets.n_orders:
        raise EvidenceError(
            phrase("There are no orders to find rules in."),
            hint=phrase("Run `pairwell ingest orders FILE`, then ask again."),
        )
    if query.max_items is not None and query.max_items < 1:
        raise RequestError(
            phrase("Itemsets of at most {most} items were asked for; expected 1 or more.", most=str(query.max_items)),
            hint=phrase("A rule needs two: one on each side."),
            field="max_items",
        )
    return Wanted(kind=query.kind, max_items=query.max_items, most=learn.most_itemsets)


def _choose_count(baskets: Baskets, wanted: Wanted) -> int:
    few = msgspec.structs.replace(wanted, most=min(wanted.most, _ENOUGH))
    found = smallest_count(baskets, at_least=min(_FEWEST, baskets.n_orders), wanted=few)
    if found is None:
        raise TooManyError(
            phrase("More than {most} itemsets are in every order; no support leaves fewer.", most=few.most),
            hint=phrase("Ask for closed itemsets (`--kind closed`), or for smaller ones (`--max-items 3`)."),
        )
    return found


def _best_first(rules: Rules, sort: Sort) -> Array:
    first: Array = getattr(rules, sort)
    return np.lexsort((rules.consequents, rules.sets, -rules.counts, -first))


def _association(rules: Rules, rule: int, item_ids: list[str]) -> Association:
    n_orders, count = rules.itemsets.n_orders, int(rules.counts[rule])
    left, right = int(rules.antecedent_counts[rule]), int(rules.consequent_counts[rule])
    return Association(
        antecedent=[item_ids[item] for item in rules.antecedent(rule)],
        consequent=item_ids[rules.consequents[rule]],
        support=count / n_orders,
        confidence=count / left,
        lift=count * n_orders / (left * right),
        leverage=count / n_orders - left * right / n_orders**2,
        count=count,
        antecedent_orders=left,
        consequent_orders=right,
    )


def _titles(history: History, listed: list[Association]) -> dict[str, str]:
    named = {item_id for rule in listed for item_id in (*rule.antecedent, rule.consequent)}
    return {one.item_id: one.title for one in history.listings if one.title and one.item_id in named}
