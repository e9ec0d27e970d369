"""How whoever holds a decider asks it: about a request that names its customer as the journal does."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pairwell.decide.identity import ENTROPY_BYTES
from pairwell.records import Answer, Decision, DecisionRequest

if TYPE_CHECKING:
    from pairwell.decide.decider import Decider


class Decides(ABC):
    """Decides by whatever is live when it is asked."""

    @abstractmethod
    def _decider(self) -> Decider:
        """What decides now."""

    def decide_known(self, request: DecisionRequest, now: datetime, *, dry_run: bool = False) -> Decision:
        """The decision of a request that names its customer as the journal does."""
        kind: Literal["read", "kept"] = "read" if dry_run else "kept"
        return self._decider().answer(request, now=now, entropy=os.urandom(ENTROPY_BYTES), kind=kind)

    def look_again(self, request: DecisionRequest, answer: Answer, now: datetime) -> str | None:
        """Why what was answered to such a request is not to be told any more; None: it may be."""
        return self._decider().look_again(request, answer, now=now)
