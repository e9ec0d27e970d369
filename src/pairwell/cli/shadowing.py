"""How a model in the shadow of the live one is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pairwell.cli.output import amount, print_lines, print_table
from pairwell.cli.rollout import percent
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.backtest.whatif.shadow import Shadow
    from pairwell.backtest.whatif.sides import Mover, Side


def print_shadow(found: Shadow, currency: str) -> None:
    """What would change, and both models side by side; money in the major unit of `currency`."""
    print_lines(_head(found))
    print_lines([""])
    print_table(("", "live", "shadow"), _rows(found.counted.before, found.counted.after, currency), numeric=(1, 2))
    if found.counted.movers:
        print_lines(["", "Offered most differently:"])
        print_table(("item", "title", "live", "shadow"), map(_moved, found.counted.movers), numeric=(2, 3))
    print_lines(
        ["", "The worth is what each model expects of its own offers: it is no proof that they earn it.", *_next(found)]
    )


def _head(found: Shadow) -> Iterator[str]:
    requests = found.counted.requests
    yield f"Model {found.model} in the shadow of the live model {found.live}, on {counted(requests, 'logged request')}."
    if found.unasked:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in found.unasked.items())
        yield f"  not decided again: {reasons}"
    yield f"  another answer to {found.changed:,} of them ({percent(found.changed / requests)})"
    yield f"  offers kept {found.kept:,}, gained {found.gained:,}, lost {found.lost:,}"


def _rows(live: Side, shadow: Side, currency: str) -> Iterator[tuple[object, ...]]:
    yield "requests with offers", live.slates, shadow.slates
    yield "offers", sum(live.offers.values()), sum(shadow.offers.values())
    for reason in sorted(live.silences.keys() | shadow.silences.keys()):
        yield f"silence: {reason}", live.silences.get(reason, 0), shadow.silences.get(reason, 0)
    yield f"expected worth, {currency}", _money(live, currency), _money(shadow, currency)


def _money(side: Side, currency: str) -> str:
    return amount(round(side.worth_minor), currency)


def _moved(mover: Mover) -> tuple[object, ...]:
    return mover.item_id, mover.title, mover.before, mover.after


def _next(found: Shadow) -> Iterator[str]:
    yield f"`pairwell model publish {found.model} --share 0.1` gives it to a tenth of the customers first."
