"""What was not shown, in words: the nearest to being shown first, together with what left for the same reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from pairwell.decide.telling.otherwise import say_hints
from pairwell.decide.telling.parts import LeftAccount
from pairwell.decide.telling.reasons import nearness, reason_of_all, reason_of_one
from pairwell.decide.telling.words import THOUSAND, Paragraph, Words
from pairwell.records import Stage
from pairwell.said import Said, begun, joined, number, phrase, phrase_count

_NEAREST: Final[Sequence[Stage]] = (
    "choice", "worth", "caps", "guards", "suitability", "applicability", "eligibility", "candidates",
)  # fmt: skip
TOLD = 10


def tell_left(by_stage: Mapping[Stage, Sequence[LeftAccount]], words: Words, *, every: bool) -> Iterator[Paragraph]:
    """Everything that was not shown; unless `every`, the ten nearest to being shown and how many more."""
    ordered = nearest_first(by_stage)
    told = ordered if every else ordered[:TOLD]
    for said, group in groupby(told, key=reason_of_all):
        yield Paragraph("")
        yield from _tell_group(said, list(group), words)
    if rest := ordered[len(told) :]:
        yield Paragraph("")
        yield Paragraph(
            phrase_count(
                "{count} more was further from being shown (--all tells of them): {reasons}.",
                "{count} more were further from being shown (--all tells of them): {reasons}.",
                len(rest),
                reasons=_counts(rest),
            )
        )


def nearest_first(by_stage: Mapping[Stage, Sequence[LeftAccount]]) -> list[LeftAccount]:
    """Everything that was not shown, the nearest to being shown first."""
    return sorted((one for left in by_stage.values() for one in left), key=_nearest)


def say_left(left: LeftAccount, words: Words) -> tuple[str, Said]:
    """Why one was not shown: what is true of all that left for this reason, and what more of this one."""
    return reason_of_all(left), joined(_reason(left, words), _hints(left, words))


def _tell_group(said: str, group: Sequence[LeftAccount], words: Words) -> Iterator[Paragraph]:
    """What left for one reason; what is the same of all of it is said once."""
    reasons, hints = ([say(one, words) for one in group] for say in (_reason, _hints))
    shared = [texts[0] for texts in (reasons, hints) if len(group) > 1 and len(set(texts)) == 1]
    yield Paragraph(joined(joined(said, ":", between=""), *shared))
    for one, reason, hint in zip(group, reasons, hints, strict=True):
        own = [text for text in (reason, hint) if text and text not in shared]
        named = joined(_name(one, words), ":" if reason in own else ".", between="")
        yield Paragraph(joined(named, *own), mark="  - ")


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


def _name(left: LeftAccount, words: Words) -> Said:
    anchor, items = left.factors.get("anchor_id"), left.factors.get("items")
    part, named = left.factors.get("part"), words.item(left.item_id)
    if items and anchor:
        named = phrase("Bundle of {items}", items=words.several([*items, anchor]))
    return joined(
        named,
        "" if left.price_minor is None else joined(", ", words.money(left.price_minor), between=""),
        phrase(" instead of {anchor}", anchor=words.short(anchor)) if left.kind == "upgrade" and anchor else "",
        phrase(", pinned by you") if "pin" in left.factors else "",
        phrase(" (because of {part})", part=words.short(part)) if items and len(items) > 1 and part else "",
        between="",
    )


def _reason(left: LeftAccount, words: Words) -> str:
    """What is true of this one; empty where its group says all."""
    said = joined(reason_of_one(left, words), _worth(left, words), between="; ")
    return joined(said, ".", between="") if said else ""


def _hints(left: LeftAccount, words: Words) -> Said:
    return say_hints(left.hints, words)


def _worth(left: LeftAccount, words: Words) -> str:
    factors = left.factors
    if "worth_minor" not in factors:
        return ""
    if factors["gain_minor"] <= 0:
        return phrase("a sale would earn {gain}", gain=words.money(round(factors["gain_minor"], 2)))
    if factors["persuasion"] <= 0:
        return phrase("showing it wins no buyers")
    worth, cost = (round(factors[name] * THOUSAND) for name in ("worth_minor", "cost_minor"))
    money = {"times": THOUSAND, "amount": words.money(abs(worth)), "cost": words.money(cost)}
    if worth >= 0:
        return phrase("shown {times} times it adds {amount} and costs {cost}", **money)
    if "lost_minor" in factors:
        return phrase(
            "shown {times} times it loses {amount} (who buys all of it anyway gets the discount too) and costs {cost}",
            **money,
        )
    return phrase("shown {times} times it loses {amount} and costs {cost}", **money)


def _counts(rest: Sequence[LeftAccount]) -> Said:
    counts: dict[str, int] = {}
    for one in rest:
        said = reason_of_all(one)
        counts[said] = counts.get(said, 0) + 1
    each = [joined(number(count), "×", begun(said, capital=False)) for said, count in counts.items()]  # noqa: RUF001
    return joined(*each, between="; ")
