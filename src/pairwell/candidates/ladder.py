"""What a step up changes: price, margin, rating, attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from pairwell.records import Comparison, Item, Pair

_ROOM = 60  # characters of a value; a description is no point of comparison
_NOT_FOR_CUSTOMERS = frozenset(
    {
        *("cost", "cost_minor", "margin", "margin_minor", "margin_rate"),
        *(
            "shopify_handle",
            "shopify_title",
            "woocommerce_parent",
            "magento_parent",
        ),  # what a shop system calls the product
    }
)
_KEYS = (
    "id",
    "sku",
    "key",
    "code",
    "ean",
    "gtin",
    "upc",
    "barcode",
    "url",
)  # last words of names that only machines read


def climb(pair: Pair, anchor_id: str, items: Mapping[str, Item], *, margin: bool) -> Pair:
    """The upgrade with its steps, by the facts of now; `margin` is for the shop's own people.

    Money is net and in minor units; a step is None where either side is unknown.
    """
    anchor, target = items.get(anchor_id), items.get(pair.item_id)
    before, after = (None if item is None else item.price_minor for item in (anchor, target))
    return msgspec.structs.replace(
        pair,
        price_step_minor=after - before if before is not None and after is not None else None,
        price_ratio=after / before if before and after is not None else None,
        margin_step_minor=_margin_step(anchor, target) if margin else msgspec.UNSET,
        rating=None if target is None else target.rating,
        compare=[*_merits(anchor, target), *changed_attributes(anchor, target)] if anchor and target else [],
    )


def _margin_step(anchor: Item | None, target: Item | None) -> int | None:
    before, after = _margin(anchor), _margin(target)
    return None if before is None or after is None else after - before


def _margin(item: Item | None) -> int | None:
    if item is None or item.price_minor is None or item.cost_minor is None:
        return None
    return item.price_minor - item.cost_minor


def _merits(anchor: Item, target: Item) -> Iterator[Comparison]:
    for attribute in ("rating", "tier"):
        before, after = getattr(anchor, attribute), getattr(target, attribute)
        if before != after:
            yield Comparison(
                attribute=attribute,
                anchor=None if before is None else f"{before:g}",
                offer=None if after is None else f"{after:g}",
                better=None if before is None or after is None else after > before,
            )


def changed_attributes(anchor: Item, target: Item) -> Iterator[Comparison]:
    """Each attribute that differs and that customers may see, by name; whether it is better is theirs to say."""
    names = sorted({*anchor.attributes, *target.attributes} - _NOT_FOR_CUSTOMERS)
    for name in names:
        if name.lower().rsplit("_", 1)[-1] in _KEYS:
            continue
        before, after = anchor.attributes.get(name), target.attributes.get(name)
        if before != after and max(len(before or ""), len(after or "")) <= _ROOM:
            yield Comparison(attribute=name, anchor=before, offer=after, better=None)
