"""What would have had to be otherwise, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from pairwell.decide.telling.parts import Goal, Hint
from pairwell.decide.telling.words import Words
from pairwell.said import Said, begun, joined, number, phrase

_REACHED: Final[Mapping[Goal | None, Said]] = {
    None: phrase("within your limits"),
    "within_the_guards": phrase("within your limits, though not worth showing,"),
    "worth_its_cost": phrase("worth showing"),
    "slate_worth_its_cost": phrase("enough for the whole answer"),
    "best_score": phrase("first in the draw"),
}


def say_hints(hints: Sequence[Hint], words: Words) -> Said:
    """A sentence for each hint; empty where there is none."""
    return joined(*(joined(begun(_say(hint, words)), ".", between="") for hint in hints))


def _say(hint: Hint, words: Words) -> Said:
    reached = _REACHED[hint.goal]
    if hint.price_at_most_minor is not None:
        price = words.money(hint.price_at_most_minor)
        return phrase("{reached} at a price of {price} or less", reached=reached, price=price)
    if hint.price_at_least_minor is not None:
        price = words.money(hint.price_at_least_minor)
        return phrase("{reached} at a price of {price} or more", reached=reached, price=price)
    if hint.purchase_at_least_minor is not None:
        purchase = words.money(hint.purchase_at_least_minor)
        return phrase("{reached} beside a purchase of {purchase} or more", reached=reached, purchase=purchase)
    if hint.margin_times is not None:
        return phrase(
            "no price within your limits, up to twice its own, makes it {reached}: a sale would have to earn {times} "
            "times as much",
            reached=reached,
            times=_rounded_up(hint.margin_times),
        )
    if hint.again_from is not None:
        return phrase("again from {moment} on", moment=words.moment(hint.again_from))
    raise AssertionError("a hint says one thing")


def _rounded_up(times: float) -> Said:
    """So that so many are enough: "1.7"."""
    return number(math.ceil(times * 10) / 10, 1)
