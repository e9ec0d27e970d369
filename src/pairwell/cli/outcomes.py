"""What the outcomes of offers taught, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pairwell.cli.output import amount, when
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.learn.responses.beliefs import Interval, KindLearned
    from pairwell.learn.responses.learn import FrictionLearned, OffersLearned, TooFewOpportunities

_KINDS: Final = {"cross_sell": "Add-ons", "upgrade": "Upgrades", "bundle": "Bundles", "repeat": "Repeats"}


def outcome_lines(found: OffersLearned | TooFewOpportunities) -> Iterator[str]:
    """For a terminal."""
    from pairwell.learn.responses.learn import TooFewOpportunities

    if isinstance(found, TooFewOpportunities):
        yield (
            f"Of {counted(found.decisions, 'decision')} that had something to offer the outcome is known; "
            f"{found.needed} are needed to learn from. Until then the settings' prior holds."
        )
        return
    silent = found.decisions - found.shown - found.not_shown
    yield (
        f"Learned from the outcomes of {counted(found.decisions, 'decision')} up to {when(found.until)}: "
        f"{found.shown:,} shown, {found.not_shown:,} not shown by lot"
        f"{f', {silent:,} silent as nothing seemed worth showing' if silent else ''}; "
        f"bought up to {found.window_h:g} h after a slate's validity counts."
    )
    if found.left_out:
        yield f"  left out: {counted(found.left_out, 'decision')} under settings that are gone"
    if not found.news:
        yield f"  nothing new since {when(found.learned_at)}"
    for kind in found.kinds:
        yield from _kind_lines(kind)
    for friction in found.friction:
        yield from _friction_lines(friction)
    if found.trials.slates:
        lost, lately = (
            amount(round(minor), found.currency) for minor in (found.trials.lost_minor, found.trials.lately_minor)
        )
        yield (
            f"  To learn, {counted(found.trials.slates, 'slate')} were shown at an expected loss of {lost} "
            f"{found.currency} since {when(found.trials.since)}, of this {lately} in the last 30 days"
        )


def _kind_lines(kind: KindLearned) -> Iterator[str]:
    yield f"  {_KINDS.get(kind.kind, kind.kind)}: {_counts(kind)}"
    if kind.passed_over:
        yield (
            f"    passed over {kind.passed_over:,} times (others took the places, or showing was not worth it), "
            f"{kind.bought_passed_over:,} bought all the same: that teaches what is bought anyway"
        )
    yield f"    bought when shown {_percent(kind.when_shown)}, anyway {_percent(kind.anyway)}"
    yield f"    {_persuasion_words(kind)}; the settings foretold {_signed(kind.prior_persuasion)}"
    if not kind.enough:
        yield "    too few shown, or not shown by lot: what showing changes is mostly the settings' prior yet"
    if kind.persuasion.value <= 0 < kind.persuasion.high:
        yield (
            "    most are silent now, which may be by chance: what is bought anyway goes on being learned; "
            "`choice.learning_budget_minor` above 0 goes on trying"
        )


def _counts(kind: KindLearned) -> str:
    if not (kind.shown or kind.not_shown):
        return "never chosen so far"
    seen = f" (seen {kind.seen:,} times, as far as was told)" if kind.seen else ""
    return (
        f"shown {kind.shown:,} times{seen}, of these {kind.bought_shown:,} bought; "
        f"not shown {kind.not_shown:,} times, {kind.bought_not_shown:,} bought all the same"
    )


def _persuasion_words(kind: KindLearned) -> str:
    found = kind.persuasion
    said = f"persuasion {_signed(found.value)} (95 % interval {_signed(found.low)} to {_signed(found.high)})"
    if found.low > 0:
        return f"{said}: showing wins buyers"
    if found.high < 0:
        return f"{said}: showing turns buyers away"
    return f"{said}: not sure yet whether showing wins buyers or turns them away"


def _friction_lines(friction: FrictionLearned) -> Iterator[str]:
    if friction.friction is None:
        if friction.prior or friction.shown:
            yield (
                f"  Friction in {friction.placement}: too little yet ({friction.shown:,} slates shown beside a cart, "
                f"{friction.not_shown:,} not), the settings' {friction.prior:.2%} holds"
            )
        return
    found = friction.friction
    yield (
        f"  Friction in {friction.placement}: an offer costs {found.value:.2%} of the checkouts "
        f"({found.low:.2%} to {found.high:.2%}; the settings say {friction.prior:.2%})"
    )


def _percent(found: Interval) -> str:
    return f"{found.value:.1%} ({max(0.0, found.low):.1%} to {min(1.0, found.high):.1%})"


def _signed(share: float) -> str:
    return f"{share:+.1%}"
