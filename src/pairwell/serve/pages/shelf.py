"""The reports that there are, looked up when somebody first asks: what makes them takes a while to load."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pairwell.serve.pages.contents import Entry, list_contents


class Shelf:
    """The reports by name."""

    def __init__(self) -> None:
        self.known: Sequence[Entry] = ()  # as far as somebody asked

    async def contents(self) -> Sequence[Entry]:
        """All of them."""
        if not self.known:
            self.known = list_contents(await asyncio.to_thread(_names))
        return self.known


def _names() -> Sequence[str]:
    from pairwell.report.reports import REPORTS

    return [*REPORTS]
