"""What a policy came to over a span: totals, and how it stands to another over several worlds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.backtest.loop.intervals import Mean, NotEstimable, mean_of
from pairwell.backtest.loop.living import Lived, Span


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Totals over visits; money in minor units."""

    visits: int
    incremental_minor: float  # margin expected, against the world without offers
    incremental_drawn_minor: float  # the same of the orders that were drawn
    attributed_minor: float  # margin of accepted offers in placed orders
    exposures: int
    accepts: int
    declines: int
    customers_annoyed: int
    lost_orders: float  # expected
    silent_share: float  # of visits


def figures_of(span: Span, lived: Lived, *, late: bool = False) -> Figures:
    """The totals of a span, or of the second half of its visits."""
    some = slice(len(span.visits) // 2 if late else 0, None)
    annoyed = {visit.customer_id for visit, yes in zip(span.visits[some], lived["annoyed"][some], strict=True) if yes}

    def total(name: str) -> float:
        return float(np.sum(lived[name][some]))

    return Figures(
        visits=len(span.visits[some]),
        incremental_minor=total("incremental"),
        incremental_drawn_minor=total("incremental_drawn"),
        attributed_minor=total("attributed"),
        exposures=int(total("exposures")),
        accepts=int(total("accepts")),
        declines=int(total("declines")),
        customers_annoyed=len(annoyed),
        lost_orders=total("lost"),
        silent_share=total("silent") / len(span.visits[some]),
    )


def per_visit(figures: Figures) -> float:
    """Incremental margin of a visit, minor units."""
    return figures.incremental_minor / figures.visits


def lead(ones: Sequence[Figures], others: Sequence[Figures]) -> Mean | NotEstimable:
    """Incremental margin a visit that `ones` earn more than `others`, paired by world."""
    return mean_of([per_visit(one) - per_visit(other) for one, other in zip(ones, others, strict=True)])
