"""How big a simulated firm is, and when its history begins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta


class FirmSize(msgspec.Struct, frozen=True, kw_only=True):
    """A history of whole calendar months; what comes after it only the truth knows."""

    accounts: Annotated[int, Meta(ge=1)] = 600  # that ever signed up
    months: Annotated[int, Meta(ge=6)] = 18  # of history
    opened: datetime = datetime(2025, 5, 1, tzinfo=UTC)  # the first of a month

    @property
    def history_end(self) -> datetime:
        """The first moment after the history."""
        return self.month_start(self.months)

    def month_start(self, month: int) -> datetime:
        """When a month begins, counted from the opening; those before it are negative."""
        years, of_year = divmod(self.opened.month - 1 + month, 12)
        return self.opened.replace(year=self.opened.year + years, month=of_year + 1)
