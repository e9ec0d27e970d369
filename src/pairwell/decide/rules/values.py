"""Fields as programs take them: which are wanted, and a context of just these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from pairwell.config.rules.conditions import Reference
from pairwell.config.rules.engine import Context, make_context
from pairwell.config.settings import Shop
from pairwell.prices import customer_price
from pairwell.records import Item

Read = Callable[[str, str], Any]  # record and field -> value


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A field that programs read; of a map only `keys`, or all of it where that is None."""

    variable: str
    record: str
    name: str
    keys: tuple[str, ...] | None

    def value(self, read: Read) -> Any:  # noqa: ANN401 - a field's value
        value = read(self.record, self.name)
        return value if self.keys is None else {key: value[key] for key in self.keys if key in value}


def want(references: Iterable[Reference]) -> tuple[Wanted, ...]:
    """Each field once. Of a map, which is dear to hand over, only the keys that are named where all are."""
    keys: dict[tuple[str, str], set[str | None]] = {}
    for reference in references:
        keys.setdefault((reference.record, reference.name), set()).add(reference.key)
    return tuple(_wanted(record, name, found) for (record, name), found in sorted(keys.items()))


def join_wanted(groups: Iterable[Iterable[Wanted]]) -> tuple[Wanted, ...]:
    """What any of the groups wants, each field once."""
    joined: dict[str, Wanted] = {}
    for one in (wanted for group in groups for wanted in group):
        known = joined.get(one.variable, one)
        both = None if known.keys is None or one.keys is None else tuple(sorted({*known.keys, *one.keys}))
        joined[one.variable] = msgspec.structs.replace(known, keys=both)
    return tuple(joined.values())


def context_of(wanted: Iterable[Wanted], read: Read) -> Context:
    """The wanted fields for programs."""
    return make_context({one.variable: one.value(read) for one in wanted})


def told(references: Iterable[Reference], read: Read) -> dict[str, Any]:
    """The values behind a verdict, by path, as records keep them."""
    return {reference.path: _told(reference, read) for reference in references}


def read_item(item: Item, shop: Shop, name: str) -> Any:  # noqa: ANN401 - a field's value
    """A field of `item` or `anchor`."""
    return _ITEM[name](item, shop)


def _wanted(record: str, name: str, keys: set[str | None]) -> Wanted:
    named = None if None in keys else tuple(sorted(key for key in keys if key is not None))
    return Wanted(variable=Reference(record=record, name=name).variable, record=record, name=name, keys=named)


def _told(reference: Reference, read: Read) -> Any:  # noqa: ANN401 - a field's value
    value = read(reference.record, reference.name)
    if reference.key is not None:
        return value.get(reference.key)
    return value.isoformat() if hasattr(value, "isoformat") else value


_ITEM: Mapping[str, Callable[[Item, Shop], Any]] = {
    "item_id": lambda item, _: item.item_id,
    "title": lambda item, _: item.title or "",
    "kind": lambda item, _: item.kind,
    "category": lambda item, _: item.category or "",
    "brand": lambda item, _: item.brand or "",
    "family": lambda item, _: item.family or "",
    "tier": lambda item, _: item.tier,
    "price_minor": customer_price,
    "cost_minor": lambda item, _: item.cost_minor,
    "rating": lambda item, _: item.rating,
    "n_ratings": lambda item, _: item.n_ratings or 0,
    "stock": lambda item, _: item.stock,
    "published": lambda item, _: item.published,
    "attributes": lambda item, _: item.attributes,
}
