"""What the rules say of items alone: a bit for each rule, worked out once for each revision of an item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pairwell.config.rules.engine import ConditionError, run
from pairwell.config.settings import Shop
from pairwell.decide.rules.parts import Part
from pairwell.decide.rules.values import context_of, join_wanted, read_item
from pairwell.records import Item


class ItemVerdicts:
    """A memory and nothing more: without it the same is worked out again.

    It fills as items are asked for, so that a changed catalogue never makes a request wait for all of it.
    """

    def __init__(self, parts: Mapping[int, Part], shop: Shop) -> None:
        self._programs = [(1 << place, part.program) for place, part in parts.items()]
        self._wanted = join_wanted(part.wanted for part in parts.values())
        self._shop = shop
        self._known: dict[str, tuple[Item, int, int]] = {}

    def of(self, item: Item) -> tuple[int, int]:
        """The bits of the parts that hold of `item`, and of those that cannot be told."""
        known = self._known.get(item.item_id)
        if known is None or known[0] is not item:
            known = self._known[item.item_id] = (item, *self._judge(item))
        return known[1], known[2]

    def flag(self, items: Iterable[Item], bits: int) -> list[int]:
        """Of each of the items those of `bits` whose parts hold or cannot be told."""
        known, flags = self._known, []
        for item in items:
            one = known.get(item.item_id)
            holding, failing = one[1:] if one is not None and one[0] is item else self.of(item)
            flags.append((holding | failing) & bits)
        return flags

    def read(self, items: Iterable[Item]) -> None:
        """Work out the bits of `items` ahead of any request."""
        for item in items:
            self.of(item)

    def _judge(self, item: Item) -> tuple[int, int]:
        context = context_of(self._wanted, lambda _, name: read_item(item, self._shop, name))
        holding = failing = 0
        for bit, program in self._programs:
            try:
                holding |= bit if run(program, context) else 0
            except ConditionError:
                failing |= bit
        return holding, failing
