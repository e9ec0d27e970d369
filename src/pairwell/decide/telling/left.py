"""What was not shown, in words: the nearest to being shown first, together with what left for the same reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from pairwell.decide.telling.otherwise import say_hints
from pairwell.decide.telling.parts import LeftAccount
from pairwell.decide.telling.reasons import nearness, reason_of_all, reason_of_one
from pairwell.decide.telling.words import THOUSAND, Words, folded
from pairwell.records import Stage

_NEAREST: Final[Sequence[Stage]] = (
    "choice", "worth", "caps", "guards", "suitability", "applicability", "eligibility", "candidates",
)  # fmt: skip
TOLD = 10


def tell_left(by_stage: Mapping[Stage, Sequence[LeftAccount]], words: Words, *, every: bool) -> Iterator[str]:
    """The lines on everything that was not shown; unless `every`, the ten nearest to being shown and how many more."""
    ordered = sorted((one for left in by_stage.values() for one in left), key=_nearest)
    told = ordered if every else ordered[:TOLD]
    for said, group in groupby(told, key=reason_of_all):
        yield from ("", *folded(f"{said}:"))
        for one in group:
            yield from folded(_line(one, words), first="  - ")
    if rest := ordered[len(told) :]:
        yield ""
        yield from folded(f"{len(rest)} more were further from being shown (--all tells of them): {_counts(rest)}.")


def _nearest(left: LeftAccount) -> tuple[int, int, str, float]:
    """Late stages first; within a stage reason by reason, and of these the one that lacked least."""
    return _NEAREST.index(left.stage), -nearness(left.reason), reason_of_all(left), _missing(left)


def _missing(left: LeftAccount) -> float:
    """How far from passing it was, as far as numbers tell."""
    factors = left.factors
    if "worth_minor" in factors:
        return float(factors["cost_minor"] - factors["worth_minor"])
    if "limit_minor" in factors and "price_minor" in factors:
        return float(factors["price_minor"] / max(factors["limit_minor"], 1))
    return 0.0


def _line(left: LeftAccount, words: Words) -> str:
    price = "" if left.price_minor is None else f", {words.money(left.price_minor)}"
    anchor = left.factors.get("anchor_id")
    role = f" instead of {words.short(anchor)}" if left.kind == "upgrade" and anchor else ""
    pinned = ", pinned by you" if "pin" in left.factors else ""
    items = left.factors.get("items")
    named = f"{words.several(items)} as a bundle" if items else words.item(left.item_id)
    head = f"{named}{price}{role}{pinned}"
    reason = "; ".join(text for text in (reason_of_one(left, words), _worth(left, words)) if text)
    hints = say_hints(left.hints, words)
    return f"{head}{f': {reason}' if reason else ''}.{f' {hints}' if hints else ''}"


def _worth(left: LeftAccount, words: Words) -> str:
    factors = left.factors
    if "worth_minor" not in factors:
        return ""
    if factors["gain_minor"] <= 0:
        return f"a sale would earn {words.money(round(factors['gain_minor'], 2))}"
    if factors["persuasion"] <= 0:
        return "showing it wins no buyers"
    added, cost = (words.money(round(factors[name] * THOUSAND)) for name in ("worth_minor", "cost_minor"))
    return f"shown {THOUSAND:,} times it adds {added} and costs {cost}"


def _counts(rest: Sequence[LeftAccount]) -> str:
    counts: dict[str, int] = {}
    for one in rest:
        said = reason_of_all(one)
        counts[said] = counts.get(said, 0) + 1
    return "; ".join(f"{number:,} × {said[0].lower()}{said[1:]}" for said, number in counts.items())  # noqa: RUF001
