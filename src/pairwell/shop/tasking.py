"""What is known of accounts for tasks that go out unasked: looked at anew each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pairwell.config.tasks import Tasks
from pairwell.triggers.records import Errand

if TYPE_CHECKING:
    from pairwell.shop.advising import Advising


class Tasking:
    """Asks whoever advises on accounts, as of the moment of each question."""

    def __init__(self, advising: Callable[[], Advising]) -> None:
        self._advising = advising

    def errands(
        self, receiver: Tasks, owner: str | None = None, capacity_minutes: int | None = None
    ) -> Sequence[Errand]:
        """The talks of a receiver's work list. Raises as `Advising.worklist`."""
        return self._advising().errands(receiver, owner, capacity_minutes)

    def why_not_now(self, errand: Errand) -> str | None:
        """Why a talk is not to be held any more; None: it is."""
        return self._advising().why_not_now(errand)
