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
    ordered = nearest_first(by_stage)
    told = ordered if every else ordered[:TOLD]
    for said, group in groupby(told, key=reason_of_all):
        yield ""
        yield from _tell_group(said, list(group), words)
    if rest := ordered[len(told) :]:
        more = "1 more was" if len(rest) == 1 else f"{len(rest):,} more were"
        yield ""
        yield from folded(f"{more} further from being shown (--all tells of them): {_counts(rest)}.")


def nearest_first(by_stage: Mapping[Stage, Sequence[LeftAccount]]) -> list[LeftAccount]:
    """Everything that was not shown, the nearest to being shown first."""
    return sorted((one for left in by_stage.values() for one in left), key=_nearest)


def say_left(left: LeftAccount, words: Words) -> tuple[str, str]:
    """Why one was not shown: what is true of all that left for this reason, and what more of this one."""
    return reason_of_all(left), f"{_reason(left, words)} {_hints(left, words)}".strip()


def _tell_group(said: str, group: Sequence[LeftAccount], words: Words) -> Iterator[str]:
    """What left for one reason; what is the same of all of it is said once."""
    reasons, hints = ([say(one, words) for one in group] for say in (_reason, _hints))
    shared = [texts[0] for texts in (reasons, hints) if len(group) > 1 and len(set(texts)) == 1]
    yield from folded(f"{said}: {' '.join(shared)}".rstrip())
    for one, reason, hint in zip(group, reasons, hints, strict=True):
        own = [text for text in (reason, hint) if text and text not in shared]
        mark = ": " if reason in own else ". "
        yield from folded(f"{_name(one, words)}{mark}{' '.join(own)}".rstrip(), first="  - ")


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


def _name(left: LeftAccount, words: Words) -> str:
    price = "" if left.price_minor is None else f", {words.money(left.price_minor)}"
    anchor, items = left.factors.get("anchor_id"), left.factors.get("items")
    role = f" instead of {words.short(anchor)}" if left.kind == "upgrade" and anchor else ""
    pinned = ", pinned by you" if "pin" in left.factors else ""
    named = f"Bundle of {words.several([*items, anchor])}" if items and anchor else words.item(left.item_id)
    part = left.factors.get("part")
    over = f" (because of {words.short(part)})" if items and len(items) > 1 and part else ""
    return f"{named}{price}{role}{pinned}{over}"


def _reason(left: LeftAccount, words: Words) -> str:
    """What is true of this one; empty where its group says all."""
    said = "; ".join(text for text in (reason_of_one(left, words), _worth(left, words)) if text)
    return f"{said}." if said else ""


def _hints(left: LeftAccount, words: Words) -> str:
    return say_hints(left.hints, words)


def _worth(left: LeftAccount, words: Words) -> str:
    factors = left.factors
    if "worth_minor" not in factors:
        return ""
    if factors["gain_minor"] <= 0:
        return f"a sale would earn {words.money(round(factors['gain_minor'], 2))}"
    if factors["persuasion"] <= 0:
        return "showing it wins no buyers"
    worth, cost = (round(factors[name] * THOUSAND) for name in ("worth_minor", "cost_minor"))
    change = f"adds {words.money(worth)}" if worth >= 0 else f"loses {words.money(-worth)}"
    why = " (who buys all of it anyway gets the discount too)" if worth < 0 and "lost_minor" in factors else ""
    return f"shown {THOUSAND:,} times it {change}{why} and costs {words.money(cost)}"


def _counts(rest: Sequence[LeftAccount]) -> str:
    counts: dict[str, int] = {}
    for one in rest:
        said = reason_of_all(one)
        counts[said] = counts.get(said, 0) + 1
    return "; ".join(f"{number:,} × {said[0].lower()}{said[1:]}" for said, number in counts.items())  # noqa: RUF001
