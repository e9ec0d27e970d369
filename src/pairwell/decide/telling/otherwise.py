"""What would have had to be otherwise, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from pairwell.decide.telling.parts import Goal, Hint
from pairwell.decide.telling.words import Words

_REACHED: Final[Mapping[Goal | None, str]] = {
    None: "within your limits",
    "within_the_guards": "within your limits, though not worth showing,",
    "worth_its_cost": "worth showing",
    "slate_worth_its_cost": "enough for the whole answer",
    "best_score": "first in the draw",
}


def say_hints(hints: Sequence[Hint], words: Words) -> str:
    """A sentence for each hint; empty where there is none."""
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in (_say(hint, words) for hint in hints))


def _say(hint: Hint, words: Words) -> str:
    reached = _REACHED[hint.goal]
    if hint.price_at_most_minor is not None:
        return f"{reached} at a price of {words.money(hint.price_at_most_minor)} or less"
    if hint.price_at_least_minor is not None:
        return f"{reached} at a price of {words.money(hint.price_at_least_minor)} or more"
    if hint.purchase_at_least_minor is not None:
        return f"{reached} beside a purchase of {words.money(hint.purchase_at_least_minor)} or more"
    if hint.margin_times is not None:
        needed = f"a sale would have to earn {_times(hint.margin_times)} as much"
        return f"no price within your limits, up to twice its own, makes it {reached}: {needed}"
    if hint.again_from is not None:
        return f"again from {words.moment(hint.again_from)} on"
    raise AssertionError("a hint says one thing")


def _times(number: float) -> str:
    """Rounded up, so that so many are enough: "1.7 times"."""
    return f"{math.ceil(number * 10) / 10:,.1f} times"
