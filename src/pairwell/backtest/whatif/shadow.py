"""Logged requests decided by another model in the shadow of the live one: what would change, before anybody sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from pairwell.backtest.whatif.again import Other, Pair, Past, UntoldReason, decide_again
from pairwell.backtest.whatif.lottery import Lottery
from pairwell.backtest.whatif.sides import Counted, Tally
from pairwell.config.progress import Advance, unheard
from pairwell.decide.choose import decide
from pairwell.errors import EvidenceError, NotFoundError, SettingsError
from pairwell.model.model import Model
from pairwell.records import Decision, Offer


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """Two models on the same requests, with the settings and facts of then. `before` is the live one."""

    model: str
    live: str
    asked: int  # logged requests
    unasked: dict[str, int]  # those that could not be decided again, by reason
    changed: int  # requests whose slate is another, or that are silent for another reason
    kept: int  # offers that both make
    gained: int  # that only the shadow makes
    lost: int  # that only the live model makes
    counted: Counted


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """The live model and the one in its shadow."""

    live: Model
    shadow: Model


def shadow(
    decisions: Iterable[Decision], number: int, past: Past, models: Models, advance: Advance = unheard
) -> Shadow:
    """Decide logged requests by both models; nothing is shown or journaled. `number`: how many decisions there are.

    The worth is what each model expects of its own offers, which is no proof that they earn it. Raises
    `EvidenceError` where no request can be decided again.
    """
    tally, found, unasked = Tally(), _Found(), Counter[str]()
    seen = 0
    for seen, decision in enumerate(decisions, 1):
        pair = _pair(decision, past, models)
        if isinstance(pair, str):
            unasked[pair] += 1
        else:
            tally.add(pair, Lottery(pair.before), Lottery(pair.after))
            found.add(pair.decision, decide(pair.after.scene, pair.after))
        advance(seen / number)
    if number > seen:
        unasked["forgotten"] += number - seen
    if not found.requests:
        why = ", ".join(f"{count} {reason}" for reason, count in sorted(unasked.items()))
        raise EvidenceError(
            f"No logged request can be decided again ({why or 'there is none'}).",
            hint="Try again when decisions have been made by this version.",
        )
    return Shadow(
        model=models.shadow.id,
        live=models.live.id,
        asked=number,
        unasked=dict(sorted(unasked.items())),
        changed=found.changed,
        kept=found.kept,
        gained=found.gained,
        lost=found.lost,
        counted=tally.counted(),
    )


def _pair(decision: Decision, past: Past, models: Models) -> Pair | UntoldReason:
    """What the live model decides, and what the shadow does."""
    try:
        settings = past.archive.settings_of(decision.inputs.settings)
    except (SettingsError, NotFoundError):
        return "gone"
    pairs: list[Pair] = []
    for model in (models.live, models.shadow):
        other = Other(name=decision.inputs.settings, settings=settings, model=model)
        pair = decide_again(decision, past, other)
        if isinstance(pair, str):
            return pair
        pairs.append(pair)
    live, other_way = pairs
    made = decide(live.after.scene, live.after)
    return Pair(decision=made, before=live.after, after=other_way.after, gaps=live.gaps | other_way.gaps)


class _Found:
    """Counts what differs."""

    def __init__(self) -> None:
        self.requests = self.changed = self.kept = self.gained = self.lost = 0

    def add(self, before: Decision, after: Decision) -> None:
        self.requests += 1
        old, new = (Counter(map(_named, made.slate)) for made in (before, after))
        both = (old & new).total()
        self.kept += both
        self.gained += new.total() - both
        self.lost += old.total() - both
        self.changed += _told(before) != _told(after)


def _named(offer: Offer) -> tuple[str, str, str | None]:
    return offer.kind, offer.item_id, offer.replaces


def _told(decision: Decision) -> tuple[list[tuple[str, str, str | None]], str | None]:
    silence = decision.answer.silence
    return [_named(offer) for offer in decision.slate], None if silence is None else silence.reason
