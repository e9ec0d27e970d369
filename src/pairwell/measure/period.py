"""Spans of time that numbers are told of."""

from __future__ import annotations

from datetime import UTC, datetime

import ibis
import msgspec


class Period(msgspec.Struct, frozen=True):
    """From a moment up to before another one."""

    since: datetime
    until: datetime

    def holds(self, moment: ibis.Value) -> ibis.Value:
        """Whether a moment falls into it."""
        return (moment >= moment_of(self.since)) & (moment < moment_of(self.until))


def moment_of(moment: datetime) -> ibis.Value:
    """A moment as tables hold them."""
    return ibis.literal(moment.astimezone(UTC), type="timestamp('UTC', 6)")
