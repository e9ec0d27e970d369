"""How big a world is, and when it opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from pairwell.errors import RequestError


class ShopSize(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers are aims: items are met by whole product lines, orders on average."""

    items: Annotated[int, Meta(ge=20)] = 400
    customers: Annotated[int, Meta(ge=1)] = 4_000
    orders: Annotated[int, Meta(ge=1)] = 25_000  # completed ones, inside the history
    days: Annotated[int, Meta(ge=1)] = 488  # of history
    later_days: Annotated[int, Meta(ge=0)] = 122  # after the history, for visits
    opened: datetime = datetime(2025, 5, 1, tzinfo=UTC)

    @property
    def horizon(self) -> int:
        """Days that the world knows of, history and later."""
        return self.days + self.later_days

    @property
    def history_end(self) -> datetime:
        """The first moment after the history."""
        return self.opened + timedelta(days=self.days)

    def day_of(self, moment: datetime) -> int:
        """Days since the opening; `RequestError` where the world knows nothing of that moment."""
        day = (moment - self.opened).days
        if 0 <= day < self.horizon:
            return day
        last = self.opened + timedelta(days=self.horizon)
        raise RequestError(
            f"{moment:%Y-%m-%d} lies outside this world, which spans {self.opened:%Y-%m-%d} to {last:%Y-%m-%d}.",
            hint="Ask for a moment inside it, or make the world with more `later_days`.",
        )
