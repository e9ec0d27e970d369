"""Which reports there are, and which pages there is something in: what tells it takes a while to load."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from pairwell.errors import PairwellError
from pairwell.serve.pages.asked import Question
from pairwell.serve.pages.contents import Entry, list_contents

if TYPE_CHECKING:
    from pairwell.dataset.presence import Told


class Shelf:
    """The reports by name, and what the shop was told of."""

    def __init__(self, find_told: Callable[[], frozenset[Told]]) -> None:
        self.known: Sequence[Entry] = ()  # as far as somebody asked
        self.there: frozenset[Told] = frozenset()  # when somebody asked last
        self._find_told = find_told

    async def contents(self) -> Sequence[Entry]:
        """All of them."""
        if not self.known:
            self.known = list_contents(await asyncio.to_thread(_names))
        return self.known

    async def told(self) -> frozenset[Told]:
        """What the shop was told of; where that cannot be read, what was known before: pages say what is wrong."""
        with suppress(PairwellError):
            self.there = await asyncio.to_thread(self._find_told)
        return self.there


def list_questions() -> list[Question]:
    """Each report as pages lead to it, in the order in which people read them."""
    return [Question(name=entry.name) for entry in list_contents(_names())]


def _names() -> Sequence[str]:
    from pairwell.report.reports import REPORTS

    return [*REPORTS]
