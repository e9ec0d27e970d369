"""What an open workspace tells of its past, each answer's room loaded when it is first asked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pairwell.shop.parts import Parts

if TYPE_CHECKING:
    from pairwell.report.record import Report


class Measured(Parts):
    """The measuring half of an open workspace."""

    def report(
        self, name: str, since: datetime | None = None, until: datetime | None = None, by: str | None = None
    ) -> Report:
        """A report of a period, from `since` up to before `until`; see docs/measuring.md.

        Moments without a zone are of the shop's time zone; without them it is the last 30 days that hold orders. Money
        is in minor units. Raises `NotFoundError` for a name that is none, `RequestError` for a wrong period or segment.
        """
        from pairwell.shop.reporting import Question, find_report

        return find_report(self, self._database, Question(name, since, until, by), now=self._clock())
