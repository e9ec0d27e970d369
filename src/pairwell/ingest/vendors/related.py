"""Lists of products beside a product, as relations of what is sold of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pairwell.ingest.vendors.export import Given, Left, Piece, Row


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """A variant of a product, or the product where it has none."""

    item_id: str
    published: bool


class Links:
    """Gathers what is sold of each product, and the lists beside it, until the whole file was read."""

    def __init__(self) -> None:
        self._sold: dict[str, list[Sold]] = {}
        self._lists: list[tuple[Given, str, str, Sequence[str]]] = []
        self._names: dict[str, str] = {}

    def sold(self, product: str, item: Sold) -> None:
        """`item` is sold of `product`; one without an id is not."""
        if item.item_id:
            self._sold.setdefault(product, []).append(item)

    def called(self, product: str, other: str) -> None:
        """`product` is also called `other`."""
        self._names[other] = product

    def told(self, given: Given, product: str, relation: str, others: Sequence[str]) -> None:
        """The row says which `others` stand to `product` in `relation`, in order."""
        if others:
            self._lists.append((given, product, relation, list(dict.fromkeys(others))))

    def pieces(self) -> Iterator[Piece]:
        """Relations from everything that is sold of a product to what stands for each of the others."""
        for given, product, relation, others in self._lists:
            anchors = self._sold.get(self._named(product), [])
            for rank, other in enumerate(others):
                targets = self._sold.get(self._named(other), [])
                if not anchors or not targets:
                    yield Left(given, "relations", "unknown_product")
                    continue
                target = stands_for(targets)
                for anchor in anchors:
                    cells = {"anchor_id": anchor.item_id, "item_id": target, "relation": relation, "rank": str(rank)}
                    yield Row(given, "relations", cells)

    def _named(self, product: str) -> str:
        return self._names.get(product, product)


def stands_for(variants: Sequence[Sold]) -> str:
    """The variant that stands for its product in a list: of those published, else of all, the first by id."""
    published = [variant.item_id for variant in variants if variant.published]
    return min(published or [variant.item_id for variant in variants])
