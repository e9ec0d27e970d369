"""A training sheet for a category: what to ask, why the better is better, what to answer, what sells elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Final

import ibis
import msgspec
from scipy.special import bdtrc

from pairwell.advise.stores.cards import leaf, readable
from pairwell.advise.stores.fair import WRONG, Compared, judge
from pairwell.advise.stores.noes import Declined
from pairwell.advise.stores.records import Back, Habit, Objection, Rate, Step, Training
from pairwell.advise.stores.sold import Sold, Told, add_ons_among, read_told
from pairwell.advise.stores.steps import Known, first_upgrades, took_dearer
from pairwell.config.settings import Decline, Shop
from pairwell.engines.engine import storage_failures
from pairwell.errors import NotFoundError
from pairwell.measure.intervals import share_interval
from pairwell.prices import customer_price
from pairwell.records import Item, Pair
from pairwell.said import exact, listed, lowered, phrase
from pairwell.several import adjust

_QUESTIONS, _VALUES, _STEPS, _ADD_ONS, _BACK = 6, 4, 6, 15, 5
_LONGEST = 30  # characters of a value that one can ask for
_FEWEST = 20  # orders of an item whose returns are told


class Asked(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A category, and what is known beside its goods."""

    category: str
    known: Known
    declined: Sequence[Declined]
    decline: Decline
    shop: Shop


def make_training(asked: Asked, sold: Sold) -> Training:
    """The sheet of a category, with those below it. Raises `NotFoundError` naming some that there are."""
    known = asked.known
    items = [item for item in known.items.values() if belongs(item.category, asked.category)]
    if not items:
        raise _unknown(asked.category, known)
    counts = _orders_of(sold, [item.item_id for item in items])
    best = sorted((item for item in items if item.item_id in counts), key=lambda item: -counts[item.item_id][0])
    steps = first_upgrades([item.item_id for item in best], known)
    habits, compared = _habits(sold, [item.item_id for item in items], known)
    return Training(
        category=asked.category,
        currency=asked.shop.currency,
        timezone=asked.shop.timezone,
        since=sold.period.since,
        until=sold.period.until,
        items=len(best),
        orders=_primary_orders(sold, [item.item_id for item in items]),
        questions=list(_questions(best, counts))[:_QUESTIONS],
        steps=[_step(item_id, pair, asked) for item_id, pair in list(steps.items())[:_STEPS]],
        objections=_objections(asked, {item.item_id for item in items}),
        returns=_most_returned(counts, known),
        habits=habits,
        compared=compared,
    )


def belongs(category: str | None, wanted: str) -> bool:
    """Whether a category is the one wanted or below it; its last part is enough to name it."""
    if category is None:
        return False
    parts = [part.strip().lower() for part in category.split(">")]
    asked = [part.strip().lower() for part in wanted.split(">")]
    return any(parts[start : start + len(asked)] == asked for start in range(len(parts)))


def _unknown(category: str, known: Known) -> NotFoundError:
    names = Counter(leaf(item.category) for item in known.items.values() if item.category)
    some = ", ".join(name for name, _ in names.most_common(5))
    without = phrase("No item states a category: ingest items with one.")
    hint = phrase("Some there are: {some}.", some=some) if some else without
    said = phrase("No item is of the category {category}.", category=repr(category[:80]))
    return NotFoundError(said, hint=hint, field="category")


def _orders_of(sold: Sold, item_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """By item that was sold its orders, and those of which it came back."""
    held = sold.held.filter(sold.held.item_id.isin(list(item_ids)))
    summed = held.group_by("item_id").aggregate(orders=held.count(), back=(held.returned > 0).sum())
    with storage_failures():
        rows = summed.order_by("item_id").to_pyarrow().to_pylist()
    return {row["item_id"]: (int(row["orders"]), int(row["back"] or 0)) for row in rows}


def _primary_orders(sold: Sold, item_ids: Sequence[str]) -> int:
    with storage_failures():
        return int(sold.orders.filter(sold.orders.primary_item.isin(list(item_ids))).count().to_pyarrow().as_py())


# --- what to ask, and why the better is better --------------------------------------------------------


def _questions(items: Sequence[Item], counts: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """What the goods of the category differ in, what most sales differ in first."""
    yield phrase("What will you use it for, and how often?")
    values: dict[str, Counter[str]] = {}
    for item in items:
        for name, value in item.attributes.items():
            if len(value) <= _LONGEST:
                values.setdefault(name, Counter())[value] += counts[item.item_id][0]
    # What is another value for each of many items is a name, and nobody can choose by it.
    told = {name: found for name, found in values.items() if 1 < len(found) < max(len(items), _VALUES + 1)}
    for name in sorted(told, key=lambda one: (-told[one].total(), one)):
        usual = sorted((value for value, _ in told[name].most_common(_VALUES)), key=_in_order)
        if name == "purpose":
            yield phrase("What matters to you: {purposes}?", purposes=lowered(listed(usual, "or")))
        else:
            yield phrase("{attribute}: {values}?", attribute=readable(name), values=listed(usual, "or"))


def _in_order(value: str) -> tuple[float, str]:
    """Numbers rise; words stay in the order in which they are most usual."""
    try:
        return float(value), value
    except ValueError:
        return inf, ""


def _step(item_id: str, pair: Pair, asked: Asked) -> Step:
    known, shop = asked.known, asked.shop
    before, after = (
        None if item is None else customer_price(item, shop)
        for item in (known.items.get(item_id), known.items.get(pair.item_id))
    )
    return Step(
        item_id=item_id,
        title=known.title(item_id),
        upgrade_id=pair.item_id,
        upgrade_title=known.title(pair.item_id),
        price_minor=before,
        more_minor=None if before is None or after is None else after - before,
        compare=pair.compare if isinstance(pair.compare, list) else [],
        dearer=None if known.model is None else took_dearer(item_id, pair.item_id, known.model),
    )


# --- objections ---------------------------------------------------------------------------------------


_ANSWERS: Final = {
    "too_dear": phrase(
        "Name the price beside the purchase, and what it saves or protects. Then the cheaper one that does the job. "
        "If it is still too dear, that is an answer."
    ),
    "have_it": phrase("Ask before you offer. Ask how old it is and whether it still does its job; offer nothing more."),
    "later": phrase("Write it on the receipt, or offer to remind. Do not press: what is pressed comes back."),
    "": phrase("Thank them and go on. Ask once what was missing, so that the next customer is asked better."),
}


def _objections(asked: Asked, item_ids: set[str]) -> list[Objection]:
    """Every reason there is, those that customers gave most often first."""
    said = Counter(one.reason or "" for one in asked.declined if one.name in item_ids)
    quiet = phrase(
        "Take it as it is. The same is not offered to this customer again for {days} days.",
        days=exact(asked.decline.quiet_days),
    )
    answers = {**_ANSWERS, "not_for_me": quiet}
    every = [*(reason for reason in answers if reason or said[reason]), *sorted(set(said) - set(answers))]
    found = [Objection(reason=one, times=said[one], answer=answers.get(one, _ANSWERS[""])) for one in every]
    return sorted(found, key=lambda one: -one.times)


def _most_returned(counts: Mapping[str, tuple[int, int]], known: Known) -> list[Back]:
    """Items that come back more often than the category does as a whole, by exact binomial tests of all of them."""
    orders, back = (sum(one[place] for one in counts.values()) for place in (0, 1))
    told = [item_id for item_id in counts if counts[item_id][0] >= _FEWEST]
    if not back or not told:
        return []
    usual = back / orders
    sure = adjust([float(bdtrc(counts[one][1] - 1, counts[one][0], usual)) for one in told])
    shown = [one for one, p_value in zip(told, sure, strict=True) if p_value <= WRONG]
    shown.sort(key=lambda one: -counts[one][1] / counts[one][0])
    return [_back(one, counts[one], usual, known) for one in shown[:_BACK]]


def _back(item_id: str, counts: tuple[int, int], usual: float, known: Known) -> Back:
    orders, returned = counts
    return Back(
        item_id=item_id,
        title=known.title(item_id),
        orders=orders,
        returned=returned,
        share=returned / orders,
        interval=share_interval(returned / orders, orders),
        usual=usual,
    )


# --- what others do -----------------------------------------------------------------------------------


def _habits(sold: Sold, item_ids: Sequence[str], known: Known) -> tuple[list[Habit], int]:
    """What sellers add more often than others do, of what is added most; and how many were looked at."""
    told, added = read_told(sold.history), _most_added(sold, item_ids)
    judged = judge([add_ons_among(sold, item_ids, one) for one in added], len(sold.sellers))
    habits = [
        _habit((seller, item_id), (rate, compared), told.get(seller, Told()).name, known)
        for item_id, rates in zip(added, judged, strict=True)
        for seller, (rate, compared, p_adjusted) in zip(sold.sellers, rates, strict=True)
        if compared is not None and p_adjusted <= WRONG and compared.ratio > 1
    ]
    looked_at = sum(compared is not None for rates in judged for _, compared, _ in rates)
    return sorted(habits, key=lambda one: (one.title, one.name or one.seller_id)), looked_at


def _habit(whose: tuple[str, str], found: tuple[Rate, Compared], name: str | None, known: Known) -> Habit:
    (seller_id, item_id), (rate, compared) = whose, found
    return Habit(
        seller_id=seller_id,
        name=name,
        item_id=item_id,
        title=known.title(item_id),
        rate=rate,
        ratio=compared.ratio,
        interval=compared.interval,
    )


def _most_added(sold: Sold, item_ids: Sequence[str]) -> list[str]:
    """The items that stand most often beside a primary item of these."""
    heads = sold.orders.filter(sold.orders.primary_item.isin(list(item_ids))).select("order_id", "primary_item")
    beside = sold.held.join(heads, "order_id").filter(lambda rows: rows.item_id != rows.primary_item)
    counts = beside.group_by("item_id").aggregate(orders=beside.count())
    with storage_failures():
        table = counts.order_by(ibis.desc("orders"), "item_id").limit(_ADD_ONS).to_pyarrow()
    return [str(one) for one in table["item_id"].to_pylist()]
