"""A work list with the money and the zone that it is in."""

from __future__ import annotations

import msgspec

from pairwell.advise.worklist import Worklist


class WorkSheet(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with each account."""

    currency: str
    timezone: str
    work: Worklist
