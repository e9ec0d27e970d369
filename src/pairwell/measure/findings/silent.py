"""Which guards, caps and rules silence answers, and whose."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec
import numpy as np

from pairwell.journal.offers_told import read_decisions_told
from pairwell.measure.findings.chances import Tally, surely_above
from pairwell.measure.offers.estimates import Estimate, share_of
from pairwell.measure.period import Period
from pairwell.operations.database import Database

_LIMITS: Final = ("guarded", "capped", "withheld_by_rule", "later")
_MUCH = 0.05  # of all answers


class Silent(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that ends surely more than a twentieth of all answers silent."""

    reason: str
    detail: str  # codes of the limit, or what it waits for
    answers: int
    share: Estimate  # of all answers, over customers
    whose: list[str]  # "c:ID", "v:ID"; who is not named is missing


def find_silent(database: Database, period: Period) -> list[Silent]:
    """Those of a period, the most frequent first; corrected for as many limits as silenced anything."""
    asked, by_limit = Counter[str](), dict[tuple[str, str], Counter[str]]()
    for part in read_decisions_told(database, since=period.since, until=period.until):
        for made in part:
            whose = made.whose or made.decision_id
            asked[whose] += 1
            if made.silence in _LIMITS:
                by_limit.setdefault((made.silence, made.detail or ""), Counter())[whose] += 1
    limits = sorted(by_limit.items(), key=lambda one: (-one[1].total(), one[0]))
    tried = np.array(list(asked.values()), dtype=np.float64)
    tallies = [
        Tally(happened=np.array([ended[one] for one in asked], dtype=np.float64), tried=tried) for _, ended in limits
    ]
    found = []
    for place in surely_above(tallies, _MUCH):
        (reason, detail), ended = limits[place]
        share = share_of(tallies[place].happened, tried)
        named = sorted(one for one in ended if one.startswith(("c:", "v:")))
        if share is not None:
            found.append(Silent(reason=reason, detail=detail, answers=ended.total(), share=share, whose=named))
    return found
