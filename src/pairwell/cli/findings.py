"""What a back-test found, for people: what was hidden, every figure with its interval, and a verdict in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pairwell.cli.output import print_lines, print_table
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.backtest.filling import Filling
    from pairwell.backtest.judging import Estimate, Evaluation, Figures, Scores

_FEWEST = 20  # cases that vary by themselves; fewer tell no methods apart


def print_evaluation(found: Evaluation) -> None:
    """Print the whole finding on stdout."""
    print_lines(_head(found))
    header, numeric = _header(found)
    rows = [(name, *_row(found, scores)) for name, scores in found.methods.items()]
    print_table(header, rows, numeric=numeric)
    print_lines(["", *_verdict(found), *_filling(found.filling)])


def _head(found: Evaluation) -> Iterator[str]:
    learned = f"{counted(found.trained_orders, found.trained_on[:-1])} of {counted(found.trained_items, 'item')}"
    asked = f"{counted(found.cases, 'case')}, {counted(found.truths, 'hidden item')}"
    yield f"Learned from {learned}. Hidden: {found.hidden}."
    yield f"{asked}; {found.unseen:,} in none of the {found.trained_on} before."
    if found.later:
        dated = "order dated in the future counts" if found.later == 1 else "orders dated in the future count"
        yield f"{found.later:,} {dated} as placed with the newest of the others."
    yield ""


def _several(found: Evaluation) -> bool:
    return found.truths > found.cases


def _header(found: Evaluation) -> tuple[tuple[str, ...], range]:
    sets = ("of all hidden in top 10", "ndcg") if _several(found) else ()
    header = (
        "method", "found in top 5", "top 10", "95 % interval", "top 20", "mean reciprocal rank", *sets,
        "by revenue", "items shown", "times rarer",
    )  # fmt: skip
    return header, range(1, len(header))


def _row(found: Evaluation, scores: Scores) -> tuple[object, ...]:
    sets = (scores.recall_at_10.value, scores.ndcg_at_10.value) if _several(found) else ()
    low, high = scores.hit_rate_at_10.ci
    return (
        scores.hit_rate_at_5.value,
        scores.hit_rate_at_10.value,
        f"{low:.4f} to {high:.4f}",
        scores.hit_rate_at_20.value,
        scores.mrr_at_10.value,
        *sets,
        scores.revenue_hit_rate_at_10.value if scores.revenue_hit_rate_at_10 else None,
        f"{scores.coverage_at_10:.0%}",
        f"{2**scores.novelty_over_popularity:.1f}",
    )


def _verdict(found: Evaluation) -> Iterator[str]:
    if found.clusters < _FEWEST:
        cases = counted(found.clusters, "independent case")
        yield f"Too few to tell methods apart: {cases}; {_FEWEST} are needed at least."
        return
    own = found.methods["pairwell"].recall_at_10
    yield f"Pairwell finds {own.value:.3f} ({_ends(own)}) of what was hidden among its first ten:"
    for name, over in found.differences.items():
        yield f"  {_against(name, over)}"


def _against(name: str, over: Figures) -> str:
    difference = over.recall_at_10
    low, high = difference.ci
    if low <= 0 <= high:
        return f"not shown to differ from {name}: {difference.value:+.3f} ({_ends(difference)})."
    word = "better" if low > 0 else "worse"
    return f"{word} than {name} by {abs(difference.value):.3f} ({_ends(difference, turned=low < 0)})."


def _ends(estimate: Estimate, *, turned: bool = False) -> str:
    low, high = (-end for end in reversed(estimate.ci)) if turned else estimate.ci
    return f"{low:.3f} to {high:.3f}"


def _filling(filling: Filling) -> Iterator[str]:
    if filling.share is None:
        return
    yield (
        f"With {filling.unavailable_share:.0%} of the items out of stock, {_share(filling)} answers still hold "
        f"{filling.n}."
    )


def _share(filling: Filling) -> str:
    # A share is never rounded up to all of them.
    whole = filling.filled == filling.fillable
    return f"all {filling.fillable:,}" if whole else f"{filling.filled:,} of {filling.fillable:,}"
