"""How much of the catalogue the shop's own rules leave, whoever asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from pairwell.config.settings import Settings
from pairwell.decide.rules.book import RuleBook
from pairwell.records import Item


class RuleReach(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that look at nothing but the item: items each of them holds back everywhere it holds, by name."""

    rules: int  # all, of every scope
    items: int  # asked; none where no rule looks at nothing else
    held_back: int  # items that any of them holds back
    withheld: dict[str, int]
    failed: dict[str, int]  # of these, those for which the rule cannot be worked out


def measure_rules(settings: Settings, items: Iterable[Item]) -> RuleReach:
    """Ask every rule of scope `item` of every item."""
    book = RuleBook(settings)
    names = {1 << place: rule.name for place, rule in enumerate(settings.rules) if rule.scope == "item"}
    withheld: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    n = held_back = 0
    for item in items if names else ():
        holding, failing = book.items.of(item)
        told = [name for bit, name in names.items() if (holding | failing) & bit]
        withheld.update(told)
        failed.update(name for bit, name in names.items() if failing & bit)
        n, held_back = n + 1, held_back + bool(told)
    return RuleReach(
        rules=len(settings.rules), items=n, held_back=held_back, withheld=dict(withheld), failed=dict(failed)
    )
