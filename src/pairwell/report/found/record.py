"""One finding, whatever it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from pairwell.measure.offers.estimates import Estimate
from pairwell.report.record import Cell, Column


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Something that surely stands out, what it costs in the period, and what changes it."""

    key: str
    title: str
    money: Estimate | str  # minor units of the period; or why nobody can tell them
    evidence: str  # by what rule, and how sure
    setting: str  # what to change, in a few words
    do: str  # how
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]


def summed(parts: Sequence[Estimate]) -> Estimate:
    """Their sum; its interval is too wide where they are independent, and never too narrow."""
    return Estimate(
        value=sum(one.value for one in parts), low=sum(one.low for one in parts), high=sum(one.high for one in parts)
    )
