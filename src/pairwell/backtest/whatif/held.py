"""What held candidates back in logged decisions, as they were made."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from pairwell.backtest.whatif.again import Past
from pairwell.backtest.whatif.brief import Left
from pairwell.config.version import engine_version
from pairwell.decide.choose import run_stages
from pairwell.decide.replay import recall
from pairwell.errors import ReplayError
from pairwell.records import Decision, Withheld


class Why(NamedTuple):
    """Why a candidate was not offered; `by`: the rule or cap that held it back, by name."""

    stage: str
    reason: str
    by: str | None


class Memory:
    """What held candidates back in decisions that were computed before; the one asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[str, Counter[Why]] = OrderedDict()

    def find(self, decision_id: str, count: Callable[[], Counter[Why]]) -> Counter[Why]:
        """What is known of a decision, else what `count` says."""
        found = self._known.pop(decision_id, None)
        found = self._known[decision_id] = count() if found is None else found
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return found


class Tally:
    """Counts decisions as they come."""

    def __init__(self) -> None:
        self.candidates, self.decisions = Counter[Why](), Counter[Why]()
        self.silences = Counter[str]()
        self.asked, self.offered = Counter[str](), Counter[str]()  # decisions, by placement
        self.unread = Counter[Left]()
        self.moments: list[datetime] = []

    def add(self, decision: Decision, whys: Counter[Why]) -> None:
        """Count a decision, and why candidates of it were not offered."""
        placement, silence = decision.inputs.request.placement, decision.answer.silence
        self.moments.append(decision.inputs.now)
        self.asked[placement] += 1
        self.offered[placement] += silence is None
        if silence is not None:
            self.silences[silence.reason] += 1
        self.candidates.update(whys)
        self.decisions.update(whys.keys())


def tally_held(decisions: Iterable[Decision], past: Past, memory: Memory, is_late: Callable[[], bool]) -> Tally:
    """Compute logged decisions again, and count what held their candidates back.

    Once `is_late` says so, those that are left are counted as unread. One that ended before any candidate was looked
    for, with offers switched off, held none back.
    """
    tally = Tally()
    for decision in decisions:
        if is_late():
            tally.unread["out_of_time"] += 1
        elif decision.inputs.offers_off:
            tally.add(decision, Counter())
        elif decision.inputs.engine != engine_version():
            tally.unread["another_version"] += 1
        else:
            _add(tally, decision, past, memory)
    return tally


def _add(tally: Tally, decision: Decision, past: Past, memory: Memory) -> None:
    try:
        whys = memory.find(decision.inputs.decision_id, lambda: _compute(decision, past))
    except ReplayError:
        tally.unread["gone"] += 1
    else:
        tally.add(decision, whys)


def _compute(decision: Decision, past: Past) -> Counter[Why]:
    past.items.fetch(decision.inputs.items)
    withheld = run_stages(recall(decision, past.archive)).withheld
    return Counter(Why(one.stage, one.reason, _by(one)) for one in withheld)


def _by(one: Withheld) -> str | None:
    named = one.factors.get("rule", one.factors.get("cap"))
    return None if named is None else str(named)
