"""Accounts by products: what each holds, what it lacks and might want, and how well that was found."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

import msgspec

from pairwell.advise.account import Account
from pairwell.advise.whitespace.gaps import Gap, Whitespace
from pairwell.advise.whitespace.hidden import Judged, TooFew
from pairwell.advise.whitespace.ranking import NotLearned


class MatrixRow(msgspec.Struct, frozen=True, kw_only=True):
    """One account: the products that it holds, and its gaps, the likeliest first."""

    account_id: str
    name: str
    owner: str | None
    held: tuple[str, ...]
    gaps: tuple[Gap, ...]

    @property
    def worth_minor(self) -> int:
        """Of all gaps, a year."""
        return sum(gap.worth_minor for gap in self.gaps)


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that hold anything, those with the most worth in their gaps first. Money is in minor units."""

    as_of: dt.datetime | None  # UTC; None: there is no account
    currency: str
    timezone: str
    products: Mapping[str, str]  # titles by id
    rows: tuple[MatrixRow, ...]
    not_learned: tuple[NotLearned, ...]
    judged: Judged | TooFew | None = None  # None: nobody asked


def make_matrix(found: Whitespace, accounts: Mapping[str, Account], *, currency: str, timezone: str) -> Matrix:
    """The matrix of what was found."""
    gaps: defaultdict[str, list[Gap]] = defaultdict(list)
    for gap in found.gaps:
        gaps[gap.account_id].append(gap)
    rows = [
        MatrixRow(
            account_id=one,
            name=accounts[one].name,
            owner=accounts[one].owner,
            held=tuple(held),
            gaps=tuple(gaps[one]),
        )
        for one, held in found.held.items()
    ]
    return Matrix(
        as_of=found.as_of,
        currency=currency,
        timezone=timezone,
        products={one.product_id: one.title for one in found.products},
        rows=tuple(sorted(rows, key=lambda row: (-row.worth_minor, row.account_id))),
        not_learned=tuple(found.not_learned),
    )
