"""What ranks an offer higher or lower than its worth: weights of the placement, and levers by name.

They only rank: who may be offered is settled before anybody asks them.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from pairwell.candidates.same import Same
from pairwell.config.rules.lever import Lever
from pairwell.config.settings import Settings
from pairwell.decide.rules.joint import Joint
from pairwell.decide.rules.parts import make_part
from pairwell.decide.scene import Scene
from pairwell.records import Candidate

Weights = Mapping[str, float]  # by name: of a kind or source, of a lever


class LeverBook:
    """All levers of one version of the settings. Safe to share between threads.

    `failures` counts, by lever, the offers for which it could not be worked out, so that it weighed nothing.
    """

    def __init__(self, levers: Sequence[Lever]) -> None:
        self._levers = levers
        self._joint = Joint({place: make_part(lever.when) for place, lever in enumerate(levers)})
        self._lock = threading.Lock()
        self.failures: Counter[str] = Counter()

    def weights(self, candidates: Sequence[Candidate], scene: Scene) -> list[dict[str, float]]:
        """The weights of the levers that each candidate is moved by."""
        found: list[dict[str, float]] = []
        for verdicts in self._joint.ask(candidates, scene):
            moving = [self._levers[place] for place, verdict in (verdicts or {}).items() if verdict is True]
            found.append({lever.name: lever.weight for lever in moving})
            self._count([self._levers[place].name for place, said in (verdicts or {}).items() if isinstance(said, str)])
        return found

    def _count(self, failed: Sequence[str]) -> None:
        if failed:
            with self._lock:
                self.failures.update(failed)


def weights_of(candidates: Sequence[Candidate], scene: Scene) -> list[tuple[Weights, Weights]]:
    """For each candidate the weights of its kind and source in this placement, and of the levers that move it."""
    levers = open_levers(scene.settings).weights(candidates, scene) if scene.settings.levers else [{}] * len(candidates)
    here = scene.placement.weights
    placed = [{name: here[name] for name in (one.kind, one.source) if name in here} for one in candidates]
    return list(zip(placed, levers, strict=True))


def open_levers(settings: Settings) -> LeverBook:
    """The levers of `settings`, compiled at the first call."""
    return _opened(Same(settings))


@lru_cache(maxsize=8)
def _opened(same: Same[Settings]) -> LeverBook:
    return LeverBook(same.value.levers)
