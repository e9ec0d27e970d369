"""What a shop system calls the products that our items are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pairwell.records import Item


class Naming(Protocol):
    """How a shop system names products. None: it knows no name for the item."""

    def product(self, item: Item) -> str | None:
        """The product that the item is, or is a variant of."""

    def title(self, item: Item) -> str | None:
        """The title of that product."""

    def beside(self, item: Item, *, pinned: bool) -> str | None:
        """What the item is called in the list of another product; `pinned`: people chose it."""


class ByItem:
    """Every item is a product under its own id."""

    def product(self, item: Item) -> str | None:
        """The item's id."""
        return item.item_id

    def title(self, item: Item) -> str | None:
        """The item's title."""
        return item.title

    def beside(self, item: Item, *, pinned: bool) -> str | None:
        """The item's id."""
        del pinned
        return item.item_id


class ByPlainId(ByItem):
    """Items under their ids, but for those with a sign that parts ids in the file."""

    def __init__(self, *, without: str) -> None:
        self._without = without

    def product(self, item: Item) -> str | None:
        """The item's id."""
        return None if self._without in item.item_id else item.item_id

    def beside(self, item: Item, *, pinned: bool) -> str | None:
        """The item's id."""
        del pinned
        return self.product(item)


class ByHandle:
    """Shopify: a product is known by its handle, which the import of products keeps."""

    def product(self, item: Item) -> str | None:
        """The handle."""
        return item.attributes.get("shopify_handle")

    def title(self, item: Item) -> str | None:
        """The title without the options of a variant."""
        return item.attributes.get("shopify_title") or item.title

    def beside(self, item: Item, *, pinned: bool) -> str | None:
        """The handle."""
        del pinned
        return self.product(item)


class ByParent:
    """A product is known by its SKU; variants belong to the parent that an attribute of theirs names.

    `without`: a sign that parts names in the file, so that no name may hold it.
    """

    def __init__(self, items: Mapping[str, Item], attribute: str, *, without: str | None = None) -> None:
        self._attribute = attribute
        self._without = without
        groups: dict[str, list[Item]] = {}
        for item in items.values():
            if parent := item.attributes.get(attribute):
                groups.setdefault(parent, []).append(item)
        # As imports have it: of those published, else of all, the first by id stands for the product.
        self._standing = {
            min((item.item_id for item in members if item.published), default=min(one.item_id for one in members))
            for members in groups.values()
        }

    def product(self, item: Item) -> str | None:
        """The parent, or the item itself."""
        return self._named(item.attributes.get(self._attribute) or item.item_id)

    def title(self, item: Item) -> str | None:
        """The item's title: the file says it for people alone."""
        return item.title

    def beside(self, item: Item, *, pinned: bool) -> str | None:
        """The product; but the variant itself where people chose one that does not stand for its product."""
        if pinned and self._attribute in item.attributes and item.item_id not in self._standing:
            return self._named(item.item_id)
        return self.product(item)

    def _named(self, name: str) -> str | None:
        return None if self._without is not None and self._without in name else name
